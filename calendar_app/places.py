"""What the calendar shows beside posts: places in series that are still empty, and notes on days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from calendar_app import laying
from calendar_app.models import DayNote, Series, Slot
from calendar_app.windows import Window
from core.models import User
from core.workdays import local_day
from editorial.models import Membership
from editorial.states import FIXED


@dataclass(frozen=True)
class Mark:
    """A note on one of its days; in the month its words stand where it begins and on Mondays."""

    note: DayNote
    day: date
    may_change: bool

    @property
    def has_words(self) -> bool:
        return self.day == self.note.first_on or self.day.weekday() == 0 or self.day.day == 1


@dataclass
class EmptyRow:
    """How many places of a series are empty in each month of a year."""

    series: int
    name: str
    months: list[int]


@dataclass(frozen=True)
class Ahead:
    """A place of a series; its post may stand at another time, and the rule may have another since it was changed."""

    slot: Slot
    stands_at: datetime | None = None
    rule_has: datetime | None = None


def places_ahead(series: Series, slots: list[Slot], at: datetime) -> list[Ahead]:
    """This will say of each place where its post stands instead, and to which time of the changed rule it could move."""
    if not any(slot.post for slot in slots):
        return [Ahead(slot) for slot in slots]
    rule = series.rule
    days = rule.instants(local_day(at), series.laid_until)
    by_rule = {slot.pk: days[day] for day, slot in laying.stand_for(series, rule, days).items()}
    return [_ahead(slot, by_rule.get(slot.pk), at) for slot in slots]


def _ahead(slot: Slot, rule_has: datetime | None, at: datetime) -> Ahead:
    if slot.post is None:
        return Ahead(slot)
    stands_at = slot.post.planned_at or slot.post.wanted_at
    may_go = rule_has is not None and rule_has > at and rule_has != stands_at and slot.post.state not in FIXED
    return Ahead(slot, None if stands_at == slot.starts_at else stands_at, rule_has if may_go else None)


def empty_places(
    user: User, wanted: dict[str, Any], window: Window, at: datetime, teams: Collection[int] | None = None
) -> QuerySet[Slot]:
    """This will find the places that can still be filled in the window and fit the filters.

    None when a state or a theme of posts is asked for: a place has none.
    """
    slots = (
        Slot.objects.visible_to(user) if teams is None else Slot.objects.filter(series__team__in=teams)
    ).empty()
    if wanted.get("state") or wanted.get("theme"):
        return slots.none()
    slots = slots.filter(starts_at__gte=max(at, window.begins), starts_at__lt=window.ends)
    asked = {
        "series__channels": wanted.get("channel"),
        "series__team": wanted.get("team"),
        "series__team__unit": wanted.get("unit"),
        "series__owner": wanted.get("person"),
        "series__name__icontains": wanted.get("kind"),
    }
    slots = slots.filter(**{name: value for name, value in asked.items() if value})
    if text := wanted.get("text"):
        slots = slots.filter(Q(series__name__icontains=text) | Q(series__template_text__icontains=text))
    shown = slots.select_related("series").only("starts_at", "version", "series__name")
    return shown.order_by("starts_at", "pk")


def by_day(slots: QuerySet[Slot]) -> dict[date, list[Slot]]:
    """This will read the places under the city's days they fall on."""
    found: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        found[local_day(slot.starts_at)].append(slot)
    return found


def marks(window: Window, teams: Collection[int], roles: Mapping[int, str]) -> dict[date, list[Mark]]:
    """This will read the notes that touch the window, by day, each with whether it may be changed.

    `teams` are the teams one may see, `roles` the role one has in each of one's own.
    """
    found: dict[date, list[Mark]] = defaultdict(list)
    days = window.days()
    notes = DayNote.objects.filter(Q(for_all=True) | Q(team__in=teams))
    for note in notes.between(window.first, window.last):
        role = roles.get(note.team_id)
        may_change = role == Membership.Role.EDITOR or (role is not None and not note.for_all)
        for day in days[max(0, (note.first_on - window.first).days) :]:
            if day > note.last_on:
                break
            found[day].append(Mark(note, day, may_change))
    return found


def empty_by_month(slots: QuerySet[Slot]) -> list[EmptyRow]:
    """This will count the empty places of each series by month, in one query."""
    month = TruncMonth("starts_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    counted = (
        slots.annotate(month=month)
        .order_by()
        .values("series", "series__name", "month")
        .annotate(count=Count("pk", distinct=True))
    )
    rows: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for row in counted:
        rows[row["series__name"], row["series"]][row["month"].month] += row["count"]
    return [
        EmptyRow(series, name, [counts[month] for month in range(1, 13)])
        for (name, series), counts in sorted(rows.items())
    ]
