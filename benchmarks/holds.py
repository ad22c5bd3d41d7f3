"""What the house costs around each page: the second step asked for, the log's line, and a copy of everything."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, queries, ratio
from core import backup, metrics, trail
from tests.conftest import build_city

EVENTS = 5_000


def figures() -> Iterator[Figure]:
    city = build_city()
    now = timezone.now()
    for number in range(EVENTS):
        trail.record("test.kept", about=city.team, actor=city.anna, at=now, data={"number": number})
    trail.seal_events(now)
    client = Client()
    city.anna.refresh_from_db()
    client.force_login(city.anna)
    client.get("/bare/1/")
    before = queries(lambda: client.get("/bare/1/"))
    settings.SECOND_FACTOR_FOR = ["chiefs", "records_officers", "administrators"]
    client.get("/bare/1/")
    yield Figure(
        "second step asked: more queries a page",
        queries(lambda: client.get("/bare/1/")) - before,
        "queries",
        0,
    )
    settings.SECOND_FACTOR_FOR = []
    yield Figure(
        "metrics page beside a bare page", ratio(metrics.page, lambda: client.get("/bare/1/")), "times", 2
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        backup.back_up(Path(folder) / "copy", now)
        yield Figure(f"copy with {EVENTS} events", round(time.perf_counter() - began, 1), "s", 30)
    yield Figure("chain and files checked: faults", len(backup.faults()), "faults", 0)
