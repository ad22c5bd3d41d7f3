"""A team whose duties are held together, its published rota, and what the tests of shifts ask of them."""

from __future__ import annotations

import pytest

from core.models import Notice
from core.workdays import local_day
from editorial.models import Shift, Swap
from editorial.staffing import monday_of, propose_rota, publish_rota


@pytest.fixture
def team(city):
    city.team.holding = "together"
    city.team.save()
    return city.team


@pytest.fixture
def running(city, team, at):
    """A published rota, held together by three people."""
    propose_rota(team, actor=city.erik, at=at)
    publish_rota(team, actor=city.erik, at=at)
    team.refresh_from_db()
    return team


def week_of(shift):
    return monday_of(local_day(shift.starts_at))


def first_of(user, number=0):
    starts = sorted(set(Shift.objects.filter(user=user).values_list("starts_at", flat=True)))
    return list(Shift.objects.filter(user=user, starts_at=starts[number]).select_related("team", "user"))


def told(**wanted):
    return sorted(Notice.objects.filter(**wanted).values_list("recipient__name", flat=True))


def offered_to(user, at):
    return list(Swap.objects.open_to(user, at))
