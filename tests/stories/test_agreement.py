"""Writing, reading and publishing in a real browser: the reader by key, the publisher on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from consent.transitions import add_picture
from core import clock
from core.moves import perform
from core.uploads import clean_image
from editorial.models import LinkCheck, Post, Publication, Remark, Review
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from tests.stories.looking import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write(city, title: str, text: str, *, links: tuple[str, ...] = (), picture=None) -> Post:
    post, now = Post(team=city.team), timezone.now()
    save_post(
        post,
        actor=city.anna,
        at=now,
        fields={"title": title, "base_text": text, "wanted_at": now + timedelta(days=1)},
        texts={city.channel: ""},
        links=links,
        pictures=[(picture, "")] if picture else None,
    )
    return post


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


MARK = """(words) => {
  const place = document.querySelector("[data-quotable]");
  const text = [...place.childNodes].find((node) => node.textContent.includes(words));
  const range = document.createRange();
  const start = text.textContent.indexOf(words);
  range.setStart(text, start);
  range.setEnd(text, start + words.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  document.dispatchEvent(new MouseEvent("mouseup", {bubbles: true}));
}"""


@pytest.mark.rule("R10", "R23", "R38", "R39")
def test_reader_marks_words_asks_for_changes_and_approves_what_is_new_by_key(live_city, page_of):
    city, now = live_city, timezone.now()
    post = write(city, "Svanarna", "Svanarna är tillbaka i dammen.")
    perform(post, "submit", actor=city.anna, at=now)
    other = write(city, "Lekplatsen", "Lekplatsen är klar.")
    perform(other, "submit", actor=city.anna, at=now)
    erik, anna = page_of(city.erik), page_of(city.anna)

    erik.goto("/review/")
    erik.get_by_role("link", name="Svanarna").click()
    expect(erik.locator("[data-keys]").first).to_be_visible()
    erik.keyboard.press("Alt+Shift+KeyL")
    expect(erik.get_by_text("You are reading it.")).to_be_visible()
    erik.evaluate(MARK, "dammen")
    expect(erik.locator("[name=quote]")).to_have_value("dammen")
    erik.locator("#new-remark [name=body]").fill("Vilken damm?")
    press(erik, "Save the remark")
    expect(erik.locator("mark.quoted").first).to_have_text("dammen")
    erik.keyboard.press("Alt+Shift+KeyB")
    erik.keyboard.type("Säg vilken damm.")  # what was opened is written in at once
    expect(erik.locator("#changes [name=note]")).to_have_value("Säg vilken damm.")
    press(erik, "Ask for changes")
    expect(erik.get_by_role("heading", name="Lekplatsen")).to_be_visible()
    assert Post.objects.get(pk=post.pk).state == "changes_asked"

    anna.goto(reverse("editorial:review_page", args=[post.pk]))
    anna.get_by_text("Answer it", exact=True).first.click()
    anna.locator(".remark textarea").fill("Stordammen.")
    press(anna, "Answer the remark")
    press(anna, "Mark as settled")
    anna.goto(reverse("editorial:post_edit", args=[post.pk]))
    anna.locator("[name=base_text]").fill("Svanarna är tillbaka i Stordammen.")
    press(anna, "Save the draft")
    anna.goto(reverse("editorial:post_page", args=[post.pk]))
    press(anna, "Send to review")
    assert Remark.objects.filter(answers_to=None).get().state == "settled"

    erik.goto(reverse("editorial:review_page", args=[post.pk]))
    expect(erik.get_by_role("heading", name="New since you read it")).to_be_visible()
    expect(erik.locator("ins").first).to_have_text("Stordammen.")
    for question in ("tone", "wording", "profile"):
        erik.locator(f"#approve-form [name={question}][value=yes]").check()
    erik.keyboard.press("Alt+Shift+KeyG")
    expect(erik.get_by_role("heading", name="Lekplatsen")).to_be_visible()
    review = Review.objects.get(verdict="approved")
    assert (review.reviewer, review.answers["tone"]) == (city.erik, "yes")


@pytest.mark.rule("R23", "R24", "R38")
def test_reading_works_without_script(live_city, page_of):
    city, now = live_city, timezone.now()
    post = write(city, "Svanarna", "Se svanarna.", links=("https://one.example/",))
    perform(post, "submit", actor=city.anna, at=now)
    LinkCheck.objects.update(answered_at=now, verdict="broken", problem="missing", try_at=None)
    erik = page_of(city.erik, script=False)
    erik.goto(reverse("editorial:review_page", args=[post.pk]))
    erik.get_by_text("Write a remark").click()
    erik.locator("#new-remark [name=about]").select_option(f"channel-{city.channel.pk}")
    erik.locator("#new-remark [name=quote]").fill("svanarna")
    erik.locator("#new-remark [name=body]").fill("Vilka?")
    press(erik, "Save the remark")
    for question in ("tone", "wording", "profile"):
        erik.locator(f"#approve-form [name={question}][value=yes]").check()
    why = erik.locator("#approve-form [name=overrule]")
    press(erik, "Approve the post")
    expect(why).to_be_focused()  # the browser asks for it before anything is sent
    why.fill("Sidan öppnar på måndag.")
    press(erik, "Approve the post")
    expect(erik.get_by_text("Nothing to review").first).to_be_visible()
    assert Review.objects.get().overruled == ["https://one.example/"]


@pytest.mark.rule("R11", "R38")
def test_publisher_copies_saves_and_confirms_on_a_phone(live_city, page_of, png):
    city, now = live_city, timezone.now()
    picture = add_picture(
        actor=city.anna,
        at=now,
        image=clean_image(png()),
        unit=city.unit,
        title="Dammen",
        alt_text="Två svanar i en damm.",
    )
    perform(picture, "say_none", actor=city.anna, at=now)
    post = write(city, "Svanarna", "Svanarna är tillbaka.", picture=picture)
    perform(post, "submit", actor=city.anna, at=now)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=now)
    perform(post, "schedule", actor=city.anna, at=now, planned_at=now)
    clock.sweep(now + timedelta(seconds=1))
    publication = Publication.objects.get()
    phone = page_of(city.sara, width=320)
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.goto(reverse("editorial:publication_page", args=[publication.pk]))
    assert faults(phone) == []
    press(phone, "Copy the text")
    expect(phone.get_by_role("button", name="Copied.").first).to_be_visible()
    assert phone.evaluate("navigator.clipboard.readText()") == "Svanarna är tillbaka."
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Save picture 1").click()
    assert download.value.suggested_filename.endswith(".png")
    opened = phone.get_by_role("link", name="Open Facebook")
    assert opened.get_attribute("href") == city.channel.url
    assert min(one["height"] for one in (opened.bounding_box(),)) >= 44
    phone.locator("[name=url]").fill("https://facebook")
    press(phone, "Confirm as published")
    expect(phone.locator("#error-summary")).to_be_focused()
    expect(phone.locator("#error-summary")).to_be_in_viewport(ratio=1)
    expect(phone.locator("#error-summary")).to_contain_text("Write the whole address")
    phone.locator("[name=url]").fill("https://www.facebook.com/others/posts/1")
    press(phone, "Confirm as published")
    expect(phone.get_by_role("alert").get_by_text("belongs to “others”")).to_be_visible()
    expect(phone.locator("[name=url]")).to_have_value("https://www.facebook.com/others/posts/1")
    phone.locator("[name=url]").fill("https://m.facebook.com/parks/posts/7?fbclid=x")
    press(phone, "Confirm as published")
    expect(phone.get_by_role("heading", name="Svanarna")).to_be_visible()
    assert not phone.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert Publication.objects.get().url == "https://www.facebook.com/parks/posts/7"
    assert Post.objects.get().state == "published"
