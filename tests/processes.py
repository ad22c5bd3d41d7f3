"""Real workers and beats for the tests that need them, on the database the test runs on."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.db import connection

WORKER = [
    "worker",
    "--pool",
    "threads",
    "-c",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]
BEAT = ["beat"]


def database_url() -> str:
    """The address of the database the test runs on, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def tied(*command: str) -> list[str]:
    """The command of a program that ends when this process does, also when it is killed in the middle of a test."""
    return [sys.executable, str(settings.BASE_DIR / "config" / "child.py"), str(os.getpid()), *command]


def start_celery(rest: list[str], *, module: str = "celery", **environment: str) -> subprocess.Popen[bytes]:
    """This will start a worker or a beat on the test's database, with its environment changed by keywords.

    With `module` tests.shifted it has a clock of its own, that SIGUSR2 sets ten minutes on.
    """
    return subprocess.Popen(
        tied(sys.executable, "-m", module, "--quiet", "-A", "config", *rest),
        env=os.environ | {"DATABASE_URL": database_url(), "SWEEP_SECONDS": "1"} | environment,
        cwd=settings.BASE_DIR,
    )


class Nursery:
    """Workers and beats that come up quickly: see tests/nursery.py. For whoever kills many of them."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            tied(sys.executable, "-m", "tests.nursery"),
            env=os.environ | {"DATABASE_URL": database_url()} | environment,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Nursery:
        return self

    def start(self, rest: list[str]) -> int:
        """This will start a worker or a beat and return its number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(rest), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def kill(self, number: int) -> None:
        """This will kill one and wait until it is gone. Raises ProcessLookupError if it had ended by itself."""
        os.kill(number, signal.SIGKILL)
        until(lambda: not runs(number), 20, every=0.01)

    def __exit__(self, *args: object) -> None:
        self.process.kill()
        self.process.communicate()


def runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def web_on(
    listener: socket.socket, out: IO[bytes] | None = None, **environment: str
) -> subprocess.Popen[bytes]:
    """This will start the web server as systemd does: the listening socket is handed over and outlives the server."""
    # Who it listens for is known only when it runs, so a shell says it.
    program = shlex.join(tied(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py"))

    def hand_over() -> None:
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)

    return subprocess.Popen(
        ["sh", "-c", f"LISTEN_PID=$$ LISTEN_FDS=1 exec {program}"],
        env=os.environ | {"DATABASE_URL": database_url()} | environment,
        cwd=settings.BASE_DIR,
        preexec_fn=hand_over,
        close_fds=False,
        stdout=out,
        stderr=out,
    )


@contextmanager
def clockwork(*, module: str = "celery", **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker and a beat, as in service; both are ended at the end."""
    running = [start_celery(rest, module=module, **environment) for rest in (WORKER, BEAT)]
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def until(check: Any, seconds: float = 90, *, every: float = 0.3) -> Any:
    """This will wait for `check()` to be truthy, asking every so many seconds, and return it."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(every)
    raise AssertionError("It did not happen in time.")
