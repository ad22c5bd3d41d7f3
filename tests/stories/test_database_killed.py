"""PostgreSQL is killed with signal 9 while evidence is gathered and sealed: what was said to be done, is done and whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from proof.house import POSTGRES_DIRECTORIES, ROOT, House, until
from tests.processes import tied

pytestmark = [pytest.mark.slow, pytest.mark.services]

KILLS = 3
BUILD = "import django; django.setup(); from tests.conftest import build_city; build_city()"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A PostgreSQL of its own, with tables and the cast."""
    if connection.vendor != "postgresql":
        pytest.skip("This kills a PostgreSQL of its own: it is run once, with the others that need one.")
    if not list(Path("/").glob(f"{POSTGRES_DIRECTORIES}/initdb")) or shutil.which("setpriv") is None:
        if os.environ.get("CI_REQUIRE_ALL"):
            pytest.fail("No PostgreSQL server was found; here this test must run.")
        pytest.skip("No PostgreSQL server was found; install it to run this test.")
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="redaktionen-killed-"))
    house = House(folder)
    house.make_database()
    start_database(house)
    run(house, "manage.py", "migrate", "--verbosity", "0")
    run(house, "-c", BUILD)
    yield house
    house.closing.set()
    house.running["database"].send_signal(signal.SIGINT)
    house.running["database"].wait(60)
    house.listener.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.rule("R20", "R36")
def test_database_killed_while_evidence_is_sealed_loses_nothing_that_was_said_to_be_done(house):
    said: list[int] = []
    for _ in range(KILLS):
        said += killed_while_gathering(house)
        start_database(house)
        assert json.loads(run(house, "-m", "tests.gatherer", "check", given=json.dumps(said))) == []
    assert len(said) >= KILLS * 2


def killed_while_gathering(house: House) -> list[int]:
    """The cases that were said to be sealed before the database was gone, in the middle of another."""
    gatherer = subprocess.Popen(
        tied(sys.executable, "-m", "tests.gatherer"), env=environment(house), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert gatherer.stdout is not None
    first = [int(gatherer.stdout.readline()) for _ in range(2)]
    for pid in reversed(house.database_processes()):
        with suppress(ProcessLookupError):  # some of its processes end by themselves
            os.kill(pid, signal.SIGKILL)
    house.running["database"].wait(20)
    rest, _nothing = gatherer.communicate(timeout=120)
    assert gatherer.returncode == 3
    return first + [int(line) for line in rest.split()]


def start_database(house: House) -> None:
    (house.folder / "postgres" / "postmaster.pid").unlink(missing_ok=True)
    house.start("database")
    until(lambda: ready(house), 120)


def ready(house: House) -> bool:
    import psycopg2

    try:
        psycopg2.connect(house.environment["DATABASE_URL"], connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def environment(house: House) -> dict[str, str]:
    return os.environ | house.environment | {"REDIS_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings"}


def run(house: House, *command: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=environment(house),
        cwd=ROOT,
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
