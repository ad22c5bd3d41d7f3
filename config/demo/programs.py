"""The programs of the demo, side by side: web server, worker and beat, which all end when the demo does."""

from __future__ import annotations

import multiprocessing
import os
import shlex
import signal
import sys
from typing import Any

from honcho.manager import Manager
from honcho.process import Process

from config.child import end_with_parent

PYTHON = shlex.quote(sys.executable)


class TiedProcess(Process):
    """honcho's process, which ends when the demo does, also when the demo is killed (Linux)."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """This will run the program until it ends. It is killed with its parent, because honcho ignores gentler signals."""
        end_with_parent(signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent and not parent.is_alive():
            return
        # With exec no shell stays between, which would outlive the demo and keep its child.
        command: str = self.cmd  # type: ignore[has-type]
        self.cmd = f"exec {PYTHON} -m config.child {os.getpid()} {command}"
        super().run(events, ignore_signals)


class TiedManager(Manager):
    def __init__(self) -> None:
        super().__init__()
        self._process_ctor = TiedProcess


def run(port: int | None) -> int:
    """This will run web server, worker and beat until one ends or Ctrl-C, and return the exit status."""
    celery = f"{PYTHON} -m celery --quiet -A config"
    manager = TiedManager()
    manager.add_process(
        "web",
        f"{PYTHON} -m gunicorn config.wsgi --bind 127.0.0.1:{port} --worker-class gthread "
        "--workers 1 --threads 8 --log-level warning",
        quiet=False,
    )
    manager.add_process(
        "worker",
        f"{celery} worker --pool threads -c 2 --without-gossip --without-mingle --without-heartbeat -l warning",
        quiet=False,
    )
    manager.add_process("beat", f"{celery} beat -l warning", quiet=False)
    manager.loop()
    return int(manager.returncode or 0)
