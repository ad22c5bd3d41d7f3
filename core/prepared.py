"""Queries that every page asks: built once in each process, then asked again with other values.

To build a query of a few Exists takes Django ten times as long as a database needs to answer it. What surrounds every
page asks four; built anew they were more than half of a light page, and the twelve of Min dag more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, models

from core.models import User

# Stands where the person's key goes; no row has it.
STAND_IN = -2_000_000_011
# What a query may hang on beside who somebody is.
_RIGHTS = tuple(
    field.attname for field in User._meta.concrete_fields if isinstance(field, models.BooleanField)
)

Moment = datetime | date
# A name of the moments given, and how much later than it a value of the query is; or the person; or a value as it is.
Recipe = Callable[[User, dict[str, Moment]], Any]


@dataclass(frozen=True)
class _Made:
    """A query as it is sent, where its values come from, and what makes Python's values of the columns read."""

    sql: str
    values: list[Recipe]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        read = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                read[place] = convert(read[place], expression, connection)
        return tuple(read)


class Prepared:
    """A query of a person and of named moments, whose shape hangs on the person's rights alone.

    `build` gets a person who has no other fields than the rights and a key that stands for theirs, and moments that
    stand for the real ones; it returns a queryset of `values_list`. It may reckon from a moment (`at + WEEK`), but not
    by the calendar: a day is a moment of its own. Raises RuntimeError when it asks the database while it builds, or
    (where moments are sent as such, on PostgreSQL) has a moment of its own.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._build = build
        self._made: dict[tuple[Any, ...], _Made] = {}

    def rows(self, user: User, **moments: Moment) -> list[tuple[Any, ...]]:
        """This will ask, and return the rows."""
        made, values = self._asked(user, moments)
        with connection.cursor() as cursor:
            cursor.execute(made.sql, values)
            rows = cursor.fetchall()
        return [made.converted(row) for row in rows] if made.converters else rows

    def count(self, user: User, **moments: Moment) -> int:
        """This will ask how many rows there are."""
        made, values = self._asked(user, moments)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({made.sql}) AS counted", values)  # noqa: S608  (built by the ORM)
            return int(cursor.fetchone()[0])

    def _asked(self, user: User, moments: dict[str, Moment]) -> tuple[_Made, list[Any]]:
        """The query, built when nobody with the same rights has asked, and its values with the real ones put in."""
        kind = (connection.vendor, *(getattr(user, right) for right in _RIGHTS))
        if kind not in self._made:
            self._made[kind] = self._make(kind, moments)
        made = self._made[kind]
        return made, [recipe(user, moments) for recipe in made.values]

    def _make(self, kind: tuple[Any, ...], moments: dict[str, Moment]) -> _Made:
        somebody = User.from_db(None, ["id", *_RIGHTS], [STAND_IN, *kind[1:]])
        stand_ins = {name: _stand_in(number, moment) for number, (name, moment) in enumerate(moments.items())}
        with connection.execute_wrapper(_refuse):
            compiler = self._build(somebody, **stand_ins).query.get_compiler(connection=connection)
            sql, values = compiler.as_sql()
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        return _Made(sql, [_recipe(value, stand_ins) for value in values], converters)


def _refuse(*args: Any) -> Any:
    raise RuntimeError("A query that is built once cannot hang on what the database says of a person.")


def _stand_in(number: int, moment: Moment) -> Moment:
    """A moment a century ago, decades from the others, so that what is reckoned from it is known as its own."""
    year = 1801 + 20 * number
    return datetime(year, 1, 1, tzinfo=UTC) if isinstance(moment, datetime) else date(year, 1, 1)


def _recipe(value: Any, stand_ins: dict[str, Moment]) -> Recipe:
    """This will tell where a value of the built query comes from when the query is asked again."""
    if value == STAND_IN and not isinstance(value, bool):
        return lambda user, moments: user.pk
    for name, stand_in in stand_ins.items():
        later = _later(value, stand_in)
        if later is not None:
            return _from_moment(name, later)
    if isinstance(value, date):
        raise RuntimeError("A query that is built once cannot hang on when it was built; give it the moment.")
    return lambda user, moments: value


def _later(value: Any, stand_in: Moment) -> timedelta | None:
    """How much later than the moment the value is, when it is reckoned from it. SQLite has its moments as words."""
    whole = isinstance(stand_in, datetime)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if whole else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime) != whole or not isinstance(value, date):
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    later: timedelta = value - stand_in
    return later if abs(later) < timedelta(days=3650) else None


def _from_moment(name: str, later: timedelta) -> Recipe:
    def value(user: User, moments: dict[str, Moment]) -> Any:
        moment = moments[name] + later
        adapt = connection.ops.adapt_datetimefield_value
        return adapt(moment) if isinstance(moment, datetime) else connection.ops.adapt_datefield_value(moment)

    return value
