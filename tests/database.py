"""Side by side, one process migrates the test database for all, and each works on a copy of its own.

Migrating takes a process longer than a hundred tests; copying takes a blink. Without other processes pytest-django
makes the database as ever.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key

from core import triggers

MADE = "migrated"
BORN: dict[str, str] = {}  # what the tables that are not empty in a new database hold, as JSON (PostgreSQL)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def keep_as_born() -> None:
    """This will remember what a new database on PostgreSQL holds, for `empty`."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for name in _tables():
            cursor.execute(f"SELECT json_agg(held)::text FROM {name} held")
            if rows := cursor.fetchone()[0]:
                BORN[name] = rows


def empty(flush: Callable[[], None]) -> None:
    """This will take all rows from the database, past its guards, but those it was born with.

    On PostgreSQL in a tenth of the time that Django takes to make the guards anew and to fill the tables again; on SQLite
    by Django's `flush`.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            for trigger in triggers.installed(connection):
                cursor.execute(f"DROP TRIGGER {trigger}")
        flush()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        # A superuser's word that neither guards nor foreign keys are asked.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(";".join(f"DELETE FROM {name}" for name in _tables()))
        for name, rows in BORN.items():
            cursor.execute(
                f"INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, %s)", [rows]
            )


def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in names]


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """This will wait until no other process of this run is inside."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@contextmanager
def copied(worker: str) -> Iterator[None]:
    """This will connect to a copy of the migrated database, made first when no process has; the copy goes at the end."""
    creation, own = connection.creation, str(connection.settings_dict["NAME"])
    with _alone(settings.VAR_DIR.parent) as shared:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(shared / "test.sqlite3")
        made = shared / MADE
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=made.exists())
        connection.close()
        made.touch()
        creation.clone_test_db(worker, verbosity=0, autoclobber=True)
    original = connection.settings_dict["NAME"]
    connection.settings_dict.update(creation.get_test_db_clone_settings(worker))
    keep_as_born()
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # threads of tests may have left their connections open
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        connection.settings_dict["NAME"] = original
        creation.destroy_test_db(own, verbosity=0, suffix=worker)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """When all processes have ended, the one they copied goes too."""
    if not WORKER and (settings.VAR_DIR / MADE).exists() and connection.vendor == "postgresql":
        own = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = f"test_{own}"
        with session.config.stash[blocking_manager_key].unblock():
            connection.creation.destroy_test_db(own, verbosity=0)


if WORKER:

    @pytest.fixture(scope="session")
    def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
        with django_db_blocker.unblock(), copied(WORKER):
            yield

else:

    @pytest.fixture(scope="session")
    def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
        with django_db_blocker.unblock():
            keep_as_born()
