"""Comments that never had a case: which are old enough, what goes, what stays, and what nobody can do to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import privacy, trail, triggers
from core.models import Event, EventNote, SearchEntry
from core.moves import ChangedMeanwhile, MoveRefused, perform
from moderation import claims, erasing
from moderation.answering import correct_reference, pass_on, save_reply
from moderation.models import Comment, CommentRevision, Complaint, Ground, Question, Reply, ReplyText
from moderation.transitions import change_kind, open_case, register_comment, revise_comment
from tests.moderation.tampering import guards_off, verified

pytestmark = pytest.mark.django_db

DAYS = 730
URL = "https://www.facebook.com/parker/posts/1?comment_id=31415926"
# What the person behind the comment is known by. In no other row of the database, and in no word of the program.
NAME, WROTE, WROTE_NOW, ANSWER, NOTE, OUTCOME, REASON = (
    "Zebulonia Kvistbergh",
    "Skrumpelgatan luktar",
    "Snårbuskarna luktar",
    "Zebulonia, kom till Prassellunden",
    "Zebulonia ringde från Knaggvägen",
    "Zebulonia fick en blompytsa",
    "Zebulonia skrev till Fnattheden",
)
TRACES = (
    "ebulonia",
    "vistbergh",
    "krumpel",
    "buskarna",
    "rassellunden",
    "naggv",
    "lompytsa",
    "nattheden",
    "31415926",
)


@pytest.fixture(autouse=True)
def _two_years(settings: Any) -> None:
    settings.RETENTION_DAYS = {"comments": DAYS}


@pytest.fixture
def late(at: datetime) -> datetime:
    """The moment at which what happened at noon has been kept for a day too long."""
    return at + timedelta(days=DAYS + 1)


@pytest.fixture
def criticism(city, at: datetime, new_comment) -> Comment:
    """Criticism with everything that can hang on a comment without a case, all of it settled at noon."""
    comment = new_comment(kind="criticism", author_name=NAME, text=WROTE, url=URL)
    by = {"actor": city.anna, "at": at}
    revise_comment(comment, author_name=NAME, text=WROTE_NOW, **by)
    claims.add_note(comment, text=NOTE, **by)
    perform(save_reply(comment, text=f"{ANSWER} i dag.", **by), "drop", **by)
    reply = save_reply(comment, text=f"{ANSWER} i morgon.", **by)
    perform(reply, "ask_reading", **by)
    perform(reply, "agree", actor=city.erik, at=at, note=REASON)
    complaint = pass_on(comment, reference="SYN 2026-1", **by)
    perform(complaint, "conclude", outcome=OUTCOME, **by)
    perform(reply, "send", **by)
    comment.refresh_from_db()
    perform(comment, "take_up", **by)
    perform(comment, "handle", note=REASON, **by)
    return comment


@pytest.fixture
def question(city, at: datetime, new_comment) -> Comment:
    """A question that was asked and answered at noon."""
    comment = new_comment(kind="question", author_name=NAME, text=WROTE, url=URL + "7")
    perform(save_reply(comment, actor=city.anna, at=at, text=ANSWER), "send", actor=city.anna, at=at)
    comment.refresh_from_db()
    return comment


@pytest.fixture
def erased(city, criticism: Comment, late: datetime) -> Comment:
    assert counted(late, really=True) == 1
    criticism.refresh_from_db()
    return criticism


def counted(at: datetime, *, really: bool = False) -> int:
    return next(count for kind, count in privacy.dispose(at, really=really) if kind.name == "comments")


def found(at: datetime) -> list[Comment]:
    return list(erasing.quiet_since(at - timedelta(days=DAYS)))


# What happens to a settled comment of long ago: after each of these it is not old enough.
Happening = Callable[[Any, Comment, datetime], object]
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


def everything() -> dict[str, str]:
    """All that the database holds, a text for each table; what the search keeps for itself is among them."""
    postgresql = connection.vendor == "postgresql"
    of_tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'core_searchwords'"
    with connection.cursor() as cursor:
        if postgresql:
            of_tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        cursor.execute(of_tables)
        tables = [name for (name,) in cursor.fetchall()]
        held = {}
        for table in tables:
            cursor.execute(f'SELECT {"whole::text" if postgresql else "*"} FROM "{table}" AS whole')
            held[table] = "\n".join(as_text(value) for row in cursor.fetchall() for value in row)
    return held


def as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def traces() -> dict[str, set[str]]:
    """Which traces of the person there are, by where they lie."""
    held = {table: text.lower() for table, text in everything().items()}
    return {
        table: its for table, text in held.items() if (its := {trace for trace in TRACES if trace in text})
    }


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
OPEN = {
    "blanked": "UPDATE moderation_commentrevision SET text = '', author_name = ''",
    "rewritten": "UPDATE moderation_commentrevision SET text = 'Nothing.'",
    "marked while it waits": "UPDATE moderation_comment SET erased_at = registered_at, url = ''",
    "marked in every way": "UPDATE moderation_comment SET erased_at = registered_at, url = '', state = 'new'",
    "answer blanked": "UPDATE moderation_replytext SET text = ''",
    "note blanked": "UPDATE core_eventnote SET text = '', salt = ''",
    "note deleted": "DELETE FROM core_eventnote",
}


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(error.value)


@pytest.fixture
def open_one(city, at, new_comment) -> Comment:
    """A comment that nobody has handled, with an answer on its way and a note."""
    comment = new_comment(kind="praise", url=URL)
    claims.add_note(comment, actor=city.anna, at=at, text=NOTE)
    save_reply(comment, actor=city.anna, at=at, text=ANSWER)
    return comment


@pytest.mark.parametrize("attack", OPEN)
def test_raw_sql_cannot_touch_what_is_open(open_one, attack):
    before = everything()
    refused(OPEN[attack])
    assert everything() == before


@pytest.fixture
def with_case(city, at, new_comment) -> Comment:
    """A comment that is handled, whose case is closed."""
    comment = new_comment(url=URL + "3")
    case = open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)
    perform(case, "keep", actor=city.anna, at=at, note="Not that bad.")
    return comment


@pytest.mark.parametrize("attack", ["blanked", "rewritten", "marked while it waits", "note blanked"])
def test_raw_sql_cannot_touch_what_has_a_case(with_case, attack):
    before = everything()
    refused(OPEN[attack])
    assert everything() == before


# What waits for something, one thing each, so that each condition of the guard is asked.
WAITS: dict[str, Happening] = {
    "not handled": lambda city, one, at: perform(one, "take_up", actor=city.anna, at=at),
    "has a case": lambda city, one, at: perform(
        open_case(one, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at),
        "keep",
        actor=city.anna,
        at=at,
        note="Kept.",
    ),
    "has an open question": lambda city, one, at: Question.objects.create(
        comment=one, asked_at=at, due_at=at
    ),
    "has an open complaint": lambda city, one, at: pass_on(one, actor=city.anna, at=at, reference="SYN 1"),
    "has an answer on its way": lambda city, one, at: save_reply(one, actor=city.anna, at=at, text="Hello."),
    "is claimed": lambda city, one, at: claims.claim(one, actor=city.anna, at=at),
}


@pytest.mark.parametrize("why", WAITS)
def test_raw_sql_cannot_mark_what_waits(city, at, new_comment, why):
    comment = new_comment(kind="criticism")
    perform(comment, "handle", actor=city.anna, at=at, note="Seen.")
    WAITS[why](city, comment, at)
    assert "never had a case" in refused("UPDATE moderation_comment SET erased_at = registered_at")


@pytest.mark.parametrize(
    "besides",
    [
        "kind = 'praise'",
        "registered_at = '2020-01-01T00:00:00Z'",
        "registered_by_id = (SELECT MAX(id) FROM core_user)",
        "channel_id = (SELECT MAX(id) FROM channels_registry_channel)",
        "publication_id = 1",
        "current_id = NULL",
    ],
)
def test_raw_sql_cannot_change_what_stays_while_it_marks(criticism, besides):
    mark = "UPDATE moderation_comment SET erased_at = registered_at, url = ''"
    said = refused(f"{mark}, {besides}")
    assert "never had a case" in said or "reads now as its latest" in said
    with connection.cursor() as cursor:
        cursor.execute(mark)


def test_raw_sql_cannot_handle_and_mark_in_one(new_comment):
    new_comment(kind="praise")
    mark = "UPDATE moderation_comment SET erased_at = registered_at, state = 'handled'"
    assert "never had a case" in refused(mark)


def test_raw_sql_cannot_mark_what_keeps_its_address_or_is_born(question, criticism):
    assert "never had a case" in refused("UPDATE moderation_comment SET erased_at = registered_at")
    born = (
        "INSERT INTO moderation_comment (version, url, kind, state, registered_at, erased_at, channel_id, "
        f"registered_by_id) SELECT 1, '', kind, state, registered_at, registered_at, channel_id, registered_by_id "
        f"FROM moderation_comment WHERE id = {question.pk}"
    )
    assert "when its time is over" in refused(born)


# What raw SQL could do to an erased comment {one}, with an answer {reply}, beside another comment {other}.
OF_ONE = "FROM moderation_comment WHERE id = {one}"
ATTACKS = {
    "unmarked": "UPDATE moderation_comment SET erased_at = NULL WHERE id = {one}",
    "taken up": "UPDATE moderation_comment SET state = 'new' WHERE id = {one}",
    "other kind": "UPDATE moderation_comment SET kind = 'praise' WHERE id = {one}",
    "claimed": "UPDATE moderation_comment SET claimed_by_id = registered_by_id WHERE id = {one}",
    "addressed": "UPDATE moderation_comment SET url = 'https://x.example/' WHERE id = {one}",
    "written": "UPDATE moderation_commentrevision SET text = 'x' WHERE comment_id = {one}",
    "numbered anew": "UPDATE moderation_commentrevision SET text = '', author_name = '', number = number + 10 "
    "WHERE comment_id = {one}",
    "dated anew": "UPDATE moderation_commentrevision SET text = '', author_name = '', "
    "seen_at = '2020-01-01 12:00:00+00:00' WHERE comment_id = {one}",
    "case": "INSERT INTO moderation_case (version, facts, state, discovered_at, due_at, comment_id, ground_id, "
    "opened_by_id) SELECT 1, '', 'found', registered_at, registered_at, id, "
    f"(SELECT id FROM moderation_ground WHERE code = 'unlawful_threat'), registered_by_id {OF_ONE}",
    "revision": "INSERT INTO moderation_commentrevision (number, author_name, text, seen_at, comment_id) "
    f"SELECT 9, 'x', 'x', registered_at, id {OF_ONE}",
    "question": "INSERT INTO moderation_question (asked_at, due_at, comment_id) "
    f"SELECT registered_at, registered_at, id {OF_ONE}",
    "reply": "INSERT INTO moderation_reply (version, state, created_at, comment_id, written_by_id) "
    f"SELECT 1, 'draft', registered_at, id, registered_by_id {OF_ONE}",
    "reply moved in": "UPDATE moderation_reply SET comment_id = {one} WHERE comment_id = {other}",
    "reply moved out": "UPDATE moderation_reply SET comment_id = {other} WHERE state = 'dropped'",
    "text": "INSERT INTO moderation_replytext (number, text, saved_at, author_id, reply_id) "
    "SELECT 9, 'x', created_at, written_by_id, id FROM moderation_reply WHERE id = {reply}",
    "text written": "UPDATE moderation_replytext SET text = 'x' WHERE reply_id = {reply}",
    "text numbered anew": "UPDATE moderation_replytext SET text = '', number = number + 10 WHERE reply_id = {reply}",
    "text dated anew": "UPDATE moderation_replytext SET text = '', saved_at = '2020-01-01 12:00:00+00:00' "
    "WHERE reply_id = {reply}",
    "outcome": "UPDATE moderation_complaint SET outcome = 'x'",
    "number of the complaint": "UPDATE moderation_complaint SET reference = 'x', outcome = '–'",
    "complaint": "INSERT INTO moderation_complaint (version, reference, state, passed_on_at, outcome, comment_id, "
    f"passed_on_by_id) SELECT 1, 'x', 'passed_on', registered_at, '', id, registered_by_id {OF_ONE}",
    "taken out": "DELETE FROM moderation_comment WHERE id = {one}",
    "complaint taken out": "DELETE FROM moderation_complaint WHERE comment_id = {one}",
    "note": "UPDATE core_eventnote SET text = 'x'",
    "note salted": "UPDATE core_eventnote SET salt = 'x'",
    "note moved": "UPDATE core_eventnote SET event_id = event_id + 100000",
    "another note": "INSERT INTO core_eventnote (event_id, text, salt) SELECT MIN(e.id), 'x', 'x' FROM core_event e "
    "WHERE e.about_type = 'moderation.comment' AND e.about_id = {one} "
    "AND NOT EXISTS (SELECT 1 FROM core_eventnote n WHERE n.event_id = e.id)",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_raw_sql_cannot_bring_an_erased_comment_back(city, at, erased, new_comment, attack):
    other = new_comment(kind="praise")
    save_reply(other, actor=city.anna, at=at, text="Hello.")
    if attack == "complaint":  # there is one already; without it the comment takes none either
        guards_off("moderation_complaint")
        Complaint.objects.all().delete()
        guards_on()
    before, reply = everything(), erased.replies.get(state="sent")
    said = refused(ATTACKS[attack].format(one=erased.pk, other=other.pk, reply=reply.pk))
    assert "is erased" in said or "written once" in said
    assert everything() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no INSERT OR REPLACE")
@pytest.mark.rule("R20")
@pytest.mark.parametrize("which", ["erased", "open_one", "with_case"])
def test_sqlite_cannot_put_another_comment_in_the_place_of_one(request, which):
    """In the place of one with a case it would let older evidence count."""
    found = request.getfixturevalue(which)
    comment = found.comment if hasattr(found, "comment") else found
    columns = "version, kind, registered_at, channel_id, registered_by_id"
    said = refused(
        f"INSERT OR REPLACE INTO moderation_comment (id, url, state, {columns}) "
        f"SELECT id, 'https://x.example/', 'new', {columns} FROM moderation_comment WHERE id = {comment.pk}"
    )
    assert "never taken out" in said


@pytest.mark.rule("R20")
def test_no_comment_is_taken_out(new_comment):
    comment = new_comment(kind="praise")
    assert "never taken out" in refused(f"DELETE FROM moderation_comment WHERE id = {comment.pk}")


def guards_on() -> None:
    triggers.install(connection)


def past_the_page(city: Any, one: Comment, at: datetime) -> dict[str, Callable[[], object]]:
    """What the shell can do to a comment, each through the function that the pages use."""
    by, threat = {"actor": city.anna, "at": at}, Ground.objects.get(code="unlawful_threat")
    return {
        "case": lambda: open_case(one, ground=threat, **by),
        "revision": lambda: revise_comment(one, author_name="K", text="New.", **by),
        "kind": lambda: change_kind(one, kind="praise", **by),
        "taken up": lambda: perform(one, "take_up", **by),
        "asked again": lambda: perform(one, "ask_again", **by),
        "answer": lambda: save_reply(one, text="Hello.", **by),
        "complaint": lambda: pass_on(one, reference="SYN 2", **by),
        "number": lambda: correct_reference(one.complaint, reference="SYN 2", **by),
        "claim": lambda: claims.claim(one, **by),
        "assigned": lambda: claims.assign(one, to=city.erik, **by),
        "note": lambda: claims.add_note(one, text="Look.", **by),
    }


DONE = (
    "case",
    "revision",
    "kind",
    "taken up",
    "asked again",
    "answer",
    "complaint",
    "number",
    "claim",
    "assigned",
    "note",
)


@pytest.mark.parametrize("what", DONE)
def test_shell_cannot_work_on_an_erased_comment_and_is_told_why(city, at, erased, what):
    works = past_the_page(city, erased, at)
    assert set(works) == set(DONE)
    before = everything()
    with pytest.raises(MoveRefused, match="is disposed of and cannot be changed"):
        works[what]()
    assert everything() == before


@pytest.mark.parametrize("what", ["case", "revision", "kind", "taken up", "asked again", "answer"])
def test_whoever_read_the_comment_before_it_was_erased_is_told_that_it_changed(
    city, at, criticism, late, what
):
    """They hold the comment as it was, so no rule knows better: the database does."""
    assert counted(late, really=True) == 1
    before = everything()
    with pytest.raises(ChangedMeanwhile):
        past_the_page(city, criticism, at)[what]()
    assert everything() == before


FORMS: dict[str, dict[str, Any]] = {
    "case_open": {"facts": "x"},
    "comment_revise": {"author_name": "K", "text": "New."},
    "comment_kind": {"kind": "praise"},
    "comment_claim": {},
    "comment_assign": {"user": ""},
    "comment_note": {"note": "Look."},
    "reply_save": {"text": "Hello."},
    "complaint_new": {"reference": "SYN 2"},
}


@pytest.mark.parametrize("door", FORMS)
def test_page_refuses_with_a_sentence_what_was_sent_to_an_erased_comment(anna, erased, door):
    form = FORMS[door] | (
        {"ground": Ground.objects.get(code="unlawful_threat").pk} if door == "case_open" else {}
    )
    answer = anna.post(reverse(f"moderation:{door}", args=[erased.pk]), form)
    assert (answer.status_code, "is disposed of and cannot be changed" in answer.content.decode()) == (
        403,
        True,
    )


def test_administrators_door_has_no_way_round(city, client_of, erased):
    admin = client_of(city.admin)
    moves = reverse("admin:moderation_comment_moves", args=[erased.pk])
    assert "is disposed of and cannot be changed" in admin.get(moves).content.decode()
    answer = admin.post(moves, {"move": "take_up", "seen": erased.version})
    assert answer.status_code == 403
    listed = admin.get(reverse("admin:moderation_comment_changelist"), {"erased_at__isempty": "0"})
    assert "Nov. 24, 2028" in listed.content.decode()
    for name in ("commentrevision", "replytext"):
        assert "Nov. 24, 2028" in admin.get(reverse(f"admin:moderation_{name}_changelist")).content.decode()


def test_erased_comment_says_when_and_why_in_the_place_of_every_word(city, anna, client_of, erased, at):
    for client in (anna, client_of(city.karin), client_of(city.rut)):
        page = client.get(reverse("moderation:comment_page", args=[erased.pk])).content.decode()
        shown = page[page.index("<main") : page.index("</main")]
        assert "The comment was disposed of on Fri 24 Nov 2028." in shown
        assert "It never had a case" in shown
        assert "What was answered is gone." in shown
        assert "Registered by Anna" in shown
        assert "<strong>SYN 2026-1</strong>" in shown
        assert "read by Erik" in shown
        for empty in (
            "<p></p>",
            "Comment by",
            "–</p>",
            "<blockquote",
            "<form",
            "<textarea",
            "Earlier texts",
            "Next step",
        ):
            assert empty not in shown
    inbox_page = reverse("moderation:inbox_page")
    for state in ("handled", "all"):
        page = anna.get(inbox_page, {"state": state}).content.decode()
        assert "Disposed of on Fri 24 Nov 2028: its time was over" in page
        assert '<p class="meta">Parks on Facebook' in page
    assert "Disposed of" not in anna.get(inbox_page).content.decode()


@pytest.mark.parametrize("kind", ["praise", "criticism"])
def test_erased_comment_that_nobody_answered_says_so(city, at, anna, new_comment, late, kind):
    comment = new_comment(kind=kind)
    perform(comment, "handle", actor=city.anna, at=at, note=REASON)
    assert counted(late, really=True) == 1
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert ("Nothing was answered." in page, "<h2>Complaint</h2>" in page) == (True, False)


def test_what_was_typed_into_the_trail_of_old_is_not_shown_on_the_page(city, at, anna, new_comment, late):
    """Before notes lay beside the trail they were written into it, and there they stay."""
    comment = new_comment(kind="praise")
    trail.record("comment.note", about=comment, actor=city.anna, at=at, note=NOTE)
    perform(comment, "handle", actor=city.anna, at=at, note=REASON)
    page = reverse("moderation:comment_page", args=[comment.pk])
    assert NOTE in anna.get(page).content.decode()
    assert counted(late, really=True) == 1
    assert NOTE not in anna.get(page).content.decode()


def test_case_disposed_of_says_so_in_the_inbox_without_an_empty_name(city, at, anna, sealed):
    guards_off("moderation_commentrevision")
    CommentRevision.objects.update(text="", author_name="")
    page = anna.get(reverse("moderation:inbox_page"), {"state": "all"}).content.decode()
    assert ">Disposed of</a>" in page
    assert '<p class="meta"> ·' not in page


def test_search_finds_nothing_of_it_any_more(anna, criticism, late):
    def hits(word: str) -> bool:
        return (
            f"/moderation/comments/{criticism.pk}/"
            in anna.get(reverse("search_page"), {"q": word}).content.decode()
        )

    assert all(map(hits, ("Zebulonia", "Snårbuskarna")))
    assert counted(late, really=True) == 1
    assert not any(map(hits, ("Zebulonia", "Snårbuskarna")))
    assert not SearchEntry.objects.filter(kind="comment").exists()


def test_same_address_is_registered_again_as_a_new_comment(city, anna, erased):
    form = {"url": URL, "channel": city.channel.pk, "kind": "praise", "author_name": NAME, "text": WROTE}
    answer = anna.post(reverse("moderation:comment_new"), form)
    anew = Comment.objects.get(url=URL)
    assert (answer.status_code, anew.pk != erased.pk, anew.current.text) == (302, True, WROTE)
    again = anna.post(reverse("moderation:comment_new"), form)
    assert (again.status_code, "registered already" in again.content.decode()) == (409, True)


def test_what_is_typed_about_a_comment_is_in_the_trail_by_a_hash_that_nobody_can_guess(city, at, new_comment):
    comment = new_comment(kind="praise")
    for _ in range(2):
        claims.add_note(comment, actor=city.anna, at=at, text="Look.")
    perform(comment, "handle", actor=city.anna, at=at, note="Thanked.")
    events = Event.objects.filter(about_type="moderation.comment").exclude(kind="comment.register")
    assert [event.note for event in events] == [""] * 3
    assert [event.typed for event in events] == ["Thanked.", "Look.", "Look."]
    hashes = [event.data["typed"] for event in events]
    assert len({*hashes, trail.fingerprint("Look.")}) == 4
    trail.seal_events(at)
    assert verified() == ""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE core_eventnote SET text = 'Nothing.'",
        "UPDATE core_eventnote SET text = ''",
        "DELETE FROM core_eventnote",
    ],
)
def test_note_that_was_changed_past_the_guards_is_named(city, at, new_comment, change):
    claims.add_note(new_comment(kind="praise"), actor=city.anna, at=at, text="Look.")
    trail.seal_events(at)
    guards_off("core_eventnote")
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert "what was typed is not what its events say (1)" in verified()
    guards_on()


def some(city: Any, at: datetime, count: int, handled: bool = True) -> list[Comment]:
    """So many comments, each with an answer that was sent, or new."""
    made = []
    for number in range(count):
        made.append(
            register_comment(
                actor=city.anna,
                at=at,
                channel=city.channel,
                kind="praise",
                author_name=f"{NAME} {number}",
                text=f"{WROTE} {number}",
                url=f"{URL}{Comment.objects.count()}",
            )
        )
        if handled:
            reply = save_reply(made[-1], actor=city.anna, at=at, text=ANSWER)
            perform(reply, "send", actor=city.anna, at=at)
    return made


def test_erasing_goes_slice_by_slice_and_a_crash_leaves_whole_comments(city, at, late, monkeypatch):
    some(city, at, 5)
    monkeypatch.setattr(privacy, "AT_ONCE", 2)
    whole, calls = erasing.erase_notes, []

    def breaks_off(comments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("The power is gone.")
        whole(comments)

    monkeypatch.setattr(erasing, "erase_notes", breaks_off)
    with pytest.raises(RuntimeError):
        counted(late, really=True)
    assert states() == [("", "", "")] * 2 + [(URL, WROTE, ANSWER)] * 3
    assert of_runs() == [2]
    monkeypatch.setattr(erasing, "erase_notes", whole)
    assert counted(late, really=True) == 3
    assert states() == [("", "", "")] * 5
    assert of_runs() == [2, 2, 1]
    assert traces() == {}


def states() -> list[tuple[str, str, str]]:
    """The beginnings of each comment's address, text and answer."""
    rows = Comment.objects.order_by("pk").values_list("url", "current__text", "replies__current__text")
    return [(url[: len(URL)], text[: len(WROTE)], answer) for url, text, answer in rows]


def of_runs() -> list[int]:
    runs = Event.objects.filter(kind="retention.run", data__has_key="comments").order_by("pk")
    return [event.data["comments"] for event in runs]


def test_queries_grow_with_the_slices_and_not_with_what_is_not_over(
    city, at, late, monkeypatch, django_assert_num_queries
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
    monkeypatch.setattr(privacy, "AT_ONCE", 2)
    with django_assert_num_queries(1 + 12 * 3 + of_index):
        assert counted(late, really=True) == 5
