"""Comments that never had a case: which are old enough, what goes, and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from core import privacy, trail
from core.models import Event, EventNote
from core.moves import perform
from moderation import claims
from moderation.answering import correct_reference, pass_on, save_reply
from moderation.models import Comment, CommentRevision, Complaint, Ground, Question, Reply, ReplyText
from moderation.transitions import change_kind, open_case, revise_comment
from tests.moderation.settled import (
    DAYS,
    TRACES,
    WROTE_NOW,
    Happening,
    counted,
    everything,
    found,
    of_runs,
    some,
    traces,
)
from tests.moderation.tampering import verified

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_years")]


# What happens to a settled comment of long ago: after each of these it is not old enough.
HAPPENED: dict[str, Happening] = {
    "it is taken up": lambda city, one, at: perform(one, "take_up", actor=city.anna, at=at),
    "they ask again": lambda city, one, at: perform(one, "ask_again", actor=city.anna, at=at),
    "it is edited": lambda city, one, at: revise_comment(
        one, actor=city.anna, at=at, author_name="K", text="New."
    ),
    "an answer is begun": lambda city, one, at: save_reply(one, actor=city.anna, at=at, text="Hello."),
    "an answer is sent": lambda city, one, at: perform(
        save_reply(one, actor=city.anna, at=at, text="Hello."), "send", actor=city.anna, at=at
    ),
    "an answer is dropped": lambda city, one, at: perform(
        save_reply(one, actor=city.anna, at=at, text="Hello."), "drop", actor=city.anna, at=at
    ),
    "its kind is changed": lambda city, one, at: change_kind(one, actor=city.anna, at=at, kind="criticism"),
    "it is a question after all": lambda city, one, at: change_kind(
        one, actor=city.anna, at=at, kind="question"
    ),
    "a note is written": lambda city, one, at: claims.add_note(one, actor=city.anna, at=at, text="Look."),
    "somebody is asked to see to it": lambda city, one, at: claims.assign(
        one, actor=city.anna, at=at, to=city.erik
    ),
    "somebody takes it": lambda city, one, at: claims.claim(one, actor=city.anna, at=at),
}


@pytest.mark.parametrize("what", HAPPENED)
def test_whatever_happens_to_a_comment_begins_its_time_anew(city, at, late, new_comment, what):
    comment = new_comment(kind="praise")
    perform(comment, "handle", actor=city.anna, at=at, note="Thanked.")
    assert found(late) == [comment]
    HAPPENED[what](city, comment, late - timedelta(hours=1))
    assert found(late) == []
    much_later = late + timedelta(days=DAYS)
    waits = comment.__class__.objects.get(pk=comment.pk).state == "new" or what == "an answer is begun"
    assert found(much_later) == ([] if waits else [comment])


def test_dropped_draft_counts_from_the_day_it_was_dropped(city, at, late, new_comment):
    comment = new_comment(kind="praise")
    perform(comment, "handle", actor=city.anna, at=at, note="Thanked.")
    reply = save_reply(comment, actor=city.anna, at=at, text="Hello.")
    assert found(late) == []
    perform(reply, "drop", actor=city.anna, at=late - timedelta(days=1))
    assert found(late) == []
    assert found(late + timedelta(days=DAYS)) == [comment]


# Each of a row's times, for rows of which the trail knows nothing, such as what another program brought in.
TIMES = [
    "registered_at",
    "seen_at",
    "asked_at",
    "answered_at",
    "dropped_at",
    "passed_on_at",
    "concluded_at",
    "created_at",
    "sent_at",
    "open question",
    "none",
]


@pytest.mark.parametrize("which", TIMES)
def test_times_in_the_rows_count_too_and_in_doubt_it_stays(city, at, late, which):
    def when(name: str) -> datetime:
        return late - timedelta(days=1) if name == which else at

    who = {"registered_by": city.anna, "channel": city.channel, "kind": "praise"}
    comment = Comment.objects.create(state="handled", registered_at=when("registered_at"), **who)
    CommentRevision.objects.create(
        comment=comment, number=1, author_name="K", text="x", seen_at=when("seen_at")
    )
    for end in ("answered_at", "dropped_at"):
        asked = {"asked_at": when("asked_at"), "due_at": at, end: when(end)}
        Question.objects.create(comment=comment, **asked)
    if which == "open question":
        Question.objects.create(comment=comment, asked_at=at, due_at=at)
    complaint = {"passed_on_at": when("passed_on_at"), "concluded_at": when("concluded_at")}
    Complaint.objects.create(
        comment=comment, reference="1", state="concluded", outcome="x", passed_on_by=city.anna, **complaint
    )
    reply = Reply.objects.create(comment=comment, written_by=city.anna, created_at=when("created_at"))
    text = ReplyText.objects.create(reply=reply, number=1, text="x", author=city.anna, saved_at=at)
    sent = {"state": "sent", "sent_at": when("sent_at"), "sent_by": city.anna, "current": text}
    Reply.objects.filter(pk=reply.pk).update(**sent)
    assert not Event.objects.exists()
    assert found(late) == ([comment] if which == "none" else [])


@pytest.mark.parametrize("what", ["passed on", "concluded", "corrected"])
def test_criticism_waits_for_its_outcome_and_a_corrected_number_counts(city, at, late, new_comment, what):
    comment, by = new_comment(kind="criticism"), {"actor": city.anna, "at": at}
    perform(comment, "handle", note="Passed on.", **by)
    complaint = pass_on(comment, reference="SYN 1", **by)
    assert found(late) == []
    if what != "passed on":
        perform(complaint, "conclude", outcome="Mended.", **by)
        assert found(late) == [comment]
    if what == "corrected":
        correct_reference(complaint, actor=city.anna, at=late - timedelta(days=1), reference="SYN 2")
        assert found(late) == []


@pytest.mark.parametrize("closed", [False, True])
def test_comment_that_ever_had_a_case_is_the_archives(city, at, late, new_comment, closed):
    comment = new_comment()
    perform(comment, "handle", actor=city.anna, at=at, note="Seen.")
    assert found(late) == [comment]
    ground = Ground.objects.get(code="unlawful_threat")
    case = open_case(comment, ground=ground, actor=city.anna, at=at)
    if closed:
        perform(case, "keep", actor=city.anna, at=at, note="Not that bad.")
    assert found(late) == []


def test_what_nobody_has_handled_stays_and_so_does_what_is_not_old_enough(city, at, late, new_comment):
    waits, young = new_comment(kind="praise"), new_comment(kind="praise")
    perform(young, "handle", actor=city.anna, at=at, note="Thanked.")
    assert found(at + timedelta(days=DAYS)) == []
    assert found(late) == [young]
    assert counted(late, really=True) == 1
    waits.refresh_from_db()
    assert (waits.state, waits.erased_at, waits.current.text) == ("new", None, "A threat.")


def test_page_of_what_is_stored_says_how_long_and_that_the_city_decides(
    city, anna, criticism, with_case, late, settings
):
    def row(number: int) -> str:
        page = anna.get(reverse("privacy_page")).content.decode()
        return page.split("Comments that ")[number].partition("</tr>")[0]

    assert "The city decides for how long" in row(1)
    for words in ("never had a case", "730 days", ">1<"):
        assert words in row(1)
    for words in ("had a case", "It is not removed by time", ">1<"):
        assert words in row(2)
    assert counted(late, really=True) == 1
    assert ">0<" in row(1)
    settings.RETENTION_DAYS = {}
    assert "It is not removed by time" in row(1)


def test_without_a_decision_of_the_city_comments_stay(criticism, late, settings):
    settings.RETENTION_DAYS = {}
    assert "comments" not in [kind.name for kind, _count in privacy.dispose(late, really=True)]
    criticism.refresh_from_db()
    assert criticism.current.text == WROTE_NOW


def test_erasing_leaves_no_trace_in_any_column_of_any_table(criticism, late):
    before = traces()
    assert set().union(*before.values()) == set(TRACES)
    tables = {
        "moderation_comment",
        "moderation_commentrevision",
        "moderation_replytext",
        "moderation_complaint",
    }
    tables |= {"core_eventnote", "core_searchentry"}
    index = set() if connection.vendor == "postgresql" else {"core_searchwords_data"}
    assert set(before) == tables | index
    trail.seal_events(late)
    assert counted(late, really=True) == 1
    assert traces() == {}
    trail.seal_events(late)
    assert verified() == ""


def test_what_came_when_of_what_kind_and_who_dealt_with_it_stays(city, at, criticism, late):
    rows = [Comment, CommentRevision, Question, Reply, ReplyText, Complaint, Event, EventNote]
    counts = [model.objects.count() for model in rows]
    before = {model: model.objects.order_by("pk").values() for model in (Reply, Question)}
    before = {model: list(its) for model, its in before.items()}
    events = list(Event.objects.order_by("pk").values())
    assert counted(late, really=True) == 1
    assert [model.objects.count() for model in rows] == [
        *counts[:6],
        counts[6] + Event.objects.filter(at=late).count(),
        counts[7],
    ]
    assert {model: list(model.objects.order_by("pk").values()) for model in before} == before
    assert list(Event.objects.exclude(at=late).order_by("pk").values()) == events
    after = Comment.objects.get()
    kept = (
        "channel_id",
        "publication_id",
        "kind",
        "state",
        "registered_at",
        "registered_by_id",
        "current_id",
    )
    assert [getattr(after, name) for name in kept] == [getattr(criticism, name) for name in kept]
    assert (after.url, after.erased_at) == ("", late)
    assert {(text.text, text.author, text.saved_at) for text in ReplyText.objects.all()} == {
        ("", city.anna, at)
    }
    complaint = Complaint.objects.get()
    assert (complaint.reference, complaint.state, complaint.outcome) == ("SYN 2026-1", "concluded", "–")
    written = Event.objects.filter(kind="retention.run", data__has_key="comments").get()
    assert (written.data, written.at, written.actor) == ({"comments": 1}, late, None)


def test_follow_up_counts_the_same_before_and_after(city, at, criticism, question, late, client_of):
    client = client_of(city.karin)
    days = {"first": "2026-11-23", "last": "2026-11-29"}

    def follow_up() -> list[str]:
        page = client.get(reverse("follow_up_page"), days).content.decode()
        tables = [client.get(reverse("follow_up_csv", args=[name]), days) for name in ("answers", "coverage")]
        return [page[page.index("<main") : page.index("</main")], *(one.content.decode() for one in tables)]

    before = follow_up()
    assert "1 question" in before[0] or "2 questions" in before[0]
    assert counted(late, really=True) == 2
    assert follow_up() == before


def test_dry_run_changes_nothing_and_says_how_many(criticism, question, late, time_machine):
    time_machine.move_to(late, tick=False)
    before, out = everything(), StringIO()
    call_command("dispose", stdout=out)
    assert "comments: 2 older than 730 days\n" in out.getvalue()
    assert everything() == before
    call_command("dispose", "--really", stdout=out)
    assert "comments: 2 older than 730 days removed" in out.getvalue()


def test_second_run_finds_nothing_to_do(erased, late):
    before = everything()
    assert counted(late + timedelta(days=1), really=True) == 0
    after = everything()
    assert {table for table in after if after[table] != before[table]} - {"sqlite_sequence"} == {"core_event"}


# Raw SQL of somebody who has the database and no patience.
def test_erasing_goes_slice_by_slice_each_with_its_count(city, at, late):
    some(city, at, 5)
    assert counted(late, really=True, at_once=2) == 5
    assert of_runs() == [2, 2, 1]
    assert traces() == {}


def test_queries_grow_with_the_slices_and_not_with_what_is_not_over(
    city, at, late, django_assert_num_queries
):
    of_index = 1 if connection.vendor == "sqlite" else 0
    for made in (3, 6):
        some(city, at, made)
        some(city, late - timedelta(days=9), made, handled=False)
        some(city, late - timedelta(days=9), made)
        with django_assert_num_queries(1):
            assert counted(late) == made
        with django_assert_num_queries(1 + 12 + of_index):
            assert counted(late, really=True) == made
        late += timedelta(seconds=1)
    some(city, at, 5)
    with django_assert_num_queries(1 + 12 * 3 + of_index):
        assert counted(late, really=True, at_once=2) == 5
