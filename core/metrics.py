"""Numbers about the running program for Prometheus: how much was asked, how long it took, what waits. Nothing of people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.models import Event, Notice, Pulse, Rung

registry = CollectorRegistry()
logins = Counter("redaktionen_logins", "Logins by how they ended", ["ended"], registry=registry)
answers = Counter(
    "redaktionen_answers", "Answers by page and status class", ["page", "status"], registry=registry
)
seconds = Histogram("redaktionen_answer_seconds", "Time to answer, by page", ["page"], registry=registry)


class Waiting(Collector):
    """What waits in the database, asked when it is collected; the same from every web process."""

    def collect(self) -> Iterator[Metric]:
        for name, text, value in waiting(timezone.now()):
            yield GaugeMetricFamily(f"redaktionen_{name}", text, value=value)


def waiting(at: datetime) -> list[tuple[str, str, float]]:
    """This will count what waits to be told, sent and sealed, and the age of the last round and copy. Four queries."""
    done = {
        pulse.job: (at - pulse.at).total_seconds()
        for pulse in Pulse.objects.filter(job__in=["sweep", "backup"])
    }
    due = Rung.objects.filter(told_at=None, cancelled_at=None, due_at__lte=at)
    return [
        ("rungs_due", "Deadlines that are due and not told yet", due.count()),
        ("notices_unsent", "E-mails that wait to be sent", Notice.objects.to_send(at).count()),
        (
            "events_unsealed",
            "Events of the trail that no seal covers yet",
            Event.objects.filter(seal=None).count(),
        ),
        (
            "sweep_age_seconds",
            "Seconds since the clock's last round; -1 when there was none",
            done.get("sweep", -1),
        ),
        (
            "backup_age_seconds",
            "Seconds since the last copy began; -1 when there was none",
            done.get("backup", -1),
        ),
    ]


def page() -> bytes:
    """This will write every number in Prometheus' text format.

    With PROMETHEUS_MULTIPROC_DIR set in the environment (several web processes) the counts of all of them are added.
    """
    counts = registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counts = CollectorRegistry()
        multiprocess.MultiProcessCollector(counts)
    now = CollectorRegistry()
    now.register(Waiting())
    return generate_latest(counts) + generate_latest(now)
