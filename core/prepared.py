"""Queries that every page asks: built once in each process, then asked again with other values.

To build a query of a few Exists takes Django ten times as long as a database needs to answer it. What surrounds every
page asks four; built anew they were more than half of a light page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, models

from core.models import User

M = TypeVar("M", bound=models.Model)

# Values that stand where the real ones go; no row has them.
STAND_IN = -2_000_000_011
_FIRST = datetime(1901, 1, 1, tzinfo=UTC)

# What a query may hang on beside who somebody is.
_RIGHTS = tuple(
    field.attname for field in User._meta.concrete_fields if isinstance(field, models.BooleanField)
)


class Prepared(Generic[M]):
    """A query of a person and of named instants, whose shape hangs on the person's rights alone.

    `build` gets a person who has no other fields than the rights and a key that stands for theirs, and says its query.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M, Any]]) -> None:
        self._build = build
        self._made: dict[tuple[Any, ...], tuple[str, list[Any]]] = {}

    def _asked(self, user: User, instants: dict[str, datetime]) -> tuple[str, list[Any]]:
        adapt = connection.ops.adapt_datetimefield_value
        stand_ins = {name: _FIRST + timedelta(days=day) for day, name in enumerate(instants)}
        kind = (connection.vendor, *(getattr(user, right) for right in _RIGHTS))
        if kind not in self._made:
            somebody = User.from_db(None, ["id", *_RIGHTS], [STAND_IN, *kind[1:]])
            built, its_values = self._build(somebody, **stand_ins).query.sql_with_params()
            self._made[kind] = (built, list(its_values))
        sql, values = self._made[kind]
        real: dict[Any, Any] = {
            STAND_IN: user.pk,
            **{adapt(stand_ins[name]): adapt(at) for name, at in instants.items()},
        }
        return sql, [real.get(value, value) for value in values]

    def rows(self, user: User, **instants: datetime) -> list[tuple[Any, ...]]:
        """This will ask, and return the rows as the database's driver gives them: for numbers and words alone."""
        with connection.cursor() as cursor:
            cursor.execute(*self._asked(user, instants))
            return cursor.fetchall()

    def count(self, user: User, **instants: datetime) -> int:
        sql, values = self._asked(user, instants)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS counted", values)  # noqa: S608  (built by the ORM)
            return int(cursor.fetchone()[0])

    def objects(self, model: type[M], user: User, **instants: datetime) -> list[M]:
        """This will ask, and return objects whose other columns are read when they are asked for.

        What the query names beside the model's own columns becomes an attribute.
        """
        return list(model._default_manager.raw(*self._asked(user, instants)))
