"""Two at once in a closure, with real threads on PostgreSQL (R32, R35, R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from channels_registry import closing
from channels_registry.models import Closure, DeregistrationOrder
from channels_registry.orders import send_orders
from core.moves import MoveRefused, perform
from core.workdays import local_day
from tests.channels_registry.closures import Journey
from tests.conftest import make_user
from tests.core.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


@pytest.fixture
def trip(live_people, at, png, tmp_path, settings):
    settings.LINK_TRUSTED_HOSTS = ["www.instagram.com"]
    tove = make_user("Tove", is_web_strategist=True)
    return Journey(live_people, tove, at, png, tmp_path)


def change(closure, city, at, number):
    """This will do what the handler does: take the plan back and change it."""
    perform(closure, "change_plan", actor=city.anna, at=at, note="A second before.")
    values = {"motive": f"Other {number}."}
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=values)


@pytest.mark.rule("R32", "R40")
def test_signature_against_a_change_of_the_plan_never_counts_for_the_new_plan(trip, at):
    city, closure = trip.city, trip.awaiting()
    for number in range(15):
        mine, theirs = trip.fresh(closure), trip.fresh(closure)
        at_once(
            lambda seen=mine: perform(seen, "sign", actor=city.karin, at=at, plan_sha=seen.plan_sha),
            lambda seen=theirs, number=number: change(seen, city, at, number),
        )
        after = trip.fresh(closure)
        counted = after.decisions.filter(voided_at=None)
        if after.state == "preparing":
            assert not counted.exists()
            perform(after, "ask_decision", actor=city.anna, at=at)
        else:
            assert {row.plan_sha for row in counted} <= {after.plan_sha}
            perform(after, "change_plan", actor=city.anna, at=at, note="Again.")
            perform(trip.fresh(closure), "ask_decision", actor=city.anna, at=at)


@pytest.mark.rule("R40")
def test_both_chiefs_at_once_begin_the_telling_exactly_once(trip, at):
    city, closure = trip.city, trip.awaiting()
    for _turn in range(6):
        waiting = [
            chief
            for chief in (city.karin, city.ulf)
            if not closure.decisions.filter(signer=chief, voided_at=None).exists()
        ]
        if not waiting:
            break
        seen = [trip.fresh(closure) for _ in waiting]
        at_once(
            *[
                lambda chief=chief, mine=mine: perform(
                    mine, "sign", actor=chief, at=at, plan_sha=mine.plan_sha
                )
                for chief, mine in zip(waiting, seen, strict=True)
            ]
        )
    after = trip.fresh(closure)
    assert after.state == "telling"
    assert after.decisions.filter(voided_at=None).count() == 2
    assert city.team.posts.count() == 3


def test_same_person_in_two_browsers_signs_once(trip, at):
    city, closure = trip.city, trip.awaiting()
    seen = [trip.fresh(closure) for _ in range(4)]
    at_once(
        *[
            lambda mine=mine: perform(mine, "sign", actor=city.karin, at=at, plan_sha=mine.plan_sha)
            for mine in seen
        ]
    )
    assert closure.decisions.count() == 1
    assert trip.fresh(closure).state == "awaiting_decision"


def test_two_people_saving_the_same_step_leave_one_and_tell_the_other(trip, at):
    city, closure = trip.city, trip.planned()
    for number in range(10):
        seen = trip.fresh(closure)
        answers = at_once(
            *[
                lambda name=name, who=who, version=seen.version, number=number: closing.save_plan(
                    Closure.objects.get(pk=closure.pk),
                    actor=who,
                    at=at,
                    seen=version,
                    values={"motive": f"{name} {number}"},
                )
                for name, who in (("Anna", city.anna), ("Erik", city.erik))
            ]
        )
        assert sum(isinstance(answer, MoveRefused) for answer in answers) == 1


def test_two_people_opening_a_closure_at_once_leave_one(trip, at):
    from channels_registry.models import Channel

    city = trip.city
    answers = at_once(
        *[
            lambda who=who: closing.open_closure(
                Channel.objects.get(pk=city.channel.pk), actor=who, at=at, reason="goals", motive="M"
            )
            for who in (city.anna, city.erik)
        ]
    )
    assert Closure.objects.count() == 1
    assert sum(isinstance(answer, MoveRefused) for answer in answers) == 1


@pytest.mark.rule("R35")
def test_eight_rounds_at_once_send_the_order_once(trip, at, mailoutbox):
    closure = trip.closed()
    perform(closure, "order", actor=trip.city.anna, at=trip.at)
    mailoutbox.clear()
    later = trip.at + timedelta(minutes=1)
    at_once(*[lambda: send_orders(later)] * 8)
    assert len(mailoutbox) == 1
    assert DeregistrationOrder.objects.get().state == "sent"
    assert local_day(later) >= local_day(at)
