"""Fifty random kills of a real worker and two real beats on PostgreSQL and Redis: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from core import clock, trail
from core.models import Notice
from moderation.models import Case, Ground
from moderation.transitions import open_case, register_comment
from tests.processes import BEAT, WORKER, Nursery, until

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]

KILLS, CASES = 50, 120
COMES_UP = 1  # second, from the start of a worker to its first letter


def sent(folder: Path) -> Counter[str]:
    """How often each Message-ID lies in the folder that stands for the mail server."""
    lines = [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]
    return Counter(line for line in lines if line.startswith("Message-ID:"))


@pytest.mark.rule("R36", "R37")
def test_fifty_kills_lose_and_double_nothing(live_people, tmp_path):
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        if os.environ.get("CI_REQUIRE_ALL") and os.environ.get("DATABASE_URL"):
            pytest.fail("PostgreSQL is here and Redis is not: set REDIS_URL.")
        pytest.skip("Kills are run on PostgreSQL and Redis: set DATABASE_URL and REDIS_URL.")
    city, now, chance = live_people, timezone.now(), random.Random(5)
    environment = {
        "EMAIL_URL": f"filemail:///{tmp_path}",
        "SWEEP_SECONDS": "0.3",
        "LOG_LEVEL": "CRITICAL",
    }
    ground = Ground.objects.get(code="unlawful_threat")
    for number in range(CASES):
        comment = register_comment(
            actor=city.anna, at=now, channel=city.channel, kind="illegal", author_name="K", text=f"{number}"
        )
        # The first steps are due already; the four-hour step falls due while the killing goes on.
        due_in = timedelta(seconds=chance.uniform(0, 20))
        open_case(
            comment, ground=ground, actor=city.anna, at=now, discovered_at=now - timedelta(hours=4) + due_in
        )

    kinds = [WORKER, BEAT, BEAT]
    with Nursery(**environment) as nursery:
        running = [nursery.start(kind) for kind in kinds]
        began = time.monotonic()
        until(lambda: sent(tmp_path))
        # Where a worker takes long to come up it is given as much longer, else it would only ever be killed on its way.
        pace = max(1, (time.monotonic() - began) / COMES_UP)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 0.7) * pace)
            victim = chance.choice([0, 0, 1, 2])
            nursery.kill(running[victim])
            running[victim] = nursery.start(kinds[victim])
    # What was being sent when its process was killed is taken up when its five minutes are over.
    for minutes in (1, 7, 14):
        clock.sweep(timezone.now() + timedelta(minutes=minutes))

    told = Counter(Notice.objects.filter(about_type="moderation.case").values_list("about_id", flat=True))
    assert told == dict.fromkeys(Case.objects.values_list("pk", flat=True), 5)
    assert not Notice.objects.exclude(email_state="sent").exists()
    letters = sent(tmp_path)
    assert len(letters) > CASES, "the worker under fire did most of the work itself"
    # The rounds by hand above send through the test's own mail server, kept in memory.
    letters.update(f"Message-ID: {letter.extra_headers['Message-ID']}" for letter in mail.outbox)
    assert set(letters) == {f"Message-ID: <{notice.message_id}@localhost>" for notice in Notice.objects.all()}
    assert trail.verify_chain() == []
