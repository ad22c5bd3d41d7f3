"""Series lay out places, places are filled, skipped and reminded of, and a changed rule leaves posts alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calendar_app import laying
from calendar_app.clock import lay_out_tonight
from calendar_app.models import LayingOut, Series, Slot
from calendar_app.recurrence import Rule
from calendar_app.states import SERIES_MOVES, SLOT_MOVES, SlotState
from calendar_app.transitions import (
    begin_series,
    change_details,
    change_rule,
    place_post,
    write_post,
)
from channels_registry.models import Closure
from channels_registry.signals import answers_to, still_open_on
from core.models import Event, Notice, Rung
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.workdays import local_day
from editorial.models import Membership, Post

pytestmark = pytest.mark.django_db


def slot_on(series: Series, day: date) -> Slot:
    return Slot.objects.select_related("series__team").get(series=series, rule_on=day)


def days_of(series: Series, *states: str) -> list[date]:
    return [local_day(slot.starts_at) for slot in series.slots.filter(state__in=states or ["open"])]


@pytest.mark.rule("R7")
def test_series_lays_out_its_places_twelve_months_ahead(city, at, new_series):
    series = new_series()
    days = days_of(series)
    assert (days[0], days[-1], len(days)) == (date(2026, 12, 1), date(2027, 11, 23), 52)
    assert {slot.starts_at.hour for slot in series.slots.all()} == {7, 8}  # nine on the clock, all year
    assert series.laid_until == date(2027, 11, 24)


@pytest.mark.rule("R7")
def test_night_lays_out_what_is_new_and_a_second_run_writes_nothing(city, at, new_series):
    series = new_series()
    lay_out_tonight(at)
    week_later = at + timedelta(days=7)
    assert lay_out_tonight(week_later) == 1
    assert days_of(series)[-1] == date(2027, 11, 30)
    for again in (week_later, week_later + timedelta(hours=3)):
        with CaptureQueriesContext(connection) as caught:
            assert lay_out_tonight(again) == 0
        assert len(caught) == 1
    with CaptureQueriesContext(connection) as caught:
        assert laying.lay_out_due(week_later) == 0
    assert len(caught) == 1
    assert list(LayingOut.objects.values_list("day", "slot_count")) == [
        (date(2026, 12, 1), 1),
        (date(2026, 11, 24), 0),
    ]


def test_clock_that_slept_a_month_lays_out_all_of_it(city, at, new_series, sweep_at):
    series = new_series()
    sweep_at(at + timedelta(days=31))
    assert days_of(series)[-1] == date(2027, 12, 21)


def test_queries_do_not_grow_with_the_series(city, at, new_series):
    counts = []
    for number in range(3):
        for more in range(number * 3 + 1):
            new_series(name=f"Series {number} {more}", when=at)
        Series.objects.update(laid_until=local_day(at))
        with CaptureQueriesContext(connection) as caught:
            laying.lay_out_due(at + timedelta(days=7 * (number + 1)))
        counts.append(len(caught))
    assert counts == [8, 8, 8]


@pytest.mark.rule("R7")
def test_empty_place_reminds_its_owner_ten_and_three_days_before(city, at, new_series, sweep_at):
    new_series(starts_on=date(2026, 12, 15), ends_on=date(2026, 12, 15))

    def told():
        about = Notice.objects.filter(about_type="calendar_app.slot").order_by("pk")
        return list(about.values_list("recipient__name", "subject"))

    sweep_at(datetime(2026, 12, 5, 6, 59, tzinfo=UTC))
    assert told() == []
    sweep_at(datetime(2026, 12, 5, 7, 0, tzinfo=UTC))
    assert told() == [("Anna", "Still empty in 10 days: Did you know")]
    sweep_at(datetime(2026, 12, 12, 7, 0, tzinfo=UTC))
    sweep_at(datetime(2026, 12, 12, 7, 1, tzinfo=UTC))
    assert told()[1:] == [("Anna", "Still empty in 3 days: Did you know")]


@pytest.mark.rule("R7")
@pytest.mark.parametrize("way", ["fill", "skip", "end"])
def test_place_that_is_settled_reminds_no_more(city, at, new_series, sweep_at, way):
    series = new_series(starts_on=date(2026, 12, 15), ends_on=date(2026, 12, 15))
    slot = slot_on(series, date(2026, 12, 15))
    if way == "fill":
        write_post(slot, actor=city.anna, at=at)
    elif way == "skip":
        perform(slot, "skip", actor=city.anna, at=at, note="The council meets.")
    else:
        perform(series, "end", actor=city.anna, at=at)
    sweep_at(datetime(2026, 12, 12, 7, 0, tzinfo=UTC))
    assert not Notice.objects.filter(subject__startswith="Still empty").exists()


def test_editors_are_reminded_when_the_owner_left(city, at, new_series, sweep_at):
    new_series(starts_on=date(2026, 12, 15), ends_on=date(2026, 12, 15))
    Membership.objects.filter(user=city.anna).delete()
    sweep_at(datetime(2026, 12, 5, 7, 0, tzinfo=UTC))
    about = Notice.objects.filter(about_type="calendar_app.slot")
    assert set(about.values_list("recipient__name", flat=True)) == {"Erik", "Sara"}


@pytest.mark.rule("R7")
def test_post_written_in_a_place_starts_from_the_series(city, at, new_series):
    slot = slot_on(new_series(), date(2026, 12, 8))
    post = write_post(slot, actor=city.erik, at=at)
    # No day stands in its title, which the next move would make a lie.
    assert (post.title, post.kind, post.base_text, post.wanted_at) == (
        "Did you know",
        "Did you know",
        "Did you know that …",
        slot.starts_at,
    )
    assert [text.channel for text in post.texts.all()] == [city.channel]
    assert (slot.state, slot.post, post.created_by) == ("filled", post, city.erik)
    with pytest.raises(MoveRefused):
        write_post(slot_on(slot.series, date(2026, 12, 8)), actor=city.anna, at=at)
    assert Post.objects.count() == 1  # what was refused left no draft behind


def test_post_that_is_there_is_put_in_a_place_and_gets_its_time(city, at, new_series, new_post):
    slot, post = slot_on(new_series(), date(2026, 12, 8)), new_post()
    place_post(slot, post, actor=city.anna, at=at)
    assert Post.objects.get(pk=post.pk).wanted_at == slot.starts_at
    other = slot_on(slot.series, date(2026, 12, 15))
    with pytest.raises(MoveRefused, match="already has a place"):
        place_post(other, Post.objects.get(pk=post.pk), actor=city.anna, at=at)
    assert Post.objects.get(pk=post.pk).wanted_at == slot.starts_at
    dropped = new_post(title="Ducks")
    perform(dropped, "drop", actor=city.anna, at=at, note="No.")
    with pytest.raises(MoveRefused):
        place_post(other, dropped, actor=city.anna, at=at)


def test_place_of_a_dropped_post_is_empty_again_and_reminds_again(city, at, new_series, sweep_at):
    slot = slot_on(new_series(), date(2026, 12, 15))
    post = write_post(slot, actor=city.anna, at=at)
    perform(post, "drop", actor=city.anna, at=at, note="The fair is off.")
    slot.refresh_from_db()
    assert (slot.state, slot.post) == ("open", None)
    sweep_at(datetime(2026, 12, 5, 7, 0, tzinfo=UTC))
    assert Notice.objects.filter(subject__startswith="Still empty in 10").exists()


@pytest.mark.rule("R7")
def test_skipped_place_says_why(city, at, new_series):
    slot = slot_on(new_series(), date(2026, 12, 8))
    with pytest.raises(MoveIncomplete, match="needs a reason"):
        perform(slot, "skip", actor=city.anna, at=at)
    perform(slot, "skip", actor=city.anna, at=at, note="The council meets.")
    assert (slot.state, Slot.objects.get(pk=slot.pk).why) == ("skipped", "The council meets.")
    perform(slot, "restore", actor=city.anna, at=at)
    assert slot.state == "open"


WALKS = {
    "open": [],
    "filled": ["fill"],
    "skipped": ["skip"],
    "withdrawn": ["withdraw"],
}


@pytest.mark.parametrize("state", SlotState.values)
@pytest.mark.parametrize("name", [move.name for move in SLOT_MOVES])
def test_place_makes_the_moves_of_its_table_and_no_other(city, at, new_series, new_post, state, name):
    slot = slot_on(new_series(), date(2026, 12, 8))
    for step in WALKS[state]:
        details = {"post": new_post()} if step == "fill" else {}
        perform(slot, step, actor=city.anna, at=at, note="Because.", **details)
    move = SLOT_MOVES[name]
    details = {"post": new_post(title="Ducks")} if name == "fill" else {"starts_at": at + timedelta(days=30)}
    if state in move.sources:
        before = slot.state
        perform(slot, name, actor=city.anna, at=at, note="Because.", **details)
        assert (before in move.sources, slot.state) == (True, move.target)
        assert Event.objects.get(kind=f"slot.{name}", about_id=slot.pk).text == move.done
    else:
        with pytest.raises(MoveRefused, match="is not possible now"):
            perform(slot, name, actor=city.anna, at=at, note="Because.", **details)


@pytest.mark.parametrize("name", [move.name for move in SERIES_MOVES])
@pytest.mark.parametrize("state", ["running", "ended"])
def test_series_makes_the_moves_of_its_table_and_no_other(city, at, new_series, state, name):
    series, move = new_series(), SERIES_MOVES[name]
    if state == "ended":
        perform(series, "end", actor=city.anna, at=at)
    if state in move.sources:
        perform(series, name, actor=city.anna, at=at)
        assert series.state == move.target
        assert Event.objects.filter(kind=f"series.{name}").latest("pk").text == move.done
    else:
        with pytest.raises(MoveRefused, match="is not possible now"):
            perform(series, name, actor=city.anna, at=at)


def test_ended_series_withdraws_what_is_empty_and_lays_it_out_again_when_it_resumes(
    city, at, new_series, new_post
):
    series = new_series(ends_on=date(2026, 12, 31))
    place_post(slot_on(series, date(2026, 12, 15)), new_post(), actor=city.anna, at=at)
    perform(series, "end", actor=city.anna, at=at)
    assert days_of(series) == []
    assert days_of(series, "filled") == [date(2026, 12, 15)]
    assert laying.lay_out_due(at + timedelta(days=3)) == 0
    perform(series, "resume", actor=city.anna, at=at)
    assert days_of(series) == [date(2026, 12, day) for day in (1, 8, 22, 29)]


@pytest.mark.rule("R7")
def test_changed_rule_never_touches_a_place_with_a_post(city, at, new_series, new_post):
    series = new_series(ends_on=date(2026, 12, 31))
    filled, skipped = slot_on(series, date(2026, 12, 8)), slot_on(series, date(2026, 12, 15))
    place_post(filled, new_post(), actor=city.anna, at=at)
    perform(skipped, "skip", actor=city.anna, at=at, note="The council meets.")
    thursdays = Rule(
        rhythm="weekly", starts_on=date(2026, 11, 26), clock=time(12), ends_on=date(2026, 12, 31)
    )
    change = change_rule(series, thursdays, since=local_day(at), actor=city.anna, at=at)
    assert (len(change.new), len(change.gone), len(change.kept)) == (5, 3, 2)
    # The week of the 8th has its post: no empty place is laid beside it.
    assert list(change.instead.items()) == [(date(2026, 12, 10), filled)]
    assert days_of(series) == [date(2026, 11, 26), *(date(2026, 12, day) for day in (3, 17, 24, 31))]
    filled.refresh_from_db()
    assert (filled.state, filled.starts_at) == ("filled", datetime(2026, 12, 8, 8, tzinfo=UTC))
    assert days_of(series, "withdrawn") == [date(2026, 12, day) for day in (1, 22, 29)]


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("before", "filled", "after", "left_out"),
    [
        ({"rhythm": "weekly"}, date(2026, 12, 8), {"rhythm": "weekly", "starts_on": date(2026, 12, 9)}, 9),
        ({"rhythm": "weekly"}, date(2026, 12, 8), {"rhythm": "weekly", "clock": time(16)}, None),
        ({"rhythm": "weekly"}, date(2026, 12, 8), {"rhythm": "workdays"}, None),
        ({"rhythm": "month_day"}, date(2026, 12, 1), {"rhythm": "month_end"}, 31),
        ({"rhythm": "yearly"}, date(2026, 12, 1), {"rhythm": "yearly", "starts_on": date(2026, 12, 13)}, 13),
        (
            {"rhythm": "yearly", "starts_on": date(2027, 6, 1)},
            date(2027, 6, 1),
            {"rhythm": "yearly", "starts_on": date(2026, 12, 13)},
            None,
        ),
    ],
)
def test_turn_that_has_its_post_gets_no_empty_place_beside_it(
    city, at, new_series, new_post, before, filled, after, left_out
):
    series = new_series(**before)
    place_post(slot_on(series, filled), new_post(), actor=city.anna, at=at)
    rule = Rule(**({"starts_on": series.starts_on, "clock": time(9)} | after))
    change = change_rule(series, rule, since=local_day(at), actor=city.anna, at=at)
    assert [day.day for day in change.instead] == ([left_out] if left_out else [])
    assert not series.slots.filter(rule_on__in=change.instead).exists()
    again = laying.plan(series, rule, local_day(at), laying.horizon(at))
    assert (again.new, again.moved, again.again, again.gone) == ({}, [], [], [])


@pytest.mark.rule("R7")
def test_this_and_later_leaves_what_is_before(city, at, new_series):
    series = new_series(ends_on=date(2026, 12, 31))
    rule = Rule(rhythm="weekly", starts_on=date(2026, 12, 15), clock=time(16), ends_on=date(2026, 12, 31))
    change = change_rule(series, rule, since=date(2026, 12, 15), actor=city.anna, at=at)
    assert [slot.rule_on.day for slot, _when in change.moved] == [15, 22, 29]
    hours = {slot.rule_on.day: slot.starts_at.hour for slot in series.slots.all()}
    assert hours == {1: 8, 8: 8, 15: 15, 22: 15, 29: 15}
    assert Event.objects.get(kind="series.rule").data == {
        "from": "every Tuesday at 09:00, until 31 December 2026",
        "to": "every Tuesday at 16:00, until 31 December 2026",
        "since": "2026-12-15",
    }


def test_changed_rule_brings_back_a_place_it_withdrew(city, at, new_series):
    series = new_series(ends_on=date(2026, 12, 31))
    fortnight = Rule(**{**series.rule.__dict__, "interval": 2})
    weekly = series.rule
    change_rule(series, fortnight, since=local_day(at), actor=city.anna, at=at)
    assert [day.day for day in days_of(series)] == [1, 15, 29]
    change = change_rule(series, weekly, since=local_day(at), actor=city.anna, at=at)
    assert len(change.again) == 2
    assert [day.day for day in days_of(series)] == [1, 8, 15, 22, 29]


@pytest.mark.rule("R7")
def test_series_over_a_change_of_summer_time_keeps_its_time_of_day(city, at, new_series):
    series = new_series(rhythm="weekly", starts_on=date(2027, 3, 21), ends_on=date(2027, 4, 4))
    assert [f"{slot.starts_at:%d %H}" for slot in series.slots.all()] == ["21 08", "28 07", "04 07"]


def test_rule_that_never_occurs_is_refused_with_a_sentence(city, at, new_series):
    with pytest.raises(MoveRefused, match="no day ever comes"):
        new_series(rhythm="yearly", starts_on=date(2026, 12, 24), red_days="leave_out")
    assert not Series.objects.exists()


def test_series_is_its_teams_own(city, at, new_series):
    series = new_series()
    rule = series.rule
    for somebody in (city.olle, city.karin, city.admin):
        with pytest.raises(MoveForbidden, match="team"):
            change_rule(series, rule, since=local_day(at), actor=somebody, at=at)
        with pytest.raises(MoveForbidden, match="team"):
            perform(series, "end", actor=somebody, at=at)
        with pytest.raises(MoveForbidden, match="team"):
            write_post(slot_on(series, date(2026, 12, 1)), actor=somebody, at=at)
    assert not Series.objects.visible_to(city.olle).exists()
    assert not Slot.objects.visible_to(city.stranger).exists()
    assert Series.objects.visible_to(city.karin).exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"owner": "olle"}, "owner has to be in the team"),
        ({"channels": "other_channel"}, "does not have all these channels"),
        ({"name": "Taken"}, "already has a series of that name"),
    ],
)
def test_what_a_series_cannot_be_is_said(city, at, new_series, changes, reason):
    new_series(name="Taken")
    series = new_series()
    fields = {"name": changes.get("name", series.name), "template_text": ""}
    fields["owner"] = getattr(city, changes.get("owner", "anna"))
    channels = [getattr(city, changes.get("channels", "channel"))]
    with pytest.raises(MoveRefused, match=reason):
        change_details(series, actor=city.anna, at=at, fields=fields, channels=channels)
    values = {"fields": fields | {"name": changes.get("name", "New")}, "channels": channels}
    with pytest.raises(MoveRefused, match=reason):
        begin_series(Series(team=city.team), actor=city.anna, at=at, rule=series.rule, **values)


def test_second_change_of_a_series_does_not_win_silently(city, at, new_series):
    series = new_series()
    seen = series.version
    change_rule(series, series.rule, since=local_day(at), actor=city.erik, at=at)
    with pytest.raises(ChangedMeanwhile):
        change_rule(series, series.rule, since=local_day(at), actor=city.anna, at=at, seen=seen)
    fields = {"name": "X", "owner": city.anna, "template_text": ""}
    with pytest.raises(ChangedMeanwhile):
        change_details(series, actor=city.anna, at=at, fields=fields, channels=[], seen=seen)


@pytest.mark.rule("R7")
def test_raw_sql_cannot_touch_a_place_with_a_post_or_make_one_vanish(city, at, new_series, new_post):
    series = new_series()
    slot, empty = slot_on(series, date(2026, 12, 8)), slot_on(series, date(2026, 12, 15))
    place_post(slot, new_post(), actor=city.anna, at=at)
    foreign = Post.objects.create(team=city.other_team, title="X", created_by=city.olle, created_at=at)
    attacks = [
        ("UPDATE calendar_app_slot SET starts_at = %s WHERE id = %s", [at, slot.pk]),
        ("UPDATE calendar_app_slot SET state = 'open' WHERE id = %s", [slot.pk]),
        ("UPDATE calendar_app_slot SET post_id = NULL WHERE id = %s", [slot.pk]),
        ("UPDATE calendar_app_slot SET state = 'filled' WHERE id = %s", [empty.pk]),
        (
            "UPDATE calendar_app_slot SET state = 'filled', post_id = %s WHERE id = %s",
            [foreign.pk, empty.pk],
        ),
        ("DELETE FROM calendar_app_slot WHERE id = %s", [empty.pk]),
        (
            "INSERT INTO calendar_app_slot (version, series_id, rule_on, starts_at, state, why) "
            "SELECT 1, series_id, rule_on, starts_at, 'open', '' FROM calendar_app_slot WHERE id = %s",
            [empty.pk],
        ),
    ]
    for sql, values in attacks:
        with (
            pytest.raises((IntegrityError, DatabaseError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values)
    assert Slot.objects.get(pk=slot.pk).state == "filled"
    assert Rung.objects.filter(ladder="slot", object_id=empty.pk).count() == 2


@pytest.mark.rule("R34")
def test_running_series_has_to_be_settled_before_its_channel_may_end(city, new_series, at):
    series = new_series()

    def open_kinds():
        return {thing.kind for thing in answers_to(still_open_on, Closure, channel=city.channel)}

    assert "Series" in open_kinds()
    perform(series, "end", actor=city.anna, at=at, note="The channel closes.")
    assert "Series" not in open_kinds()
