"""A channel's whole table: every state, every move, every role; and a rest for channels of an older database."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from channels_registry.models import Channel, Dormancy
from channels_registry.states import CHANNEL_MOVES, ChannelState
from core import triggers
from core.models import Rung
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import local_day

pytestmark = pytest.mark.django_db
C = ChannelState


def at_state(city, journey, state):
    """This will bring a channel to the state by what people and the clock do."""
    if state in {C.CLOSING, C.CLOSED, C.DEREGISTERED}:
        case = {C.CLOSING: "preparing", C.CLOSED: "closed", C.DEREGISTERED: "deregistered"}[state]
        return journey.at_state(case).channel
    if state == C.PROPOSED:
        return Channel.objects.create(
            platform=city.channel.platform,
            name="New",
            handle="new",
            url="https://www.facebook.com/new",
            unit=city.unit,
            owner=city.anna,
            state="proposed",
        )
    channel = Channel.objects.get(pk=city.channel.pk)
    Channel.objects.filter(pk=channel.pk).update(owner=city.anna)
    channel.refresh_from_db()
    if state == C.UNDER_REVIEW:
        perform(channel, "ask_about", actor=None, at=journey.at)
    if state == C.DORMANT:
        today = local_day(journey.at)
        rest = Dormancy.objects.create(
            channel=channel,
            starts_on=today,
            ends_on=today + timedelta(days=30),
            comments="off",
            asked_by=city.anna,
            asked_at=journey.at,
        )
        perform(rest, "check_comments", actor=city.anna, at=journey.at)
        perform(rest, "start", actor=city.anna, at=journey.at)
    return Channel.objects.get(pk=channel.pk)


def outcome(channel, move, actor, at):
    details = {"comment_mode": "off", "quiet_since": local_day(at)}
    try:
        with transaction.atomic():
            perform(Channel.objects.get(pk=channel.pk), move, actor=actor, at=at, note="Why.", **details)
            transaction.set_rollback(True)
    except MoveForbidden:
        return "forbidden"
    except MoveRefused:
        return "refused"
    except IntegrityError:
        return "guarded"
    return "done"


# What the system itself may do without the case that the move belongs to.
WITHOUT_A_CASE = {"open", "ask_about"}
MAY_KEEP = {"anna", "karin", "ulf", "tove", "admin"}


@pytest.mark.rule("R28", "R29", "R30")
@pytest.mark.parametrize("state", ChannelState.values)
def test_every_move_from_every_state_by_every_role(city, journey, state):
    channel = at_state(city, journey, state)
    assert channel.state == state
    for move in CHANNEL_MOVES:
        for name in (
            "anna",
            "erik",
            "sara",
            "tove",
            "karin",
            "ulf",
            "rut",
            "olle",
            "stranger",
            "admin",
            None,
        ):
            actor = journey.tove if name == "tove" else getattr(city, name) if name else None
            said, where = outcome(channel, move.name, actor, journey.at), (state, move.name, name)
            if state not in move.sources:
                assert said == "refused", where
            elif move.name == "keep":
                assert said == ("done" if name in MAY_KEEP else "forbidden"), where
            elif name:
                assert said == "forbidden", where
            elif move.name == "wake":
                assert said in {"done", "guarded"}, where
            else:
                assert said == ("done" if move.name in WITHOUT_A_CASE else "guarded"), where


@pytest.mark.rule("R29")
@pytest.mark.parametrize(("mode", "comments"), [("off", "off"), ("open", "watched"), ("watched", "watched")])
def test_channel_that_rested_before_rests_were_cases_gets_one_and_can_be_woken(
    city, journey, client_of, mode, comments, sweep_at, time_machine
):
    time_machine.move_to(journey.at, tick=False)
    today = local_day(journey.at)
    triggers.drop_all(connection)
    Channel.objects.filter(pk=city.channel.pk).update(
        state="dormant", comment_mode=mode, quiet_since=today - timedelta(days=100)
    )
    triggers.install(connection)
    move = import_module("channels_registry.migrations.0004_rests_of_old").give_rests
    move(apps, None)
    move(apps, None)
    rest = Dormancy.objects.get()
    assert (rest.state, rest.comments, rest.asked_by) == ("resting", comments, None)
    assert set(Rung.objects.filter(ladder="dormancy").values_list("step", flat=True)) == {
        "wakes_soon",
        "wake",
    }
    page = client_of(city.anna).get(reverse("channels_registry:channel_page", args=[city.channel.pk]))
    assert "Wake the channel" in page.content.decode()
    perform(rest, "wake", actor=city.anna, at=journey.at)
    channel = Channel.objects.get(pk=city.channel.pk)
    assert (channel.state, channel.quiet_days(today)) == ("active", 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dormancy.objects.create(
            channel=channel,
            starts_on=today,
            ends_on=today + timedelta(days=9),
            comments="off",
            state="resting",
            asked_at=journey.at,
        )
