"""The whole loop in a browser that runs no script, on a narrow phone: every write is a plain form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core import clock
from core.workdays import instant, local_day, next_working_day
from editorial.models import Post
from moderation.models import Case, Ground, Watch
from tests.stories.test_loop import order_removal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_city, page_of) -> Page:
    return page_of(live_city.anna, width=320, script=False)


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


@pytest.mark.rule("R23", "R38", "R39")
def test_post_goes_out_without_script(live_city, page_of, anna):
    erik = page_of(live_city.erik, script=False)
    anna.goto("/posts/new/")
    anna.locator("[name=title]").fill("Svanarna")
    anna.locator("[name=base_text]").fill("Svanarna är tillbaka i dammen.")
    anna.locator(f"[name=on_{live_city.channel.pk}]").check()
    press(anna, "Save the draft")
    press(anna, "Send to review")
    erik.goto("/review/")
    erik.get_by_role("link", name="Svanarna").click()
    for question in ("tone", "wording", "profile"):
        erik.locator(f"#approve-form [name={question}][value=yes]").check()
    press(erik, "Approve the post")
    anna.reload()
    anna.get_by_text("Plan the post").first.click()
    anna.locator("[name=planned_at]").first.fill(
        (timezone.localtime() + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
    )
    press(anna, "Plan the post")
    assert Post.objects.get().state == "scheduled"
    clock.sweep(timezone.now() + timedelta(minutes=3))
    anna.goto(f"/publications/{Post.objects.get().publications.get().pk}/")
    anna.locator("[name=url]").fill("https://www.facebook.com/parks/posts/7")
    press(anna, "Confirm as published")
    expect(anna.get_by_role("link", name="https://www.facebook.com/parks/posts/7")).to_be_visible()
    assert Post.objects.get().state == "published"


@pytest.mark.rule("R19", "R20", "R38")
def test_illegal_comment_is_hidden_documented_and_taken_down_without_script(live_city, anna, png):
    anna.goto("/moderation/comments/new/")
    anna.locator("[name=url]").fill("https://www.facebook.com/parks/posts/7?comment_id=1")
    anna.locator("[name=kind][value=illegal]").check()
    anna.locator("[name=author_name]").fill("Okänd profil")
    anna.locator("[name=text]").fill("Jag vet var du jobbar.")
    anna.locator("[name=ground]").select_option(str(Ground.objects.get(code="unlawful_threat").pk))
    press(anna, "Register the comment")
    press(anna, "Note that it is hidden")
    expect(anna.get_by_role("button", name="Order the removal")).to_be_disabled()
    anna.locator("[name=context]").fill("Svar under inlägget om svanarna.")
    evidence = anna.locator("#evidence [name=screenshot]")
    evidence.set_input_files({"name": "bild.png", "mimeType": "image/png", "buffer": b"this is no picture"})
    press(anna, "Add to the evidence")
    expect(anna.locator("[name=context]")).to_have_value("Svar under inlägget om svanarna.")
    evidence.set_input_files({"name": "bild.png", "mimeType": "image/png", "buffer": png()})
    press(anna, "Add to the evidence")
    press(anna, "Seal the evidence")
    order_removal(anna)
    anna.get_by_text("I have looked myself").click()
    anna.locator("[name=result][value=gone]").check()
    anna.locator("[name=said]").fill("Kommentaren är borta.")
    anna.locator("#gone [name=screenshot]").set_input_files(
        {"name": "borta.png", "mimeType": "image/png", "buffer": png("white")}
    )
    press(anna, "Note what I saw")
    anna.locator("#note-check_gone").fill("Kontrollerad utan inloggning.")
    press(anna, "Checked: it is gone")
    expect(anna.get_by_text("The case is closed.")).to_be_visible()
    case = Case.objects.get()
    assert (case.state, case.hidden_at is not None) == ("removed", True)


@pytest.mark.rule("R20")
def test_what_may_not_be_copied_is_waived_by_two_people_without_script(live_city, page_of, anna):
    erik = page_of(live_city.erik, script=False)
    anna.goto("/moderation/comments/new/")
    anna.locator("[name=url]").fill("https://www.facebook.com/parks/posts/7?comment_id=2")
    anna.locator("[name=kind][value=illegal]").check()
    anna.locator("[name=author_name]").fill("Okänd profil")
    anna.locator("[name=text]").fill("En bild.")
    anna.locator("[name=ground]").select_option(str(Ground.objects.get(code="child_abuse").pk))
    press(anna, "Register the comment")
    page = anna.url
    expect(anna.get_by_text("police").first).to_be_visible()
    anna.locator("[name=description]").fill("En bild på ett barn. Polisen är uppringd.")
    press(anna, "Write the waiver")
    erik.goto(page)
    press(erik, "Sign the waiver")
    order_removal(erik)
    assert Case.objects.get().state == "removal_ordered"


@pytest.mark.rule("R21", "R38")
def test_watch_is_confirmed_and_the_language_changed_without_script(live_city, anna):
    clock.sweep(instant(next_working_day(local_day(timezone.now())), "12:00"))
    anna.goto("/moderation/watches/")
    anna.get_by_role("button", name="Parks on Facebook").first.click()
    assert Watch.objects.get(channel=live_city.channel).state == "confirmed"
    anna.goto("/")
    anna.locator("header details summary").last.click()
    press(anna, "Svenska")
    expect(anna.locator("html")).to_have_attribute("lang", "sv")
