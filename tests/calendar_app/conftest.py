"""Series for the tests of the calendar: Anna's, of the park team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from calendar_app.models import Series
from calendar_app.recurrence import Rule
from calendar_app.transitions import begin_series
from tests.conftest import City


@pytest.fixture
def new_series(city: City, at: datetime) -> Callable[..., Series]:
    """A series of Anna's on the team's channel, every Tuesday at nine from 1 December; changed by keywords."""

    def make(name: str = "Did you know", *, when: datetime = at, **rule: Any) -> Series:
        series = Series(team=city.team)
        fields = {"name": name, "owner": city.anna, "template_text": "Did you know that …"}
        parts = {"rhythm": "weekly", "starts_on": date(2026, 12, 1), "clock": time(9)} | rule
        begin_series(
            series,
            actor=city.anna,
            at=when,
            fields=fields,
            channels=[city.channel],
            rule=Rule(**parts),
        )
        return series

    return make
