"""When a series comes: the days of its rule, what red days do to them, and the rule in words.

Days are the city's own. Every rule is anchored at its first day, and none falls twice on a day.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule, weekday
from django.db import models
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from core.workdays import instant, is_working_day, next_working_day, red_days

MOST_BETWEEN = 52  # the longest step: every 52nd week, month or year
SUNDAY = 6
SEARCHED = relativedelta(years=9)  # a leap day may be eight years away, as it is around 2100


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", gettext_lazy("the same weekday")
    WORKDAYS = "workdays", gettext_lazy("every working day")
    MONTH_DAY = "month_day", gettext_lazy("the same day of the month")
    MONTH_WEEKDAY = "month_weekday", gettext_lazy("the same weekday of the month")
    FIRST_WORKDAY = "first_workday", gettext_lazy("the first working day of the month")
    LAST_WORKDAY = "last_workday", gettext_lazy("the last working day of the month")
    MONTH_END = "month_end", gettext_lazy("the last day of the month")
    YEARLY = "yearly", gettext_lazy("the same day of the year")


class RedDays(models.TextChoices):
    KEEP = "keep", gettext_lazy("keep the day")
    MOVE = "move", gettext_lazy("move to the next working day")
    LEAVE_OUT = "leave_out", gettext_lazy("leave it out")


@dataclass(frozen=True)
class Rule:
    """Every `interval`-th time of a rhythm, from `starts_on` to `ends_on` (both included), at `clock` in local time."""

    rhythm: str
    starts_on: date
    clock: time
    interval: int = 1
    ends_on: date | None = None
    red_days: str = RedDays.KEEP

    @property
    def number_in_month(self) -> int:
        """The first to the fourth of its weekday in the month; -1 is the last."""
        number = (self.starts_on.day - 1) // 7 + 1
        return number if number < 5 else -1

    def days(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        """This will yield the rule's days from `first` to `last`, each with the day it is held on.

        The two differ where a red day moves it; a day that is left out is not yielded.
        """
        first, last = max(first, self.starts_on), min(last, self.ends_on or last)
        for day in self._plain_days(first, last):
            if not first <= day <= last:
                continue
            if self.red_days == RedDays.KEEP or not self._is_red(day):
                yield day, day
            elif self.red_days == RedDays.MOVE:
                yield day, next_working_day(day)

    def _is_red(self, day: date) -> bool:
        """A Sunday is a red day too, but not for a rule that asks for Sundays by name."""
        by_name = self.rhythm in {Rhythm.WEEKLY, Rhythm.MONTH_WEEKDAY}
        return day in red_days(day.year) or (day.weekday() == SUNDAY and not by_name)

    def is_near(self, day: date, other: date) -> bool:
        """This will tell whether two days are the same turn of the rule: of one week, one month, or a month of a year."""
        if self.rhythm == Rhythm.WORKDAYS:
            return day == other
        if self.rhythm == Rhythm.WEEKLY:
            return day.isocalendar()[:2] == other.isocalendar()[:2]
        if self.rhythm == Rhythm.YEARLY:
            return abs(day - other) <= timedelta(days=31)
        return (day.year, day.month) == (other.year, other.month)

    def instants(self, first: date, last: date) -> dict[date, datetime]:
        """This will return the instant at which each of the rule's days is held."""
        return {day: self.instant_on(held) for day, held in self.days(first, last)}

    def instant_on(self, day: date) -> datetime:
        return instant(day, f"{self.clock:%H:%M}")

    def ever_occurs(self) -> bool:
        return next(self.days(self.starts_on, self.starts_on + SEARCHED), None) is not None

    def begun_by(self, day: date) -> Rule:
        """This will return the same rule, begun as many whole steps earlier as it takes to have begun by `day`."""
        if self.starts_on <= day:
            return self
        if self.rhythm == Rhythm.WORKDAYS:
            return replace(self, starts_on=day)
        if self.rhythm == Rhythm.WEEKLY:
            step = 7 * self.interval
            return replace(
                self,
                starts_on=self.starts_on - timedelta(days=-(-(self.starts_on - day).days // step) * step),
            )
        step = self.interval * (12 if self.rhythm == Rhythm.YEARLY else 1)
        month = self.starts_on.replace(day=1)
        while month > day or not (start := self._start_in(month)) or start > day:
            month -= relativedelta(months=step)
        return replace(self, starts_on=start)

    def _start_in(self, month: date) -> date | None:
        """This will return the day in the month from which the rule reads as it does now; None when there is none."""
        if self.rhythm == Rhythm.MONTH_WEEKDAY:
            weeks = calendar.monthcalendar(month.year, month.month)
            days = [week[self.starts_on.weekday()] for week in weeks if week[self.starts_on.weekday()]]
            number = self.number_in_month
            # A fourth that is also the last would read as the fourth, so the last must be the fifth.
            return (
                month.replace(day=days[number - 1] if number > 0 else days[-1])
                if (number > 0 or days[-1] > 28)
                else None
            )
        if self.rhythm in {Rhythm.MONTH_DAY, Rhythm.YEARLY}:
            longest = calendar.monthrange(month.year, month.month)[1]
            return month.replace(day=self.starts_on.day) if self.starts_on.day <= longest else None
        return month

    def _plain_days(self, first: date, last: date) -> Iterator[date]:
        if self.rhythm == Rhythm.WORKDAYS:
            span = (last - first).days + 1
            every = (first + timedelta(days=number) for number in range(span))
            yield from (day for day in every if is_working_day(day))
        elif self.rhythm in {Rhythm.FIRST_WORKDAY, Rhythm.LAST_WORKDAY}:
            find = first_working_day if self.rhythm == Rhythm.FIRST_WORKDAY else last_working_day
            start = self.starts_on.replace(day=1)
            yield from (find(month) for month in self._dates(MONTHLY, start, last))
        elif self.rhythm == Rhythm.MONTH_END:
            start = self.starts_on.replace(day=1)
            yield from (day for month in self._dates(MONTHLY, start, last) if (day := last_of(month)) <= last)
        elif self.rhythm == Rhythm.MONTH_WEEKDAY:
            by = weekday(self.starts_on.weekday())(self.number_in_month)
            yield from self._dates(MONTHLY, self.starts_on, last, byweekday=by)
        else:
            how = {Rhythm.WEEKLY: WEEKLY, Rhythm.MONTH_DAY: MONTHLY, Rhythm.YEARLY: YEARLY}
            yield from self._dates(how[Rhythm(self.rhythm)], self.starts_on, last)

    def _dates(self, how: Any, start: date, last: date, **by: Any) -> Iterator[date]:
        begins, until = datetime.combine(start, time()), datetime.combine(last, time())
        yield from (
            one.date() for one in rrule(how, interval=self.interval, dtstart=begins, until=until, **by)
        )

    def in_words(self) -> str:
        """This will say the rule as one says it: "every second Tuesday at 09:00"."""
        words = _("%(days)s at %(clock)s") % {
            "days": self._days_in_words(),
            "clock": f"{self.clock:%H:%M}",
        }
        if self.ends_on:
            words = _("%(rule)s, until %(day)s") % {"rule": words, "day": _date_in_words(self.ends_on)}
        return words

    def remark(self) -> str:
        """This will say what may surprise: months and years without the day, and the hour that spring skips."""
        if self.rhythm == Rhythm.MONTH_DAY and self.starts_on.day > 28:
            return _("Months without that day are left out.")
        if self.rhythm == Rhythm.YEARLY and (self.starts_on.month, self.starts_on.day) == (2, 29):
            return _("Only leap years have that day.")
        if self.clock.hour == 2:
            return _("On the night to summer time it becomes an hour later; the clock skips it.")
        return ""

    def _days_in_words(self) -> str:
        tuesday = _weekday_in_words(self.starts_on)
        if self.rhythm == Rhythm.WEEKLY:
            return _stepped(
                self.interval,
                (_("every %(what)s"), _("every second %(what)s"), _("every %(nth)s %(what)s")),
                what=tuesday,
            )
        if self.rhythm == Rhythm.YEARLY:
            return _stepped(
                self.interval,
                (_("%(what)s each year"), _("%(what)s every second year"), _("%(what)s every %(nth)s year")),
                what=_date_in_words(self.starts_on, with_year=False),
            )
        if self.rhythm == Rhythm.WORKDAYS:
            return _("every working day")
        what = {
            Rhythm.MONTH_DAY.value: _("the %(number)s") % {"number": _number_in_words(self.starts_on.day)},
            Rhythm.MONTH_WEEKDAY.value: _("the %(nth)s %(weekday)s")
            % {"nth": _nth(self.number_in_month), "weekday": tuesday},
            Rhythm.FIRST_WORKDAY.value: _("the first working day"),
            Rhythm.LAST_WORKDAY.value: _("the last working day"),
            Rhythm.MONTH_END.value: _("the last day"),
        }[self.rhythm]
        return _stepped(
            self.interval,
            (
                _("%(what)s of the month"),
                _("%(what)s of every second month"),
                _("%(what)s of every %(nth)s month"),
            ),
            what=what,
        )


def first_working_day(month: date) -> date:
    """This will return the first working day of the month."""
    return next_working_day(month.replace(day=1) - timedelta(days=1))


def last_working_day(month: date) -> date:
    """This will return the last working day of the month."""
    day = last_of(month)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def last_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _stepped(interval: int, phrases: tuple[str, str, str], **values: str) -> str:
    every, every_second, every_nth = phrases
    phrase = every if interval == 1 else every_second if interval == 2 else every_nth
    return phrase % (values | {"nth": _nth(interval)})


def _nth(number: int) -> str:
    names = {
        -1: pgettext("number in order", "last"),
        1: pgettext("number in order", "first"),
        2: pgettext("number in order", "second"),
        3: pgettext("number in order", "third"),
        4: pgettext("number in order", "fourth"),
        5: pgettext("number in order", "fifth"),
        6: pgettext("number in order", "sixth"),
    }
    return names.get(number) or _number_in_words(number)


def _number_in_words(number: int) -> str:
    """This will write a number in order in figures: 1st, 22nd; in Swedish 1:a, 22:a, 15:e."""
    last, teens = number % 10, number % 100 in {11, 12, 13}
    if _is_swedish():
        return f"{number}:{'a' if last in {1, 2} and not teens else 'e'}"
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th')}"


def _weekday_in_words(day: date) -> str:
    name = str(WEEKDAYS[day.weekday()])
    return name.lower() if _is_swedish() else name


def _date_in_words(day: date, *, with_year: bool = True) -> str:
    month = str(MONTHS[day.month])
    words = f"{day.day} {month.lower() if _is_swedish() else month}"
    return f"{words} {day.year}" if with_year else words


def _is_swedish() -> bool:
    return (get_language() or "sv").startswith("sv")
