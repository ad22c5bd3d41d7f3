"""Search: one table of what can be found, kept by the database itself, and one query in the words of each database.

Each room lists its `SOURCES` in `<app>/search.py`. Triggers keep the table equal to the sources, whichever door wrote.
PostgreSQL reads Swedish full text with a GIN index, SQLite has FTS5. Whoever asks names the scopes they may see; the
scope is part of the index, so a search reads what one may see and is as quick with a million rows that one may not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "seek_"
MOST_WORDS, MOST_HITS, MOST_OF_KIND = 8, 120, 20
WORD = re.compile(r"\w+")
FEW = 2000  # rows of a word that are read whole
NEWEST = 20_000  # rows that are looked through from the newest back
NEWEST_OF_KIND = 5000  # and of each kind for itself


@dataclass(frozen=True)
class Source:
    """Rows of `table` that can be found. The rest is SQL over NEW: which object, what it says, whose scope it is in.

    `columns` are those whose change matters. `among` is a word of every scope of the kind, by which the index finds its
    rows however many others there are. What `when` does not hold for is not found, such as what says nothing any more.
    """

    kind: str
    table: str
    columns: tuple[str, ...]
    title: str
    body: str
    scope: str
    among: str
    key: str = "NEW.id"
    when: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The triggers' name, which carries a digest of their text so that an outdated one counts as missing."""
        return f"{PREFIX}{self.kind}_{hashlib.sha256((repr(self) + self.when).encode()).hexdigest()[:8]}"

    @property
    def write(self) -> str:
        """The SQL that puts one row in the table in place of what stood there."""
        return (
            f"DELETE FROM core_searchentry WHERE kind = '{self.kind}' AND object_id = {self.key}; "  # noqa: S608
            "INSERT INTO core_searchentry (kind, object_id, title, body, scope) "
            f"SELECT '{self.kind}', {self.key}, {self.title}, {self.body}, {self.scope} WHERE {self.when or '1 = 1'};"
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


def forget_the_gone(database: BaseDatabaseWrapper) -> None:
    """This will leave nothing of what is gone in SQLite's index, which only marks it and drops it when it likes.

    PostgreSQL drops it when it next cleans its tables up, which it does by itself.
    """
    if database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute("INSERT INTO core_searchwords (core_searchwords) VALUES ('optimize')")


def matches(text: str, scopes: Iterable[str]) -> list[int]:
    """This will find the newest entries in the scopes in which every word of `text` begins a word, and the newest of
    each kind, however many of the others are newer; in three queries at most.
    """
    words = [word for word in WORD.findall(text.casefold()) if word][:MOST_WORDS]
    wanted = sorted(set(scopes))
    if not words or not wanted:
        return []
    ask = _ask_postgresql if connection.vendor == "postgresql" else _ask_sqlite
    return sorted(ask(words, wanted), reverse=True)


def holding(names: Iterable[str], *, kinds: Sequence[str], most: int) -> list[tuple[str, int]]:
    """This will find kind and number of entries in whose words one of the names stands, its words in their order.

    Whoever may see them has to be asked by the caller. What bears a name as its title is left out, and of a name that
    stands in thousands only some are read. One query.
    """
    wanted = sorted(set(names))
    phrases = [" ".join(words) for name in wanted if (words := WORD.findall(name.casefold()))]
    if not phrases:
        return []
    titles, within = ", ".join(["%s"] * len(wanted)), ", ".join(["%s"] * len(kinds))
    apart = f"entry.kind IN ({within}) AND entry.title NOT IN ({titles}) LIMIT %s"
    if connection.vendor == "postgresql":
        source = "core_searchentry AS entry"
        said = "entry.words @@ (" + " || ".join(["phraseto_tsquery('swedish', %s)"] * len(phrases)) + ")"
        values: list[Any] = phrases
    else:
        source = "core_searchwords JOIN core_searchentry AS entry ON entry.id = core_searchwords.rowid"
        said = "core_searchwords MATCH %s"
        values = ["{title body} : (" + " OR ".join(f'"{phrase}"' for phrase in phrases) + ")"]
    # Put in order when found: asked for the newest at once, the database would walk back through all there is.
    found = f"SELECT entry.kind, entry.object_id FROM {source} WHERE {said} AND {apart}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found AS MATERIALIZED ({found}) "  # noqa: S608
            "SELECT kind, object_id FROM found ORDER BY kind DESC, object_id DESC LIMIT %s",
            [*values, *kinds, *wanted, FEW, most],
        )
        return cursor.fetchall()


@cache
def _kinds() -> dict[str, str]:
    """Each kind with the word by which the index finds its rows."""
    return {source.kind: source.among for source in all_sources()}


def _ask_sqlite(words: Sequence[str], scopes: Sequence[str]) -> set[int]:
    said = " AND ".join(f'"{word}"*' for word in words)
    within = " OR ".join(f'"{scope}"' for scope in scopes)
    both = f"({{title body}} : ({said})) AND (scope : ({within}))"
    of_kind = (
        "SELECT * FROM (SELECT core_searchwords.rowid FROM core_searchwords "
        "JOIN core_searchentry AS entry ON entry.id = core_searchwords.rowid "
        "WHERE core_searchwords MATCH %s AND entry.kind = %s ORDER BY core_searchwords.rowid DESC LIMIT %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM core_searchwords WHERE core_searchwords MATCH %s ORDER BY rowid DESC LIMIT %s",
            [both, MOST_HITS],
        )
        found = {row[0] for row in cursor.fetchall()}
        if len(found) == MOST_HITS:
            asked = [
                (f'{both} AND (scope : "{among}")', kind, MOST_OF_KIND) for kind, among in _kinds().items()
            ]
            cursor.execute(
                " UNION ALL ".join([of_kind] * len(asked)), [value for one in asked for value in one]
            )
            found |= {row[0] for row in cursor.fetchall()}
    return found


def _ask_postgresql(words: Sequence[str], scopes: Sequence[str]) -> set[int]:
    """This will read the rows of a seldom word and ask each for its scope; a common word is sought from the newest back.

    The index joins the scopes' long lists first, which takes as long for a word of four rows as for one of a million,
    and knows nothing of which is newest. So it is asked last, and only when the newest rows of all hold too few: what is
    that seldom within the scopes is few rows to sort. Of each kind a common word is sought in its newest rows.
    """
    said, within = " & ".join(f"{word}:*" for word in words), " | ".join(scopes)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH few AS MATERIALIZED (SELECT id, kind, words FROM core_searchentry "
            "WHERE words @@ to_tsquery('swedish', %s) LIMIT %s), counted AS (SELECT count(*) AS n FROM few) "
            "SELECT n, kind, id FROM counted LEFT JOIN few ON n < %s AND words @@ to_tsquery('simple', %s)",
            [said, FEW, FEW, within],
        )
        rows = cursor.fetchall()
        if rows[0][0] < FEW:
            return _newest((kind, pk) for _count, kind, pk in rows if pk is not None)
        cursor.execute(*_newest_back(said, within))
        found = cursor.fetchall()
        if sum(kind == EVERY for kind, _pk in found) < MOST_HITS:
            cursor.execute(*_by_the_index(said, within))
            found += cursor.fetchall()
    return {pk for _kind, pk in found}


def _newest(found: Iterable[tuple[str, int]]) -> set[int]:
    """This will keep the newest of all, and of each kind."""
    newest_first = sorted(found, key=itemgetter(1), reverse=True)
    kept = {pk for _kind, pk in newest_first[:MOST_HITS]}
    for kind in _kinds():
        kept.update([pk for its, pk in newest_first if its == kind][:MOST_OF_KIND])
    return kept


BOTH = "words @@ (to_tsquery('swedish', %s) && to_tsquery('simple', %s))"
EVERY = ""  # the kind of what is sought among all of them


def _newest_back(said: str, within: str) -> tuple[str, list[Any]]:
    """The SQL that looks through the newest rows of all and of each kind."""
    # OFFSET 0 keeps the planner from joining the index after all.
    newest = (
        "(SELECT %s::text, id FROM (SELECT id, words FROM core_searchentry {} LIMIT %s OFFSET 0) AS newest "  # noqa: S608
        f"WHERE {BOTH} LIMIT %s)"
    )
    parts = [newest.format("ORDER BY id DESC")]
    values: list[Any] = [EVERY, NEWEST, said, within, MOST_HITS]
    for kind in _kinds():
        parts.append(newest.format("WHERE kind = %s ORDER BY object_id DESC"))
        values += [kind, kind, NEWEST_OF_KIND, said, within, MOST_OF_KIND]
    return " UNION ALL ".join(parts), values


def _by_the_index(said: str, within: str) -> tuple[str, list[Any]]:
    """The SQL that finds what the newest rows do not hold, of every kind."""
    found = f"SELECT id FROM core_searchentry WHERE {BOTH} LIMIT %s"  # noqa: S608
    return (
        f"SELECT %s::text, id FROM ({found}) AS found ORDER BY id DESC LIMIT %s",  # noqa: S608
        [EVERY, said, within, NEWEST, MOST_HITS],
    )


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
        f" AND NEW.id IN (SELECT MAX(id) FROM {source.table} GROUP BY {source.key.removeprefix('NEW.')})"  # noqa: S608
        if source.key != "NEW.id"
        else ""
    )
    return (
        "INSERT INTO core_searchentry (kind, object_id, title, body, scope) "  # noqa: S608
        f"SELECT '{source.kind}', {source.key}, {source.title}, {source.body}, {source.scope} "
        f"FROM {source.table} AS NEW WHERE {source.when or '1 = 1'}{newest}"
    )
