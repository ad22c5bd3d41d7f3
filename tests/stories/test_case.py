"""A case in a real browser from paste to removal, by two roles; criticism answered by two; triage by keys."""

from __future__ import annotations

import base64

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core import clock
from core.moves import perform
from editorial.models import Membership
from moderation.answering import keep_answer, pass_on, save_reply
from moderation.checking import note_author_told, note_police_report
from moderation.masking import make_masked_copy
from moderation.models import Case, Comment, Ground, Reply
from moderation.transitions import open_case, register_comment
from tests.moderation.test_case_moves import walk
from tests.stories.looking import faults_of_pages
from tests.stories.test_loop import PASTE, order_removal, press, see_gone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("R19", "R20", "R38")
def test_comment_is_pasted_by_one_and_removed_by_another(live_city, page_of, png):
    anna, erik = page_of(live_city.anna), page_of(live_city.erik)
    anna.goto(
        "/moderation/comments/new/?url=https://www.facebook.com/parks/posts/7?c=1&text=I+know+where+you+live."
    )
    anna.locator("[name=author_name]").fill("Unknown")
    anna.locator("[name=kind][value=illegal]").check()
    anna.locator("[name=ground]").select_option(str(Ground.objects.get(code="unlawful_threat").pk))
    anna.locator("[name=context]").fill("Below our post about the swans.")
    anna.evaluate(PASTE, base64.b64encode(png()).decode())
    press(anna, "Register the comment")
    expect(anna.locator(".thumb img")).to_have_count(1)
    press(anna, "Seal the evidence")
    case = Case.objects.get()

    erik.goto(f"/moderation/cases/{case.pk}/")
    press(erik, "Take it")
    order_removal(erik)
    see_gone(erik, png("white"))
    erik.locator("#note-check_gone").fill("Looked without logging in.")
    press(erik, "Checked: it is gone")
    expect(erik.get_by_text("The case is closed.")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.removals.get().ordered_by, case.removals.get().manifest) == (
        "removed",
        live_city.erik,
        "yes",
    )
    anna.reload()
    expect(anna.get_by_text("Removal ordered")).to_be_visible()


@pytest.mark.rule("R26", "R38")
def test_criticism_is_answered_by_two_people(live_city, page_of):
    comment = register_comment(
        actor=live_city.anna,
        at=timezone.now(),
        channel=live_city.channel,
        kind="criticism",
        author_name="K",
        text="You are slow.",
    )
    anna, erik = page_of(live_city.anna), page_of(live_city.erik, script=False)
    anna.goto(f"/moderation/comments/{comment.pk}/")
    expect(anna.get_by_role("heading", name="Before you answer criticism")).to_be_visible()
    anna.locator("#answer-text").fill("We are sorry, and mend it on Thursday.")
    press(anna, "Save the answer")
    expect(anna.get_by_role("button", name="It is sent")).to_be_disabled()
    press(anna, "Ask somebody to read it")
    erik.goto(f"/moderation/comments/{comment.pk}/")
    press(erik, "It may be sent")
    anna.reload()
    press(anna, "It is sent")
    assert (Reply.objects.get().state, Reply.objects.get().read_by) == ("sent", live_city.erik)
    assert Comment.objects.get().state == "handled"


def test_triage_by_keys_can_be_switched_off(live_city, page_of):
    for text in ("First.", "Second."):
        register_comment(
            actor=live_city.anna,
            at=timezone.now(),
            channel=live_city.channel,
            kind="praise",
            author_name="K",
            text=text,
        )
    anna = page_of(live_city.anna)
    anna.goto("/moderation/inbox/")
    anna.keyboard.press("j")
    anna.keyboard.press("t")
    expect(anna.get_by_text("Anna works on it")).to_be_visible()
    # The page came back on the same comment: the next key acts on it.
    expect(anna.locator(".row--here")).to_contain_text("Second.")
    anna.keyboard.press("3")
    expect(anna.locator(".tag", has_text="Criticism")).to_have_count(1)
    expect(anna.locator(".shortcuts kbd").first).to_be_visible()
    anna.get_by_label("Shortcuts are on").uncheck()
    anna.reload()
    expect(anna.locator(".shortcuts")).to_be_hidden()
    anna.locator("h1").click()
    anna.keyboard.press("j")
    expect(anna.locator(".row--here")).to_have_count(0)


@pytest.mark.rule("R20")
def test_page_never_asks_for_a_copy_that_may_be_a_crime(live_city, page_of):
    anna = page_of(live_city.anna)
    anna.goto("/moderation/comments/new/?url=https://www.facebook.com/parks/posts/7&text=x")
    expect(anna.locator("[name=screenshot]")).to_be_hidden()
    anna.locator("[name=author_name]").fill("Unknown")
    anna.locator("[name=kind][value=illegal]").check()
    expect(anna.locator("[name=screenshot]")).to_be_visible()
    anna.locator("[name=ground]").select_option(str(Ground.objects.get(code="child_abuse").pk))
    expect(anna.locator("[name=screenshot]")).to_be_hidden()
    expect(anna.get_by_text("Take no screenshot.")).to_be_visible()
    press(anna, "Register the comment")
    expect(anna.get_by_role("heading", name="No copy is kept")).to_be_visible()
    expect(anna.locator("input[type=file]")).to_have_count(0)


@pytest.mark.rule("R38")
def test_axe_finds_nothing_in_the_room(live_city, page_of, png):
    city, now = live_city, timezone.now()
    Membership.objects.create(team=city.team, user=city.admin, role="editor")
    case = walk(
        open_case(
            register_comment(
                actor=city.anna,
                at=now,
                channel=city.channel,
                kind="illegal",
                author_name="K",
                text="A threat.",
            ),
            ground=Ground.objects.get(code="unlawful_threat"),
            actor=city.anna,
            at=now,
            facts="A threat.",
        ),
        city,
        now,
        png,
        "removed",
    )
    note_author_told(case, actor=city.anna, at=now, way="message", text="We took it down.")
    note_police_report(case, actor=city.anna, at=now, number="5000-K1-26", reported_on=now.date())
    item = case.evidence.get().items.get()
    make_masked_copy(item, actor=city.anna, at=now, boxes=[[10, 10, 30, 30]])
    comments = [
        register_comment(
            actor=city.anna, at=now, channel=city.channel, kind=kind, author_name="K", text="När öppnar ni?"
        )
        for kind in ("question", "criticism")
    ]
    keep_answer(team=city.team, actor=city.anna, at=now, title="Hej", text="Hej {name}!")
    perform(
        save_reply(comments[1], actor=city.anna, at=now, text="Förlåt."),
        "ask_reading",
        actor=city.anna,
        at=now,
    )
    pass_on(comments[1], actor=city.anna, at=now, reference="SYN-1")
    clock.sweep(now)
    addresses = (
        "/moderation/",
        "/moderation/inbox/",
        *[f"/moderation/comments/{comment.pk}/" for comment in comments],
        f"/moderation/comments/{comments[0].pk}/?case=1",
        f"/moderation/cases/{case.pk}/",
        f"/moderation/evidence/{item.pk}/mask/",
        "/moderation/comments/new/",
        "/moderation/saved/",
        "/moderation/watches/",
        "/moderation/watches/coverage/",
        "/moderation/archive/",
    )
    assert faults_of_pages(page_of(city.admin), addresses) == []
