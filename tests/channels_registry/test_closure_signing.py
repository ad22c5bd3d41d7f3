"""Two chiefs and their deputies decide a closure, each once, on the plan as it stands (R32, R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from channels_registry import closing, plans
from channels_registry.models import (
    Closure,
    Decision,
    Deputyship,
)
from core.models import Notice
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.workdays import local_day
from editorial.models import FarewellPost, Post

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R32", "R40")
def test_two_chiefs_sign_and_the_notices_become_posts_to_review(journey, city):
    closure = journey.awaiting()
    told = Notice.objects.filter(key__startswith=f"closure:{closure.pk}:sign")
    assert {(notice.recipient.name, notice.url) for notice in told} == {
        ("Karin", f"/channels/closures/{closure.pk}/decide/"),
        ("Ulf", f"/channels/closures/{closure.pk}/decide/"),
    }
    journey.sign(closure, city.karin)
    assert journey.fresh(closure).state == "awaiting_decision"
    assert not Post.objects.exists()
    journey.sign(closure, city.ulf)
    closure = journey.fresh(closure)
    assert closure.state == "telling"
    assert {row.plan_sha for row in closure.decisions.all()} == {closure.plan_sha}
    posts = [row.post for row in FarewellPost.objects.order_by("notice__planned_at")]
    assert [post.state for post in posts] == ["in_review"] * 3
    assert {post.title for post in posts} == {"Parks on Facebook (Facebook) closes"}
    assert [post.wanted_at for post in posts] == [row.planned_at for row in closure.notices.all()]


@pytest.mark.rule("R32", "R40")
def test_one_person_cannot_be_both_chiefs(journey, city):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    city.unit.communications_chief = city.karin
    city.unit.save()
    with pytest.raises(MoveRefused, match=r"the same person holds|signed already"):
        journey.sign(closure, city.karin)
    with pytest.raises(IntegrityError):
        Decision.objects.create(
            closure=closure,
            role="communications",
            signer=city.karin,
            said="yes",
            plan_sha=closure.plan_sha,
            decided_on=local_day(journey.at),
            decided_at=journey.at,
        )


@pytest.mark.rule("R32", "R40")
def test_chief_who_also_is_deputy_for_the_other_signs_once(journey, city, at):
    day = local_day(at)
    days = {"starts_on": day, "ends_on": day + timedelta(days=9)}
    Deputyship.objects.create(unit=city.unit, role="communications", deputy=city.karin, why="Leave.", **days)
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    with pytest.raises(MoveRefused, match="You have signed already"):
        journey.sign(closure, city.karin)
    assert closure.decisions.count() == 1
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"


def test_unit_with_one_person_as_both_chiefs_is_named_before_asking(journey, city, at):
    city.unit.communications_chief = city.karin
    city.unit.save()
    closure = journey.planned()
    assert any("same person" in words for words in plans.missing(closure, at))


@pytest.mark.rule("R40")
def test_handler_cannot_sign_even_as_a_chief(journey, city, at):
    closure = journey.awaiting()
    city.unit.responsible_chief = city.anna
    city.unit.save()
    with pytest.raises(MoveForbidden, match="handle"):
        journey.sign(closure, city.anna)
    with pytest.raises(IntegrityError, match="handles"):
        Decision.objects.create(
            closure=closure,
            role="responsible",
            signer=city.anna,
            said="yes",
            plan_sha=closure.plan_sha,
            decided_on=local_day(at),
            decided_at=at,
        )


@pytest.mark.rule("R40")
def test_who_has_signed_cannot_take_over_and_so_become_the_handler(journey, city, at):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    with pytest.raises(MoveRefused, match="You have signed"):
        closing.take_over(journey.fresh(closure), actor=city.karin, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(handler=city.karin)
    with pytest.raises(MoveRefused, match="You decide about this closure as chief"):
        closing.take_over(journey.fresh(closure), actor=city.ulf, at=at)
    assert journey.fresh(closure).handler == city.anna


@pytest.mark.rule("R40")
def test_chief_who_changed_role_between_plan_and_signature_is_refused_and_the_new_one_signs(journey, city):
    closure = journey.awaiting()
    city.unit.responsible_chief = city.sara
    city.unit.save()
    with pytest.raises(MoveForbidden):
        journey.sign(closure, city.karin)
    journey.sign(closure, city.sara)
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"


@pytest.mark.rule("R40")
def test_deputy_signs_on_the_days_of_the_deputyship_and_it_is_recorded(journey, city, at):
    Deputyship.objects.create(
        unit=city.unit,
        role="communications",
        deputy=city.sara,
        starts_on=local_day(at) + timedelta(days=1),
        ends_on=local_day(at) + timedelta(days=2),
        why="Leave.",
    )
    closure = journey.awaiting()
    with pytest.raises(MoveForbidden, match="today"):
        journey.sign(closure, city.sara)
    journey.sign(closure, city.sara, at=at + timedelta(days=1))
    assert closure.decisions.get().deputy_for == city.ulf
    with pytest.raises(MoveRefused, match="Sara has signed"):
        journey.sign(closure, city.ulf, at=at + timedelta(days=1))
    perform(journey.fresh(closure), "cancel", actor=city.anna, at=at + timedelta(days=1), note="Not now.")
    told = Notice.objects.filter(subject__endswith="has stopped").values_list("recipient__name", flat=True)
    assert set(told) == {"Karin", "Ulf", "Sara"}


@pytest.mark.rule("R40")
def test_who_can_sign_today_finds_it_on_min_dag_and_nobody_else(journey, city, at):
    day = local_day(at)
    Deputyship.objects.create(
        unit=city.unit,
        role="communications",
        deputy=city.sara,
        starts_on=day + timedelta(days=1),
        ends_on=day + timedelta(days=2),
        why="Leave.",
    )
    closure = journey.awaiting()

    def asked(days: int) -> list[bool]:
        on = day + timedelta(days=days)
        people = (city.karin, city.ulf, city.sara)
        return [Closure.objects.to_sign_by(who, on).filter(pk=closure.pk).exists() for who in people]

    assert [asked(days) for days in (0, 1, 3)] == [
        [True, True, False],
        [True, True, True],
        [True, True, False],
    ]
    journey.sign(closure, city.sara, at=at + timedelta(days=1))
    assert asked(1) == [True, False, False]


@pytest.mark.rule("R32")
def test_changed_plan_voids_both_signatures_and_takes_the_posts_back(journey, city, at):
    closure = journey.telling()
    with pytest.raises(MoveRefused, match="signatures fall"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"motive": "Other."})
    perform(closure, "change_plan", actor=city.anna, at=at, note="New day.")
    closure = journey.fresh(closure)
    assert closure.state == "preparing"
    assert all(row.voided_at for row in closure.decisions.all())
    assert set(Post.objects.values_list("state", flat=True)) == {"dropped"}
    assert Notice.objects.filter(key__contains=":void:").count() == 2
    perform(closure, "ask_decision", actor=city.anna, at=at)
    journey.sign(closure, city.karin)
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"
    assert Post.objects.filter(state="in_review").count() == 3


@pytest.mark.rule("R32")
def test_signature_on_a_plan_that_is_not_the_one_read_is_refused(journey, city, at):
    closure = journey.awaiting()
    old = closure.plan_sha
    perform(closure, "change_plan", actor=city.anna, at=at, note="New words.")
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"motive": "Other."})
    perform(closure, "ask_decision", actor=city.anna, at=at)
    with pytest.raises(ChangedMeanwhile, match="Read it again"):
        perform(journey.fresh(closure), "sign", actor=city.karin, at=at, plan_sha=old)


def test_plan_whose_first_notice_time_is_over_cannot_be_signed(journey, city, at):
    closure = journey.awaiting()
    with pytest.raises(MoveRefused, match="time that is over"):
        journey.sign(closure, city.karin, at=at + timedelta(days=11))


def test_chiefs_are_asked_again_after_three_and_seven_days(journey, city, sweep_at, at):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    sweep_at(at + timedelta(days=3, minutes=1))
    again = Notice.objects.filter(key__startswith=f"closure:{closure.pk}:rung:")
    assert [notice.recipient.name for notice in again] == ["Ulf"]
