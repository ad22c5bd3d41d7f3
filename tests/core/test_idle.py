"""A login that nobody uses ends; what pages ask for by themselves is no use of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from core import idle

pytestmark = pytest.mark.django_db

BY_ITSELF = {"Sec-Fetch-Mode": "cors"}
EIGHT = datetime.fromisoformat("2026-11-24T08:00:00+01:00")


@pytest.fixture
def anna(city, client_of, time_machine):
    """Anna's browser, who logs in at eight, and what the clock shows after so many minutes."""
    time_machine.move_to(EIGHT, tick=False)
    return client_of(city.anna), lambda minutes: time_machine.move_to(
        EIGHT + timedelta(minutes=minutes), tick=False
    )


def is_in(client, **headers):
    return client.get("/", headers=headers).status_code == 200


def test_a_login_nobody_uses_ends_after_an_hour_and_one_that_is_used_goes_on(anna):
    client, after = anna
    for minutes in (59, 118, 177):
        after(minutes)
        assert is_in(client)
    after(177 + 63)
    answer = client.get("/")
    assert answer["Location"].startswith(reverse("account_login"))
    assert not Session.objects.exists(), "whoever has its number has nothing"


def test_a_page_that_asks_by_itself_keeps_no_login_and_one_where_somebody_is_does(anna):
    client, after = anna
    for minutes in (20, 40, 60):
        after(minutes)
        assert client.get("/", headers=BY_ITSELF).status_code == 200
    after(63)
    assert client.get("/", headers=BY_ITSELF).status_code == 302


def test_keys_and_pointers_keep_the_login(anna):
    client, after = anna
    for minutes in (50, 100, 150):
        after(minutes)
        assert client.post(reverse("still_here"), headers=BY_ITSELF).status_code == 204
    after(200)
    assert is_in(client)
    after(270)
    assert client.post(reverse("still_here"), headers=BY_ITSELF).status_code == 302, "too late"


@pytest.mark.parametrize(
    ("minutes", "after_minutes", "goes_on"), [(30, 31, True), (30, 33, False), (0, 600, True)]
)
def test_the_city_says_how_long(anna, settings, minutes, after_minutes, goes_on):
    settings.LOGIN_IDLE_MINUTES = minutes
    client, after = anna
    after(after_minutes)
    assert is_in(client) is goes_on


def test_a_page_a_second_writes_no_login_and_nobody_is_given_one(anna, django_assert_num_queries):
    client, after = anna
    is_in(client)
    before = Session.objects.get().session_data
    after(1)
    is_in(client)
    assert Session.objects.get().session_data == before
    after(3)
    is_in(client)
    assert Session.objects.get().get_decoded()[idle.USED_AT] == int(
        (EIGHT + timedelta(minutes=3)).timestamp()
    )
    Client().get("/")
    assert Session.objects.count() == 1
