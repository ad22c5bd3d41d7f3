"""The restore drill: a copy taken while people work is laid into an empty machine, and everything in it holds."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core import backup, filestore, metrics, trail
from core.models import Event, Seal, User
from tests.processes import database_url

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def happen(city, number: int) -> str:
    """One thing that happens: a file is stored, and a row that names it follows."""
    sha = filestore.keep("evidence", f"screenshot {number}".encode())
    trail.record("test.kept", about=city.team, actor=city.anna, at=timezone.now(), data={"sha": sha})
    trail.seal_events(timezone.now())
    return sha


@pytest.fixture
def copy(live_people, tmp_path) -> Path:
    """A copy of a house in which three things have happened."""
    for number in range(3):
        happen(live_people, number)
    backup.back_up(tmp_path / "copy", timezone.now())
    return tmp_path / "copy"


@pytest.fixture
def empty(tmp_path) -> Iterator[dict[str, str]]:
    """The environment of an empty machine: a database of its own on the same engine, and a folder of its own."""
    address, name = database_url(), f"restored_{uuid4().hex[:8]}"
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{tmp_path / name}", "FILES_DIR": str(tmp_path / "new")}
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": f"{address.rpartition('/')[0]}/{name}", "FILES_DIR": str(tmp_path / "new")}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command from a folder in which something lies that is named as a part of ours is; it is never read."""
    elsewhere = Path(environment["FILES_DIR"]).parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "core.py").write_text("raise SystemExit('read from where one stood')")
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        cwd=elsewhere,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.rule("R36")
def test_a_copy_taken_while_people_work_is_laid_back_whole(live_people, tmp_path, empty):
    city, stop, kept = live_people, threading.Event(), []

    def work() -> None:
        number = 0
        while not stop.is_set():
            kept.append(happen(city, number))
            number += 1
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(kept) < 5:
            stop.wait(0.05)
        manifest = backup.back_up(tmp_path / "copy", timezone.now())
    finally:
        stop.set()
        worker.join()
    assert len(manifest["files"]) >= 5
    done = manage(empty, "restore", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert "every seal, guard and hash holds" in done.stdout
    named = (
        "import json; from core.models import Event; "
        "print(json.dumps([e.data['sha'] for e in Event.objects.filter(kind='test.kept')]))"
    )
    rows = set(json.loads(manage(empty, "shell", "--no-imports", "-c", named).stdout))
    there = {path.name for path in Path(empty["FILES_DIR"]).rglob("*") if path.is_file()}
    assert rows
    assert rows <= there, "each file that a copied row names is there"
    assert manage(empty, "check", "--database", "default").returncode == 0
    assert manage(empty, "migrate", "--check").returncode == 0


def test_the_copy_is_closed_to_others_and_holds_no_login(live_people, client_of, copy):
    for path in [copy, *copy.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    text = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert settings.SECRET_KEY.encode() not in text


def test_a_login_is_not_in_the_copy(live_people, client_of, tmp_path, empty):
    client = client_of(live_people.anna)
    client.get("/")
    backup.back_up(tmp_path / "copy", timezone.now())
    assert manage(empty, "restore", str(tmp_path / "copy")).returncode == 0
    asked = "from django.contrib.sessions.models import Session; print(Session.objects.count())"
    assert manage(empty, "shell", "--no-imports", "-c", asked).stdout.strip() == "0"


def test_a_folder_that_holds_something_is_not_written_into(live_people, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").write_text("x")
    with pytest.raises(CommandError, match="holds something already"):
        call_command("backup", str(tmp_path / "copy"))
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["mine"]


def test_a_stored_file_that_was_changed_is_named_and_there_is_no_copy(live_people, tmp_path):
    path = filestore.path("evidence", happen(live_people, 1))
    path.chmod(0o600)
    path.write_bytes(b"changed")
    with pytest.raises(CommandError, match=f"{path.name} is not what its hash says"):
        call_command("backup", str(tmp_path / "copy"))
    assert not (tmp_path / "copy" / "manifest.json").exists()


def edit(copy: Path, change) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    change(manifest)
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").write_text(json.dumps(manifest))


def spoil_database(copy: Path) -> None:
    path = next(copy.glob("database.*"))
    path.write_bytes(path.read_bytes() + b"x")


def spoil_file(copy: Path) -> None:
    path = next((copy / "files" / "evidence").iterdir())
    path.unlink()
    path.write_bytes(b"other")


def link_file(copy: Path) -> None:
    path = next((copy / "files" / "evidence").iterdir())
    path.rename(copy.parent / "moved")
    path.symlink_to(copy.parent / "moved")


SPOILED = {
    "no manifest": lambda copy: (copy / "manifest.json").unlink(),
    "no JSON": lambda copy: ((copy / "manifest.json").unlink(), (copy / "manifest.json").write_text("{")),
    "a list": lambda copy: ((copy / "manifest.json").unlink(), (copy / "manifest.json").write_text("[1]")),
    "a way out": lambda copy: edit(copy, lambda m: m["files"].append("../../etc/passwd")),
    "an absolute way": lambda copy: edit(copy, lambda m: m["files"].append("/etc/passwd")),
    "a way out by the area": lambda copy: edit(copy, lambda m: m["files"].append(f"..%2f/{'a' * 64}")),
    "a number for a name": lambda copy: edit(copy, lambda m: m["files"].append(7)),
    "another database's name": lambda copy: edit(copy, lambda m: m["database"].update(name="../../secret")),
    "another engine": lambda copy: edit(copy, lambda m: m["database"].update(vendor="oracle")),
    "a later format": lambda copy: edit(copy, lambda m: m.update(format=99)),
    "another database": spoil_database,
    "another file": spoil_file,
    "a link for a file": link_file,
    "a head that is no seal": lambda copy: edit(copy, lambda m: m.update(head="../x")),
    "no day": lambda copy: edit(copy, lambda m: m.pop("at")),
    "a missing file": lambda copy: next((copy / "files" / "evidence").iterdir()).unlink(),
}


def test_a_chain_that_was_cut_off_before_the_seal_written_down_is_named(copy, monkeypatch):
    """What is left of it would hold. Here what was copied is laid back already."""
    for name in ("_load_sqlite", "_load_postgresql"):
        monkeypatch.setattr(backup, name, lambda dump: None)
    monkeypatch.setattr(backup, "_check_target", lambda: None)
    backup.restore(copy)
    edit(copy, lambda manifest: manifest.update(head="a" * 64))
    with pytest.raises(backup.BackupProblem, match="is not in its chain"):
        backup.restore(copy)


def test_the_last_seal_of_a_copy_is_in_it_and_a_file_erased_meanwhile_stops_nothing(
    live_people, tmp_path, monkeypatch
):
    gone = happen(live_people, 1)
    before = Seal.objects.order_by("-id").first().hash

    def meanwhile(target: Path) -> None:
        target.write_bytes(b"the database")
        happen(live_people, 2)

    def listed():
        filestore.erase("evidence", gone)
        yield "evidence", gone

    for name in ("_copy_sqlite", "_dump_postgresql"):
        monkeypatch.setattr(backup, name, meanwhile)
    monkeypatch.setattr(filestore, "stored", listed)
    manifest = backup.back_up(tmp_path / "copy", timezone.now())
    assert (manifest["head"], manifest["files"]) == (before, [])
    ages = {name: value for name, _text, value in metrics.waiting(timezone.now())}
    assert 0 <= ages["backup_age_seconds"] < 60


@pytest.mark.parametrize("how", SPOILED)
def test_a_copy_that_is_not_whole_is_refused_before_anything_is_written(copy, how, monkeypatch, tmp_path):
    SPOILED[how](copy)
    written = []
    for name in ("_load_sqlite", "_load_postgresql"):
        monkeypatch.setattr(backup, name, written.append)
    monkeypatch.setattr(backup, "_check_target", lambda: None)
    with pytest.raises(CommandError):
        call_command("restore", str(copy))
    assert not written


def test_what_is_not_empty_is_not_restored_into(copy, empty):
    with pytest.raises(CommandError, match="database is not empty"):
        call_command("restore", str(copy))
    Path(empty["FILES_DIR"]).mkdir()
    (Path(empty["FILES_DIR"]) / "mine").write_text("x")
    refused = manage(empty, "restore", str(copy))
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)
    assert Event.objects.filter(kind="test.kept").count() == 3


def test_missing_programs_are_told_in_a_sentence(live_people, tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no program beside Python.")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CommandError, match="pg_dump was not found"):
        call_command("backup", str(tmp_path / "copy"))


def test_the_first_administrator_is_made_without_a_question(live_people, client, capsys):
    call_command("first_administrator", "Berit.Ek@avinge.example", name="Berit Ek")
    password = capsys.readouterr().out.split("\n\n")[1].strip()
    user = User.objects.get(email="berit.ek@avinge.example")
    assert (user.is_superuser, user.check_password(password)) == (True, True)
    assert Event.objects.filter(kind="user.first_administrator", about_id=user.pk).exists()
    User.objects.filter(pk=user.pk).update(has_first_password=False)
    with pytest.raises(CommandError, match="has an account already"):
        call_command("first_administrator", "berit.ek+2@avinge.example")
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("first_administrator", "berit")
