"""The watch of each working day, opened, reminded and missed by the clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from channels_registry.models import Channel
from core.models import Notice, Rung
from core.moves import MoveRefused, perform
from core.workdays import instant, is_working_day
from editorial.models import Shift
from moderation.models import Watch

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


@pytest.mark.rule("R21", "R37")
def test_watch_opens_at_eight_on_a_working_day_once_for_each_open_channel(city, sweep_at):
    Channel.objects.filter(pk=city.other_channel.pk).update(comment_mode="off")
    sweep_at(instant(TUESDAY, "07:59"))
    assert not Watch.objects.exists()
    sweep_at(instant(TUESDAY, "08:00"))
    sweep_at(instant(TUESDAY, "08:00"))
    assert [watch.channel for watch in Watch.objects.all()] == [city.channel]


@pytest.mark.rule("R21")
@pytest.mark.parametrize(
    "day", [date(2026, 11, 28), date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 6), date(2026, 6, 19)]
)
def test_no_watch_on_weekends_holidays_and_eves(city, sweep_at, day):
    assert not is_working_day(day)
    sweep_at(instant(day, "12:00"))
    assert not Watch.objects.exists()


@pytest.mark.rule("R37")
def test_reminders_go_to_the_one_on_duty_and_the_missed_watch_to_the_editors(city, sweep_at):
    Channel.objects.filter(pk=city.other_channel.pk).update(comment_mode="off")
    Shift.objects.create(
        team=city.team,
        duty="watch",
        user=city.anna,
        starts_at=instant(TUESDAY, "08:00"),
        ends_at=instant(TUESDAY, "17:00"),
    )
    told = {}
    for clock in ("08:00", "10:59", "11:00", "14:30", "16:59", "17:00"):
        sweep_at(instant(TUESDAY, clock))
        about_watches = Notice.objects.filter(about_type="moderation.watch")
        told[clock] = sorted(about_watches.values_list("recipient__name", flat=True))
    assert told["10:59"] == []
    assert told["11:00"] == ["Anna"]
    assert told["14:30"] == told["16:59"] == ["Anna", "Anna"]
    assert told["17:00"] == ["Anna", "Anna", "Erik", "Sara"]
    assert Watch.objects.get().state == "missed"


@pytest.mark.rule("R21", "R37")
def test_confirmed_watch_reminds_no_more_and_says_who_looked(city, at, sweep_at):
    sweep_at(instant(TUESDAY, "08:00"))
    watch = Watch.objects.get(channel=city.channel)
    perform(watch, "confirm", actor=city.anna, at=instant(TUESDAY, "08:30"))
    sweep_at(instant(TUESDAY, "18:00"))
    assert not Notice.objects.filter(about_type="moderation.watch", about_id=watch.pk).exists()
    watch.refresh_from_db()
    assert (watch.state, watch.looked_by, watch.comment_count) == ("confirmed", city.anna, 0)


@pytest.mark.rule("R21")
def test_gap_filled_in_later_stays_told_as_such(city, sweep_at):
    sweep_at(instant(TUESDAY, "18:00"))
    watch = Watch.objects.get(channel=city.channel)
    late = instant(TUESDAY + timedelta(days=1), "09:00")
    with pytest.raises(MoveRefused, match="needs a reason"):
        perform(watch, "fill_in", actor=city.anna, at=late)
    perform(watch, "fill_in", actor=city.anna, at=late, note="I was ill.")
    assert watch.state == "filled"
    assert watch.missed_at is not None


@pytest.mark.rule("R21")
def test_watch_whose_time_is_over_is_never_confirmed_though_no_clock_marked_it_missed(city, sweep_at):
    sweep_at(instant(TUESDAY, "08:00"))
    watch = Watch.objects.get(channel=city.channel)
    for late in (instant(TUESDAY, "17:00"), instant(TUESDAY + timedelta(days=1), "08:30")):
        with pytest.raises(MoveRefused, match="time of this watch is over"):
            perform(watch, "confirm", actor=city.anna, at=late)
    assert Watch.objects.get(channel=city.channel).state == "open"
    sweep_at(late)
    watch.refresh_from_db()
    perform(watch, "fill_in", actor=city.anna, at=late, note="The system was down.")
    assert (watch.state, watch.looked_at, watch.missed_at) == ("filled", late, late)
    other = Watch.objects.get(channel=city.channel, day=late.date())
    perform(other, "confirm", actor=city.anna, at=instant(late.date(), "16:59"))
    assert other.state == "confirmed"


@pytest.mark.rule("R21", "R37")
def test_days_without_a_clock_show_as_missed(city, sweep_at):
    sweep_at(instant(date(2026, 11, 19), "18:00"))
    sweep_at(instant(TUESDAY, "18:00"))
    days = Watch.objects.filter(channel=city.channel).order_by("day").values_list("day", "state")
    assert [(day.day, state) for day, state in days] == [
        (19, "missed"),
        (20, "missed"),
        (23, "missed"),
        (24, "missed"),
    ]


@pytest.mark.rule("R21", "R37")
def test_channel_that_opens_when_the_days_watch_is_over_has_missed_none(city, sweep_at):
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    Channel.objects.filter(pk=city.other_channel.pk).update(comment_mode="off")
    sweep_at(instant(friday, "09:00"))
    Channel.objects.filter(pk=city.other_channel.pk).update(comment_mode="open")
    for moment in (instant(friday, "18:00"), instant(date(2026, 11, 29), "21:00"), instant(monday, "08:00")):
        sweep_at(moment)
    assert [row.day for row in Watch.objects.filter(channel=city.other_channel)] == [monday]


@pytest.mark.rule("R21", "R36", "R37")
@pytest.mark.parametrize(
    ("friday", "monday", "hours"),
    # The weekend between them is an hour shorter in spring, an hour longer in autumn.
    [(date(2026, 3, 27), date(2026, 3, 30), 71), (date(2026, 10, 23), date(2026, 10, 26), 73)],
)
def test_watch_keeps_the_citys_hours_over_the_weekend_of_the_clock_change(
    city, sweep_at, friday, monday, hours
):
    assert instant(monday, "08:00") - instant(friday, "08:00") == timedelta(hours=hours)
    sweep_at(instant(friday, "08:00"))
    sweep_at(instant(monday, "08:00") - timedelta(seconds=1))
    assert not Watch.objects.filter(day=monday).exists()
    sweep_at(instant(monday, "08:00"))
    watch = Watch.objects.get(channel=city.channel, day=monday)
    due = Rung.objects.filter(ladder="watch", object_id=watch.pk).order_by("due_at")
    assert [timezone.localtime(rung.due_at).strftime("%H:%M") for rung in due] == ["11:00", "14:30", "17:00"]
