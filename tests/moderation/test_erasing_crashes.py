"""The process ends after every statement of an erasing, one point after the other: comments are whole, or gone whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from core import trail
from core.models import Event
from moderation.models import Comment
from tests.core.test_crashes import ENDED, FINISHED, EndAt, in_child
from tests.moderation.settled import counted, halves, of_runs, some

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("transactional_db", "two_years"),
]


def erasing_ending_at(point: int, late: datetime) -> Callable[[], None]:
    def work() -> None:
        with connection.execute_wrapper(EndAt(point).around_sql):
            counted(late, really=True, at_once=2)

    return work


def test_no_crash_point_leaves_half_a_comment_or_a_count_that_is_wrong(live_people, at, late):
    point, slices = 0, set()
    while True:
        point += 1
        some(live_people, at, 3)
        before = Comment.objects.filter(erased_at=None).count()
        status = in_child(erasing_ending_at(point, late))
        assert status in (ENDED, FINISHED), point
        left = Comment.objects.filter(erased_at=None).count()
        slices.add(left)
        assert (before, halves()) == (3, []), point
        assert counted(late, really=True) == left, point
        assert sum(of_runs()) == Comment.objects.exclude(erased_at=None).count() == 3 * point, point
        if status == FINISHED:
            break
    assert slices == {3, 1, 0}, "before the first slice, between the two, and after"
    assert point > 20
    trail.seal_events(late)
    assert trail.verify_chain() == []
    assert Event.objects.filter(kind="retention.run").exists()
