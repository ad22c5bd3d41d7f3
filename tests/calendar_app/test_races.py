"""Two at once in the calendar, with real threads on PostgreSQL."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection

from calendar_app.clock import lay_out_tonight
from calendar_app.feeds import feed_of, make_feed, written
from calendar_app.models import FeedItem, LayingOut, Series, Slot
from calendar_app.recurrence import Rule
from calendar_app.transitions import begin_series, change_rule, place_post, write_post
from core.models import Rung
from core.workdays import local_day
from editorial.models import Post
from editorial.transitions import save_post
from tests.core.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


@pytest.fixture
def series(live_people, at):
    series = Series(team=live_people.team)
    begin_series(
        series,
        actor=live_people.anna,
        at=at,
        fields={"name": "Did you know", "owner": live_people.anna, "template_text": ""},
        channels=[live_people.channel],
        rule=Rule(rhythm="weekly", starts_on=date(2026, 12, 1), clock=time(9)),
    )
    return series


@pytest.mark.rule("R7")
def test_eight_beats_at_once_lay_out_each_place_once(series, at):
    for week in range(1, 6):
        later = at + timedelta(days=7 * week)
        assert sorted(at_once(*[lambda later=later: lay_out_tonight(later)] * 8)) == [0] * 7 + [1]
    assert series.slots.count() == 52 + 5
    assert LayingOut.objects.count() == 5
    assert Rung.objects.filter(ladder="slot").count() == 2 * series.slots.count() - 1


@pytest.mark.rule("R7")
def test_laying_out_against_a_change_of_the_rule_leaves_one_place_a_day(live_people, series, at):
    for week in range(1, 8):
        later = at + timedelta(days=7 * week)
        rule = Rule(rhythm="weekly", starts_on=date(2026, 12, 1 + week), clock=time(9))
        mine = Series.objects.select_related("team").get()
        at_once(
            lambda later=later: lay_out_tonight(later),
            lambda rule=rule, later=later, mine=mine: change_rule(
                mine, rule, since=local_day(later), actor=live_people.anna, at=later
            ),
        )
        lay_out_tonight(later)
        now = Series.objects.get()
        ahead = now.slots.filter(state="open", rule_on__gte=local_day(later))
        wanted = now.rule.instants(local_day(later), now.laid_until)
        assert {slot.rule_on: slot.starts_at for slot in ahead} == wanted


@pytest.mark.rule("R7")
def test_two_who_fill_a_place_at_once_leave_one_post(live_people, series, at):
    for slot in series.slots.all()[:20]:
        works = [
            lambda person=person, slot=slot: write_post(
                Slot.objects.select_related("series__team").get(pk=slot.pk), actor=person, at=at
            )
            for person in (live_people.anna, live_people.erik)
        ]
        at_once(*works)
    assert Post.objects.count() == 20
    assert Slot.objects.filter(state="filled").count() == 20


def test_one_post_gets_one_place_though_two_take_it(live_people, series, at):
    post = Post(team=live_people.team)
    fields = {"title": "Swans", "base_text": "Swans."}
    save_post(post, actor=live_people.anna, at=at, fields=fields, texts={}, links=[])
    works = [
        lambda slot=slot: place_post(
            Slot.objects.select_related("series__team").get(pk=slot.pk),
            Post.objects.select_related("team").get(pk=post.pk),
            actor=live_people.anna,
            at=at,
        )
        for slot in series.slots.all()[:2]
    ]
    at_once(*works)
    filled = Slot.objects.get(state="filled")
    assert Post.objects.get().wanted_at == filled.starts_at


def test_feed_read_twice_at_once_says_each_thing_once(live_people, series, at):
    _feed, secret = make_feed(owner=live_people.anna, at=at)
    answers = at_once(*[lambda: written(feed_of(secret), at)] * 4)
    assert len(set(answers)) == 1
    assert FeedItem.objects.count() == 52
