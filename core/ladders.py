"""Ladders: what must be told at which moment, for cases, posts, watches and whatever else has a clock.

The floor that owns a ladder registers one function that is given the due rungs of that ladder, already claimed, and
does what is due. Claim, function and notices are one transaction, so a process that ends in the middle leaves the
rungs for the next round, and two rounds at once tell nobody twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction

from core.models import Rung

log = logging.getLogger(__name__)

Climb = Callable[[list[Rung], datetime], None]
BATCH = 2000

_climbs: dict[str, Climb] = {}
_batches: dict[str, int] = {}


def ladder(name: str, *, batch: int = BATCH) -> Callable[[Climb], Climb]:
    """This will let the decorated function `(rungs, at)` do what is due on the ladder `name`.

    It is given `batch` rungs at most in one transaction: few where each takes long, for SQLite lets one write at a time.
    Raises ImproperlyConfigured when another floor has a ladder of that name.
    """

    def add(function: Climb) -> Climb:
        if name in _climbs:
            raise ImproperlyConfigured(f"There are two ladders named “{name}”.")
        _climbs[name], _batches[name] = function, batch
        return function

    return add


def set_up(name: str, object_id: int, steps: Mapping[str, datetime]) -> None:
    """This will lay out the rungs of one object; a rung that is there already stays as it is."""
    set_up_many(name, [object_id], steps)


def set_up_many(name: str, object_ids: Iterable[int], steps: Mapping[str, datetime]) -> None:
    """This will lay out the same rungs for several objects."""
    set_up_each(name, dict.fromkeys(object_ids, steps))


def set_up_each(name: str, steps_of: Mapping[int, Mapping[str, datetime]]) -> None:
    """This will lay out for each object the rungs named for it, all in a few queries."""
    Rung.objects.bulk_create(
        [
            Rung(ladder=name, object_id=object_id, step=step, due_at=due_at, try_at=due_at)
            for object_id, steps in steps_of.items()
            for step, due_at in steps.items()
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def take_down(
    name: str, object_ids: Iterable[int], at: datetime, *, except_steps: Iterable[str] = ()
) -> None:
    """This will cancel the rungs of these objects that are not told yet."""
    _untold().filter(ladder=name, object_id__in=list(object_ids)).exclude(step__in=list(except_steps)).update(
        cancelled_at=at
    )


def lay_anew(name: str, object_id: int, steps: Mapping[str, datetime], at: datetime) -> None:
    """This will lay out these rungs of one object in place of those not told yet. One that was told stays told.

    A rung that was cancelled before and is wanted again comes back: its name is taken, so no other can take its place.
    """
    take_down(name, [object_id], at, except_steps=steps)
    cancelled = Rung.objects.filter(
        ladder=name, object_id=object_id, step__in=list(steps), cancelled_at__isnull=False
    )
    for rung in cancelled:
        due_at = steps[rung.step]
        cancelled.filter(pk=rung.pk).update(cancelled_at=None, due_at=due_at, try_at=due_at)
    set_up(name, object_id, steps)


def hold(names: Iterable[str], object_ids: Iterable[int]) -> None:
    """This will lock the untold rungs of these objects to the end of the transaction, as a round of the clock does.

    It is done before the objects themselves are locked, by `core.moves.perform` too: the clock takes rungs first, so
    that two never wait for each other.
    """
    _lock(_untold().filter(ladder__in=list(names), object_id__in=list(object_ids)))


def climb(at: datetime) -> int:
    """This will do what is due on every ladder and return how many rungs were told.

    A rung that fails is tried alone, then pushed on, rarer each time, with its error kept; the others go on.
    """
    told = 0
    while (name := _due(at).values_list("ladder", flat=True).first()) is not None:
        told += _climb_batch(name, at)
    return told


def _untold() -> models.QuerySet[Rung]:
    return Rung.objects.filter(told_at=None, cancelled_at=None)


def _lock(rungs: models.QuerySet[Rung]) -> None:
    """This will lock rungs in the order of their numbers. SQLite lets one write at a time and needs none of it."""
    if connection.features.has_select_for_update:
        list(rungs.select_for_update().order_by("pk").values_list("pk"))


def _due(at: datetime) -> models.QuerySet[Rung]:
    return _untold().filter(try_at__lte=at).order_by("try_at", "pk")


def _climb_batch(name: str, at: datetime) -> int:
    claimed: list[int] = []
    try:
        with transaction.atomic():
            first = _due(at).filter(ladder=name).values("pk")[: _batches[name]]
            # Locked in the order of their numbers, as `hold` does, so that two wait for each other and never in a circle.
            batch = (
                _untold().filter(pk__in=first, try_at__lte=at).order_by("pk").select_for_update().values("pk")
            )
            rungs = _claim(batch, at)
            claimed = [rung.pk for rung in rungs]
            if rungs:
                _climbs[name](rungs, at)
        return len(rungs)
    except Exception:  # one bad row must not stop the others: each is tried alone, and kept if it fails
        if not claimed:
            raise
        log.warning("the ladder %s failed; its %s rungs are tried one by one", name, len(claimed))
        return sum(_climb_alone(name, pk, at) for pk in claimed)


def _climb_alone(name: str, pk: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            rungs = _claim([pk], at)
            if rungs:
                _climbs[name](rungs, at)
        return len(rungs)
    except Exception as error:  # kept on the row, and tried again later
        log.exception("a rung of the ladder %s failed", name)
        _push_on(pk, repr(error), at)
        return 0


def _claim(pks: Any, at: datetime) -> list[Rung]:
    """Take the rungs that nobody else has taken meanwhile."""
    claim = uuid.uuid4()
    _untold().filter(pk__in=pks, try_at__lte=at).update(told_at=at, claim=claim)
    return list(Rung.objects.filter(claim=claim).order_by("due_at", "pk"))


def _push_on(pk: int, error: str, at: datetime) -> None:
    failures = Rung.objects.values_list("failures", flat=True).get(pk=pk) + 1
    _untold().filter(pk=pk).update(
        failures=failures, error=error, try_at=at + timedelta(minutes=min(2**failures, 60))
    )
