"""A copy of everything in one folder, taken while people work, and the way back into an empty machine.

The database is copied first and the files after it: a file is stored before the row that names it and never changed, so
whatever the copied rows name is there. The last seal is read before both, so that it is in the copy; a chain that was
cut off before it is found out. Logins and the login's limits are left out.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation

from core import filestore, trail, triggers
from core.models import Pulse, Seal

FORMAT = 1
MANIFEST, FILES = "manifest.json", "files"
JOB = "backup"
LEFT_OUT = ("django_session", "core_cache")


class BackupProblem(Exception):
    """A sentence that says why there is no copy, or why a copy is not laid back."""


def back_up(folder: Path, at: datetime) -> dict[str, Any]:
    """This will write the copy into `folder`, readable by its owner alone, note when it was made, and return its manifest.

    The manifest is written last: a folder without one is no copy. Raises BackupProblem when the folder holds
    something already, when PostgreSQL's tools are missing, or when a stored file is not what its hash says.
    """
    _make_private(folder)
    last = Seal.objects.order_by("-id").first()
    name = "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"
    copy = _copy_sqlite if connection.vendor == "sqlite" else _dump_postgresql
    copy(folder / name)
    copied = (_copy_file(area, sha, folder / FILES) for area, sha in filestore.stored())
    files = [name for name in copied if name]
    manifest = {
        "format": FORMAT,
        "at": at.isoformat(),
        "database": {"vendor": connection.vendor, "name": name, "sha256": _sha_of(folder / name)},
        "files": sorted(files),
        "head": last.hash if last else trail.GENESIS,
    }
    _write(folder / MANIFEST, io.BytesIO(json.dumps(manifest, indent=1).encode()))
    Pulse.objects.beat(JOB, at, report=f"{len(files)} files")
    return manifest


def restore(folder: Path) -> dict[str, Any]:
    """This will lay a copy into an empty database and an empty folder of files, and return its manifest.

    Everything is checked before anything is written. Raises BackupProblem, with nothing written, when the copy is not
    whole or the target holds something; afterwards when the chain, a file or a guard does not hold.
    """
    manifest = read_manifest(folder)
    _check_copy(folder, manifest)
    _check_target()
    dump = folder / manifest["database"]["name"]
    if connection.vendor == "sqlite":
        _load_sqlite(dump)
    else:
        _load_postgresql(dump)
    for name in manifest["files"]:
        area, sha = name.split("/")
        filestore.keep_file(area, folder / FILES / area / sha, take=False)
    wrong = faults()
    if manifest["head"] != trail.GENESIS and not Seal.objects.filter(hash=manifest["head"]).exists():
        wrong.append(
            f"The seal {manifest['head']}, which was the last when it was copied, is not in its chain."
        )
    if wrong:
        raise BackupProblem("The copy was laid back, and is not whole: " + " ".join(wrong))
    return manifest


def faults() -> list[str]:
    """This will say, a sentence each, what does not hold: seals, files, guards. Empty means whole. Reads only."""
    with translation.override(None):  # the shell speaks English
        wrong = [str(fault) for fault in trail.verify_chain()]
    wrong += [f"The guard “{guard.name}” is missing." for guard in triggers.missing(connection)]
    for area, sha in filestore.stored():
        try:
            filestore.size_if_whole(area, sha)
        except filestore.FileProblem as problem:
            wrong.append(f"{area}/{sha}: {type(problem).__name__}.")
    return wrong


def read_manifest(folder: Path) -> dict[str, Any]:
    """This will read what the copy says of itself. Raises BackupProblem when it is none, or names a file badly."""
    try:
        manifest: dict[str, Any] = _manifest_in(folder)
        names, database = manifest["files"], manifest["database"]
        sound = (
            manifest["format"] == FORMAT
            and database["name"] in ("database.sqlite3", "database.dump")
            and filestore.SHA.fullmatch(database["sha256"])
            and filestore.SHA.fullmatch(manifest["head"])
            and datetime.fromisoformat(manifest["at"])
            and all(_is_sound(name) for name in names)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupProblem(f"{folder} holds no whole copy: {MANIFEST} cannot be read.") from error
    if not sound:
        raise BackupProblem(f"{folder / MANIFEST} names something that is no part of a copy.")
    return manifest


def _manifest_in(folder: Path) -> Any:
    with _plain(folder / MANIFEST) as source:
        return json.load(source)


def _is_sound(name: Any) -> bool:
    area, _slash, sha = name.partition("/") if isinstance(name, str) else ("", "", "")
    return bool(filestore.AREA.fullmatch(area) and filestore.SHA.fullmatch(sha))


def _check_copy(folder: Path, manifest: dict[str, Any]) -> None:
    database = manifest["database"]
    if database["vendor"] != connection.vendor:
        raise BackupProblem(
            f"The copy is of {database['vendor']}, the database of DATABASE_URL is {connection.vendor}."
        )
    if _sha_of(folder / database["name"]) != database["sha256"]:
        raise BackupProblem(f"{database['name']} is not the file that was copied.")
    for name in manifest["files"]:
        if _sha_of(folder / FILES / name) != name.partition("/")[2]:
            raise BackupProblem(f"{FILES}/{name} is not the file that was copied.")


def _check_target() -> None:
    if connection.introspection.table_names():
        raise BackupProblem("The database is not empty. Make a new one and name it in DATABASE_URL.")
    if not filestore.place().is_empty():
        if settings.FILES_BUCKET:
            raise BackupProblem(f"{settings.FILES_BUCKET} is not empty. Name an empty one in FILES_BUCKET.")
        raise BackupProblem(f"{settings.FILES_DIR} is not empty. Name an empty folder in FILES_DIR.")


def _make_private(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupProblem(f"{folder} holds something already. Name a folder that is new or empty.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _copy_sqlite(target: Path) -> None:
    """Copy with SQLite's own backup, which sees one moment of the database however long it takes."""
    target.touch(mode=0o600)
    source = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(str(source), timeout=30)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        for table in LEFT_OUT:
            if new.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
                new.execute(f"DELETE FROM {table}")  # noqa: S608  (a name of ours)
        new.commit()
        new.execute("VACUUM")


def _load_sqlite(source: Path) -> None:
    target = connection.settings_dict["NAME"]
    connection.close()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(str(target))) as new:
        old.backup(new)


def _dump_postgresql(target: Path) -> None:
    target.touch(mode=0o600)
    left_out = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    _run(
        "pg_dump", "--format=custom", "--no-owner", "--no-privileges", *left_out, f"--file={target}", _name()
    )


def _load_postgresql(source: Path) -> None:
    connection.close()
    alone = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", *alone, f"--dbname={_name()}", str(source))


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database. The password goes by the environment, never by the arguments."""
    found = shutil.which(program)
    if found is None:
        raise BackupProblem(
            f"{program} was not found. Install PostgreSQL's client programs (postgresql-client)."
        )
    there = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    given = {name: str(there[key]) for name, key in names.items() if there.get(key)}
    done = subprocess.run(  # noqa: S603  (a program found on PATH, arguments of ours)
        [found, *arguments], env=os.environ | given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupProblem(f"{program} ended with: {done.stderr.strip()}")


def _copy_file(area: str, sha: str, root: Path) -> str:
    """Copy one file and return its name in the manifest; none when it was erased since it was listed, as the clock may."""
    folder = root / area
    for level in (root, folder):
        level.mkdir(mode=0o700, exist_ok=True)
    try:
        with filestore.open_kept(area, sha) as source:
            _write(folder / sha, source)
        if _sha_of(folder / sha) != sha:
            raise filestore.FileDamaged(sha)
    except filestore.FileMissing:
        return ""
    except filestore.FileProblem as problem:
        raise BackupProblem(f"{area}/{sha} is not what its hash says: {type(problem).__name__}.") from problem
    return f"{area}/{sha}"


def _write(target: Path, source: BufferedIOBase) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(source, out, filestore.BLOCK)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _plain(path: Path) -> Iterator[BufferedIOBase]:
    """Open a plain file; a link could lead out of the copy and is refused."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as source:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is no plain file")
        yield source


def _sha_of(path: Path) -> str:
    try:
        with _plain(path) as source:
            return filestore.digest_of(source)[0]
    except OSError as error:
        raise BackupProblem(f"{path.name} is missing, or is no plain file.") from error
