"""A channel's rest: over a summer, with comments off or watched (R29)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import register
from channels_registry.models import Channel, Dormancy
from channels_registry.rest import plan_rest, uncovered
from channels_registry.states import DORMANCY_MOVES
from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.models import Shift
from moderation.models import Watch

pytestmark = pytest.mark.django_db
SPRING = datetime(2026, 4, 27, 10, 0, tzinfo=UTC)
FROM, TO = date(2026, 5, 4), date(2026, 9, 7)


def planned(city, **facts):
    values = {
        "actor": city.anna,
        "at": SPRING,
        "starts_on": FROM,
        "ends_on": TO,
        "comments": "off",
        "why": "No ice in summer.",
        "told_how": "A pinned post.",
    } | facts
    channel = Channel.objects.get(pk=city.channel.pk)
    Channel.objects.filter(pk=channel.pk).update(
        quiet_since=date(2026, 4, 20), registered_on=date(2020, 1, 1)
    )
    return plan_rest(channel, **values)


@pytest.mark.rule("R29", "R30")
def test_rest_and_waking_over_a_summer_by_the_clock_alone(city, sweep_at):
    rest = planned(city)
    perform(rest, "check_comments", actor=city.anna, at=SPRING)
    sweep_at(instant(FROM, "05:59"))
    assert Channel.objects.get(pk=city.channel.pk).state == "active"
    sweep_at(instant(FROM, "06:01"))
    channel = Channel.objects.get(pk=city.channel.pk)
    assert (channel.state, channel.comment_mode, channel.may_publish) == ("dormant", "off", False)
    assert channel not in Channel.objects.to_watch()
    sweep_at(instant(date(2026, 7, 15), "12:00"))
    assert Watch.objects.filter(channel=channel, day=date(2026, 7, 15)).count() == 0
    sweep_at(instant(TO - timedelta(days=14), "08:01"))
    told = Notice.objects.filter(subject="Parks on Facebook (Facebook) wakes soon")
    assert {row.recipient.name for row in told} == {"Anna", "Erik", "Sara"}
    sweep_at(instant(TO, "06:01"))
    channel.refresh_from_db()
    rest.refresh_from_db()
    assert (rest.state, channel.state, channel.comment_mode) == ("woken", "active", "open")
    # Fourteen days were silent before the rest and none since: the 126 days of rest do not count.
    assert channel.quiet_days(TO) == 14


@pytest.mark.rule("R29")
def test_watched_rest_names_each_working_day_nobody_watches_and_starts_when_the_rota_covers_it(city):
    rest = planned(city, comments="watched", ends_on=date(2026, 5, 18))
    assert uncovered(rest, FROM)[0] == FROM
    assert date(2026, 5, 14) not in uncovered(rest, FROM)  # Ascension Day
    at = instant(FROM, "09:00")
    with pytest.raises(MoveRefused, match="May 4, 2026, May 5, 2026"):
        perform(rest, "start", actor=city.anna, at=at)
    Shift.objects.create(
        team=city.team,
        duty="watch",
        user=city.erik,
        starts_at=instant(FROM, "00:00"),
        ends_at=instant(date(2026, 5, 15), "00:00"),
    )
    assert uncovered(rest, FROM) == [date(2026, 5, 15)]
    Shift.objects.create(
        team=city.team,
        duty="watch",
        user=city.sara,
        starts_at=instant(date(2026, 5, 15), "08:00"),
        ends_at=instant(date(2026, 5, 15), "17:00"),
    )
    perform(rest, "start", actor=city.anna, at=at)
    channel = Channel.objects.get(pk=city.channel.pk)
    assert (channel.state, channel.comment_mode) == ("dormant", "watched")
    assert channel in Channel.objects.to_watch()


@pytest.mark.rule("R29")
def test_rest_that_is_not_safe_on_its_day_does_not_start_and_its_people_are_told_why(city, sweep_at):
    rest = planned(city)
    sweep_at(instant(FROM, "06:01"))
    rest.refresh_from_db()
    assert rest.state == "planned"
    notice = Notice.objects.filter(subject="Parks on Facebook (Facebook) could not be put to rest").first()
    assert "comments are turned off" in notice.body
    with pytest.raises(IntegrityError), transaction.atomic():
        Dormancy.objects.filter(pk=rest.pk).update(state="resting")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"ends_on": date(2027, 5, 5)}, "at most 12 months"),
        ({"starts_on": date(2026, 4, 26)}, "first day is over"),
        ({"ends_on": FROM}, "after the day it begins"),
    ],
)
def test_rest_longer_than_a_year_or_in_the_past_is_refused(city, facts, reason):
    with pytest.raises(MoveRefused, match=reason):
        planned(city, **facts)
    assert planned(city, ends_on=date(2027, 5, 4)).state == "planned"


def test_second_rest_and_strangers_are_refused(city):
    planned(city)
    with pytest.raises(MoveRefused, match="planned or running"):
        planned(city)
    with pytest.raises(MoveForbidden):
        planned(city, actor=city.olle)


@pytest.mark.rule("R29")
@pytest.mark.parametrize("state", ["planned", "resting", "woken", "cancelled"])
def test_every_move_of_a_rest_from_every_state_by_every_role(city, state):
    rest, at = planned(city), instant(FROM, "09:00")
    steps = {"resting": ["start"], "woken": ["start", "wake"], "cancelled": ["cancel"]}
    perform(rest, "check_comments", actor=city.anna, at=at)
    for name in steps.get(state, []):
        perform(rest, name, actor=city.anna, at=at, note="So.")
    for move in DORMANCY_MOVES:
        for name in ("anna", "karin", "admin", "olle", "stranger"):
            try:
                with transaction.atomic():
                    fresh = Dormancy.objects.get(pk=rest.pk)
                    perform(fresh, move.name, actor=getattr(city, name), at=at, note="So.")
                    transaction.set_rollback(True)
                said = True
            except MoveRefused:
                said = False
            may = name in {"anna", "karin", "admin"}
            assert said == (state in move.sources and may), (state, move.name, name)


def test_closing_a_resting_channel_wakes_it_first(city, journey):
    rest = planned(city)
    at = instant(FROM, "09:00")
    perform(rest, "check_comments", actor=city.anna, at=at)
    perform(rest, "start", actor=city.anna, at=at)
    closure = journey.opened(Channel.objects.get(pk=city.channel.pk))
    rest.refresh_from_db()
    assert (rest.state, closure.channel.state) == ("woken", "closing")
    assert local_day(journey.at) == rest.woken_on


@pytest.mark.rule("R29")
def test_planned_rest_that_a_closure_cancels_is_seen_on_the_channel_and_not_forgotten(
    city, journey, client_of
):
    first = local_day(journey.at) + timedelta(days=7)
    rest = planned(city, at=journey.at, starts_on=first, ends_on=first + timedelta(days=90))
    closure = journey.opened(Channel.objects.get(pk=city.channel.pk))
    fell = Notice.objects.filter(subject="The planned rest of Parks on Facebook (Facebook) is cancelled")
    assert {row.recipient.name for row in fell} == {"Anna", "Erik", "Sara"}
    assert str(rest.days_in_words) in fell[0].body
    perform(closure, "cancel", actor=city.anna, at=journey.at + timedelta(days=1), note="We think again.")
    page = client_of(city.anna).get(reverse("channels_registry:channel_page", args=[city.channel.pk]))
    told = page.content.decode()
    for said in ("Rest planned", "The rest was cancelled", "is not taken up again by itself"):
        assert said in told
    lost = Notice.objects.filter(
        subject="The rest of Parks on Facebook (Facebook) is not taken up again by itself"
    )
    assert {row.recipient.name for row in lost} == {"Anna", "Erik", "Sara"}


@pytest.mark.rule("R29")
def test_short_rest_is_told_of_on_its_first_day_and_shows_only_what_can_be_done(
    city, sweep_at, client_of, time_machine
):
    time_machine.move_to(SPRING, tick=False)
    rest = planned(city, ends_on=FROM + timedelta(days=10))
    page = reverse("channels_registry:channel_page", args=[city.channel.pk])

    def shown():
        answer = client_of(city.anna).get(page)
        return [move.name for move in answer.context["rest_moves"]], answer.content.decode()

    assert shown()[0] == ["check_comments", "cancel"]
    assert "once somebody has checked that comments are off" in shown()[1]
    perform(rest, "check_comments", actor=city.anna, at=SPRING)
    assert shown()[0] == ["cancel"]
    sweep_at(instant(FROM, "06:01"))
    sweep_at(instant(FROM, "08:01"))
    assert Notice.objects.filter(subject__endswith="wakes soon", recipient=city.anna).count() == 1
    time_machine.move_to(instant(FROM, "09:00"), tick=False)
    assert shown()[0] == ["wake"]


@pytest.mark.rule("R29")
def test_facts_of_a_resting_channel_are_saved_without_opening_its_comments(city, client_of, time_machine):
    rest = planned(city)
    perform(rest, "check_comments", actor=city.anna, at=SPRING)
    perform(rest, "start", actor=city.anna, at=instant(FROM, "09:00"))
    channel = Channel.objects.get(pk=city.channel.pk)
    time_machine.move_to(instant(FROM, "10:00"), tick=False)
    edit, anna = reverse("channels_registry:channel_edit", args=[channel.pk]), client_of(city.anna)
    assert "The rest says so." in anna.get(edit).content.decode()
    facts = {"name": channel.name, "unit": channel.unit_id, "two_factor": "on", "seen": channel.version}
    assert anna.post(edit, facts | {"comment_mode": "open", "keys_kept": "The vault"}).status_code == 302
    channel.refresh_from_db()
    assert (channel.comment_mode, channel.keys_kept) == ("off", "The vault")
    with pytest.raises(MoveRefused, match="stay as the rest says"):
        register.edit(
            channel,
            actor=city.anna,
            at=instant(FROM, "10:00"),
            seen=channel.version,
            facts={"comment_mode": "open"},
        )
    with pytest.raises(IntegrityError, match="stay as its rest says"), transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(comment_mode="open")
    back_office = reverse("admin:channels_registry_channel_change", args=[channel.pk])
    assert 'name="comment_mode"' not in client_of(city.admin).get(back_office).content.decode()


@pytest.mark.rule("R29")
def test_rest_that_never_began_ends_with_its_last_day(city, sweep_at):
    rest = planned(city)
    sweep_at(instant(FROM, "06:01"))
    sweep_at(instant(TO, "06:01"))
    rest.refresh_from_db()
    assert (rest.state, Channel.objects.get(pk=city.channel.pk).state) == ("cancelled", "active")
    assert planned(city, at=instant(TO, "07:00"), starts_on=TO, ends_on=TO + timedelta(days=9)).is_running
