"""A post's time: who changes it, what it warns of, what stays, and the way back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from channels_registry.closing import open_closure
from channels_registry.models import Channel
from core.models import Event
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from editorial.models import Post, TeamChannel
from editorial.queries import warnings_about
from editorial.transitions import change_time
from tests.editorial.test_post_moves import walk
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db


def time_url(post):
    return reverse("editorial:post_time", args=[post.pk])


@pytest.mark.parametrize("state", ["draft", "changes_asked", "in_review", "approved"])
def test_post_that_is_not_planned_has_its_wanted_time_changed(city, at, new_post, state):
    post = walk(new_post(), city, at, state)
    change_time(post, actor=city.anna, at=at, when=at + timedelta(days=2))
    stored = Post.objects.get(pk=post.pk)
    assert (stored.wanted_at, stored.planned_at, stored.state) == (at + timedelta(days=2), None, state)
    assert stored.version == post.version
    event = Event.objects.get(kind="post.time", about_id=post.pk)
    assert event.data == {"from": "", "to": (at + timedelta(days=2)).isoformat()}


@pytest.mark.rule("R6")
def test_planned_post_keeps_its_approval_at_another_time(city, at, new_post):
    post = walk(new_post(), city, at, "scheduled")
    change_time(post, actor=city.anna, at=at, when=at + timedelta(days=2))
    stored = Post.objects.get(pk=post.pk)
    assert (stored.planned_at, stored.state) == (at + timedelta(days=2), "scheduled")
    assert stored.current.reviews.filter(verdict="approved").exists()


@pytest.mark.parametrize("state", ["due", "published", "dropped"])
def test_time_of_what_is_out_or_dropped_stays(city, at, new_post, client_of, state):
    post = walk(new_post(), city, at, state)
    before = (post.planned_at, post.wanted_at)
    with pytest.raises(MoveRefused, match="stays as it is"):
        change_time(post, actor=city.anna, at=at, when=at + timedelta(days=2))
    response = client_of(city.anna).post(time_url(post), {"when": "2026-12-01T09:00", "seen": post.version})
    assert response.status_code == 409
    stored = Post.objects.get(pk=post.pk)
    assert (stored.planned_at, stored.wanted_at) == before


def test_only_the_team_changes_a_time(city, at, new_post, client_of):
    post = new_post()
    for somebody in (city.olle, city.karin, city.admin):
        with pytest.raises(MoveForbidden, match="team"):
            change_time(post, actor=somebody, at=at, when=at)
    assert client_of(city.stranger).get(time_url(post)).status_code == 404
    assert client_of(city.karin).post(time_url(post), {"when": "2026-12-01T09:00"}).status_code == 403


def test_second_mover_is_told_of_the_first(city, at, new_post, client_of):
    post = new_post(wanted_at=at)
    seen = post.version
    anna, erik = client_of(city.anna), client_of(city.erik)
    assert erik.post(time_url(post), {"when": "2026-12-01T09:00", "seen": seen}).status_code == 302
    late = anna.post(time_url(post), {"when": "2026-12-02T09:00", "seen": seen})
    assert late.status_code == 409
    assert "2026-12-02T09:00" in late.content.decode()
    with pytest.raises(ChangedMeanwhile):
        change_time(post, actor=city.anna, at=at, when=at, seen=seen)


def test_day_is_changed_and_the_time_of_day_stays_over_the_change_of_summer_time(city, new_post, client_of):
    post = new_post(wanted_at=datetime.fromisoformat("2027-03-27T09:00+01:00"))
    client_of(city.anna).post(time_url(post), {"on": "2027-03-28", "seen": post.version})
    assert Post.objects.get(pk=post.pk).wanted_at == datetime.fromisoformat("2027-03-28T09:00+02:00")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"when": ""},
        {"when": "soon"},
        {"when": "2027-03-28T02:30"},
        {"when": "2026-10-25T02:30"},
        {"on": "tomorrow"},
        {"when": "2026-12-01T09:00", "on": "0000-00-00"},
        {"when": "0001-01-01T00:00"},
        {"when": "9999-12-31T23:59"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
    ],
)
def test_time_that_is_none_is_said_and_kept(city, new_post, client_of, typed):
    post = new_post()
    response = client_of(city.anna).post(time_url(post), typed | {"seen": post.version})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert typed.get("when", "") in response.content.decode()
    assert Post.objects.get(pk=post.pk).wanted_at is None


@pytest.mark.parametrize("when", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_no_door_takes_a_year_nobody_works_in(city, at, new_post, client_of, when):
    post = walk(new_post(), city, at, "approved")
    for late in (
        lambda: change_time(post, actor=city.anna, at=at, when=when),
        lambda: perform(post, "schedule", actor=city.anna, at=at, planned_at=when),
        lambda: new_post(wanted_at=when),
    ):
        with pytest.raises(MoveIncomplete, match="between 2000 and 2100"):
            late()
    year = "0002" if when.year < 2000 else "9998"
    typed = {"planned_at": f"{year}-12-31T12:00", "seen": post.version}
    plan = reverse("editorial:post_move", args=[post.pk, "schedule"])
    assert client_of(city.anna).post(plan, typed).status_code == 422
    for column in ("wanted_at", "planned_at"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.filter(pk=post.pk).update(**{column: when.replace(year=int(year))})


def test_time_is_not_said_to_be_optional(city, new_post, client_of):
    words = client_of(city.anna).get(time_url(new_post())).content.decode()
    assert "New time" in words
    assert "(optional)" not in words


def test_time_that_stays_has_nothing_to_undo_and_the_page_leads_on_to_the_post(city, at, new_post, client_of):
    post, anna = new_post(wanted_at=at.replace(second=0, microsecond=0)), client_of(city.anna)
    own = {"Referer": f"http://testserver{time_url(post)}"}
    typed = {"when": f"{timezone.localtime(post.wanted_at):%Y-%m-%dT%H:%M}", "seen": post.version}
    done = anna.post(time_url(post), typed, headers=own)
    assert done["Location"] == reverse("editorial:post_page", args=[post.pk])
    assert anna.get(done["Location"]).context["page"].undo is None


def test_move_can_be_undone(city, at, new_post, client_of):
    post = new_post(wanted_at=at)
    anna = client_of(city.anna)
    back = reverse("editorial:posts_page")
    moved = anna.post(time_url(post), {"on": "2026-12-01", "seen": post.version, "next": back})
    assert moved["Location"] == back
    shown = anna.get(back)
    undo = shown.context["page"].undo
    assert "It stood at" in shown.content.decode()
    assert anna.post(time_url(post), undo | {"undo": "1"}).status_code == 302
    assert Post.objects.get(pk=post.pk).wanted_at == at
    assert "It stood at" not in anna.get(back).content.decode()


@pytest.mark.parametrize("hour", [0, 1], ids=["the first", "the second"])
def test_post_in_the_hour_autumn_has_twice_is_written_on_and_moved_back(city, new_post, client_of, hour):
    twice = datetime(2027, 10, 31, hour, 30, 15, tzinfo=UTC)
    post, anna = new_post(wanted_at=twice), client_of(city.anna)
    typed = {"title": "Swans", "base_text": "Seven of them.", f"on_{city.channel.pk}": "on"}
    edit = reverse("editorial:post_edit", args=[post.pk])
    anna.post(edit, typed | {"wanted_at": "2027-10-31T02:30", "seen": post.version})
    stored = Post.objects.get(pk=post.pk)
    assert (stored.base_text, stored.wanted_at) == ("Seven of them.", twice)
    moved = anna.post(time_url(post), {"on": "2027-10-30", "seen": stored.version}, follow=True)
    undo = moved.context["page"].undo
    assert Post.objects.get(pk=post.pk).wanted_at != twice
    assert anna.post(time_url(post), undo | {"undo": "1"}).status_code == 302
    assert Post.objects.get(pk=post.pk).wanted_at == twice


@pytest.mark.rule("R6")
def test_post_from_the_tray_goes_back_to_it(city, at, new_post, client_of):
    post, anna = new_post(), client_of(city.anna)
    month = reverse("calendar_app:month_page")
    anna.post(time_url(post), {"on": "2026-12-01", "seen": post.version, "next": month})
    assert Post.objects.get(pk=post.pk).wanted_at
    shown = anna.get(month)
    assert "It had no time before." in shown.content.decode()
    back = anna.post(time_url(post), shown.context["page"].undo | {"undo": "1", "next": month}, follow=True)
    assert "“Swans” has no time again." in back.content.decode()
    assert [other.pk for other in back.context["undated"]] == [post.pk]
    assert Post.objects.get(pk=post.pk).wanted_at is None
    assert anna.post(time_url(post), {"when": ""}).status_code == 422


def test_planned_post_is_never_without_a_time(city, at, new_post):
    post = walk(new_post(), city, at, "scheduled")
    with pytest.raises(MoveIncomplete, match="Say when"):
        change_time(post, actor=city.anna, at=at, when=None)
    assert Post.objects.get(pk=post.pk).planned_at


@pytest.mark.rule("R6", "R23")
def test_first_time_costs_no_approval_and_nobody_is_told_it_did(
    city, at, new_post, client_of, strict_channel
):
    post, anna = walk(new_post(), city, at, "approved"), client_of(city.anna)
    assert "asks for a new approval" not in anna.get(time_url(post)).content.decode()
    done = anna.post(time_url(post), {"on": "2026-12-01", "seen": post.version}, follow=True)
    assert "The post lost its approval" not in done.content.decode()
    # The way back would cost it, so it is not offered; the same time again costs nothing either.
    assert done.context["page"].undo is None
    stored = Post.objects.get(pk=post.pk)
    assert (stored.state, timezone.localtime(stored.wanted_at).day) == ("approved", 1)
    same = anna.post(time_url(post), {"on": "2026-12-01", "seen": stored.version}, follow=True)
    assert "The post lost its approval" not in same.content.decode()
    stored.refresh_from_db()
    change_time(stored, actor=city.anna, at=at, when=None)
    assert (stored.state, stored.wanted_at) == ("draft", None)


def test_nobody_is_led_to_another_site(city, new_post, client_of):
    post = new_post()
    typed = {"on": "2026-12-01", "seen": post.version, "next": "https://evil.example/"}
    assert client_of(city.anna).post(time_url(post), typed)["Location"] == f"/posts/{post.pk}/"


@pytest.mark.rule("R6")
def test_planner_is_told_of_the_past_of_crowds_and_of_channels_at_rest(city, at, new_post):
    post, other = new_post(), new_post(title="Ducks", wanted_at=at + timedelta(days=1, minutes=59))
    day_after = at + timedelta(days=1)
    assert warnings_about(post, at - timedelta(minutes=1), at) == []  # one within the minute is now
    assert warnings_about(post, at - timedelta(seconds=61), at) == ["The time is in the past."]
    assert warnings_about(post, day_after, at) == [
        "“Ducks” goes to Parks on Facebook (Facebook) at 12:59, within the same hour."
    ]
    assert warnings_about(post, day_after - timedelta(minutes=1), at) == []
    Post.objects.filter(pk=other.pk).update(state="dropped")
    assert warnings_about(post, day_after, at) == []
    put_to_rest(city.channel, city.anna, at)
    assert warnings_about(post, day_after, at) == [
        "Nothing is published on Parks on Facebook (Facebook) now."
    ]


@pytest.fixture
def strict_channel(city):
    TeamChannel.objects.filter(channel=city.channel).update(new_approval_when_moved=True)


@pytest.mark.rule("R6", "R23")
@pytest.mark.parametrize("state", ["approved", "scheduled"])
def test_moved_post_loses_its_approval_where_its_channel_says_so(city, at, new_post, strict_channel, state):
    post = walk(new_post(wanted_at=at + timedelta(hours=1)), city, at, state)
    change_time(post, actor=city.anna, at=at, when=at + timedelta(days=2))
    stored = Post.objects.get(pk=post.pk)
    assert (stored.state, stored.current, stored.planned_at) == ("draft", None, None)
    assert stored.wanted_at == at + timedelta(days=2)


@pytest.mark.rule("R23")
def test_no_way_round_the_new_approval_by_taking_it_out_of_the_plan(city, at, new_post, strict_channel):
    post = walk(new_post(wanted_at=at + timedelta(hours=1)), city, at, "scheduled")
    with pytest.raises(MoveRefused, match="asks for a new approval"):
        perform(post, "reschedule", actor=city.anna, at=at, planned_at=at + timedelta(days=2))
    perform(post, "unschedule", actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="asks for a new approval"):
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=2))
    perform(post, "schedule", actor=city.anna, at=at, planned_at=post.planned_at)
    assert post.state == "scheduled"


def test_page_asks_before_a_move_costs_the_approval(city, at, new_post, client_of, strict_channel):
    post = walk(new_post(wanted_at=at + timedelta(hours=1)), city, at, "scheduled")
    anna = client_of(city.anna)
    asked = anna.post(time_url(post), {"on": "2026-12-01", "seen": post.version})
    assert asked.status_code == 409
    assert "asks for a new approval when a post is moved. Move it to" in asked.content.decode()
    assert Post.objects.get(pk=post.pk).state == "scheduled"
    sure = {"when": f"{asked.context['asks_about']:%Y-%m-%dT%H:%M}", "sure": "1", "seen": post.version}
    assert anna.post(time_url(post), sure).status_code == 302
    assert Post.objects.get(pk=post.pk).state == "draft"


def test_draft_that_was_planned_once_moves_by_its_wanted_time(city, at, new_post):
    post = walk(new_post(), city, at, "scheduled")
    perform(post, "reopen", actor=city.anna, at=at)
    change_time(post, actor=city.anna, at=at, when=at + timedelta(days=3))
    stored = Post.objects.get(pk=post.pk)
    assert (stored.planned_at, stored.wanted_at) == (None, at + timedelta(days=3))


@pytest.mark.rule("R6")
def test_planner_is_told_of_a_channel_that_closes(city, at, new_post):
    post = new_post()
    channel = Channel.objects.get(pk=city.channel.pk)
    open_closure(channel, actor=city.anna, at=at, reason="goals", motive="Nobody reads it.")
    assert warnings_about(post, at, at) == ["Parks on Facebook (Facebook) is being closed."]


@pytest.mark.rule("R6")
def test_move_into_the_past_is_told_at_once(city, at, new_post, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    anna, late, post = client_of(city.anna), "2026-11-23T09:00", new_post()
    moved = anna.post(time_url(post), {"when": late, "seen": post.version}, follow=True)
    assert "The time is in the past." in moved.content.decode()


@pytest.mark.rule("R6")
def test_planner_is_told_of_a_crowd_and_a_past_time_stands_in_the_open_form(
    city, at, new_post, client_of, time_machine
):
    time_machine.move_to(at, tick=False)
    new_post(title="Ducks", wanted_at=at + timedelta(days=1, minutes=30))
    post, anna = walk(new_post(), city, at, "approved"), client_of(city.anna)
    plan = reverse("editorial:post_move", args=[post.pk, "schedule"])
    late = anna.post(plan, {"planned_at": "2026-11-23T09:00", "seen": post.version})
    words = late.content.decode()
    assert (late.status_code, "Choose a time from now on." in words) == (409, True)
    assert re.search(
        r'<details class="more" open><summary>Plan the post.*?value="2026-11-23T09:00"', words, re.S
    )
    planned = anna.post(plan, {"planned_at": "2026-11-25T12:00", "seen": post.version}, follow=True)
    assert "“Ducks” goes to Parks on Facebook (Facebook) at 12:30" in planned.content.decode()
