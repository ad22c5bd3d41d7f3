"""Answering: how long it may take, the second reading of answers to criticism, complaints, saved answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import Event, Notice
from core.moves import ChangedMeanwhile, MoveRefused, perform
from editorial.models import Shift
from moderation.answering import (
    answer_due,
    correct_reference,
    filled_in,
    keep_answer,
    pass_on,
    save_reply,
)
from moderation.models import Comment, Complaint, Question, Reply
from moderation.states import COMPLAINT_MOVES, REPLY_MOVES, ReplyState
from moderation.transitions import change_kind

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.rule("R13")
@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-24 08:00", "2026-11-24 17:00"),
        ("2026-11-24 14:59", "2026-11-24 17:00"),
        ("2026-11-24 15:00", "2026-11-25 12:00"),
        ("2026-11-24 00:30", "2026-11-24 17:00"),
        ("2026-11-27 15:01", "2026-11-30 12:00"),  # a Friday
        ("2026-11-28 10:00", "2026-11-30 12:00"),  # a Saturday
        ("2026-12-23 16:00", "2026-12-28 12:00"),  # before Christmas
        ("2026-03-27 16:00", "2026-03-30 12:00"),  # summer time begins in between
        ("2026-10-23 16:00", "2026-10-26 12:00"),  # and ends
    ],
)
def test_question_is_due_the_same_working_day_or_by_noon_the_next(asked, due):
    assert answer_due(local(asked)) == local(due)


@pytest.mark.rule("R13")
def test_times_of_day_are_settings(settings):
    settings.ANSWER_SAME_DAY_BEFORE, settings.ANSWER_NEXT_DAY_BY = "12:00", "10:00"
    assert answer_due(local("2026-11-24 13:00")) == local("2026-11-25 10:00")


@pytest.mark.rule("R13")
def test_clock_stops_with_the_answer_and_starts_again_when_they_ask_again(city, at, new_comment):
    comment = new_comment(kind="question", text="When do you open?")
    question = comment.questions.get()
    assert (question.asked_at, question.due_at, question.is_open) == (at, local("2026-11-24 17:00"), True)
    reply = save_reply(comment, actor=city.anna, at=at, text="At nine.")
    perform(reply, "send", actor=city.anna, at=at + timedelta(hours=1))
    question.refresh_from_db()
    assert (question.answered_at, question.is_late(at + timedelta(days=9))) == (
        at + timedelta(hours=1),
        False,
    )
    comment.refresh_from_db()
    assert comment.state == "handled"
    later = at + timedelta(days=1)
    perform(comment, "ask_again", actor=city.anna, at=later)
    assert [row.is_open for row in comment.questions.all()] == [True, False]
    assert comment.questions.first().due_at == local("2026-11-25 17:00")


@pytest.mark.rule("R13")
def test_question_is_reminded_before_it_is_late_and_the_editors_told_when_it_is(
    city, at, new_comment, sweep_at
):
    Shift.objects.create(
        team=city.team, duty="answer", user=city.anna, starts_at=at, ends_at=at + timedelta(hours=9)
    )
    question = new_comment(kind="question").questions.get()
    told = {}
    for clock in ("14:59", "15:00", "16:59", "17:00", "17:01"):
        sweep_at(local(f"2026-11-24 {clock}"))
        about = Notice.objects.filter(about_type="moderation.question", about_id=question.pk)
        told[clock] = sorted(about.values_list("recipient__name", flat=True))
    assert told["14:59"] == []
    assert told["15:00"] == told["16:59"] == ["Anna"]
    assert told["17:00"] == told["17:01"] == ["Anna", "Erik", "Sara"]


@pytest.mark.rule("R13")
def test_answered_question_reminds_nobody(city, at, new_comment, sweep_at):
    comment = new_comment(kind="question")
    perform(save_reply(comment, actor=city.anna, at=at, text="At nine."), "send", actor=city.anna, at=at)
    sweep_at(at + timedelta(days=2))
    assert not Notice.objects.filter(about_type="moderation.question").exists()


def test_changing_the_kind_starts_and_stops_the_wait(city, at, new_comment):
    comment = new_comment(kind="praise")
    change_kind(comment, actor=city.anna, at=at, kind="question")
    assert comment.questions.get().is_open
    change_kind(comment, actor=city.anna, at=at, kind="criticism")
    assert comment.questions.get().dropped_at == at
    stale = Comment.objects.get(pk=comment.pk)
    change_kind(comment, actor=city.anna, at=at, kind="praise")
    with pytest.raises(ChangedMeanwhile):
        change_kind(stale, actor=city.erik, at=at, kind="question")


def test_question_from_the_future_is_refused(city, at, new_comment):
    with pytest.raises(MoveRefused, match="lies in the future"):
        new_comment(kind="question", asked_at=at + timedelta(minutes=1))


WALK = {
    "draft": [],
    "second_read": ["ask_reading"],
    "read": ["ask_reading", "agree"],
    "sent": ["ask_reading", "agree", "send"],
    "dropped": ["drop"],
}


def walk(reply: Reply, city, at, state: str) -> Reply:
    for name in WALK[state]:
        perform(reply, name, actor=city.erik if name == "agree" else city.anna, at=at)
    return reply


@pytest.mark.rule("R26")
@pytest.mark.parametrize("kind", ["criticism", "question"])
@pytest.mark.parametrize("who", ["anna", "erik", "olle", "karin", "rut", "admin"])
@pytest.mark.parametrize(
    ("state", "name"), list(product(ReplyState.values, [move.name for move in REPLY_MOVES]))
)
def test_every_move_of_an_answer_by_every_role(city, at, new_comment, kind, who, state, name):
    comment, move = new_comment(kind=kind), REPLY_MOVES[name]
    reply = walk(save_reply(comment, actor=city.anna, at=at, text="We are sorry."), city, at, state)
    actor, expected = getattr(city, who), None
    if state not in move.sources:
        expected = "not possible now"
    elif who not in {"anna", "erik"}:
        expected = "Only the channel's team"
    elif name == "agree" and who == "anna":
        expected = "A second person has to read it"
    elif name == "send" and kind == "criticism" and state == "draft":
        expected = "read by a second person before it is sent"
    if expected:
        with pytest.raises(MoveRefused, match=expected):
            perform(reply, name, actor=actor, at=at, note="Shorter.")
        return
    perform(reply, name, actor=actor, at=at, note="Shorter.")
    assert reply.state == move.target


@pytest.mark.rule("R26")
def test_new_text_has_to_be_read_again_and_by_none_of_its_authors(city, at, new_comment):
    comment = new_comment(kind="criticism", text="You are slow.")
    reply = walk(save_reply(comment, actor=city.anna, at=at, text="We know."), city, at, "read")
    reply = save_reply(comment, actor=city.erik, at=at, text="We know, and we are sorry.", seen=reply.version)
    assert (reply.state, reply.read_by, reply.read_text) == ("draft", None, None)
    with pytest.raises(MoveRefused, match="read by a second person"):
        perform(reply, "send", actor=city.anna, at=at)
    perform(reply, "ask_reading", actor=city.anna, at=at)
    for author in (city.anna, city.erik):
        with pytest.raises(MoveRefused, match="A second person"):
            perform(reply, "agree", actor=author, at=at)
    perform(reply, "agree", actor=city.sara, at=at)
    perform(reply, "send", actor=city.anna, at=at)
    assert (reply.read_by, reply.sent_by) == (city.sara, city.anna)


@pytest.mark.rule("R26")
def test_reader_is_told_and_the_author_is_not(city, at, new_comment):
    reply = save_reply(new_comment(kind="criticism"), actor=city.erik, at=at, text="We know.")
    perform(reply, "ask_reading", actor=city.erik, at=at)
    assert list(Notice.objects.values_list("recipient__name", flat=True)) == ["Sara"]


ATTACKS = {
    "sent unread": (
        "UPDATE moderation_reply SET state = 'sent', sent_at = created_at, sent_by_id = written_by_id"
    ),
    "read by its author": "UPDATE moderation_reply SET read_by_id = written_by_id",
    "text rewritten": "UPDATE moderation_replytext SET text = 'x'",
    "text deleted": "DELETE FROM moderation_replytext",
    "question's time moved": "UPDATE moderation_question SET due_at = asked_at",
    "question deleted": "DELETE FROM moderation_question",
}


@pytest.mark.rule("R13", "R26")
@pytest.mark.parametrize("attack", ATTACKS)
def test_raw_sql_cannot_send_unread_or_move_the_time(city, at, new_comment, attack):
    save_reply(new_comment(kind="criticism"), actor=city.anna, at=at, text="We know.")
    new_comment(kind="question")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ATTACKS[attack])


def test_sent_answer_never_changes(city, at, new_comment):
    reply = walk(
        save_reply(new_comment(kind="criticism"), actor=city.anna, at=at, text="We know."), city, at, "sent"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(pk=reply.pk).update(sent_at=at - timedelta(days=1))


def test_second_save_meets_what_the_other_did(city, at, new_comment):
    comment = new_comment(kind="question")
    reply = save_reply(comment, actor=city.anna, at=at, text="At nine.")
    save_reply(comment, actor=city.erik, at=at, text="At ten.", seen=reply.version)
    with pytest.raises(ChangedMeanwhile):
        save_reply(comment, actor=city.anna, at=at, text="At eleven.", seen=reply.version)
    assert Reply.objects.get().current.text == "At ten."
    assert Reply.objects.get().texts.count() == 2


@pytest.mark.rule("R25")
def test_criticism_is_passed_on_with_its_number_and_outcome(city, at, new_comment):
    comment = new_comment(kind="criticism")
    with pytest.raises(MoveRefused, match="number that the complaint got"):
        pass_on(comment, actor=city.anna, at=at, reference=" ")
    complaint = pass_on(comment, actor=city.anna, at=at, reference="SYN-2026-17")
    with pytest.raises(ChangedMeanwhile, match="passed on already"):
        pass_on(comment, actor=city.erik, at=at, reference="SYN-2026-18")
    with pytest.raises(MoveRefused, match="needs: outcome"):
        perform(complaint, "conclude", actor=city.anna, at=at)
    perform(complaint, "conclude", actor=city.anna, at=at, outcome="The bench was mended.")
    assert (complaint.state, complaint.outcome) == ("concluded", "The bench was mended.")
    assert {move.target for move in COMPLAINT_MOVES} == {"concluded"}


@pytest.mark.rule("R25")
@pytest.mark.parametrize("concluded", [False, True])
def test_mistyped_number_is_corrected_as_a_new_fact_and_the_first_stays_in_the_trail(
    city, at, new_comment, concluded
):
    comment = new_comment(kind="criticism")
    complaint = pass_on(comment, actor=city.anna, at=at, reference="SYN-2026-71")
    if concluded:
        perform(complaint, "conclude", actor=city.anna, at=at, outcome="The bench was mended.")
    seen = complaint.version
    correct_reference(complaint, actor=city.erik, at=at, reference=" SYN-2026-17 ", seen=seen)
    assert (complaint.reference, complaint.version) == ("SYN-2026-17", seen + 1)
    first = Event.objects.get(kind="comment.pass_on")
    second = Event.objects.get(kind="complaint.correct")
    assert (first.note, first.actor) == ("SYN-2026-71", city.anna)
    assert (second.note, second.actor) == ("SYN-2026-71 → SYN-2026-17", city.erik)
    with pytest.raises(ChangedMeanwhile):
        correct_reference(complaint, actor=city.anna, at=at, reference="SYN-2026-77", seen=seen)
    for wrong, why in (
        ("SYN-2026-17", "this number already"),
        (" ", "Write the number"),
        ("7" * 61, "at most 60"),
    ):
        with pytest.raises(MoveRefused, match=why):
            correct_reference(complaint, actor=city.anna, at=at, reference=wrong)
    for who in (city.olle, city.karin, city.rut, city.stranger):
        with pytest.raises(MoveRefused, match="Only the channel's team"):
            correct_reference(complaint, actor=who, at=at, reference="SYN-1")
    assert Complaint.objects.get().reference == "SYN-2026-17"
    assert Event.objects.filter(kind="complaint.correct").count() == 1


@pytest.mark.rule("R25")
@pytest.mark.parametrize("who", ["olle", "karin", "rut", "stranger"])
def test_only_the_team_passes_criticism_on(city, at, new_comment, who):
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        pass_on(new_comment(kind="criticism"), actor=getattr(city, who), at=at, reference="SYN-1")
    with pytest.raises(MoveRefused, match="Only criticism"):
        pass_on(new_comment(kind="praise"), actor=city.anna, at=at, reference="SYN-1")


@pytest.mark.parametrize(
    "text",
    [
        "Hello {name}! Greetings from {me} at {unit}, {channel}.",
        "Hello {namn}! Greetings from {jag} at {enhet}, {kanal}.",
    ],
)
def test_saved_answer_fills_in_its_words(city, at, new_comment, text):
    answer = keep_answer(
        team=city.team,
        actor=city.anna,
        at=at,
        title="Hello",
        text=text,
    )
    comment = new_comment(kind="question", author_name="Kalle {me} Svensson")
    assert (
        filled_in(answer, comment, city.erik)
        == "Hello Kalle! Greetings from Erik at Parks, Parks on Facebook."
    )
    with pytest.raises(MoveRefused, match=r"\{address\} cannot be filled in"):
        keep_answer(team=city.team, actor=city.anna, at=at, title="Other", text="{address}")
    with pytest.raises(MoveRefused, match="with this title already"):
        keep_answer(team=city.team, actor=city.anna, at=at, title="Hello", text="Hi.")
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        keep_answer(team=city.team, actor=city.olle, at=at, title="Mine", text="Hi.")


def test_handled_without_an_answer_of_ours_drops_the_question(city, at, new_comment):
    comment = new_comment(kind="question")
    perform(comment, "handle", actor=city.anna, at=at, note="Another visitor answered.")
    assert Question.objects.get().dropped_at == at
    assert at.tzinfo == UTC
