"""Deputies: named by the chief or an administrator, for days, kept once somebody has signed under them (R32)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import closing, deciding, deputies, plans
from channels_registry.models import Deputyship
from core.models import Event, Notice
from core.moves import MoveForbidden, perform
from core.workdays import local_day

pytestmark = pytest.mark.django_db
PAGE = "channels_registry:deputies_page"


def form(city, at, **facts):
    day = local_day(at)
    values = {
        "seat": f"{city.unit.pk}-communications",
        "deputy": city.sara.pk,
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=10)).isoformat(),
        "why": "Leave.",
    }
    return values | facts


@pytest.mark.rule("R32", "R40")
def test_chief_names_a_deputy_who_signs_and_whose_days_then_stay(journey, city, client_of, time_machine):
    time_machine.move_to(journey.at, tick=False)
    ulf = client_of(city.ulf)
    assert ulf.post(reverse(PAGE), form(city, journey.at)).status_code == 302
    row = Deputyship.objects.get()
    assert Event.objects.get(kind="deputy.name").actor == city.ulf
    assert Notice.objects.get(recipient=city.sara, key=f"deputy:{row.pk}").body.startswith(
        "As communications chief"
    )
    closure = journey.awaiting()
    journey.sign(closure, city.sara)
    assert closure.decisions.get().deputy_for == city.ulf
    for work in (
        lambda: Deputyship.objects.all().delete(),
        lambda: Deputyship.objects.update(deputy=city.erik),
        lambda: Deputyship.objects.update(ends_on=local_day(journey.at) - timedelta(days=1)),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            work()
    assert ulf.post(reverse("channels_registry:deputy_end", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == local_day(journey.at)  # signed today, so it ends with the day


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    ("who", "facts", "status", "said"),
    [
        ("ulf", {"ends_on": "2020-01-01"}, 409, "The last day comes before the first."),
        ("ulf", {"starts_on": "2020-01-01", "ends_on": "2020-01-02"}, 409, "The last day is over."),
        ("ulf", {"deputy": "karin"}, 409, "is one of the unit"),
        ("ulf", {"deputy": ""}, 422, "required"),
        ("ulf", {"ends_on": "soon"}, 422, "valid date"),
        ("ulf", {"seat": "responsible"}, 422, "valid choice"),
        ("anna", {}, 422, "A chief names a deputy for their own role."),
    ],
)
def test_what_makes_no_deputy_is_said_and_nothing_typed_is_lost(
    city, at, client_of, time_machine, who, facts, status, said
):
    time_machine.move_to(at, tick=False)
    facts = dict(facts)
    if facts.get("deputy"):
        facts["deputy"] = getattr(city, facts["deputy"]).pk
    if facts.get("seat"):
        facts["seat"] = f"{city.unit.pk}-{facts['seat']}"
    answer = client_of(getattr(city, who)).post(reverse(PAGE), form(city, at) | facts)
    text = answer.content.decode()
    assert (answer.status_code, said in text) == (status, True)
    assert "Leave." in text or who == "anna"
    assert not Deputyship.objects.exists()


@pytest.mark.rule("R32")
def test_one_person_cannot_be_deputy_for_both_chiefs_on_the_same_days(city, at):
    day = local_day(at)
    facts = {"at": at, "unit": city.unit, "deputy": city.sara, "starts_on": day, "why": "Leave."}
    deputies.name_deputy(actor=city.ulf, role="communications", ends_on=day + timedelta(days=9), **facts)
    reason = deputies.why_not(city.unit, "responsible", city.sara, day, day, day)
    assert "deputy for the other chief" in reason
    later = day + timedelta(days=10)
    assert not deputies.why_not(city.unit, "responsible", city.sara, later, later, day)
    with pytest.raises(MoveForbidden):
        deputies.name_deputy(actor=city.ulf, role="responsible", ends_on=day, **facts)
    row = Deputyship.objects.get()
    with pytest.raises(MoveForbidden):
        deputies.end_deputyship(row, actor=city.karin, at=at)
    deputies.end_deputyship(row, actor=city.ulf, at=at)
    assert not Deputyship.objects.exists()


@pytest.mark.rule("R32", "R40")
@pytest.mark.parametrize("part", ["handler", "opened_by"])
def test_who_handles_or_opened_a_closure_is_no_deputy_and_is_not_offered(
    journey, city, client_of, time_machine, part
):
    time_machine.move_to(journey.at, tick=False)
    closure = journey.awaiting()
    if part == "opened_by":
        closing.take_over(closure, actor=journey.tove, at=journey.at)
    ulf = client_of(city.ulf)
    offered = {name for _pk, name in ulf.get(reverse(PAGE)).context["form"].fields["deputy"].choices}
    assert {"Anna", "Karin", "Ulf"}.isdisjoint(offered)
    assert {"Sara", "Erik"} <= offered
    answer = ulf.post(reverse(PAGE), form(city, journey.at, deputy=city.anna.pk))
    said = "Anna handles or opened the closure of Parks on Facebook (Facebook), and cannot decide it too."
    assert (answer.status_code, said in answer.content.decode()) == (409, True)
    day = local_day(journey.at)
    row = Deputyship(
        unit=city.unit, role="communications", deputy=city.anna, starts_on=day, ends_on=day, why="Leave."
    )
    with pytest.raises(IntegrityError, match="no deputy there"), transaction.atomic():
        row.save()
    row.deputy = city.sara
    row.save()
    with pytest.raises(IntegrityError, match="no deputy there"), transaction.atomic():
        Deputyship.objects.filter(pk=row.pk).update(deputy=city.anna)
    perform(closure, "cancel", actor=journey.tove, at=journey.at, note="No.")
    Deputyship.objects.filter(pk=row.pk).update(deputy=city.anna)


@pytest.mark.rule("R40")
def test_deputy_of_today_or_later_does_not_take_over_a_closure(journey, city, at):
    day = local_day(at)
    facts = {"unit": city.unit, "role": "communications", "deputy": city.erik, "why": "Leave."}
    row = Deputyship.objects.create(**facts, starts_on=day, ends_on=day)
    closure = journey.planned()
    with pytest.raises(MoveForbidden, match="as deputy"):
        closing.take_over(closure, actor=city.erik, at=at)
    Deputyship.objects.filter(pk=row.pk).update(starts_on=day - timedelta(days=2))
    Deputyship.objects.filter(pk=row.pk).update(ends_on=day - timedelta(days=1))
    closing.take_over(journey.fresh(closure), actor=city.erik, at=at)
    assert journey.fresh(closure).handler == city.erik


@pytest.mark.rule("R32", "R40")
def test_plan_names_the_chief_who_cannot_decide_and_whose_deputy_is_asked_instead(journey, city, at):
    city.unit.responsible_chief = city.anna  # who opens the closure
    city.unit.save()
    closure = journey.planned()
    (lacking,) = plans.missing(closure, at)
    assert lacking == (
        "Somebody who decides as responsible chief: Anna handles or opened the closure. Name a deputy for Anna."
    )
    day = local_day(at)
    days = {"starts_on": day, "ends_on": day + timedelta(days=2)}
    deputies.name_deputy(
        actor=city.anna,
        at=at,
        unit=city.unit,
        role="responsible",
        deputy=city.sara,
        why="I opened it.",
        **days,
    )
    closure = journey.fresh(closure)
    assert plans.missing(closure, at) == []
    perform(closure, "ask_decision", actor=city.anna, at=at)
    assert [person.name for person in deciding.signers(journey.fresh(closure), at)] == ["Ulf", "Sara"]
    journey.sign(closure, city.sara)
    # What the deputy signed counts after the days are over.
    journey.sign(closure, city.ulf, at=at + timedelta(days=5))
    assert journey.fresh(closure).state == "telling"


def test_deputy_whose_days_are_over_is_no_second_person(journey, city, at):
    day = local_day(at)
    city.unit.communications_chief = city.karin
    city.unit.save()
    facts = {"unit": city.unit, "role": "communications", "deputy": city.sara, "why": "Leave."}
    row = Deputyship.objects.create(
        **facts, starts_on=day - timedelta(days=9), ends_on=day - timedelta(days=1)
    )
    closure = journey.planned()
    assert any("the same person holds both roles" in words for words in plans.missing(closure, at))
    Deputyship.objects.filter(pk=row.pk).update(ends_on=day)
    assert plans.missing(journey.fresh(closure), at) == []


def test_administrator_names_for_any_chief_also_in_the_admin(city, at, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    admin = client_of(city.admin)
    assert admin.post(reverse(PAGE), form(city, at)).status_code == 302
    add = reverse("admin:channels_registry_deputyship_add")
    facts = {"unit": city.unit.pk, "role": "responsible", "why": "Leave."}
    days = {name: form(city, at)[name] for name in ("starts_on", "ends_on")}
    twice = admin.post(add, facts | days | {"deputy": city.sara.pk})
    assert (twice.status_code, "deputy for the other chief" in twice.content.decode()) == (200, True)
    assert admin.post(add, facts | days | {"deputy": city.erik.pk}).status_code == 302
    assert Event.objects.filter(kind="deputy.name", actor=city.admin).count() == 2


@pytest.mark.parametrize("more", [0, 3])
def test_deputies_are_seen_by_who_they_concern_in_as_many_queries(
    city, at, client_of, time_machine, django_assert_num_queries, more
):
    time_machine.move_to(at, tick=False)
    day = local_day(at)
    for number in range(1 + more):
        Deputyship.objects.create(
            unit=city.unit,
            role="communications",
            deputy=city.sara,
            starts_on=day + timedelta(days=number * 9),
            ends_on=day + timedelta(days=number * 9 + 3),
            why="Leave.",
        )
    ulf = client_of(city.ulf)
    with django_assert_num_queries(10):
        page = ulf.get(reverse(PAGE))
    assert page.content.decode().count("<strong>Sara</strong>") == 1 + more
    assert "<strong>Sara</strong>" not in client_of(city.olle).get(reverse(PAGE)).content.decode()
