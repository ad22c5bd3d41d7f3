"""Proposing, publishing and changing a rota by hand; gaps that are told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.models import Absence, Shift
from editorial.rota import WEEK
from editorial.staffing import give, monday_of, propose_rota, publish_rota
from editorial.swaps import offer
from tests.editorial.rotas import first_of, told, week_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R3")
def test_proposal_is_nobodys_duty_until_an_editor_publishes_it(city, team, at):
    with pytest.raises(MoveForbidden, match="Only an editor"):
        propose_rota(team, actor=city.anna, at=at)
    propose_rota(team, actor=city.erik, at=at)
    assert Shift.objects.count() == 12 * 4
    later = instant(monday_of(local_day(at)) + WEEK, "12:00")
    assert team.on_duty("watch", later) == []
    with pytest.raises(MoveForbidden, match="Only an editor"):
        publish_rota(team, actor=city.anna, at=at)
    assert publish_rota(team, actor=city.erik, at=at) == 48
    (on_duty,) = team.on_duty("watch", later)
    assert team.on_duty("remove", later) == [on_duty]
    assert told(key__startswith="rota:") == ["Anna", "Erik", "Sara"]
    with pytest.raises(MoveRefused, match="Nothing is proposed"):
        publish_rota(team, actor=city.erik, at=at)


@pytest.mark.rule("R3")
def test_proposing_again_replaces_proposals_and_leaves_what_is_published(city, running, at):
    before = set(Shift.objects.values_list("pk", "user"))
    propose_rota(running, actor=city.erik, at=at + 2 * WEEK)
    assert set(Shift.objects.filter(state="settled").values_list("pk", "user")) == before
    assert Shift.objects.filter(state="proposed").count() == 2 * 4
    propose_rota(running, actor=city.erik, at=at + 2 * WEEK)
    assert Shift.objects.filter(state="proposed").count() == 2 * 4


def test_who_became_absent_since_the_proposal_gets_no_shift_when_it_is_published(city, team, at):
    propose_rota(team, actor=city.erik, at=at)
    shift = Shift.objects.filter(user=city.anna).order_by("starts_at").first()
    add_absence(city.anna, actor=city.anna, at=at, starts_on=week_of(shift), ends_on=week_of(shift))
    publish_rota(team, actor=city.erik, at=at)
    shift.refresh_from_db()
    assert (shift.state, shift.user) == ("settled", None)


@pytest.mark.rule("R3")
def test_within_14_days_nobody_is_moved_by_hand(city, running, at):
    soon = Shift.objects.order_by("starts_at").first()
    far = Shift.objects.order_by("-starts_at").first()
    for shift, refused in ((soon, True), (far, False)):
        other = next(user for user in running.everyone() if user != shift.user)
        Shift.objects.filter(user=other, starts_at=shift.starts_at).delete()
        if refused:
            with pytest.raises(MoveRefused, match="Within 14 days nobody is moved"):
                give(shift, "reassign", actor=city.erik, at=at, user=other)
        else:
            give(shift, "reassign", actor=city.erik, at=at, user=other)
            assert set(Shift.objects.filter(starts_at=shift.starts_at).values_list("user", flat=True)) == {
                other.pk
            }
    with pytest.raises(MoveForbidden):
        give(Shift.objects.get(pk=far.pk), "reassign", actor=city.anna, at=at, user=city.anna)


def test_nobody_gets_a_shift_by_hand_who_is_away_elsewhere_or_outside(city, running, at):
    far = Shift.objects.order_by("-starts_at").first()
    other = next(user for user in running.everyone() if user != far.user)
    Absence.objects.create(user=other, starts_on=week_of(far), ends_on=week_of(far))
    with pytest.raises(MoveRefused, match="is away then"):
        give(far, "reassign", actor=city.erik, at=at, user=other)
    with pytest.raises(MoveRefused, match="is not in the team"):
        give(far, "reassign", actor=city.erik, at=at, user=city.olle)
    third = next(user for user in running.everyone() if user not in (far.user, other))
    Shift.objects.create(
        team=city.other_team, duty="watch", user=third, starts_at=far.starts_at, ends_at=far.ends_at
    )
    with pytest.raises(MoveRefused, match="already on duty then"):
        give(far, "reassign", actor=city.erik, at=at, user=third)


@pytest.mark.rule("R3")
def test_uncovered_shift_is_told_at_14_7_2_and_1_days_and_is_an_alarm_when_the_day_starts(
    city, running, at, sweep_at
):
    shift = Shift.objects.filter(duty="watch").order_by("-starts_at").first()
    Notice.objects.all().delete()
    Shift.objects.exclude(starts_at=shift.starts_at).delete()
    running.rota_from = None
    running.save()
    for row in Shift.objects.filter(starts_at=shift.starts_at):
        perform(row, "open", actor=None, at=at, starts_at=row.starts_at, ends_at=row.ends_at)
    counted = []
    for days in (15, 14, 8, 7, 3, 2, 1, 0):
        sweep_at(shift.starts_at - timedelta(days=days))
        counted.append(Notice.objects.filter(key__startswith="uncovered:").count())
    # Four duties, one notice for each of the two editors at each step; midnight of the day is not yet its start.
    assert counted == [0, 2, 2, 4, 4, 6, 8, 8]
    assert not Notice.objects.filter(key__startswith="uncovered:", urgent=True).exists()
    sweep_at(instant(local_day(shift.starts_at), "08:00"))
    assert told(key__startswith="uncovered:", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    assert ["publish", "remove and archive", "answer", "watch"][0] in Notice.objects.latest("pk").body


def test_gap_in_a_running_rota_is_laid_open_14_days_ahead(city, running, at, sweep_at):
    last = Shift.objects.order_by("-starts_at").first()
    after = last.ends_at - timedelta(days=10)
    sweep_at(after)
    gap = Shift.objects.uncovered().filter(starts_at=last.ends_at)
    assert gap.count() == 4
    sweep_at(after + timedelta(minutes=1))
    assert gap.count() == 4
    assert told(key__startswith="uncovered:") == ["Erik", "Sara"]


def test_team_without_a_rota_is_left_in_peace(city, at, sweep_at):
    sweep_at(at)
    assert not Shift.objects.exists()


@pytest.mark.parametrize("monday", [date(2026, 10, 19), date(2027, 3, 22), date(2026, 12, 28)])
def test_weeks_meet_without_gap_over_both_clock_changes_and_week_53(city, team, monday):
    start = instant(monday - WEEK, "12:00")
    propose_rota(team, actor=city.erik, at=start, weeks=3)
    publish_rota(team, actor=city.erik, at=start)
    rows = list(Shift.objects.filter(duty="watch").order_by("starts_at"))
    assert [local_day(row.starts_at).weekday() for row in rows] == [0, 0, 0]
    assert all(a.ends_at == b.starts_at for a, b in pairwise(rows))
    hour = rows[0].starts_at
    while hour < rows[-1].ends_at:
        assert len(team.on_duty("watch", hour)) == 1
        hour += timedelta(hours=7)


def test_team_of_one_and_team_where_everyone_is_away(city, at):
    alone = city.other_team
    alone.holding = "together"
    alone.save()
    propose_rota(alone, actor=city.olle, at=at)
    assert set(Shift.objects.values_list("user__name", flat=True)) == {"Olle"}
    add_absence(city.olle, actor=city.olle, at=at, starts_on=local_day(at), ends_on=local_day(at) + 20 * WEEK)
    propose_rota(alone, actor=city.olle, at=at)
    assert set(Shift.objects.values_list("user", flat=True)) == {None}
    assert alone.warnings() == [
        "The team is one person. Nobody is there to check or to stand in.",
        "Everybody here is from the same unit. A team gains from several.",
    ]


def opened_far_ahead(team, at):
    """Open the last time of the rota, and return one of its duties."""
    shift = Shift.objects.filter(duty="watch").order_by("-starts_at").first()
    for row in Shift.objects.filter(starts_at=shift.starts_at, state="settled"):
        perform(row, "open", actor=None, at=at, starts_at=row.starts_at, ends_at=row.ends_at)
    return shift


@pytest.mark.rule("R3")
def test_shift_that_is_opened_again_is_told_again(city, running, at, sweep_at):
    shift = opened_far_ahead(running, at)
    rows = list(Shift.objects.filter(starts_at=shift.starts_at).select_related("team", "user"))
    perform(offer(rows, actor=city.erik, at=at, asked=None), "take", actor=city.anna, at=at)
    sweep_at(shift.starts_at - timedelta(days=14))
    assert told(key__startswith="uncovered:") == []
    opened_far_ahead(running, at)
    sweep_at(shift.starts_at - timedelta(days=7))
    assert told(key__endswith=":days-7") == ["Erik", "Sara"]
    sweep_at(instant(local_day(shift.starts_at), "08:00"))
    alarm = f":day-{local_day(shift.starts_at)}"
    assert told(key__endswith=alarm, urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]


@pytest.mark.rule("R3")
def test_nobody_on_duty_is_an_alarm_also_when_the_shift_begins_on_a_saturday(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    saturday = week_of(shifts[0]) + timedelta(days=5)
    add_absence(city.anna, actor=city.anna, at=at, starts_on=saturday, ends_on=saturday + timedelta(days=1))
    sweep_at(instant(saturday, "08:00"))
    assert told(key__endswith=f":day-{saturday}", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    # It leads to the very shift, where it can be offered or taken.
    pages = set(Notice.objects.filter(key__startswith="uncovered:").values_list("url", flat=True))
    gaps = Shift.objects.uncovered().filter(starts_at=instant(saturday, "00:00"))
    assert pages <= {f"/shifts/{gap.pk}/" for gap in gaps}
