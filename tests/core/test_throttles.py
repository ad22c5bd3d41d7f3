"""Limits hold for as long as they say, also in a cache that is a table, and whoever floods washes no other count out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import throttles
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


def test_a_window_is_as_long_as_it_says_however_often_it_is_asked(time_machine):
    def asked(after: timedelta, seconds: int) -> int:
        time_machine.move_to(NOON + after, tick=False)
        return throttles.count("page", "192.0.2.7", NOON + after, seconds=seconds)

    assert [asked(timedelta(seconds=20 * number), 60) for number in range(6)] == [1, 2, 3, 1, 2, 3]
    assert [asked(timedelta(minutes=12 * number), 3600) for number in range(6)] == [1, 2, 3, 4, 5, 1]


def test_counting_again_asks_the_database_for_nothing_that_it_would_refuse():
    """A server writes each refused row down as an error, with what was asked."""
    assert throttles.count("page", "192.0.2.7", NOON, seconds=60) == 1
    with CaptureQueriesContext(connection) as asked:
        assert throttles.count("page", "192.0.2.7", NOON, seconds=60) == 2
    assert not [query["sql"] for query in asked if query["sql"].startswith("INSERT")]


def test_somebody_else_and_something_else_are_counted_by_themselves():
    for _ in range(3):
        throttles.count("page", "192.0.2.7", NOON, seconds=60)
    assert throttles.counted("page", "192.0.2.7", NOON, seconds=60) == 3
    assert throttles.count("page", "192.0.2.8", NOON, seconds=60) == 1
    assert throttles.count("form", "192.0.2.7", NOON, seconds=60) == 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_a_house_with_a_network_of_addresses_is_one_place(rf, address, place):
    assert throttles.place_of(rf.get("/", REMOTE_ADDR=address)) == place


def test_what_others_count_does_not_wash_out_wrong_passwords(city):
    def log_in(password: str):
        return Client().post(reverse("account_login"), {"login": city.anna.email, "password": password})

    for _ in range(10):
        log_in("wrong")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO core_cache (cache_key, value, expires) VALUES (%s, 'eA==', '2100-01-01 00:00:00')",
            [(f"zz{number}",) for number in range(1000)],
        )
    cache.set("another", 1)
    assert log_in(PASSWORD).status_code != 302
