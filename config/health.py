"""What the health page says: database, broker, the clock, and e-mail that does not leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from config.celery import app
from core import filestore, triggers
from core.models import Notice, Pulse, Rung

UNSENT_AFTER = timedelta(minutes=15)


def health(at: datetime) -> tuple[bool, dict[str, Any]]:
    """This will return whether all is well, and each answer. Reads only."""
    answers: dict[str, Any] = {"database": database()}
    if answers["database"]["ok"]:
        answers |= {"clock": _clock(at), "notices": _notices(at), "rungs": _rungs()}
    answers |= {"broker": _broker(), "files": {"ok": filestore.place().is_well()}}
    return all(answer["ok"] for answer in answers.values()), answers


def database() -> dict[str, Any]:
    """This will tell whether the database answers and has every guard."""
    try:
        lacking = [guard.name for guard in triggers.missing(connection)]
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": not lacking, "missing_guards": lacking}


def is_ready() -> bool:
    """This will tell whether this web server can answer: the database does, with each guard in some version."""
    try:
        return not triggers.absent(connection)
    except DatabaseError:
        return False


def _broker() -> dict[str, Any]:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _clock(at: datetime) -> dict[str, Any]:
    pulse = Pulse.objects.filter(job="sweep").first()
    age = (at - pulse.at).total_seconds() if pulse else None
    failing = list(Pulse.objects.filter(failed_at__gte=at - UNSENT_AFTER).values_list("job", flat=True))
    return {
        "ok": age is not None and age < 120 + 2 * settings.SWEEP_SECONDS and not failing,
        "last_sweep_seconds_ago": None if age is None else round(age),
        "failing_jobs": failing,
    }


def _notices(at: datetime) -> dict[str, Any]:
    unsent = Notice.objects.filter(
        email_state__in=["pending", "sending"], created_at__lt=at - UNSENT_AFTER
    ).count()
    return {"ok": unsent == 0, "unsent_for_15_minutes": unsent}


def _rungs() -> dict[str, Any]:
    stuck = Rung.objects.filter(told_at=None, cancelled_at=None, failures__gte=3).count()
    return {"ok": stuck == 0, "stuck": stuck}
