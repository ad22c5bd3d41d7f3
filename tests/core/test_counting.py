"""What is counted for a stretch of time is counted for the whole of it, and anew in the next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from core.counting import count, counted

pytestmark = pytest.mark.django_db


def test_an_hour_counts_what_was_done_with_long_pauses_and_nothing_of_the_hour_before(at, time_machine):
    cache.clear()
    begins = at.replace(minute=0, second=0, microsecond=0)
    for minutes in (0, 20, 50):
        now = begins + timedelta(minutes=minutes)
        time_machine.move_to(now, tick=False)
        done = count("answer", "somebody", now, seconds=3600)
    assert (done, counted("answer", "somebody", now, seconds=3600)) == (3, 3)
    assert counted("answer", "somebody else", now, seconds=3600) == 0
    assert count("answer", "somebody", begins + timedelta(hours=1), seconds=3600) == 1
