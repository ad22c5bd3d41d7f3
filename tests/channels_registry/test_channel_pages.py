"""The register of channels: found by its filters, with who cares for each and what went out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from channels_registry.models import Channel
from core.moves import perform
from editorial.models import Shift, TeamChannel
from editorial.reviewing import ALL_YES
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db

LIST = "channels_registry:channels_page"


def page_of(channel):
    return reverse("channels_registry:channel_page", args=[channel.pk])


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"Parks on Facebook", "Library on X"}),
        ({"text": "LIBRARY"}, {"Library on X"}),
        ({"platform": "facebook"}, {"Parks on Facebook"}),
        ({"unit": "Library"}, {"Library on X"}),
        ({"state": "dormant"}, {"Library on X"}),
        ({"state": "dormant", "platform": "facebook"}, set()),
        ({"state": "no such state", "platform": "999999"}, {"Parks on Facebook", "Library on X"}),
    ],
)
def test_channels_are_found_by_the_filters_in_the_address(city, client_of, at, query, shown):
    put_to_rest(city.other_channel, city.admin, at)
    keys = {"facebook": city.channel.platform_id, "Library": city.other_channel.unit_id}
    asked = {name: keys.get(value, value) if name != "text" else value for name, value in query.items()}
    response = client_of(city.anna).get(reverse(LIST), asked)
    assert {channel.name for channel in response.context["page_obj"]} == shown


@pytest.mark.parametrize("more", [0, 2])
def test_list_takes_the_same_queries_however_many_rows(city, client_of, django_assert_num_queries, more):
    city.other_channel.care.delete()
    city.other_channel.delete()
    for number in range(more):
        Channel.objects.create(
            platform=city.channel.platform,
            name=f"Parks {number}",
            handle="parks",
            url=f"https://www.facebook.com/parks{number}",
            unit=city.unit,
        )
    anna = client_of(city.anna)
    with django_assert_num_queries(11):
        response = anna.get(reverse(LIST))
    assert len(response.context["page_obj"].object_list) == 1 + more


def test_channel_says_its_team_and_who_is_on_duty_for_it(city, at, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    hour = timedelta(hours=1)
    Shift.objects.create(
        team=city.team, duty="publish", user=city.sara, starts_at=at - hour, ends_at=at + hour
    )
    Shift.objects.create(
        team=city.team, duty="watch", user=city.erik, starts_at=at + hour, ends_at=at + 2 * hour
    )
    page = client_of(city.stranger).get(page_of(city.channel)).content.decode()
    for shown in ("Park team", "Publish", "Sara"):
        assert shown in page
    assert "Erik" not in page


def test_channel_without_shifts_or_team_says_so(city, client_of):
    anna = client_of(city.anna)
    assert "nobody; the editors are told" in anna.get(page_of(city.channel)).content.decode()
    TeamChannel.objects.filter(channel=city.channel).delete()
    assert "<dd>none</dd>" in anna.get(page_of(city.channel)).content.decode()


def test_channel_shows_publications_only_to_those_who_may_see_the_post(
    city, at, new_post, client_of, sweep_at
):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    sweep_at(at)
    assert post.publications.count() == 1
    assert "Swans" in client_of(city.anna).get(page_of(city.channel)).content.decode()
    assert "Swans" not in client_of(city.olle).get(page_of(city.channel)).content.decode()


def test_channel_that_does_not_exist_is_not_found(city, client_of):
    missing = reverse("channels_registry:channel_page", args=[999_999])
    assert client_of(city.anna).get(missing).status_code == 404
