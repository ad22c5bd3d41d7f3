"""The demo as a newcomer meets it: it answers, it says when its port is taken, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from config.demo.environment import main as write_environment
from config.demo.folder import FOLDER, RunsAlready, forget, take
from config.management.commands.demo import refuse_taken
from core import triggers
from core.models import Unit, User

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | {
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "VAR_DIR": str(tmp_path / "100% åäö #1+?"),
        "SWEEP_SECONDS": "1",
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
        "STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    }


def start(environment: dict[str, str], python: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, "manage.py", "demo"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  (our own loopback address)
            return response.status == 200
    except OSError:
        return False


def post_states(folder: Path) -> set[str]:
    """The states of the invented city's posts: there is always something to do."""
    with closing(sqlite3.connect(folder / "redaktionen.sqlite3")) as database:
        return {state for (state,) in database.execute("SELECT DISTINCT state FROM editorial_post")}


def staffed(folder: Path) -> set[str]:
    """What there is to see of a team's weeks: swaps and handovers by their states, and somebody who is away."""
    with closing(sqlite3.connect(folder / "redaktionen.sqlite3")) as database:
        return {
            state
            for (state,) in database.execute(
                "SELECT state FROM editorial_swap UNION SELECT state FROM editorial_handover "
                "UNION SELECT 'absence' FROM editorial_absence"
            )
        }


def left_of_what_was_disposed_of(folder: Path) -> list[tuple[str, str, str]]:
    """Name, text and address of the comments whose time was over: there is one, so that people see how it looks."""
    with closing(sqlite3.connect(folder / "redaktionen.sqlite3")) as database:
        return database.execute(
            "SELECT author_name, text, url FROM moderation_comment c JOIN moderation_commentrevision r "
            "ON r.comment_id = c.id WHERE c.erased_at < datetime('now', '-1 day')"
        ).fetchall()


def done_on_days_to_come(folder: Path) -> list[tuple[str, str]]:
    """What the invented city says that somebody did later than now; its plans may lie ahead, its deeds may not."""
    with closing(sqlite3.connect(folder / "redaktionen.sqlite3")) as database:
        return database.execute(
            "SELECT kind, about_label FROM core_event WHERE at > datetime('now', '+1 minute') UNION ALL "
            "SELECT 'begun', title FROM editorial_post WHERE created_at > datetime('now', '+1 minute') UNION ALL "
            "SELECT 'out', title FROM editorial_post WHERE state = 'published' "
            "AND planned_at > datetime('now', '+1 minute')"
        ).fetchall()


def processes_of(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "sid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(group)]


def test_demo_answers_and_ctrl_c_leaves_no_process(environment, tmp_path):
    """Whatever the folders are called, in which the program and its data lie."""
    if connection.vendor == "postgresql":
        pytest.skip("The demo is embedded whatever is set: it is tried in the run without a server.")
    (tmp_path / "my programs").symlink_to(sys.prefix)
    demo = start(environment, tmp_path / "my programs" / "bin" / "python")
    try:
        ends = time.monotonic() + 120
        while not answers(environment["BASE_URL"] + "/healthz"):
            assert demo.poll() is None, demo.stdout and demo.stdout.read()
            assert time.monotonic() < ends
            time.sleep(0.5)
        states = post_states(Path(environment["VAR_DIR"]))
        assert {"draft", "in_review", "changes_asked", "approved", "due", "published", "dropped"} <= states
        assert done_on_days_to_come(Path(environment["VAR_DIR"])) == []
        assert left_of_what_was_disposed_of(Path(environment["VAR_DIR"])) == [("", "", "")]
        assert staffed(Path(environment["VAR_DIR"])) == {
            "offered",
            "taken",
            "open",
            "acknowledged",
            "absence",
        }
        port = urlsplit(environment["BASE_URL"]).port
        with pytest.raises(CommandError, match=f"^Port {port} is taken by another program.*PORT={port + 1}$"):
            refuse_taken(port)
        with pytest.raises(RunsAlready, match=f"runs already at {environment['BASE_URL']};"):
            forget(Path(environment["VAR_DIR"]))
    finally:
        demo.send_signal(signal.SIGINT)
        said, _errors = demo.communicate(timeout=30)
    assert environment["BASE_URL"] in said
    assert "anna.berg@avinge.example" in said
    ends = time.monotonic() + 20
    while processes_of(demo.pid):
        assert time.monotonic() < ends, processes_of(demo.pid)
        time.sleep(0.2)


def test_a_folder_holds_one_demo_and_is_forgotten_when_none_runs(tmp_path, monkeypatch):
    """A second start on another port would empty the broker of the first, and say another address."""
    monkeypatch.chdir(tmp_path)
    write_environment("8000")
    with take(FOLDER, "http://127.0.0.1:8000"):
        with pytest.raises(SystemExit, match=r"runs already at http://127\.0\.0\.1:8000; end that one"):
            write_environment("8001")
        with pytest.raises(RunsAlready):
            forget(FOLDER)
    assert "BASE_URL=http://127.0.0.1:8000\n" in (FOLDER / "environment").read_text()
    forget(FOLDER)
    assert not FOLDER.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells a process that its parent was killed.")
def test_killed_demo_takes_its_programs_along():
    program = (
        "from config.demo.programs import TiedManager; manager = TiedManager();"
        "manager.add_process('one', 'sleep 300'); manager.loop()"
    )
    demo = subprocess.Popen(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout
    pid = int(demo.stdout.readline().partition("pid=")[2].strip(")\n"))
    demo.kill()
    demo.wait()
    demo.stdout.close()
    ends = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.django_db
def test_program_refuses_to_start_without_a_guard():
    triggers.require(connection)
    name, table = next(iter(triggers.installed(connection).items()))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    with pytest.raises(ImproperlyConfigured, match="lacks guards"):
        triggers.require(connection)
    triggers.install(connection)


@pytest.mark.django_db
def test_city_is_not_built_where_its_links_lead_nowhere(settings):
    settings.LINK_TRUSTED_HOSTS = []
    with pytest.raises(CommandError, match=r"set LINK_TRUSTED_HOSTS=avinge\.example"):
        call_command("demo_data")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_city_is_not_built_beside_what_is_real(settings):
    """Not even where nobody has an account yet."""
    settings.LINK_TRUSTED_HOSTS = ["avinge.example"]
    Unit.objects.create(name="Parks")
    with pytest.raises(CommandError, match="holds real content"):
        call_command("demo_data")
    assert not User.objects.exists()
