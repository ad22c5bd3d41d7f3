"""Rules that the database itself keeps, as triggers, on SQLite and PostgreSQL alike.

Each app lists its `GUARDS` in `<app>/guards.py`. They are installed after every migrate (a table
rebuilt by a migration on SQLite loses its triggers) and a system check refuses to start the program when one is missing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "guard_"


@dataclass(frozen=True)
class Guard:
    """A refusal: when `when` (SQL over NEW and OLD, written so that both databases read it) holds, `operation` fails.

    `holds` names rows (“table WHERE … FOR KEY SHARE”) that PostgreSQL locks before it asks: what another transaction is
    just doing to them is waited for, and then known. SQLite lets one write at a time and needs none.
    """

    name: str
    table: str
    operation: str  # INSERT, UPDATE, DELETE or TRUNCATE
    when: str
    message: str
    holds: str = ""

    @property
    def trigger(self) -> str:
        """The trigger's name, which carries a digest of its text so that an outdated one counts as missing."""
        text = (self.table, self.operation, self.when, self.message, *([self.holds] if self.holds else []))
        digest = hashlib.sha256(repr(text).encode()).hexdigest()
        return f"{PREFIX}{self.name}_{digest[:8]}"


def append_only(
    table: str, message: str, *, update_when: str = "1 = 1", delete_when: str = "1 = 1"
) -> list[Guard]:
    """This will list guards that refuse to change or delete rows (and to truncate the table where that exists)."""
    return [
        Guard(f"{table}_update", table, "UPDATE", update_when, message),
        Guard(f"{table}_delete", table, "DELETE", delete_when, message),
        Guard(f"{table}_truncate", table, "TRUNCATE", "1 = 1", message),
    ]


def all_guards() -> Iterator[Guard]:
    """This will yield the guards of every installed app that has some."""
    for config in apps.get_app_configs():
        if not config.name.startswith("django.") and find_spec(f"{config.name}.guards"):
            yield from import_module(f"{config.name}.guards").GUARDS


def days_between(first: str, last: str) -> str:
    """This will write how many days lie between two columns of days, as `_in_dialect` makes each database read it."""
    return f"DAYS[{first},{last}]"


def _in_dialect(when: str, vendor: str) -> str:
    lie = r"(\2 - \1)" if vendor == "postgresql" else r"(julianday(\2) - julianday(\1))"
    return re.sub(r"DAYS\[([\w.]+),([\w.]+)\]", lie, when)


def statements(guard: Guard, vendor: str) -> list[str]:
    """This will return the SQL that makes the guard's trigger; empty where the database has no such operation."""
    message, when = guard.message.replace("'", "''"), _in_dialect(guard.when, vendor)
    if vendor == "sqlite":
        if guard.operation == "TRUNCATE":
            return []
        return [
            f"CREATE TRIGGER {guard.trigger} BEFORE {guard.operation} ON {guard.table} "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    each = "STATEMENT" if guard.operation == "TRUNCATE" else "ROW"
    back = "OLD" if guard.operation == "DELETE" else "NEW"
    held = f"PERFORM 1 FROM {guard.holds}; " if guard.holds else ""
    return [
        f"CREATE OR REPLACE FUNCTION {guard.trigger}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN {held}"
        f"IF ({when}) THEN RAISE EXCEPTION '{message.replace('%', '%%')}' USING ERRCODE = '23514'; END IF; "
        f"RETURN {'NULL' if each == 'STATEMENT' else back}; END $guard$",
        f"CREATE TRIGGER {guard.trigger} BEFORE {guard.operation} ON {guard.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.trigger}()",
    ]


def installed(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """This will return the guards' triggers that the database has, each with its table. Raises DatabaseError."""
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def missing(connection: BaseDatabaseWrapper) -> list[Guard]:
    """This will list the guards whose table exists but whose trigger does not."""
    have, tables = installed(connection), set(connection.introspection.table_names())
    return [
        guard
        for guard in all_guards()
        if guard.table in tables and guard.trigger not in have and statements(guard, connection.vendor)
    ]


def absent(connection: BaseDatabaseWrapper) -> list[Guard]:
    """This will list the guards that the database has in no version at all, such as the next one's when it has migrated."""
    there = {_name_in(trigger) for trigger in installed(connection)}
    return [guard for guard in missing(connection) if _name_in(guard.trigger) not in there]


def _name_in(trigger: str) -> str:
    return trigger.rpartition("_")[0]


def install(connection: BaseDatabaseWrapper) -> None:
    """This will make the database's guards equal to the code's: missing ones are made, then outdated ones dropped.

    In this order, because people work meanwhile: at no moment is there neither the old one nor the new one.
    """
    wanted = {guard.trigger for guard in all_guards()}
    with connection.cursor() as cursor:
        for guard in missing(connection):
            for statement in statements(guard, connection.vendor):
                cursor.execute(statement)
        for trigger, table in installed(connection).items():
            if trigger not in wanted:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {trigger}{on_table}")


def drop_all(connection: BaseDatabaseWrapper) -> None:
    """This will drop every guard. Only migrating does this, and brings them back."""
    with connection.cursor() as cursor:
        for trigger, table in installed(connection).items():
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger}{on_table}")


def require(connection: BaseDatabaseWrapper) -> None:
    """This will raise ImproperlyConfigured when the database lacks a guard: nothing serves people without them."""
    if lacking := [guard.name for guard in missing(connection)]:
        raise ImproperlyConfigured(
            f"The database lacks guards ({', '.join(lacking)}): run “manage.py migrate”."
        )
