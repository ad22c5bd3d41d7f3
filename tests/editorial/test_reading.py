"""The reading of a post: claimed, asked for by name, reminded of, remarked on; and everybody told what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.models import Notice, User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.workdays import after_working_hours
from editorial import reading, reviewing
from editorial.differences import MOST_STEPS, difference
from editorial.models import Absence, Membership, Post, Reading, Review, ReviewRequest
from editorial.proofs import proof_of
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(city, at, new_post):
    """A post of Anna's under review."""
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    return post


def edit(post: Post, city, at: datetime, text: str, actor: User | None = None) -> None:
    save_post(
        post,
        actor=actor or city.anna,
        at=at,
        fields={"base_text": text},
        texts={city.channel: ""},
        links=[],
    )


# What changed


@pytest.mark.rule("R23")
@pytest.mark.parametrize("state", ["approved", "scheduled"])
def test_approver_and_author_are_told_what_changed(city, at, sent, state):
    perform(sent, "approve", answers=ALL_YES, actor=city.erik, at=at)
    if state == "scheduled":
        perform(sent, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=1))
    edit(sent, city, at, "The geese are back in the pond.", actor=city.sara)
    told = {notice.recipient: notice.body for notice in Notice.objects.filter(subject="Back to draft: Swans")}
    assert set(told) == {city.erik, city.anna}
    assert told[city.erik] == (
        "Sara changed the post. It needs a new approval.\nParks on Facebook (Facebook): “swans” → “geese”"
    )
    assert sent.state == "draft"


@pytest.mark.rule("R23")
@pytest.mark.parametrize("saved", ["by the button", "by itself, and sent to review"])
def test_they_are_told_what_changed_also_when_the_post_was_opened_first_and_changed_later(
    city, at, sent, saved
):
    perform(sent, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(sent, "reopen", actor=city.sara, at=at)
    words = "The geese are back in the pond."
    if saved == "by the button":
        edit(sent, city, at, words, actor=city.sara)
        edit(sent, city, at, "The ducks are back in the pond.", actor=city.sara)  # told once
    else:
        texts = {city.channel: ""}
        save_post(
            sent, actor=city.sara, at=at, fields={"base_text": words}, texts=texts, links=[], by_itself=True
        )
        perform(sent, "submit", actor=city.sara, at=at)
    told = Notice.objects.filter(subject="Back to draft: Swans", body__contains="“swans” → “geese”")
    assert {notice.recipient for notice in told} == {city.erik, city.anna}
    assert told.count() == 2


@pytest.mark.rule("R23")
def test_who_left_the_team_is_told_neither_the_new_words_nor_the_remarks(city, at, sent):
    reviewing.ask_reader(sent, reader=city.sara, actor=city.anna, at=at)
    perform(sent, "approve", answers=ALL_YES, actor=city.erik, at=at)
    Membership.objects.filter(user__in=[city.sara, city.anna]).delete()
    Membership.objects.create(team=city.team, user=city.stranger, role="communicator")
    edit(sent, city, at, "The geese are secretly back.", actor=city.stranger)
    reviewing.write_remark(sent, actor=city.stranger, at=at, body="The geese are a secret.")
    told = Notice.objects.filter(body__contains="geese")
    assert {notice.recipient for notice in told} == {city.erik}


def test_history_keeps_every_version_with_what_it_changed_and_who_judged_it(city, at, sent):
    perform(sent, "ask_changes", actor=city.erik, at=at, note="Which pond?", answers={"wording": "no"})
    edit(sent, city, at, "The swans are back in Storm pond.")
    steps = reading.history_of(sent)
    assert [(step.version.number, step.parts) for step in steps] == [
        (2, ["Parks on Facebook (Facebook)"]),
        (1, []),
    ]
    review = steps[1].reviews[0]
    assert (review.note, review.answers) == ("Which pond?", {"wording": "no"})


def test_reader_sees_what_is_new_since_they_read_it_themselves(city, at, sent):
    first = sent.current
    reviewing.note_reading(first, reader=city.erik, at=at)
    reviewing.note_reading(first, reader=city.erik, at=at)
    edit(sent, city, at, "The geese are back in the pond.")
    perform(sent, "submit", actor=city.anna, at=at)
    edit(sent, city, at, "The geese are back in the lake.")
    perform(sent, "submit", actor=city.anna, at=at)
    seen = reading.since_read(city.erik, proof_of(sent, at), reading.last_verdicts(sent))
    assert (seen.before, seen.by_me, seen.is_first_sight) == (first, True, True)
    pieces = seen.changes[0][1]
    assert [piece.text for piece in pieces if piece.kind == "ins"] == ["geese", "lake."]
    reviewing.note_reading(sent.current, reader=city.erik, at=at)
    again = reading.since_read(city.erik, proof_of(sent, at), reading.last_verdicts(sent))
    assert (again.before, again.is_first_sight) == (first, False)
    assert reading.since_read(city.sara, proof_of(sent, at), reading.last_verdicts(sent)).before is None
    assert Reading.objects.count() == 2


@pytest.mark.parametrize("size", [200, 20_000, 200_000])
def test_difference_is_quick_however_long_and_loses_nothing(size):
    old = " ".join(f"word{number}" for number in range(size // 8))
    new = " ".join(f"word{number * 7 % 1000}" for number in range(size // 8))
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == new
    assert MOST_STEPS < 10_000_000


# Who reads


def test_claim_is_seen_by_others_and_runs_out(city, at, sent):
    reviewing.claim(sent, reader=city.erik, at=at)
    reviewing.claim(sent, reader=city.erik, at=at)
    with pytest.raises(MoveRefused, match="Erik is reading it right now"):
        reviewing.claim(sent, reader=city.sara, at=at + timedelta(minutes=29))
    reviewing.claim(sent, reader=city.sara, at=at + timedelta(minutes=30))
    sent.refresh_from_db()
    assert sent.claim.reader == city.sara
    reviewing.release(sent, reader=city.erik)
    assert Post.objects.filter(claim__reader=city.sara).exists()
    perform(sent, "approve", answers=ALL_YES, actor=city.erik, at=at)
    assert not Post.objects.filter(claim__isnull=False).exists()


def test_only_who_may_approve_can_claim(city, at, sent):
    for who in (city.anna, city.olle, city.karin, city.admin):
        with pytest.raises(MoveForbidden):
            reviewing.claim(sent, reader=who, at=at)


def test_reader_is_asked_by_name_once_and_told(city, at, sent):
    reviewing.ask_reader(sent, reader=city.sara, actor=city.anna, at=at)
    reviewing.ask_reader(sent, reader=city.sara, actor=city.erik, at=at)
    assert ReviewRequest.objects.get().asked_by == city.anna
    assert Notice.objects.filter(recipient=city.sara, key__contains="asked").count() == 1
    assert list(reading.queue(city.sara, at, "mine")) == [sent]
    assert list(reading.queue(city.erik, at, "mine")) == []


@pytest.mark.parametrize(
    ("who", "reason"),
    [("anna", "has written in this post"), ("olle", "no editor"), ("karin", "no editor")],
)
def test_who_cannot_approve_is_not_asked(city, at, sent, who, reason):
    with pytest.raises(MoveRefused, match=reason):
        reviewing.ask_reader(sent, reader=getattr(city, who), actor=city.erik, at=at)


def test_stranger_asks_nobody_and_a_draft_has_no_reader(city, at, sent, new_post):
    with pytest.raises(MoveForbidden):
        reviewing.ask_reader(sent, reader=city.sara, actor=city.olle, at=at)
    with pytest.raises(MoveRefused, match="not in review"):
        reviewing.ask_reader(new_post(), reader=city.sara, actor=city.anna, at=at)


@pytest.mark.rule("R10")
def test_reminders_come_after_24_and_48_working_hours_and_then_to_all_editors(city, at, new_post, sweep_at):
    friday = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
    post = new_post()
    perform(post, "submit", actor=city.anna, at=friday)
    reviewing.ask_reader(post, reader=city.sara, actor=city.anna, at=friday)
    reminded = Notice.objects.filter(subject__startswith="Still to review").order_by("pk")
    monday = friday + timedelta(days=3)
    sweep_at(monday - timedelta(minutes=1))
    assert not reminded.exists()
    sweep_at(monday)
    assert [notice.recipient for notice in reminded.all()] == [city.sara]
    sweep_at(monday + timedelta(days=1))
    assert [notice.recipient for notice in reminded.all()] == [city.sara, city.sara]
    sweep_at(monday + timedelta(days=2))
    assert {notice.recipient for notice in reminded.all()[2:]} == {city.sara, city.erik}


def test_who_is_away_is_not_asked_nor_reminded_and_the_others_are(city, at, new_post, sweep_at):
    day = at.date()
    Absence.objects.create(user=city.sara, starts_on=day, ends_on=day + timedelta(days=7))
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    assert [notice.recipient for notice in Notice.objects.filter(subject="To review: Swans")] == [city.erik]
    with pytest.raises(MoveRefused, match="Sara is away"):
        reviewing.ask_reader(post, reader=city.sara, actor=city.anna, at=at)
    ReviewRequest.objects.create(version=post.current, reader=city.sara, asked_by=city.anna, asked_at=at)
    sweep_at(at + timedelta(days=1))
    reminded = Notice.objects.filter(subject__startswith="Still to review")
    assert [notice.recipient for notice in reminded] == [city.erik]


@pytest.mark.rule("R10", "R39")
@pytest.mark.parametrize("what", ["left the team", "is no editor any more", "wrote in it since"])
def test_who_was_asked_and_may_not_read_any_more_is_not_reminded_and_the_others_are(
    city, at, sent, sweep_at, what
):
    reviewing.ask_reader(sent, reader=city.sara, actor=city.anna, at=at)
    if what == "left the team":
        Membership.objects.filter(user=city.sara).delete()
    elif what == "is no editor any more":
        Membership.objects.filter(user=city.sara).update(role="communicator")
    else:  # and left the words as they were, so that it is the same version
        perform(sent, "reopen", actor=city.sara, at=at)
        edit(sent, city, at, "The swans are back in the pond.", actor=city.sara)
        perform(sent, "submit", actor=city.anna, at=at)
        assert sent.current.requests.exists()
    sweep_at(at + timedelta(days=1))
    reminded = Notice.objects.filter(subject__startswith="Still to review")
    assert [notice.recipient for notice in reminded] == [city.erik]


@pytest.mark.rule("R10")
def test_author_is_told_when_nobody_who_may_read_is_there(city, at, new_post, sweep_at):
    for who in (city.erik, city.sara):
        Absence.objects.create(user=who, starts_on=at.date(), ends_on=at.date() + timedelta(days=1))
    perform(new_post(), "submit", actor=city.anna, at=at)
    told = Notice.objects.filter(subject="Nobody can read it now: Swans")
    assert [notice.recipient for notice in told] == [city.anna]
    assert not Notice.objects.filter(subject__contains="review: Swans").exists()
    sweep_at(at + timedelta(days=1))
    assert [notice.recipient for notice in told.all()] == [city.anna, city.anna]
    sweep_at(at + timedelta(days=2))  # both are back
    assert {notice.recipient for notice in Notice.objects.filter(subject="Still to review: Swans")} == {
        city.erik,
        city.sara,
    }


def test_read_post_is_not_reminded_of(city, at, sent, sweep_at):
    perform(sent, "approve", answers=ALL_YES, actor=city.erik, at=at)
    sweep_at(at + timedelta(days=10))
    assert not Notice.objects.filter(subject__startswith="Still to review").exists()


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-27 14:00", 24, "2026-11-30 14:00"),
        ("2026-11-28 09:00", 24, "2026-12-01 00:00"),
        ("2026-12-23 15:00", 24, "2026-12-28 15:00"),
        ("2026-10-23 12:00", 24, "2026-10-26 12:00"),
        ("2026-03-27 12:00", 48, "2026-03-31 12:00"),
    ],
)
def test_working_hours_pass_over_weekends_holidays_and_summer_time(start, hours, due):
    from django.utils.timezone import make_aware

    began, ends = (make_aware(datetime.fromisoformat(text)) for text in (start, due))
    assert after_working_hours(began, hours) == ends


# The queue


def test_queue_goes_by_time_and_knows_what_has_lapsed(city, at, new_post):
    later, soon, never = (
        new_post(title=title, wanted_at=when)
        for title, when in (
            ("Later", at + timedelta(days=2)),
            ("Soon", at + timedelta(days=1)),
            ("Never", None),
        )
    )
    over = new_post(title="Over", wanted_at=at - timedelta(hours=1))
    for post in (later, soon, never, over):
        perform(post, "submit", actor=city.anna, at=at - timedelta(hours=2))
    assert [post.title for post in reading.queue(city.erik, at, "teams")] == [
        "Over",
        "Soon",
        "Later",
        "Never",
    ]
    assert reading.next_in_queue(city.erik, soon) == later.pk
    assert reading.next_in_queue(city.erik, never) == over.pk
    perform(over, "approve", answers=ALL_YES, actor=city.erik, at=at)
    assert [post.title for post in reading.queue(city.anna, at, "lapsed")] == ["Over"]
    for which in ("teams", "mine", "lapsed"):
        assert list(reading.queue(city.olle, at, which)) == []


# What people answer


@pytest.mark.rule("R1", "R23", "R27")
def test_answers_and_the_machines_answers_are_kept_with_the_approval(city, at, sent):
    said = {"tone": "yes", "wording": "yes", "profile": "yes", "nonsense": "yes"}
    perform(sent, "approve", actor=city.erik, at=at, answers=said)
    review = Review.objects.get()
    assert review.answers == {"tone": "yes", "wording": "yes", "profile": "yes"}
    assert {line["check"] for line in review.findings} >= {
        "links",
        "consent",
        "look",
        "collaboration",
        "readable",
    }


@pytest.mark.rule("R23")
def test_what_does_not_feel_right_is_not_approved(city, at, sent):
    with pytest.raises(MoveIncomplete, match="You said no to: The tone feels right"):
        perform(sent, "approve", actor=city.erik, at=at, answers=ALL_YES | {"tone": "no"})
    assert not Review.objects.exists()


# Remarks


def test_remark_is_about_words_a_picture_or_the_post_and_is_answered_and_settled(city, at, sent):
    remark = reviewing.write_remark(
        sent, actor=city.erik, at=at, body="Which pond?", channel=city.channel, quote="the pond"
    )
    reviewing.write_remark(sent, actor=city.anna, at=at, body="Storm pond.", answers_to=remark)
    assert {notice.recipient for notice in Notice.objects.filter(subject="A remark: Swans")} == {
        city.anna,
        city.erik,
    }
    perform(remark, "settle", actor=city.anna, at=at)
    threads = reading.remarks_on(sent, sent.current)
    assert [(thread.remark.state, len(thread.answers)) for thread in threads] == [("settled", 1)]
    perform(remark, "reopen", actor=city.erik, at=at)
    assert remark.state == "open"


def test_words_of_a_remark_that_are_gone_are_said_to_be(city, at, sent):
    reviewing.write_remark(sent, actor=city.erik, at=at, body="Which?", quote="the pond")
    edit(sent, city, at, "The swans are back.")
    perform(sent, "submit", actor=city.anna, at=at)
    assert reading.remarks_on(sent, sent.current)[0].is_gone


def test_remark_is_refused_with_its_reason(city, at, sent, new_picture):
    def write(**about):
        reviewing.write_remark(sent, actor=city.erik, at=at, **({"body": "Hm."} | about))

    with pytest.raises(MoveIncomplete):
        write(body="  ")
    with pytest.raises(MoveRefused, match="not on Library on X"):
        write(channel=city.other_channel)
    with pytest.raises(MoveRefused, match="does not have that picture"):
        write(picture=new_picture())
    with pytest.raises(MoveRefused, match="not in the text"):
        write(quote="geese")
    with pytest.raises(MoveForbidden):
        reviewing.write_remark(sent, actor=city.olle, at=at, body="Hm.")


@pytest.mark.parametrize("name", ["settle", "reopen"])
@pytest.mark.parametrize("state", ["open", "settled"])
def test_every_move_of_a_remark_is_open_or_refused(city, at, sent, name, state):
    remark = reviewing.write_remark(sent, actor=city.erik, at=at, body="Hm.")
    if state == "settled":
        perform(remark, "settle", actor=city.erik, at=at)
    if state in remark.MOVES[name].sources:
        with pytest.raises(MoveForbidden):
            perform(remark, name, actor=city.olle, at=at)
        perform(remark, name, actor=city.anna, at=at)
        assert remark.state == remark.MOVES[name].target
    else:
        with pytest.raises(MoveRefused, match="not possible now"):
            perform(remark, name, actor=city.anna, at=at)


def test_remark_has_one_place(city, at, sent, new_picture):
    remark = reviewing.write_remark(sent, actor=city.erik, at=at, body="Hm.")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(remark).objects.filter(pk=remark.pk).update(channel=city.channel, picture=new_picture())


def test_membership_is_what_makes_a_reader(city, at, sent):
    Membership.objects.filter(user=city.erik).update(role="communicator")
    around = reading.people_around(sent, at)
    assert (around.authors, around.readers, around.asked) == ([city.anna], [city.sara], [])
