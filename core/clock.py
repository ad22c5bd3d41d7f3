"""One round of the clock: the jobs of all floors, one after the other, none of which can stop another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured

from core import forgetting, ladders, notices, trail
from core.models import Pulse

log = logging.getLogger(__name__)

Job = Callable[[datetime], int]

_jobs: dict[str, Job] = {}


def job(name: str) -> Callable[[Job], Job]:
    """This will run the decorated function `(at) -> how many` in each round, before what is due is told and sent.

    Raises ImproperlyConfigured when another floor has a job of that name.
    """

    def add(function: Job) -> Job:
        if name in _jobs:
            raise ImproperlyConfigured(f"There are two jobs named “{name}”.")
        _jobs[name] = function
        return function

    return add


def all_jobs() -> dict[str, Job]:
    """This will return the jobs in the order they run: the floors' own, what is due, e-mail, what is over, the seal."""
    return {
        **_jobs,
        "climb": ladders.climb,
        "send": notices.send_notices,
        "forget": forgetting.forget_expired,
        "seal": trail.seal_events,
    }


def sweep(at: datetime) -> dict[str, int | str]:
    """This will do one round and return what each job did, or the error of the ones that failed."""
    report: dict[str, int | str] = {}
    for name, run in all_jobs().items():
        try:
            report[name] = run(at)
        except Exception as error:  # the other jobs go on; the health page and the administrators see it
            log.exception("the job %s failed", name)
            report[name] = repr(error)
            Pulse.objects.fail(name, at, error=repr(error))
        else:
            Pulse.objects.beat(name, at, report=str(report[name]))
    Pulse.objects.beat("sweep", at)
    return report
