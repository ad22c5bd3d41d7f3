"""Queries that every page asks: built once in each process, then asked again with other values.

To build a query of a few Exists takes Django ten times as long as a database needs to answer it. What surrounds every
page asks four; built anew they were more than half of a light page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models

from core.models import User

# Values that stand where the real ones go; no row has them.
STAND_IN = -2_000_000_011
_FIRST = datetime(1901, 1, 1, tzinfo=UTC)

# What a query may hang on beside who somebody is.
_RIGHTS = tuple(
    field.attname for field in User._meta.concrete_fields if isinstance(field, models.BooleanField)
)


@dataclass(frozen=True)
class _Made:
    """A query as it is sent, and what makes Python's values of the columns that the driver does not."""

    sql: str
    values: tuple[Any, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        read = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                read[place] = convert(read[place], expression, connection)
        return tuple(read)


class Prepared:
    """A query of a person and of named instants, whose shape hangs on the person's rights alone.

    `build` gets a person who has no other fields than the rights and a key that stands for theirs, and returns a
    queryset of `values_list`.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._build = build
        self._made: dict[tuple[Any, ...], _Made] = {}

    def rows(self, user: User, **instants: datetime) -> list[tuple[Any, ...]]:
        """This will ask, and return the rows."""
        made, values = self._asked(user, instants)
        with connection.cursor() as cursor:
            cursor.execute(made.sql, values)
            rows = cursor.fetchall()
        return [made.converted(row) for row in rows] if made.converters else rows

    def count(self, user: User, **instants: datetime) -> int:
        """This will ask how many rows there are."""
        made, values = self._asked(user, instants)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({made.sql}) AS counted", values)  # noqa: S608  (built by the ORM)
            return int(cursor.fetchone()[0])

    def _asked(self, user: User, instants: dict[str, datetime]) -> tuple[_Made, list[Any]]:
        """The query, built when nobody with the same rights has asked, and its values with the real ones put in."""
        adapt = connection.ops.adapt_datetimefield_value
        stand_ins = {name: _FIRST + timedelta(days=day) for day, name in enumerate(instants)}
        kind = (connection.vendor, *(getattr(user, right) for right in _RIGHTS))
        made = self._made.get(kind)
        if made is None:
            somebody = User.from_db(None, ["id", *_RIGHTS], [STAND_IN, *kind[1:]])
            compiler = self._build(somebody, **stand_ins).query.get_compiler(connection=connection)
            sql, its_values = compiler.as_sql()
            converters = compiler.get_converters([expression for expression, *_ in compiler.select])
            made = self._made[kind] = _Made(sql, tuple(its_values), converters)
        real: dict[Any, Any] = {STAND_IN: user.pk}
        real |= {adapt(stand_ins[name]): adapt(at) for name, at in instants.items()}
        return made, [real.get(value, value) for value in made.values]
