"""Working days in Sweden: Monday to Friday without public holidays and without the eves the city is closed on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

# Nothing is planned in other years; near the ends of what can be counted, an hour more is an error.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def is_in_reach(day: date) -> bool:
    """This will tell whether a day, or a time, lies in a year that can be worked in."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


@lru_cache(maxsize=32)
def red_days(year: int, language: str = "sv") -> dict[date, str]:
    """This will return the year's public holidays and closed eves with their names, plain Sundays left out."""
    days = holidays.country_holidays(
        "SE",
        years=year,
        categories=("public", "de_facto"),
        include_sundays=False,
        language={"sv": "sv"}.get(language, "en_US"),
    )
    return dict(days)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in red_days(day.year)


def next_working_day(day: date) -> date:
    """This will return the first working day after `day`."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_day_by(day: date) -> date:
    """This will return the day itself when people are at work on it, and otherwise the last working day before."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def local_day(at: datetime) -> date:
    """This will return the day it is in the city at that instant."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def last_day_of(ends_at: datetime) -> date:
    """This will return the last day that is part of a time: a week ends on Sunday, not on Monday at midnight."""
    return local_day(ends_at - timedelta(seconds=1))


def instant(day: date, clock: str) -> datetime:
    """This will return the instant at which the city's clocks show `clock` ("08:00") on `day`.

    In the hour that autumn has twice it is the first; in the one spring skips, as far after the change.
    """
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(
        ZoneInfo("UTC")
    )


def after_working_hours(at: datetime, hours: float) -> datetime:
    """This will return the instant `hours` after `at`, counting only time on working days, day and night.

    What begins on a Friday at three and takes 24 hours is due on Monday at three. In UTC, as the clock is kept.
    """
    left = timedelta(hours=hours)
    at = at.astimezone(ZoneInfo("UTC"))
    while True:
        day = local_day(at)
        midnight = instant(day + timedelta(days=1), "00:00")
        if is_working_day(day):
            if at + left < midnight:
                return at + left
            left -= midnight - at
        at = midnight
