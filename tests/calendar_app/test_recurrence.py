"""The days of a rule, its red days, and how it is said. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.recurrence import RedDays, Rhythm, Rule, first_working_day, last_working_day
from core.workdays import is_working_day

NINE = time(9)


def rule(rhythm="weekly", starts_on=date(2026, 12, 1), **parts):
    return Rule(rhythm=rhythm, starts_on=starts_on, **({"clock": NINE} | parts))


def days(one, first=date(2026, 1, 1), last=date(2028, 12, 31)):
    return [day for day, _held in one.days(first, last)]


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (rule(interval=2), ["2026-12-01", "2026-12-15", "2026-12-29", "2027-01-12"]),
        (rule("workdays"), ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07"]),
        (rule("month_day", date(2026, 1, 31)), ["2026-01-31", "2026-03-31", "2026-05-31"]),
        (rule("month_weekday"), ["2026-12-01", "2027-01-05", "2027-02-02"]),
        (rule("month_weekday", date(2026, 12, 29)), ["2026-12-29", "2027-01-26", "2027-02-23"]),
        (rule("first_workday"), ["2026-12-01", "2027-01-04", "2027-02-01", "2027-03-01"]),
        (rule("last_workday"), ["2026-12-30", "2027-01-29", "2027-02-26"]),
        (rule("month_end"), ["2026-12-31", "2027-01-31", "2027-02-28"]),
        (rule("yearly"), ["2026-12-01", "2027-12-01", "2028-12-01"]),
        (rule("yearly", date(2024, 2, 29)), ["2028-02-29"]),
        (rule(ends_on=date(2026, 12, 8)), ["2026-12-01", "2026-12-08"]),
    ],
)
def test_rule_comes_on_its_days(one, expected):
    assert [f"{day}" for day in days(one)][: len(expected)] == expected


@pytest.mark.rule("R7")
def test_red_days_are_kept_moved_or_left_out():
    eve = {"rhythm": "weekly", "starts_on": date(2026, 12, 24), "ends_on": date(2026, 12, 31)}
    window = (date(2026, 12, 1), date(2027, 1, 31))
    assert list(rule(**eve, red_days=RedDays.KEEP).days(*window)) == [
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ]
    assert list(rule(**eve, red_days=RedDays.MOVE).days(*window)) == [
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2027, 1, 4)),
    ]
    assert list(rule(**eve, red_days=RedDays.LEAVE_OUT).days(*window)) == []


@pytest.mark.rule("R7")
def test_sunday_is_a_red_day_unless_the_rule_asks_for_sundays():
    august = date(2027, 8, 1)  # a Sunday
    first = {"starts_on": date(2027, 7, 1), "ends_on": date(2027, 8, 31)}
    moved = rule("month_day", red_days=RedDays.MOVE, **first)
    assert list(moved.days(august, date(2027, 8, 31))) == [(august, date(2027, 8, 2))]
    assert list(rule("month_day", red_days=RedDays.KEEP, **first).days(august, august)) == [(august, august)]
    assert not list(rule("month_day", red_days=RedDays.LEAVE_OUT, **first).days(august, august))
    for rhythm in ("weekly", "month_weekday"):
        sundays = rule(rhythm, august, red_days=RedDays.LEAVE_OUT)
        assert list(sundays.days(august, august)) == [(august, august)]


def test_rule_that_never_occurs_is_found_out_and_a_leap_day_is_not_one():
    assert not rule("yearly", date(2026, 12, 24), red_days=RedDays.LEAVE_OUT).ever_occurs()
    assert not rule(ends_on=date(2026, 11, 1)).ever_occurs()
    assert rule("yearly", date(2096, 2, 29)).ever_occurs()
    assert rule("month_day", date(2026, 1, 31), interval=12).ever_occurs()


def test_time_of_day_stays_over_the_change_of_summer_time():
    march = rule(starts_on=date(2027, 3, 21)).instants(date(2027, 3, 21), date(2027, 4, 4))
    assert list(march.values()) == [
        datetime(2027, 3, 21, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
        datetime(2027, 4, 4, 7, tzinfo=UTC),
    ]


def test_half_past_two_on_the_night_that_has_none_and_the_night_that_has_two():
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    half_past_two = rule(clock=time(2, 30))
    assert half_past_two.instant_on(spring) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 on the clock
    assert half_past_two.instant_on(autumn) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )  # the first of the two
    assert "clock skips it" in half_past_two.remark()


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("one", "english", "swedish"),
    [
        (rule(), "every Tuesday at 09:00", "varje tisdag kl. 09:00"),
        (rule(interval=2), "every second Tuesday at 09:00", "varannan tisdag kl. 09:00"),
        (rule(interval=3), "every third Tuesday at 09:00", "var tredje tisdag kl. 09:00"),
        (rule(interval=12), "every 12th Tuesday at 09:00", "var 12:e tisdag kl. 09:00"),
        (rule("workdays"), "every working day at 09:00", "varje arbetsdag kl. 09:00"),
        (
            rule("first_workday"),
            "the first working day of the month at 09:00",
            "första arbetsdagen i månaden kl. 09:00",
        ),
        (
            rule("last_workday", interval=2),
            "the last working day of every second month at 09:00",
            "sista arbetsdagen varannan månad kl. 09:00",
        ),
        (rule("month_day"), "the 1st of the month at 09:00", "den 1:a i månaden kl. 09:00"),
        (
            rule("month_day", date(2026, 12, 15), interval=3),
            "the 15th of every third month at 09:00",
            "den 15:e var tredje månad kl. 09:00",
        ),
        (
            rule("month_weekday", date(2026, 12, 8)),
            "the second Tuesday of the month at 09:00",
            "andra tisdagen i månaden kl. 09:00",
        ),
        (
            rule("month_weekday", date(2026, 12, 31)),
            "the last Thursday of the month at 09:00",
            "sista torsdagen i månaden kl. 09:00",
        ),
        (rule("month_end"), "the last day of the month at 09:00", "sista dagen i månaden kl. 09:00"),
        (rule("yearly"), "1 December each year at 09:00", "1 december varje år kl. 09:00"),
        (
            rule("yearly", interval=2),
            "1 December every second year at 09:00",
            "1 december vartannat år kl. 09:00",
        ),
        (
            rule("yearly", interval=3, ends_on=date(2040, 1, 2)),
            "1 December every third year at 09:00, until 2 January 2040",
            "1 december vart tredje år kl. 09:00, till och med 2 januari 2040",
        ),
    ],
)
def test_rule_is_said_as_one_says_it(one, english, swedish):
    assert one.in_words() == english
    with translation.override("sv"):
        assert one.in_words() == swedish


@given(
    rhythm=st.sampled_from(Rhythm.values),
    starts_on=st.dates(date(2025, 1, 1), date(2040, 12, 31)),
    interval=st.integers(1, 52),
    red_days=st.sampled_from(RedDays.values),
    back=st.integers(0, 2000),
)
@settings(max_examples=150, deadline=None)
def test_every_rule_keeps_to_its_bounds_and_reads_the_same_begun_earlier(
    rhythm, starts_on, interval, red_days, back
):
    one = Rule(rhythm=rhythm, starts_on=starts_on, clock=NINE, interval=interval, red_days=red_days)
    last = starts_on + timedelta(days=1500)
    found = days(one, starts_on - timedelta(days=400), last)
    assert found == sorted(set(found))
    assert all(starts_on <= day <= last for day in found)
    assert len(found) <= 1500
    if red_days != RedDays.KEEP:
        assert all(held >= day for day, held in one.days(starts_on, last))
    earlier = one.begun_by(starts_on - timedelta(days=back))
    assert earlier.starts_on <= starts_on - timedelta(days=back)
    assert days(earlier, starts_on, last) == found
    assert earlier.in_words() == one.in_words()


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_first_and_last_working_day_are_working_days_of_the_month(day):
    first, last = first_working_day(day), last_working_day(day)
    assert first.month == last.month == day.month
    assert is_working_day(first)
    assert is_working_day(last)
    assert first < last
