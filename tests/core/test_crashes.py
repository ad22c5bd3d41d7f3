"""The process ends before and after every SQL statement and every send, one point after the other, and is recovered.

Each point is a child of its own that ends with os._exit, as a kill would end it: nothing is closed, nothing rolled
back by us. Then rounds of the clock run until nothing is due, and what must be true is asked.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from core import clock, trail
from core.models import Event, Notice, Rung
from moderation.models import Case, Ground
from moderation.transitions import open_case, register_comment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ENDED, FINISHED, FAILED = 97, 0, 98


def in_child(work: Callable[[], None]) -> int:
    """This will run `work` in a process of its own, with a connection of its own, and return its exit status.

    On PostgreSQL this process keeps its own connection, which knows the tables already; on SQLite it gives it up, as none
    may be taken over into another process.
    """
    if connection.vendor == "sqlite":
        connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        left_alone = connection.connection  # not closed: the server would be told that both have gone
        connection.connection = None
        work()
        assert connection.connection is not left_alone
    except BaseException:  # the child must never come back into the test run
        os._exit(FAILED)
    os._exit(FINISHED)


class EndAt:
    """Counts the points passed, and ends the process at one of them.

    To end after one statement and to end before the next is to end at the same instant, so it is one point: the first lies
    before everything, and one after each statement, each send and each file.
    """

    def __init__(self, point: int) -> None:
        self.point, self.passed = point, 0
        self.pass_one()

    def pass_one(self) -> None:
        self.passed += 1
        if self.passed == self.point:
            os._exit(ENDED)

    def around_sql(self, execute: Any, *args: Any) -> Any:
        answer = execute(*args)
        self.pass_one()
        return answer

    def around_send(self, send: Any) -> Any:
        def sending(messages: Any) -> Any:
            answer = send(messages)
            self.pass_one()
            return answer

        return sending


def sweep_ending_at(point: int, at: datetime) -> Callable[[], None]:
    from django.core.mail.backends import filebased

    def work() -> None:
        end = EndAt(point)
        backend = filebased.EmailBackend
        original = backend.send_messages
        backend.send_messages = lambda self, messages: end.around_send(lambda m: original(self, m))(messages)
        with connection.execute_wrapper(end.around_sql):
            clock.sweep(at)

    return work


@pytest.fixture
def letters(settings: Any, tmp_path: Path) -> Callable[[], Counter[str]]:
    """Counts, by Message-ID, what was sent to a mail server that keeps each letter as a file."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = (
        "django.core.mail.backends.filebased.EmailBackend",
        str(tmp_path),
    )

    def count() -> Counter[str]:
        found: Counter[str] = Counter()
        for path in tmp_path.glob("*.log"):
            for part in path.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    found[str(message_from_bytes(part)["Message-ID"])] += 1
        return found

    return count


@pytest.mark.rule("R36")
def test_no_crash_point_loses_or_doubles_a_notice(live_people, at, letters):
    city, point = live_people, 0
    while True:
        point += 1
        comment = register_comment(
            actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text=f"{point}"
        )
        ground = Ground.objects.get(code="unlawful_threat")
        now = at + timedelta(days=point)
        case = open_case(comment, ground=ground, actor=city.anna, at=now - timedelta(hours=5))
        status = in_child(sweep_ending_at(point, now))
        assert status in (ENDED, FINISHED), status
        for minutes in (0, 12):
            clock.sweep(now + timedelta(minutes=minutes))
        told = Notice.objects.filter(about_type="moderation.case", about_id=case.pk)
        # At once the editors, as nobody has the shift; after four hours everybody.
        assert sorted(told.values_list("recipient__name", flat=True)) == [
            "Anna",
            "Erik",
            "Erik",
            "Sara",
            "Sara",
        ], point
        assert not Notice.objects.exclude(email_state="sent").exists(), point
        assert Rung.objects.filter(ladder="case", object_id=case.pk, told_at=None).count() == 3, point
        assert not Event.objects.filter(seal=None).exists(), point
        Case.objects.filter(pk=case.pk).update(state="kept", closed_at=now)
        Rung.objects.filter(told_at=None).update(cancelled_at=now)
        if status == FINISHED:
            break
    sent = letters()
    assert len(sent) == Notice.objects.count()
    assert min(sent.values()) == 1
    assert max(sent.values()) <= 2
    assert trail.verify_chain() == []
    assert point > 40
