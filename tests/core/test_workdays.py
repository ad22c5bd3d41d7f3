"""Days and hours of the city, over both changes of summer time and the holidays of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.workdays import instant, is_working_day, local_day, next_working_day, red_days


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        (date(2026, 3, 28), "02:30", "2026-03-28T01:30"),
        # The hour that spring skips: as far after the change.
        (date(2026, 3, 29), "02:30", "2026-03-29T01:30"),
        (date(2026, 3, 29), "03:30", "2026-03-29T01:30"),
        (date(2026, 3, 30), "08:00", "2026-03-30T06:00"),
        # The hour that autumn has twice: the first.
        (date(2026, 10, 25), "02:30", "2026-10-25T00:30"),
        (date(2026, 10, 25), "03:30", "2026-10-25T02:30"),
        (date(2026, 10, 26), "08:00", "2026-10-26T07:00"),
    ],
)
def test_a_time_of_day_is_one_instant_also_when_the_clocks_change(day, clock, utc):
    assert instant(day, clock) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-12-31T22:59", date(2026, 12, 31)),
        ("2026-12-31T23:00", date(2027, 1, 1)),
        ("2026-06-30T21:59", date(2026, 6, 30)),
        ("2026-06-30T22:00", date(2026, 7, 1)),
    ],
)
def test_an_instant_is_on_the_citys_day(utc, day):
    assert local_day(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 19), False),  # Midsummer Eve
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2026, 12, 30), True),
        (date(2026, 5, 14), False),  # Ascension Day
        (date(2026, 5, 15), True),
        (date(2026, 11, 22), False),  # a plain Sunday
        (date(2026, 11, 23), True),
    ],
)
def test_holidays_and_closed_eves_are_no_working_days(day, works):
    assert is_working_day(day) == works


def test_after_christmas_comes_the_monday_between():
    assert next_working_day(date(2026, 12, 23)) == date(2026, 12, 28)
    assert next_working_day(date(2026, 12, 30)) == date(2027, 1, 4)


def test_red_days_have_their_names_and_leave_plain_sundays_out():
    names = red_days(2026)
    assert names[date(2026, 12, 24)] == "Julafton"
    assert date(2026, 11, 22) not in names
