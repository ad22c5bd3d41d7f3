"""Two people taking one swap, and one person taking two, at the same moment: real threads on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from core.moves import MoveRefused, perform
from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.models import Membership, Shift, Swap
from editorial.staffing import give
from editorial.swaps import offer
from tests.core.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


def offered(city, user, at, start):
    shift = Shift.objects.create(
        team=city.team, duty="watch", user=user, starts_at=start, ends_at=start + timedelta(days=7)
    )
    return offer([shift], actor=user, at=at, asked=None)


@pytest.mark.rule("R3")
def test_two_people_taking_one_swap_leave_one_taker(live_people, at):
    city = live_people
    for number in range(30):
        swap = offered(city, city.anna, at, at + timedelta(days=20 + 7 * number))
        seen = [Swap.objects.get(pk=swap.pk) for _ in range(2)]
        answers = at_once(
            lambda seen=seen: perform(seen[0], "take", actor=city.erik, at=at),
            lambda seen=seen: perform(seen[1], "take", actor=city.sara, at=at),
        )
        assert [isinstance(answer, MoveRefused) for answer in answers].count(True) == 1
        swap.refresh_from_db()
        assert swap.taker in (city.erik, city.sara)
        assert {shift.user for shift in swap.shifts.all()} == {swap.taker}


@pytest.mark.rule("R3")
def test_one_person_taking_two_swaps_of_the_same_week_gets_one(live_people, at):
    city = live_people
    for number in range(30):
        start = at + timedelta(days=20 + 7 * number)
        swaps = [offered(city, user, at, start) for user in (city.anna, city.erik)]
        Shift.objects.filter(pk=swaps[1].shifts.get().pk).update(ends_at=start + timedelta(days=6))
        at_once(
            *(
                lambda swap=swap: perform(Swap.objects.get(pk=swap.pk), "take", actor=city.sara, at=at)
                for swap in swaps
            )
        )
        held = Shift.objects.filter(user=city.sara).between(start, start + timedelta(days=7))
        assert held.count() == 1


@pytest.mark.rule("R3")
def test_taking_a_shift_and_being_away_that_week_never_both_hold(live_people, at):
    city = live_people
    for number in range(20):
        start = instant(local_day(at) + timedelta(days=20 + 7 * number), "00:00")
        swap = offered(city, city.anna, at, start)
        day = local_day(start) + timedelta(days=2)
        at_once(
            lambda swap=swap: perform(Swap.objects.get(pk=swap.pk), "take", actor=city.sara, at=at),
            lambda day=day: add_absence(city.sara, actor=city.sara, at=at, starts_on=day, ends_on=day),
        )
        noon = instant(day, "12:00")
        assert not Shift.objects.at(noon).filter(user=city.sara).exists()


@pytest.mark.rule("R3")
def test_two_editors_giving_one_person_the_same_week_give_it_once(live_people, at):
    city = live_people
    Membership.objects.create(team=city.other_team, user=city.sara)
    for number in range(20):
        start = at + timedelta(days=20 + 7 * number)
        shifts = [
            Shift.objects.create(
                team=team, duty="watch", starts_at=start, ends_at=start + timedelta(days=days)
            )
            for team, days in ((city.team, 7), (city.other_team, 6))
        ]
        at_once(
            lambda shift=shifts[0]: give(shift, "reassign", actor=city.erik, at=at, user=city.sara),
            lambda shift=shifts[1]: give(shift, "reassign", actor=city.olle, at=at, user=city.sara),
        )
        assert Shift.objects.at(start).filter(user=city.sara).count() == 1
