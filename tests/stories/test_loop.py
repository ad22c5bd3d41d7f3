"""The whole loop in a real browser, with the real worker and beat beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import Notice
from editorial.models import Post
from moderation.models import Case, EvidenceItem, Ground
from tests.processes import clockwork, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PASTE = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "shot.png", {type: "image/png"}));
  document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true}));
}"""


@pytest.fixture
def running_clock(live_city, tmp_path: Path) -> Iterator[None]:
    """A worker and a beat, as in service, on the test's database."""
    folders = {
        "BROKER_DIR": str(tmp_path / "broker"),
        "FILES_DIR": str(tmp_path / "files"),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }
    with clockwork(**folders):
        yield


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def order_removal(page: Page) -> None:
    page.get_by_text("Order the removal").first.click()
    page.locator("form[action*=order_removal] [name=facts]").fill("Hot mot en namngiven kollega.")
    page.locator("form[action*=order_removal] [name=manifest][value=yes]").check()
    press(page, "Order the removal")


def see_gone(page: Page, picture: bytes) -> None:
    page.get_by_text("I have looked myself").click()
    page.locator("[name=result][value=gone]").check()
    page.locator("[name=said]").fill("Kommentaren är borta.")
    page.evaluate(PASTE, base64.b64encode(picture).decode())
    press(page, "Note what I saw")


def local(at: Any) -> str:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.rule("R10", "R19", "R20", "R23", "R36", "R37", "R38", "R39")
def test_post_goes_out_and_an_illegal_comment_is_taken_down(live_city, running_clock, page_of, png):
    city = live_city
    anna, erik = page_of(city.anna), page_of(city.erik)

    anna.goto("/posts/new/")
    anna.locator("[name=title]").fill("Svanarna")
    anna.locator("[name=base_text]").fill("Svanarna är tillbaka i dammen.")
    anna.locator(f"[name=on_{city.channel.pk}]").check()
    press(anna, "Save the draft")
    press(anna, "Send to review")
    post = Post.objects.get()
    erik.goto("/review/")
    erik.get_by_role("link", name="Svanarna").click()
    for question in ("tone", "wording", "profile"):
        erik.locator(f"#approve-form [name={question}][value=yes]").check()
    press(erik, "Approve the post")
    anna.reload()
    anna.get_by_text("Plan the post").first.click()
    anna.locator("[name=planned_at]").first.fill(local(timezone.now()))
    press(anna, "Plan the post")
    until(lambda: Post.objects.get().state == "due")
    until(lambda: Notice.objects.filter(recipient=city.erik, subject__startswith="Publish now").exists())
    anna.goto(f"/publications/{post.publications.get().pk}/")
    anna.locator("[name=url]").fill("https://www.facebook.com/parks/posts/7")
    press(anna, "Confirm as published")
    expect(anna.get_by_role("link", name="https://www.facebook.com/parks/posts/7")).to_be_visible()
    assert Post.objects.get().state == "published"

    anna.goto("/moderation/comments/new/")
    anna.locator("[name=url]").fill("https://www.facebook.com/parks/posts/7?comment_id=1")
    anna.locator("[name=kind][value=illegal]").check()
    anna.locator("[name=author_name]").fill("Okänd profil")
    anna.locator("[name=text]").fill("Jag vet var du jobbar.")
    anna.locator("[name=ground]").select_option(str(Ground.objects.get(code="unlawful_threat").pk))
    press(anna, "Register the comment")
    case = Case.objects.get()
    until(
        lambda: Notice.objects.filter(recipient=city.erik, key__startswith="rung:", about_id=case.pk).exists()
    )
    expect(anna.get_by_role("button", name="Order the removal")).to_be_disabled()
    anna.locator("[name=context]").fill("Svar under inlägget om svanarna.")
    anna.evaluate(PASTE, base64.b64encode(png()).decode())
    press(anna, "Add to the evidence")
    expect(anna.locator(".thumb img")).to_have_count(1)
    assert EvidenceItem.objects.count() == 1
    press(anna, "Seal the evidence")
    order_removal(anna)
    see_gone(anna, png("white"))
    anna.locator("#note-check_gone").fill("Kontrollerad utan inloggning.")
    press(anna, "Checked: it is gone")
    expect(anna.get_by_text("The case is closed.")).to_be_visible()
    assert Case.objects.get().state == "removed"
    until(lambda: not Notice.objects.filter(email_state__in=["pending", "sending"]).exists())
