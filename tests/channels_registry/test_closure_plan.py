"""The plan of a closure: what it lacks, merger, advice, notices, two people in one step (R28, R31, R33, R34)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from channels_registry import closing, plans
from channels_registry.models import (
    Channel,
    Closure,
)
from core.moves import ChangedMeanwhile, MoveIncomplete, MoveRefused, perform
from core.workdays import local_day
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R31")
def test_merger_into_a_channel_that_is_itself_closing_or_a_circle_is_refused(journey, city, at, tove):
    closure = journey.planned()
    city.other_channel.refresh_from_db()
    other = closing.open_closure(city.other_channel, actor=tove, at=at, reason="goals", motive="Unread.")
    values = {"merge_into": Channel.objects.get(pk=city.other_channel.pk)}
    with pytest.raises(MoveRefused, match="itself closing"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=values)
    with pytest.raises(MoveRefused, match="into itself"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"merge_into": closure.channel})
    perform(other, "cancel", actor=tove, at=at, note="No.")
    target = Channel.objects.get(pk=city.other_channel.pk)
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"merge_into": target})
    with pytest.raises(MoveRefused, match="being merged into this channel"):
        closing.open_closure(target, actor=tove, at=at, reason="goals", motive="Unread.")


def test_two_people_finishing_the_same_step_are_met_with_a_sentence(journey, city, at):
    closure = journey.planned()
    mine, theirs = journey.fresh(closure), journey.fresh(closure)
    closing.save_plan(theirs, actor=city.erik, at=at, seen=theirs.version, values={"motive": "Erik's."})
    with pytest.raises(ChangedMeanwhile):
        closing.save_plan(mine, actor=city.anna, at=at, seen=mine.version, values={"motive": "Anna's."})
    assert journey.fresh(closure).motive == "Erik's."


def test_second_closure_of_a_channel_is_refused(journey, city):
    journey.opened()
    with pytest.raises(MoveRefused, match="closing already"):
        journey.opened(Channel.objects.get(pk=city.channel.pk))


@pytest.mark.rule("R31", "R34")
def test_strategist_and_records_officer_find_on_min_dag_what_waits_for_their_word(city, at):
    strategist = make_user("Tove", is_web_strategist=True)
    closure = closing.open_closure(
        city.channel, actor=city.anna, at=at, reason="audience", motive="Few follow us."
    )
    for person in (strategist, city.rut):
        assert list(Closure.objects.to_advise_by(person)) == [closure]
    assert not Closure.objects.to_advise_by(city.erik).exists()


@pytest.mark.rule("R28", "R31", "R34")
def test_plan_lacks_each_thing_in_words_before_the_chiefs_are_asked(journey, city, at):
    closure = journey.opened()
    with pytest.raises(MoveRefused) as refused:
        perform(closure, "ask_decision", actor=city.anna, at=at)
    for words in (
        "closing day",
        "told about why",
        "merged into",
        "web strategists",
        "What is kept",
        "3 notices",
        "sent",
    ):
        assert words in refused.value.reason
    closure = journey.fresh(closure)
    assert closure.state == "preparing"


@pytest.mark.rule("R33")
def test_notices_are_proposed_for_days_on_which_somebody_is_at_work(journey, city):
    closure = journey.planned(closes_on=date(2027, 1, 3))
    days = [local_day(notice.planned_at) for notice in closure.notices.all()]
    # The fourth Sunday in Advent becomes the Friday before, and New Year's Day the Wednesday before its eve.
    assert days == [date(2026, 12, 4), date(2026, 12, 18), date(2026, 12, 30)]
    monday = date(2026, 11, 23)
    assert plans.proposed_days(date(2026, 12, 28), monday)[0] == date(2026, 11, 27)
    assert plans.proposed_days(date(2026, 12, 28), date(2026, 11, 27))[0] == date(2026, 11, 28)


@pytest.mark.rule("R28")
@pytest.mark.parametrize("facts", [{"reason": ""}, {"reason": "whim"}, {"motive": " "}])
def test_closure_without_a_reason_is_neither_opened_nor_kept(journey, city, at, facts):
    with pytest.raises(MoveIncomplete, match="Choose a reason"):
        journey.opened(**facts)
    closure = journey.opened(Channel.objects.get(pk=city.channel.pk))
    with pytest.raises(MoveIncomplete, match="Choose a reason"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=facts)
    if facts.get("reason") != "whim":
        with pytest.raises(IntegrityError, match="states its reason"), transaction.atomic():
            Closure.objects.filter(pk=closure.pk).update(**facts)
