"""Celery with a clock that SIGUSR2 sets ten minutes on: for what nobody has the time to wait for."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime, timedelta

import time_machine
from celery.__main__ import main

if __name__ == "__main__":
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        signal.signal(signal.SIGUSR2, lambda *_: clock.shift(timedelta(minutes=10)))
        sys.argv = ["celery", *sys.argv[1:]]
        main()
