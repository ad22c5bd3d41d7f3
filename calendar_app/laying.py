"""Laying out slots ahead of time (R7): which there should be by a rule, and making it so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction

from calendar_app.models import Series, Slot
from calendar_app.recurrence import Rule
from calendar_app.states import SeriesState, SlotState
from core import ladders
from core.models import User
from core.moves import ChangedMeanwhile, perform
from core.workdays import instant, local_day

AHEAD = relativedelta(months=12)
BATCH = 100
NEAR = timedelta(days=31)  # what an earlier rule had is looked for so far around the days of the new one
TAKEN = (SlotState.FILLED, SlotState.OPEN, SlotState.SKIPPED)


@dataclass
class Change:
    """What a rule would do to the slots of a series: new ones, and what becomes of those that are there."""

    new: dict[date, datetime] = field(default_factory=dict)
    moved: list[tuple[Slot, datetime]] = field(default_factory=list)
    again: list[tuple[Slot, datetime]] = field(default_factory=list)
    gone: list[Slot] = field(default_factory=list)
    kept: list[Slot] = field(default_factory=list)  # they have a post, or were skipped
    instead: dict[date, Slot] = field(
        default_factory=dict
    )  # days left without a new place: a post stands near


def horizon(at: datetime) -> date:
    """This will return the day to which slots are laid out: twelve months ahead."""
    return local_day(at) + AHEAD


def lay_out_due(at: datetime) -> int:
    """This will lay out the slots of all running series up to twelve months ahead and return how many are new.

    Doing it twice writes nothing more. Raises ChangedMeanwhile when another round, or a change of a rule, was first.
    """
    until, count = horizon(at), 0
    while batch := list(Series.objects.to_lay_out(until).order_by("pk")[:BATCH]):
        with transaction.atomic():
            count += _lay_out_batch(batch, until, at)
    return count


def _lay_out_batch(batch: list[Series], until: date, at: datetime) -> int:
    by_reach: dict[date, list[int]] = defaultdict(list)
    for series in batch:
        by_reach[series.laid_until].append(series.pk)
    for reach, pks in by_reach.items():
        mine = Series.objects.filter(pk__in=pks, laid_until=reach, state=SeriesState.RUNNING)
        if mine.update(laid_until=until) != len(pks):
            raise ChangedMeanwhile
    today = local_day(at)
    there = set(
        Slot.objects.filter(series__in=batch, rule_on__gte=min([today, *by_reach])).values_list(
            "series", "rule_on"
        )
    )
    slots = [
        Slot(series_id=series.pk, rule_on=day, starts_at=starts_at)
        for series in batch
        for day, starts_at in series.rule.instants(
            max(today, series.laid_until + timedelta(days=1)), until
        ).items()
        if (series.pk, day) not in there
    ]
    _create(slots, at)
    return len(slots)


def plan(series: Series, rule: Rule, since: date, until: date) -> Change:
    """This will work out what the rule would do to the slots from the day `since` on. Writes nothing.

    A turn of the rule that has a post already, on the day of an earlier rule, gets no empty place beside it.
    """
    wanted, change = rule.instants(since, until), Change()
    change.instead = stand_for(series, rule, wanted)
    for day in change.instead:
        del wanted[day]
    for slot in series.slots.filter(rule_on__gte=since):
        starts_at = wanted.pop(slot.rule_on, None)
        if slot.state in {SlotState.FILLED, SlotState.SKIPPED}:
            change.kept.append(slot)
        elif starts_at is None:
            change.gone += [slot] if slot.state == SlotState.OPEN else []
        elif slot.state == SlotState.WITHDRAWN:
            change.again.append((slot, starts_at))
        elif slot.starts_at != starts_at:
            change.moved.append((slot, starts_at))
    change.new = wanted
    return change


def stand_for(series: Series, rule: Rule, days: Iterable[date]) -> dict[date, Slot]:
    """This will find the filled places that an earlier rule had, each under the day on which the rule has its turn now.

    Days that have a place of their own, filled or empty, are theirs.
    """
    wanted = sorted(days)
    if not wanted:
        return {}
    places = list(
        series.slots.filter(
            rule_on__gte=wanted[0] - NEAR, rule_on__lte=wanted[-1] + NEAR, state__in=TAKEN
        ).select_related("post")
    )
    taken = {slot.rule_on for slot in places}
    filled = sorted((s for s in places if s.state == SlotState.FILLED), key=lambda slot: slot.rule_on)
    on_rule = set(rule.instants(filled[0].rule_on, filled[-1].rule_on)) if filled else set()
    found: dict[date, Slot] = {}
    for slot in filled:
        if slot.rule_on in on_rule:
            continue
        near = [day for day in wanted if day not in taken | set(found) and rule.is_near(day, slot.rule_on)]
        if near:
            found[near[0]] = slot
    return found


def carry_out(series: Series, change: Change, *, actor: User | None, at: datetime) -> None:
    """This will make the slots as the change says, each by its own move. Raises ChangedMeanwhile."""
    for slot in change.gone:
        perform(slot, "withdraw", actor=actor, at=at)
    for slot, starts_at in change.again:
        perform(slot, "lay_again", actor=actor, at=at, starts_at=starts_at)
    for slot, starts_at in change.moved:
        perform(slot, "shift", actor=actor, at=at, starts_at=starts_at, by_rule=True)
    _create([Slot(series=series, rule_on=day, starts_at=when) for day, when in change.new.items()], at)


def set_up_reminders(slots: list[Slot], at: datetime) -> None:
    """This will lay out the reminders of empty slots, 10 and 3 days before, those that are over left out."""
    ladders.set_up_each(
        "slot",
        {
            slot.pk: {
                f"{days}-{slot.version}": due_at
                for days in settings.SLOT_REMINDER_DAYS
                if (due_at := _days_before(slot, days)) > at
            }
            for slot in slots
        },
    )


def _days_before(slot: Slot, days: int) -> datetime:
    return instant(local_day(slot.starts_at) - timedelta(days=days), settings.SLOT_REMINDER_AT)


def _create(slots: list[Slot], at: datetime) -> None:
    if slots:
        set_up_reminders(Slot.objects.bulk_create(slots, batch_size=500), at)
