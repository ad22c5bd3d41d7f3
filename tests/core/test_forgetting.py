"""What the cache held for a while goes when its time is over, also when nobody asks for it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from core.clock import all_jobs
from core.forgetting import forget_expired

pytestmark = pytest.mark.django_db


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM core_cache")
        return int(cursor.fetchone()[0])


@pytest.mark.rule("R20")
def test_held_picture_lies_nowhere_after_its_hour(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}
    }
    caches["default"].clear()  # what other tests have left
    caches["default"].set_many({"held:a": ("a.png", b"picture")}, 3600)
    caches["default"].set("open:b", 1, 7200)
    now = timezone.now()
    assert (forget_expired(now), rows()) == (0, 2)
    assert (forget_expired(now + timedelta(seconds=3601)), rows()) == (1, 1)
    assert caches["default"].get("open:b") == 1


def test_cache_that_is_no_table_forgets_by_itself(settings, django_assert_num_queries):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with django_assert_num_queries(0):
        assert forget_expired(timezone.now()) == 0


def test_every_round_forgets():
    assert all_jobs()["forget"] is forget_expired
