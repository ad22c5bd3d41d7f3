"""Two people taking one swap, and one person taking two, at the same moment: real threads on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from core.moves import MoveRefused, perform
from editorial.models import Shift, Swap
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
