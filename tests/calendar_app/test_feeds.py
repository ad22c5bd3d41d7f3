"""Feeds: what a real calendar reads, what nobody guesses, and how changes reach it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import recurring_ical_events
from django.urls import reverse
from icalendar import Calendar

from calendar_app.feeds import make_feed
from calendar_app.models import Feed, FeedItem
from calendar_app.transitions import change_rule, place_post, write_post
from core.moves import MoveRefused, perform
from core.secret_addresses import hash_of
from core.workdays import local_day
from editorial.models import Membership
from editorial.transitions import change_time, save_post
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(at, time_machine):
    time_machine.move_to(at, tick=False)


def read(client, secret):
    response = client.get(reverse("calendar_app:feed", args=[secret]))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def events(calendar):
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def said(event):
    return str(event["summary"]), int(event["sequence"]), str(event["status"])


@pytest.mark.rule("R6", "R7")
@pytest.mark.parametrize("kind", ["person", "team", "channel", "series"])
def test_a_calendar_program_reads_posts_and_places(city, at, client, new_post, new_series, kind):
    series = new_series(ends_on=date(2026, 12, 8))
    write_post(series.slots.select_related("series__team").first(), actor=city.anna, at=at)
    new_post(wanted_at=at + timedelta(days=1))
    which = {"team": city.team, "channel": city.channel, "series": series}
    chosen = {kind: which[kind]} if kind in which else {}
    _feed, secret = make_feed(owner=city.anna, at=at, **chosen)
    calendar = read(client, secret)
    found = recurring_ical_events.of(calendar).between((2026, 11, 1), (2027, 1, 1))
    expected = {
        ("Did you know", datetime(2026, 12, 1, 8, tzinfo=UTC), "TENTATIVE"),
        ("Empty place: Did you know", datetime(2026, 12, 8, 8, tzinfo=UTC), "TENTATIVE"),
    }
    if kind != "series":
        expected.add(("Swans", at + timedelta(days=1), "TENTATIVE"))
    assert {(str(e["summary"]), e["dtstart"].dt, str(e["status"])) for e in found} == expected


def test_uids_stay_sequences_rise_and_nothing_just_vanishes(city, at, client, new_post):
    post, other = new_post(wanted_at=at + timedelta(days=1)), new_post(title="Ducks", wanted_at=at)
    _feed, secret = make_feed(owner=city.anna, at=at, team=city.team)
    uid, other_uid = (f"post-{one.pk}@testserver" for one in (post, other))
    assert said(events(read(client, secret))[uid]) == ("Swans", 0, "TENTATIVE")
    assert said(events(read(client, secret))[uid]) == ("Swans", 0, "TENTATIVE")
    change_time(post, actor=city.anna, at=at, when=at + timedelta(days=2))
    moved = events(read(client, secret))
    assert said(moved[uid]) == ("Swans", 1, "TENTATIVE")
    assert moved[uid]["dtstart"].dt == at + timedelta(days=2)
    assert said(moved[other_uid]) == ("Ducks", 0, "TENTATIVE")
    perform(post, "drop", actor=city.anna, at=at, note="Off.")
    for _again in range(2):
        gone = events(read(client, secret))[uid]
        assert said(gone) == ("Swans", 2, "CANCELLED")
        assert gone["dtstart"].dt == at + timedelta(days=2)


@pytest.mark.parametrize("way", ["undated", "off the channel", "out of sight"])
def test_what_leaves_a_feed_in_any_way_is_cancelled(city, at, client, new_post, way):
    post = new_post(wanted_at=at + timedelta(days=1))
    _feed, secret = make_feed(owner=city.erik, at=at, channel=city.channel)
    read(client, secret)
    if way == "out of sight":
        Membership.objects.filter(user=city.erik).delete()
    else:
        fields = {"wanted_at": None} if way == "undated" else {}
        texts = {} if way == "off the channel" else {city.channel: ""}
        save_post(post, actor=city.anna, at=at, fields=fields, texts=texts, links=[])
    assert said(events(read(client, secret))[f"post-{post.pk}@testserver"]) == ("Swans", 1, "CANCELLED")


def test_what_grows_old_leaves_quietly(city, at, client, new_post, time_machine):
    new_post(wanted_at=at)
    _feed, secret = make_feed(owner=city.anna, at=at)
    assert len(events(read(client, secret))) == 1
    time_machine.move_to(at + timedelta(days=90), tick=False)
    assert events(read(client, secret)) == {}
    assert not FeedItem.objects.exists()


@pytest.mark.rule("R7")
def test_a_place_keeps_its_name_when_it_is_filled_and_is_cancelled_when_its_rule_leaves_it(
    city, at, client, new_series, new_post
):
    series = new_series(ends_on=date(2026, 12, 8))
    first, second = series.slots.select_related("series__team")
    _feed, secret = make_feed(owner=city.anna, at=at, series=series)
    read(client, secret)
    place_post(first, new_post(), actor=city.anna, at=at)
    rule = series.rule.__class__(**{**series.rule.__dict__, "ends_on": date(2026, 12, 2)})
    change_rule(series, rule, since=local_day(at), actor=city.anna, at=at)
    now = events(read(client, secret))
    assert said(now[f"slot-{first.pk}@testserver"]) == ("Swans", 1, "TENTATIVE")
    assert said(now[f"slot-{second.pk}@testserver"]) == ("Empty place: Did you know", 1, "CANCELLED")


def test_planned_posts_are_certain(city, at, client, new_post):
    walk(new_post(), city, at, "scheduled")
    _feed, secret = make_feed(owner=city.anna, at=at)
    (event,) = events(read(client, secret)).values()
    assert str(event["status"]) == "CONFIRMED"


def test_nobody_guesses_a_feed_and_a_revoked_one_is_gone(city, at, client, client_of, new_post):
    new_post(wanted_at=at)
    feed, secret = make_feed(owner=city.anna, at=at)
    assert Feed.objects.get().secret_sha == hash_of(secret)
    assert not any(secret in str(value) for value in Feed.objects.values().get().values())
    for guess in ("x", secret[:-1], secret.swapcase(), f"{feed.pk}", hash_of(secret), "%00", "å" * 500):
        assert client.get(f"/calendar/feeds/{guess}.ics").status_code == 404
    assert client.post(reverse("calendar_app:feed", args=[secret])).status_code == 405
    revoke = reverse("calendar_app:feed_revoke", args=[feed.pk])
    assert client_of(city.erik).post(revoke).status_code == 404
    read(client, secret)
    assert client_of(city.anna).post(revoke).status_code == 302
    assert client.get(reverse("calendar_app:feed", args=[secret])).status_code == 404
    assert not FeedItem.objects.exists()


def test_feed_of_somebody_who_left_is_gone(city, at, client):
    _feed, secret = make_feed(owner=city.anna, at=at)
    type(city.anna).objects.filter(pk=city.anna.pk).update(is_active=False)
    assert client.get(reverse("calendar_app:feed", args=[secret])).status_code == 404


def test_feed_shows_only_what_its_owner_may_see(city, at, client, new_post):
    new_post(wanted_at=at)
    for owner, count in ((city.olle, 0), (city.karin, 1), (city.stranger, 0)):
        _feed, secret = make_feed(owner=owner, at=at, team=city.team)
        assert len(events(read(client, secret))) == count


def test_address_is_shown_once(city, client_of, client):
    anna, address = client_of(city.anna), reverse("calendar_app:feeds_page")
    made = anna.post(address, {"team": city.team.pk})
    secret = made.context["address"].rpartition("/")[2].removesuffix(".ics")
    assert made.status_code == 201
    assert secret not in anna.get(address).content.decode()
    assert "Park team" in anna.get(address).content.decode()
    read(client, secret)
    both = anna.post(address, {"team": city.team.pk, "channel": city.channel.pk})
    assert (both.status_code, "Choose one" in both.content.decode()) == (422, True)
    assert anna.post(address, {"team": city.other_team.pk}).status_code == 422
    assert anna.post(address, {}).status_code == 201


def test_fifty_feeds_are_enough_for_one(city, at):
    for _number in range(50):
        make_feed(owner=city.anna, at=at)
    with pytest.raises(MoveRefused, match="50 feeds"):
        make_feed(owner=city.anna, at=at)


def test_program_that_has_it_already_is_told_so(city, at, client, new_post):
    new_post(wanted_at=at)
    _feed, secret = make_feed(owner=city.anna, at=at)
    address = reverse("calendar_app:feed", args=[secret])
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_queries_of_a_feed_do_not_grow(city, at, client, new_post, new_series, django_assert_num_queries):
    _feed, secret = make_feed(owner=city.anna, at=at, team=city.team)
    for number in range(3):
        new_series(name=f"Series {number}")
        new_post(wanted_at=at)
        read(client, secret)
        # Six of them count how often the address is asked.
        with django_assert_num_queries(13):
            read(client, secret)


def test_lost_address_is_replaced_by_a_new_one_that_shows_the_same(city, at, client_of, client):
    feed, secret = make_feed(owner=city.anna, at=at, team=city.team)
    anna, address = client_of(city.anna), reverse("calendar_app:feeds_page")
    answer = anna.post(address, {"again": feed.pk})
    new = answer.context["address"].rpartition("/")[2].removesuffix(".ics")
    assert (answer.status_code, new != secret) == (201, True)
    assert Feed.objects.open().get().team == city.team
    assert client.get(reverse("calendar_app:feed", args=[secret])).status_code == 404
    read(client, new)
    for number in (feed.pk, "x", "9" * 30):
        assert anna.post(address, {"again": number}).status_code == 404
    assert client_of(city.erik).post(address, {"again": Feed.objects.open().get().pk}).status_code == 404
    assert client.head(reverse("calendar_app:feed", args=[new])).status_code == 200
