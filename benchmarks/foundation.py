"""The pages of the invented city, and the clock with nothing due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, queries
from core import ladders
from core.models import Rung, User


def figures() -> Iterator[Figure]:
    """This will measure the pages of the invented city and the clock with nothing due."""
    call_command("demo_data", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(email="erik.sund@avinge.example"))
    for name, address, rows in (
        ("Min dag", "/", 40),
        ("posts", "/posts/", 25),
        ("review", "/review/", 10),
        ("queue", "/moderation/", 25),
    ):
        yield from page(client, name, address, rows=rows)
    later = timezone.now() + timedelta(days=9)
    Rung.objects.bulk_create(
        [
            Rung(ladder="case", object_id=number, step="later", due_at=later, try_at=later)
            for number in range(20_000)
        ]
    )
    asked = queries(lambda: ladders.climb(timezone.now()))
    yield Figure("clock, nothing due among 20 000: queries", asked, "queries", 1)
