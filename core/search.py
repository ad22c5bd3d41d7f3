"""Search: one table of what can be found, kept by the database itself, and one query in the words of each database.

Each room lists its `SOURCES` in `<app>/search.py`. Triggers keep the table equal to the sources, whichever door wrote.
PostgreSQL reads Swedish full text with a GIN index, SQLite has FTS5. Whoever asks names the scopes they may see; the
scope is part of the index, so a search reads what one may see and is as quick with a million rows that one may not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "seek_"
MOST_WORDS, MOST_HITS, MOST_FEW = 8, 120, 20
WORD = re.compile(r"\w+")
FEW = 2000  # rows of a word that are read whole
NEWEST = 20_000  # rows that are looked through from the newest back


@dataclass(frozen=True)
class Source:
    """Rows of `table` that can be found. The rest is SQL over NEW: which object, what it says, whose scope it is in.

    `columns` are those whose change matters. A kind of which there are `few`, and always will be, is looked through
    for itself, so that a thing known by its name is not crowded out by the thousands that mention it.
    """

    kind: str
    table: str
    columns: tuple[str, ...]
    title: str
    body: str
    scope: str
    key: str = "NEW.id"
    few: bool = False

    @property
    def name(self) -> str:
        """The triggers' name, which carries a digest of their text so that an outdated one counts as missing."""
        return f"{PREFIX}{self.kind}_{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"

    @property
    def write(self) -> str:
        """The SQL that puts one row in the table in place of what stood there."""
        return (
            f"DELETE FROM core_searchentry WHERE kind = '{self.kind}' AND object_id = {self.key}; "  # noqa: S608
            "INSERT INTO core_searchentry (kind, object_id, title, body, scope) VALUES "
            f"('{self.kind}', {self.key}, {self.title}, {self.body}, {self.scope});"
        )


def all_sources() -> Iterator[Source]:
    """This will yield the sources of every installed app that has some."""
    for config in apps.get_app_configs():
        if not config.name.startswith("django.") and find_spec(f"{config.name}.search"):
            yield from getattr(import_module(f"{config.name}.search"), "SOURCES", ())


def install(database: BaseDatabaseWrapper) -> None:
    """This will make the triggers equal to the code's, and take in what a source held before it had any."""
    tables = set(database.introspection.table_names())
    if "core_searchentry" not in tables:
        return
    have = _installed(database)
    with database.cursor() as cursor:
        wanted = {
            f"{source.name}_{event}" for source in all_sources() for event in ("insert", "update", "delete")
        }
        for trigger in have.keys() - wanted:
            cursor.execute(_drop(trigger, have[trigger], database.vendor))
        for source in all_sources():
            if source.table in tables and f"{source.name}_insert" not in have:
                for statement in _triggers(source, database.vendor):
                    cursor.execute(statement)
                cursor.execute("DELETE FROM core_searchentry WHERE kind = %s", [source.kind])
                cursor.execute(_all_of(source))


def drop_all(database: BaseDatabaseWrapper) -> None:
    """This will drop what keeps the words equal to the rooms. Only migrating does this; `install` makes them anew."""
    with database.cursor() as cursor:
        for trigger, table in _installed(database).items():
            cursor.execute(_drop(trigger, table, database.vendor))


@cache
def few_kinds() -> list[str]:
    """This will name the kinds of which there are few."""
    return sorted({source.kind for source in all_sources() if source.few})


def matches(text: str, scopes: Iterable[str]) -> list[int]:
    """This will find the newest entries in the scopes in which every word of `text` begins a word; in three
    queries at most.

    Of kinds of which there are few it finds the newest of their own, however many of the others are newer.
    """
    words = [word for word in WORD.findall(text.casefold()) if word][:MOST_WORDS]
    wanted = sorted(set(scopes))
    if not words or not wanted:
        return []
    ask = _ask_postgresql if connection.vendor == "postgresql" else _ask_sqlite
    return ask(words, wanted)


def _ask_sqlite(words: Sequence[str], scopes: Sequence[str]) -> list[int]:
    said = " AND ".join(f'"{word}"*' for word in words)
    within = " OR ".join(f'"{scope}"' for scope in scopes)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM core_searchwords WHERE core_searchwords MATCH %s ORDER BY rowid DESC LIMIT %s",
            [f"({{title body}} : ({said})) AND (scope : ({within}))", MOST_HITS],
        )
        found = {row[0] for row in cursor.fetchall()}
        # FTS5 would walk through all that mention a word to find the few; they are quicker read whole.
        cursor.execute(
            "SELECT id, title || ' ' || body, scope FROM core_searchentry "
            "WHERE kind IN (SELECT value FROM json_each(%s)) ORDER BY id DESC",
            [json.dumps(few_kinds())],
        )
        few = [
            pk
            for pk, text, scope in cursor.fetchall()
            if _holds(text, words) and {*scope.split()} & {*scopes}
        ]
    return sorted(found.union(few[:MOST_FEW]), reverse=True)


def _holds(text: str, words: Sequence[str]) -> bool:
    """Whether each of the words begins a word of the text."""
    there = WORD.findall(text.casefold())
    return all(any(one.startswith(word) for one in there) for word in words)


def _ask_postgresql(words: Sequence[str], scopes: Sequence[str]) -> list[int]:
    """This will read the rows of a seldom word and ask each for its scope; a common word is sought from the newest back.

    The index joins the scopes' long lists first, which takes as long for a word of four rows as for one of a million,
    and knows nothing of which is newest. So it is asked last, when the newest rows do not hold enough: what is that
    seldom within the scopes is few rows to sort.
    """
    said, within = " & ".join(f"{word}:*" for word in words), " | ".join(scopes)
    both = "words @@ (to_tsquery('swedish', %s) && to_tsquery('simple', %s))"
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH few AS MATERIALIZED (SELECT id, words FROM core_searchentry "
            "WHERE words @@ to_tsquery('swedish', %s) LIMIT %s), counted AS (SELECT count(*) AS n FROM few) "
            "SELECT n, id FROM counted LEFT JOIN few ON n < %s AND words @@ to_tsquery('simple', %s) "
            "UNION ALL SELECT -1, id FROM (SELECT id, words FROM core_searchentry WHERE kind = ANY(%s) OFFSET 0) "
            "AS named WHERE words @@ (to_tsquery('swedish', %s) && to_tsquery('simple', %s))",
            [said, FEW, FEW, within, few_kinds(), said, within],
        )
        rows = cursor.fetchall()
        named = sorted((pk for count, pk in rows if count == -1), reverse=True)[:MOST_FEW]
        seldom = [(count, pk) for count, pk in rows if count != -1]
        if seldom[0][0] < FEW:
            newest = sorted((pk for _count, pk in seldom if pk is not None), reverse=True)[:MOST_HITS]
            return sorted({*newest, *named}, reverse=True)
        # OFFSET 0 keeps the planner from joining the index after all.
        cursor.execute(
            f"SELECT id FROM (SELECT id, words FROM core_searchentry ORDER BY id DESC LIMIT %s OFFSET 0) AS newest "  # noqa: S608
            f"WHERE {both} LIMIT %s",
            [NEWEST, said, within, MOST_HITS],
        )
        found = cursor.fetchall()
        if len(found) < MOST_HITS:
            cursor.execute(
                f"SELECT id FROM (SELECT id FROM core_searchentry WHERE {both} LIMIT %s) AS every "  # noqa: S608
                "ORDER BY id DESC LIMIT %s",
                [said, within, NEWEST, MOST_HITS],
            )
            found = cursor.fetchall()
    return sorted({*named, *(pk for (pk,) in found)}, reverse=True)


def _installed(database: BaseDatabaseWrapper) -> dict[str, str]:
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if database.vendor == "sqlite"
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
    )
    with database.cursor() as cursor:
        cursor.execute(query)
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def _drop(trigger: str, table: str, vendor: str) -> str:
    return f"DROP TRIGGER {trigger}" + (f" ON {table}" if vendor == "postgresql" else "")


def _triggers(source: Source, vendor: str) -> Iterator[str]:
    changed = f"UPDATE OF {', '.join(source.columns)}"
    gone = (
        f"DELETE FROM core_searchentry WHERE kind = '{source.kind}' "  # noqa: S608
        f"AND object_id = {source.key.replace('NEW.', 'OLD.')};"
    )
    for event, when, work in (
        ("insert", "INSERT", source.write),
        ("update", changed, source.write),
        ("delete", "DELETE", gone),
    ):
        name = f"{source.name}_{event}"
        if vendor == "sqlite":
            yield f"CREATE TRIGGER {name} AFTER {when} ON {source.table} BEGIN {work} END"
        else:
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $seek$ BEGIN {work} "
                "RETURN NULL; END $seek$"
            )
            yield (
                f"CREATE TRIGGER {name} AFTER {when} ON {source.table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def _all_of(source: Source) -> str:
    """The SQL that takes in every row there is; of several rows about one object the newest."""
    newest = (
        f" WHERE NEW.id IN (SELECT MAX(id) FROM {source.table} GROUP BY {source.key.removeprefix('NEW.')})"  # noqa: S608
        if source.key != "NEW.id"
        else ""
    )
    return (
        "INSERT INTO core_searchentry (kind, object_id, title, body, scope) "  # noqa: S608
        f"SELECT '{source.kind}', {source.key}, {source.title}, {source.body}, {source.scope} "
        f"FROM {source.table} AS NEW{newest}"
    )
