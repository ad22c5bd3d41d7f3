"""Every state of a case, every move and every role: who may is the team, and nobody decides what they decided before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from core import trail
from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from moderation.capture import add_screenshot
from moderation.models import Case, Ground, Watch
from moderation.states import CASE_MOVES, CaseState
from moderation.transitions import open_case, register_comment
from tests.core.test_races import at_once
from tests.moderation.test_case_moves import REASONS, see_gone, walk

TEAM = ("anna", "erik", "sara")
OTHERS = ("olle", "karin", "ulf", "rut", "admin", "stranger", "clock")


def outcome(case: Case, name: str, actor: Any, at: datetime) -> str:
    """What comes of a move, taken back again."""
    fresh = Case.objects.get(pk=case.pk)
    try:
        with transaction.atomic():
            perform(fresh, name, actor=actor, at=at, note="I looked.", **REASONS.get(name, {}))
            transaction.set_rollback(True)
    except MoveForbidden:
        return "forbidden"
    except MoveRefused:
        return "refused"
    return "done"


def expected(state: str, name: str, who: str) -> str:
    if state not in CASE_MOVES[name].sources:
        return "refused"
    if who not in TEAM:
        return "forbidden"
    if name == "order_removal" and state in ("found", "gathering"):
        return "forbidden"  # nothing is sealed yet
    if name == "seal" and state == "found":
        return "refused"  # there is no screenshot yet
    if name in ("uphold", "restore") and who == "anna":
        return "forbidden"  # she ordered the removal
    return "done"


@pytest.mark.django_db
@pytest.mark.rule("R19", "R20")
@pytest.mark.parametrize("state", CaseState.values)
def test_every_state_every_move_and_every_role(city, at, png, new_case, state):
    case = walk(new_case(), city, at, png, state)
    if state == "gathering":
        add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post.")
    if state in ("removal_ordered", "gone"):
        see_gone(case, city, at, png)
    told, wanted = {}, {}
    for move in CASE_MOVES:
        for who in (*TEAM, *OTHERS):
            told[move.name, who] = outcome(case, move.name, getattr(city, who, None), at)
            wanted[move.name, who] = expected(state, move.name, who)
    assert told == wanted
    assert Case.objects.get(pk=case.pk).state == state


@pytest.mark.rule("R36", "R37")
def test_clock_that_is_set_back_an_hour_loses_and_doubles_nothing(city, at, new_case, sweep_at):
    case, hour = new_case(), timedelta(hours=1)
    for late in (timedelta(0), 4 * hour, 3 * hour, 3.5 * hour, 4 * hour, 4.5 * hour):
        sweep_at(at + late)
    assert told_about(case) == ["Anna", "Erik", "Erik", "Sara", "Sara"]
    # What is found while the hour is lived a second time has its own 24 hours.
    second = new_case(at=at + 3.2 * hour)
    sweep_at(at + 3.3 * hour)
    assert told_about(second) == ["Erik", "Sara"]
    sweep_at(at + 24 * hour)
    sweep_at(at + 23 * hour)
    sweep_at(at + 28 * hour)
    case.refresh_from_db()
    second.refresh_from_db()
    assert (case.breached_at, second.breached_at) == (at + 24 * hour, at + 27.2 * hour)
    for one in (case, second):
        breaches = trail.events_about(one).filter(kind="case.breach")
        assert (breaches.count(), len(told_about(one))) == (1, 13)
    days = list(Watch.objects.filter(channel=city.channel).values_list("day", flat=True))
    assert len(days) == len(set(days))
    assert trail.verify_chain() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R19")
def test_two_who_decide_at_once_leave_one_decision(live_people, at, png):
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")
    city = live_people
    for case in sealed_cases(city, at, png, 15):
        seen = case.version
        answers = at_once(
            lambda pk=case.pk, seen=seen: decide(pk, "order_removal", city.anna, at, seen, manifest="yes"),
            lambda pk=case.pk, seen=seen: decide(pk, "keep", city.erik, at, seen),
        )
        # Who reads the case only after the other has decided is told that it is not open to decide on any more.
        assert sorted(type(answer).__name__ for answer in answers) in (
            ["ChangedMeanwhile", "str"],
            ["MoveRefused", "str"],
        )
        case.refresh_from_db()
        won = next(answer for answer in answers if isinstance(answer, str))
        assert case.state == {"order_removal": "removal_ordered", "keep": "kept"}[won]
        assert case.removals.count() == (won == "order_removal")
        assert trail.events_about(case).filter(kind__in=["case.order_removal", "case.keep"]).count() == 1


def decide(pk: int, name: str, actor: Any, at: datetime, seen: int, **details: str) -> str:
    perform(Case.objects.get(pk=pk), name, actor=actor, at=at, note="I looked.", seen=seen, **details)
    return name


def sealed_cases(city: Any, at: datetime, png: Any, count: int) -> Iterator[Case]:
    ground = Ground.objects.get(code="unlawful_threat")
    for number in range(count):
        comment = register_comment(
            actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text=f"{number}"
        )
        case = open_case(comment, ground=ground, actor=city.anna, at=at, facts="A threat.")
        yield walk(case, city, at, png, "sealed")


def told_about(case: Case) -> list[str]:
    found = Notice.objects.filter(about_type="moderation.case", about_id=case.pk)
    return sorted(found.values_list("recipient__name", flat=True))
