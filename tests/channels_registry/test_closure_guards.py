"""What the database refuses by itself about closures and rests, whoever asks it (R29, R32–R34)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import closing, register
from channels_registry.models import (
    Channel,
    Closure,
    Decision,
    Dormancy,
    FollowerNotice,
    PlatformClosure,
)
from core.models import Unit
from core.moves import MoveRefused, perform
from core.workdays import local_day

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    "change",
    [
        {"state": "telling"},
        {"state": "archiving"},
        {"state": "ready"},
        {"state": "closed"},
        {"state": "ordered"},
        {"state": "deregistered"},
    ],
)
def test_database_refuses_to_skip_a_step_of_a_closure(journey, change):
    closure = journey.awaiting()
    with pytest.raises(IntegrityError):
        Closure.objects.filter(pk=closure.pk).update(**change)


@pytest.mark.parametrize("state", ["dormant", "closing", "closed", "deregistered", "proposed"])
def test_database_refuses_to_set_a_channels_state_without_its_case(city, state):
    with pytest.raises(IntegrityError):
        Channel.objects.filter(pk=city.channel.pk).update(state=state)


@pytest.mark.rule("R32")
def test_database_keeps_the_plan_the_decisions_and_the_notices_as_signed(journey):
    closure = journey.telling()
    for work in (
        lambda: Closure.objects.filter(pk=closure.pk).update(motive="Other."),
        lambda: Closure.objects.filter(pk=closure.pk).update(closes_on=None),
        lambda: Closure.objects.filter(pk=closure.pk).update(plan_sha="0" * 64),
        lambda: closure.decisions.update(signer=journey.city.sara),
        lambda: closure.decisions.all().delete(),
        lambda: closure.notices.update(text="Other."),
        lambda: closure.notices.filter(published_at=None)._raw_delete("default"),
        lambda: FollowerNotice.objects.create(closure=closure, planned_at=journey.at, text="More."),
        lambda: closure.consultations.update(advice="Other."),
        lambda: closure.archive_decisions.update(level="samples"),
        lambda: Closure.objects.filter(pk=closure.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            work()


@pytest.mark.rule("R33")
def test_database_refuses_an_end_before_thirty_days_and_silence_that_is_none(journey, city, at):
    closure = journey.ready()
    PlatformClosure.objects.create(
        closure=closure,
        how="deleted",
        handle_kept="The vault",
        closed_by=city.anna,
        closed_at=at,
        closed_on=min(row.published_on for row in closure.notices.all()) + timedelta(days=29),
    )
    with pytest.raises(IntegrityError, match="thirty days"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="closed")
    assert journey.fresh(closure).state == "ready"


@pytest.mark.rule("R33")
def test_database_refuses_a_signature_without_notices_on_a_channel_that_spoke(journey, city, at):
    closure = journey.planned()
    Closure.objects.filter(pk=closure.pk).update(tells_nobody=True, plan_sha="a" * 64)
    Channel.objects.filter(pk=closure.channel_id).update(last_post_on=local_day(at) - timedelta(days=180))
    Closure.objects.filter(pk=closure.pk).update(state="awaiting_decision")
    facts = {"closure": closure, "role": "responsible", "signer": city.karin, "said": "yes"}
    row = Decision(**facts, plan_sha="a" * 64, decided_on=local_day(at), decided_at=at)
    with pytest.raises(IntegrityError, match="six months"), transaction.atomic():
        row.save()
    row.decided_on += timedelta(days=1)
    row.save()


@pytest.mark.rule("R34")
def test_database_refuses_to_ask_the_chiefs_before_the_records_officer_has_spoken(journey, city, at):
    closure = journey.planned()
    closing.propose_archive(
        closure,
        actor=city.anna,
        at=at,
        officer=city.rut,
        level="all",
        keeps_content=True,
        keeps_layout=False,
        motive="Of interest.",
    )
    with pytest.raises(MoveRefused, match="own word on what is kept: Rut is asked"):
        perform(journey.fresh(closure), "ask_decision", actor=city.anna, at=at)
    with pytest.raises(IntegrityError, match="own word"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="awaiting_decision", plan_sha="a" * 64)


@pytest.mark.parametrize("days", [365, 367])
def test_database_refuses_a_rest_of_more_than_a_year(city, at, days):
    today = local_day(at)
    row = Dormancy(
        channel=city.channel,
        starts_on=today,
        ends_on=today + timedelta(days=days),
        comments="off",
        asked_by=city.anna,
        asked_at=at,
    )
    if days > 366:
        with pytest.raises(IntegrityError, match="at most a year"):
            row.save()
    else:
        row.save()
        assert row.pk


@pytest.mark.rule("R32", "R40")
def test_channel_keeps_its_unit_while_the_units_chiefs_decide(journey, city, at):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    other = Unit.objects.create(name="Other", responsible_chief=city.sara, communications_chief=city.erik)
    channel = Channel.objects.get(pk=closure.channel_id)
    with pytest.raises(MoveRefused, match="deciding about the channel's closure"):
        register.edit(channel, actor=city.anna, at=at, seen=channel.version, facts={"unit": other})
    with pytest.raises(IntegrityError, match="keeps its unit"), transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(unit=other)
    perform(journey.fresh(closure), "change_plan", actor=city.anna, at=at, note="Reorganised.")
    channel.refresh_from_db()
    register.edit(channel, actor=city.anna, at=at, seen=channel.version, facts={"unit": other})
    assert not closure.decisions.filter(voided_at=None).exists()


@pytest.mark.rule("R35")
@pytest.mark.parametrize("way", ["closed", "deregistered"])
def test_channel_that_has_ended_is_kept_as_it_was_by_every_door(journey, city, at, client_of, way):
    channel = Channel.objects.get(pk=city.channel.pk)
    register.name_editor(channel, actor=city.anna, at=at, user=city.erik, holds_keys=True)
    getattr(journey, way)()
    editor, anna = channel.editors.get(), client_of(city.anna)

    def post(name, *more, **values):
        return anna.post(reverse(f"channels_registry:{name}", args=[channel.pk, *more]), values)

    fine = dict.fromkeys(("follows_profile", "purpose_holds", "people_right", "comments_right"), "on")
    for answer in (
        post("channel_editor", user=city.sara.pk),
        post("channel_editor_remove", editor.pk),
        post("channel_proof", posted_on="2026-01-01", proof="Seen."),
        post("channel_look_over", **fine),
        post("channel_handle", address="https://www.facebook.com/other", note="New."),
    ):
        assert (answer.status_code, "kept as it was" in answer.content.decode()) == (409, True)
    row = {"noted_by": city.anna, "noted_at": at, "posted_on": at.date(), "proof": "Seen."}
    for work in (
        lambda: channel.editors.create(user=city.sara),
        lambda: channel.editors.update(holds_keys=False),
        lambda: editor.delete(),
        lambda: channel.proofs.create(**row),
    ):
        with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
            work()
