"""Being away: shifts open at once, colleagues are asked, and what nobody took comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.absences import add_absence, end_absence
from editorial.models import Absence, Membership, Shift, Swap
from editorial.rota import WEEK
from editorial.rota_queries import turns
from editorial.staffing import candidates, monday_of, propose_rota, publish_rota
from editorial.swaps import offer
from tests.editorial.rotas import first_of, offered_to, told, week_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R3")
def test_absence_opens_its_days_at_once_and_asks_the_lightest_load_first(city, running, at, sweep_at):
    Notice.objects.all().delete()
    shifts = first_of(city.anna, 1)
    monday = week_of(shifts[0])
    # Erik has had many weeks before this rota, so Sara is asked first.
    for weeks in range(1, 6):
        start = instant(monday_of(local_day(at)) - weeks * WEEK, "00:00")
        for duty in ("publish", "watch", "answer", "remove"):
            Shift.objects.create(
                team=running, duty=duty, user=city.erik, starts_at=start, ends_at=start + timedelta(days=7)
            )
    add_absence(
        city.anna,
        actor=city.anna,
        at=at,
        starts_on=monday + timedelta(days=1),
        ends_on=monday + timedelta(days=2),
    )
    start, end = instant(monday, "00:00"), instant(monday + WEEK, "00:00")
    parts = Shift.objects.filter(team=running, duty="watch").between(start, end)
    names = [
        (local_day(part.starts_at).weekday(), part.user and part.user.name)
        for part in parts.order_by("starts_at")
    ]
    assert names == [(0, "Anna"), (1, None), (3, "Anna")]
    swap = Swap.objects.get()
    assert (swap.is_cover, swap.giver, swap.shifts.count()) == (True, city.anna, 4)
    order = [one.user.name for one in candidates(running, list(swap.shifts.all())) if not one.hindrance]
    assert order == ["Sara", "Erik"]
    sweep_at(at)
    assert told(about_type="editorial.swap") == order[:1]
    sweep_at(at + timedelta(hours=2))
    assert told(about_type="editorial.swap") == sorted(order[:2])
    perform(swap, "take", actor=city.sara, at=at + timedelta(hours=3))
    assert running.on_duty("remove", instant(monday + timedelta(days=1), "12:00")) == [city.sara]
    assert running.on_duty("remove", instant(monday + timedelta(days=3), "12:00")) == [city.anna]


def test_illness_in_the_middle_of_a_shift_leaves_the_past_as_it_was(city, running, at, sweep_at):
    shifts = first_of(city.anna)
    monday = week_of(shifts[0])
    now = instant(monday + timedelta(days=2), "09:30")
    add_absence(
        city.anna, actor=city.erik, at=now, starts_on=local_day(now), ends_on=monday + timedelta(days=9)
    )
    assert running.on_duty("watch", now - timedelta(minutes=1)) == [city.anna]
    assert running.on_duty("watch", now) == []
    assert set(running.to_tell("watch", now)) == {city.erik, city.sara}
    sweep_at(now)
    assert told(key__startswith="uncovered:", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    # It is near, so everybody who can is asked at once.
    assert told(key__endswith=":ask") == ["Erik", "Sara"]


def test_week_that_ended_on_its_last_day_is_not_said_to_be_a_whole_one(city, running, at):
    sunday = week_of(first_of(city.anna)[0]) + timedelta(days=6)
    noon = instant(sunday, "12:00")
    assert not any(turn.is_part_of_a_week for turn in turns(running.shifts.all()))
    add_absence(city.anna, actor=city.anna, at=noon, starts_on=sunday, ends_on=sunday)
    (worked,) = turns(Shift.objects.filter(user=city.anna, ends_at=noon))
    assert (worked.is_part_of_a_week, worked.last_day) == (True, sunday)


def test_leaver_in_the_middle_of_a_shift_is_off_duty_at_once_and_told_about(city, running, at, sweep_at):
    shifts = first_of(city.anna)
    now = instant(week_of(shifts[0]) + timedelta(days=1), "10:00")
    city.anna.is_active = False
    city.anna.save()
    assert running.on_duty("watch", now) == []
    sweep_at(now)
    assert not Shift.objects.filter(user=city.anna, ends_at__gt=now).exists()
    assert Shift.objects.filter(user=city.anna, ends_at=now).count() == 4
    assert Swap.objects.filter(giver=city.anna, is_cover=True).exists()
    before = Shift.objects.count()
    sweep_at(now)
    assert Shift.objects.count() == before


def test_member_who_left_the_team_has_its_shifts_no_more(city, running, at, sweep_at):
    Membership.objects.filter(team=running, user=city.anna).delete()
    sweep_at(at)
    assert not Shift.objects.settled().filter(user=city.anna).exists()


def test_absence_is_refused_in_past_double_or_by_strangers(city, at):
    today = local_day(at)
    with pytest.raises(MoveForbidden):
        add_absence(city.anna, actor=city.olle, at=at, starts_on=today, ends_on=today)
    for first, last, words in (
        (today - WEEK, today - timedelta(days=1), "are over"),
        (today + WEEK, today, "before the first"),
        (today, today + timedelta(days=500), "400 days"),
    ):
        with pytest.raises(MoveRefused, match=words):
            add_absence(city.anna, actor=city.anna, at=at, starts_on=first, ends_on=last)
    absence = add_absence(city.anna, actor=city.anna, at=at, starts_on=today, ends_on=today + WEEK)
    with pytest.raises(MoveRefused, match="noted already"):
        add_absence(city.anna, actor=city.anna, at=at, starts_on=today + WEEK, ends_on=today + WEEK)
    with pytest.raises(MoveForbidden):
        end_absence(absence, actor=city.olle, at=at)
    end_absence(absence, actor=city.erik, at=at + timedelta(days=2))
    assert Absence.objects.get().ends_on == today + timedelta(days=1)
    assert {field.name for field in Absence._meta.fields} == {"id", "user", "starts_on", "ends_on"}


def test_colleague_who_cannot_any_more_is_not_asked(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    offer(shifts, actor=city.anna, at=at, asked=None)
    first, second = (
        one.user for one in candidates(running, shifts) if not one.hindrance and one.user != city.anna
    )
    monday = week_of(shifts[0])
    add_absence(first, actor=first, at=at, starts_on=monday, ends_on=monday)
    sweep_at(at + timedelta(hours=2))
    assert told(key__endswith=":ask") == [second.name]


def test_absence_is_noted_three_years_ahead_at_most(city, at):
    for first in (date(9999, 12, 30), local_day(at) + timedelta(days=1100)):
        with pytest.raises(MoveRefused, match="three years ahead"):
            add_absence(city.anna, actor=city.anna, at=at, starts_on=first, ends_on=first + timedelta(days=1))


@pytest.mark.rule("R3")
def test_what_nobody_took_comes_back_with_who_was_away(city, running, at, sweep_at):
    monday = week_of(first_of(city.anna, 1)[0])
    tuesday, noon = monday + timedelta(days=1), instant(monday + timedelta(days=1), "12:00")
    absence = add_absence(
        city.anna, actor=city.anna, at=at, starts_on=tuesday, ends_on=tuesday + timedelta(days=1)
    )
    assert running.on_duty("watch", noon) == []
    assert end_absence(absence, actor=city.anna, at=at) == 1
    assert running.on_duty("watch", noon) == [city.anna]
    assert Swap.objects.get().state == "lapsed"
    # Nobody is asked about it, or told that it is nobody's, any more.
    Notice.objects.all().delete()
    sweep_at(noon - timedelta(days=1))
    assert told(key__endswith=":ask") == told(key__startswith="uncovered:") == []


@pytest.mark.rule("R3")
def test_what_somebody_took_stays_taken_when_the_absence_ends(city, running, at):
    monday = week_of(first_of(city.anna, 1)[0])
    absence = add_absence(city.anna, actor=city.anna, at=at, starts_on=monday, ends_on=monday)
    perform(Swap.objects.get(), "take", actor=city.sara, at=at)
    assert end_absence(absence, actor=city.anna, at=at) == 0
    assert running.on_duty("watch", instant(monday, "12:00")) == [city.sara]


def test_back_in_the_middle_has_the_rest_and_not_what_passed(city, running, at):
    monday = week_of(first_of(city.anna, 1)[0])
    absence = add_absence(
        city.anna, actor=city.anna, at=at, starts_on=monday, ends_on=monday + timedelta(days=6)
    )
    wednesday = instant(monday + timedelta(days=2), "10:00")
    assert end_absence(absence, actor=city.erik, at=wednesday) == 1
    assert running.on_duty("watch", wednesday) == [city.anna]
    assert running.on_duty("watch", wednesday - timedelta(hours=1)) == []


@pytest.mark.rule("R3")
def test_one_who_has_another_duty_of_the_team_can_cover_a_part_of_its_week(city, team, at):
    team.holding = "pairs"
    team.save()
    propose_rota(team, actor=city.erik, at=at)
    publish_rota(team, actor=city.erik, at=at)
    shifts = first_of(city.anna, 1)
    tuesday = week_of(shifts[0]) + timedelta(days=1)
    mate = Shift.objects.filter(starts_at=shifts[0].starts_at).exclude(user=city.anna)[0].user
    add_absence(city.anna, actor=city.anna, at=at, starts_on=tuesday, ends_on=tuesday)
    cover = Swap.objects.get(is_cover=True)
    assert cover in offered_to(mate, at)
    perform(cover, "take", actor=mate, at=at)
    noon = instant(tuesday, "12:00")
    assert {user for duty in ("publish", "watch") for user in team.on_duty(duty, noon)} == {mate}
