"""Measures what the house promises, each figure beside its target: `make bench`, or `make bench ONLY=foundation`.

Times are ratios to a bare page (one query, one template, as many rows) taken in the same run; nothing is a race
against a clock on the wall. Runs on DATABASE_URL when set, in a database of its own that is made and dropped.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["BASE_URL"] = "http://testserver"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.utils import timezone  # noqa: E402

from core import ladders  # noqa: E402
from core.models import Rung, User  # noqa: E402
from editorial.models import Post  # noqa: E402

SECTIONS = ("foundation", "calendar", "agreement", "comments", "pictures", "channels", "team", "holds")
BARE = "<table>{% for post in posts %}<tr><td>{{ post.pk }}</td><td>{{ post.title }}</td></tr>{% endfor %}</table>"


@dataclass
class Figure:
    name: str
    value: float
    unit: str
    target: float

    @property
    def ok(self) -> bool:
        return self.value <= self.target


def median_ms(work: Callable[[], Any], times: int = 15) -> float:
    """This will return the median time of `work` in milliseconds, after one round that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def bare_page(rows: int) -> Callable[[], str]:
    """This will return the simplest page there is: one query and one template of so many rows."""
    template = engines["django"].from_string(BARE)
    return lambda: template.render({"posts": Post.objects.all()[:rows]})


def page(client: Client, name: str, address: str, bare: float) -> Iterator[Figure]:
    """This will measure one page: queries, size as sent and compressed, and time beside the bare page."""
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        body = client.get(address).content
    yield Figure(f"{name}: queries", len(caught), "queries", 15)
    yield Figure(f"{name}: size", round(len(body) / 1000, 1), "kB", 80)
    yield Figure(f"{name}: compressed", round(len(zlib.compress(body)) / 1000, 1), "kB", 12)
    print(f"    ({median_ms(lambda: client.get(address)):.1f} ms; the bare page {bare:.1f} ms)")


def foundation() -> Iterator[Figure]:
    """This will measure the pages of the demo city and the clock with nothing due."""
    call_command("demo_data", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(email="erik.sund@avinge.example"))
    bare = median_ms(bare_page(25))
    for name, address in {
        "Min dag": "/",
        "posts": "/posts/",
        "review": "/review/",
        "queue": "/moderation/",
    }.items():
        yield from page(client, name, address, bare)
    now = timezone.now()
    Rung.objects.bulk_create(
        [
            Rung(
                ladder="case",
                object_id=number,
                step="later",
                due_at=now + timedelta(days=9),
                try_at=now + timedelta(days=9),
            )
            for number in range(20_000)
        ]
    )
    yield Figure(
        "clock, nothing due among 20 000: queries", _queries(lambda: ladders.climb(now)), "queries", 1
    )


def _queries(work: Callable[[], Any]) -> int:
    reset_queries()
    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)


def main(only: str) -> int:
    """This will run the sections that are built, save var/bench.json and return 1 when a target is missed."""
    if only and only not in SECTIONS:
        print(f"There is no section “{only}”; choose one of {', '.join(SECTIONS)}.")
        return 2
    if only and only != "foundation":
        print(f"The section “{only}” is not built yet, so there is nothing to measure.")
        return 2
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    figures = []
    try:
        for figure in foundation():
            figures.append(figure)
            print(
                f"{'ok    ' if figure.ok else 'MISSED'} {figure.name}: {figure.value} {figure.unit} (≤ {figure.target})"
            )
    finally:
        teardown_databases(old, verbosity=0)
    target = settings.BASE_DIR / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(figure) | {"ok": figure.ok} for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
