"""The stretches of days that the calendar shows. Days are the city's own; instants are where they begin and end."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.workdays import instant


@dataclass(frozen=True)
class Window:
    """The days from `first` to `last`, both shown. `before` and `after` are days in the windows beside it."""

    first: date
    last: date
    before: date
    after: date

    @property
    def begins(self) -> datetime:
        return instant(self.first, "00:00")

    @property
    def ends(self) -> datetime:
        """The instant at which the day after the last begins; a day may have 23 or 25 hours."""
        return instant(self.last + timedelta(days=1), "00:00")

    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def month_of(day: date) -> Window:
    first = day.replace(day=1)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return Window(
        first, last, (first - timedelta(days=1)).replace(day=1), (last + timedelta(days=1)).replace(day=1)
    )


def week_of(day: date) -> Window:
    """The ISO week, Monday to Sunday."""
    first = day - timedelta(days=day.weekday())
    return Window(first, first + timedelta(days=6), first - timedelta(days=7), first + timedelta(days=7))


def year_of(day: date) -> Window:
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    return Window(first, last, date(day.year - 1, 1, 1), date(day.year + 1, 1, 1))


def day_of(day: date) -> Window:
    return Window(day, day, day - timedelta(days=1), day + timedelta(days=1))
