"""A worker of the link checks as a process of its own, for the bench: opens what waits, then says what it took.

Started as `python -m benchmarks.link_worker PORT`; prints one line of JSON. Loopback is open to it, on that port alone.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from django.utils import timezone

import benchmarks.environment  # noqa: F401  (first: it names the settings)
from core.fetching import FetchPolicy
from editorial import links
from editorial.models import LinkCheck

IDLE_ROUNDS = 10


def main(port: int) -> None:
    """This will work until nothing has waited for two seconds."""
    policy = FetchPolicy(ports=frozenset({port}), loopback=True)
    took: list[float] = []
    judge = links.judge

    def timed(address: str, its_policy: FetchPolicy = policy) -> links.Outcome:
        start = time.monotonic()
        try:
            return judge(address, its_policy)
        finally:
            took.append(time.monotonic() - start)

    links.judge = timed
    links.check_waiting(timezone.now(), policy=policy, seconds=0.0)
    before, idle = _megabytes(), 0
    while idle < IDLE_ROUNDS:
        idle = 0 if links.check_waiting(timezone.now(), policy=policy) else idle + 1
        if not LinkCheck.objects.filter(answered_at=None).exists():
            break
        time.sleep(0.2)
    print(json.dumps({"links": len(took), "longest": max(took, default=0), "grown": _megabytes() - before}))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
