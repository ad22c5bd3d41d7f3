"""Erasing while people work, and twice at once: with real threads on PostgreSQL, for SQLite lets one write at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from core import trail
from core.models import Event
from core.moves import ChangedMeanwhile, perform
from moderation import claims
from moderation.answering import save_reply
from moderation.models import Case, Comment, Ground
from moderation.transitions import open_case, revise_comment
from tests.core.test_races import at_once
from tests.moderation.settled import counted, halves, some

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None, two_years: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


def test_two_runs_at_once_erase_each_comment_once(live_people, at, late):
    some(live_people, at, 40)
    counts = at_once(*[lambda: counted(late, really=True, at_once=3)] * 4)
    assert sum(counts) == 40
    written = Event.objects.filter(kind="retention.run", data__has_key="comments")
    assert sum(event.data["comments"] for event in written) == 40
    assert (halves(), Comment.objects.filter(erased_at=None).count()) == ([], 0)
    assert {comment.version for comment in Comment.objects.all()} == {settled_version() + 1}
    assert trail.verify_chain() == []


def settled_version() -> int:
    """A comment that was handled once has been changed once."""
    return 2


def test_whoever_works_on_a_comment_while_it_is_erased_is_refused_or_keeps_it(live_people, at, late):
    city, threat = live_people, Ground.objects.get(code="unlawful_threat")
    works: tuple[Callable[[Comment], object], ...] = (
        lambda one: open_case(one, ground=threat, actor=city.anna, at=late),
        lambda one: claims.add_note(one, actor=city.anna, at=late, text="Look."),
        lambda one: revise_comment(one, actor=city.anna, at=late, author_name="K", text="New."),
        lambda one: save_reply(one, actor=city.anna, at=late, text="Hello."),
        lambda one: perform(one, "take_up", actor=city.anna, at=late),
    )
    before: list[int] = []
    for _ in range(6):
        comments = some(city, at, len(works) * 2)
        work = [(work, one) for work, one in zip(works * 2, comments, strict=True)]

        def all_of_them(work: Any = work) -> None:
            for do, one in work:
                try:
                    do(one)
                except (ChangedMeanwhile, IntegrityError):
                    continue

        _worked, *counts = at_once(all_of_them, *[lambda: counted(late, really=True, at_once=2)] * 2)
        assert sum(counts) == Comment.objects.exclude(erased_at=None).count() - sum(before)
        before += counts
        assert halves() == []


class Held:
    """A thread that does something in a transaction and keeps it open until it is told to end it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.done, self.go, self.refused = threading.Event(), threading.Event(), ""
        self.thread = threading.Thread(target=self.run, args=(work,))
        self.thread.start()
        assert self.done.wait(10)

    def run(self, work: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                work()
                self.done.set()
                self.go.wait(10)
        except (IntegrityError, ChangedMeanwhile) as error:
            self.refused = str(error)
        finally:
            self.done.set()
            connections.close_all()

    def end(self) -> None:
        self.go.set()
        self.thread.join()


def in_background(work: Callable[[], object]) -> tuple[threading.Thread, list[str]]:
    said: list[str] = []

    def run() -> None:
        try:
            work()
            said.append("done")
        except (IntegrityError, ChangedMeanwhile) as error:
            said.append(str(error))
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, said


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


NEW_CASE = (
    "INSERT INTO moderation_case (version, facts, state, discovered_at, due_at, comment_id, ground_id, opened_by_id) "
    "SELECT 1, '', 'found', c.registered_at, c.registered_at, c.id, g.id, c.registered_by_id "
    "FROM moderation_comment c, moderation_ground g WHERE g.code = 'unlawful_threat'"
)
OF_COMMENT = "FROM moderation_comment WHERE id = (SELECT MIN(id) FROM moderation_comment)"
ADDED = {
    "case": NEW_CASE,
    "revision": "INSERT INTO moderation_commentrevision (number, author_name, text, seen_at, comment_id) "
    f"SELECT 9, 'x', 'x', registered_at, id {OF_COMMENT}",
    "question": "INSERT INTO moderation_question (asked_at, due_at, comment_id) "
    f"SELECT registered_at, registered_at, id {OF_COMMENT}",
    "reply": "INSERT INTO moderation_reply (version, state, created_at, comment_id, written_by_id) "
    f"SELECT 1, 'draft', registered_at, id, registered_by_id {OF_COMMENT}",
    "text": "INSERT INTO moderation_replytext (number, text, saved_at, author_id, reply_id) "
    "SELECT 9, 'x', created_at, written_by_id, id FROM moderation_reply",
    "complaint": "INSERT INTO moderation_complaint (version, reference, state, passed_on_at, outcome, comment_id, "
    f"passed_on_by_id) SELECT 1, 'x', 'passed_on', registered_at, '', id, registered_by_id {OF_COMMENT}",
    "note": "INSERT INTO core_eventnote (event_id, text, salt) SELECT MIN(id), 'x', 'x' FROM core_event "
    "WHERE about_type = 'moderation.comment'",
}
MARK = "UPDATE moderation_comment SET erased_at = registered_at, url = ''"


@pytest.mark.parametrize("what", ADDED)
def test_whatever_is_added_waits_for_the_erasing_and_is_refused(live_people, at, late, what):
    some(live_people, at)
    erasing = Held(lambda: counted(late, really=True))
    thread, said = in_background(lambda: raw(ADDED[what]))
    thread.join(0.5)
    assert thread.is_alive()
    erasing.end()
    thread.join(10)
    assert "Nothing is added to a comment that is erased" in said[0]
    assert (Case.objects.count(), halves()) == (0, [])


def test_raw_marking_waits_for_a_case_and_is_refused(live_people, at):
    some(live_people, at)
    opening = Held(lambda: raw(NEW_CASE))
    thread, said = in_background(lambda: raw(MARK))
    thread.join(0.5)
    assert thread.is_alive()
    opening.end()
    thread.join(10)
    assert "never had a case" in said[0]
    assert (Case.objects.count(), Comment.objects.get().erased_at) == (1, None)


def test_run_passes_by_a_comment_that_somebody_is_just_working_on(live_people, at, late):
    first, _second = some(live_people, at, 2)
    writing = Held(lambda: claims.add_note(first, actor=live_people.anna, at=at, text="Look."))
    assert counted(late, really=True) == 1
    writing.end()
    assert list(Comment.objects.filter(erased_at=None)) == [first]
    assert counted(late, really=True) == 1
    assert halves() == []
