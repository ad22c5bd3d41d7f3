"""Whether a case's rows are what the trail says: orders, looks, reports, waivers and what authors were told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_noop

from core import trail
from core.models import Event
from moderation.models import AuthorNotice, Case, PoliceReport, Removal, RemovalCheck, Waiver
from moderation.states import CASE_MOVES


@dataclass(frozen=True)
class Told:
    """How the trail tells of a kind of row: when and by whom it was written, its plain facts, hashes and note."""

    kind: str
    rows: type[models.Model]
    at: str
    by: str
    differs: str
    plain: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    note: str = ""

    def is_told_by(self, row: Any, event: Event) -> bool:
        """This will compare what the event holds; the first ones of a kind may hold less."""
        facts = {name: getattr(row, name) for name in self.plain}
        facts |= {name: trail.fingerprint(getattr(row, name)) for name in self.hashed}
        same_note = not self.note or event.note == getattr(row, self.note)
        return same_note and all(event.data.get(name, fact) == fact for name, fact in facts.items())


_REMOVAL = gettext_noop("an order to remove, or its reasons, is not what the trail says.")
_WAIVER = gettext_noop("its waiver is not what the trail says.")
KINDS = (
    Told(
        "case.order_removal",
        Removal,
        "ordered_at",
        "ordered_by_id",
        _REMOVAL,
        hashed=CASE_MOVES["order_removal"].proves,
    ),
    Told(
        "case.check",
        RemovalCheck,
        "checked_at",
        "checked_by_id",
        gettext_noop("a look whether the comment is gone is not what the trail says."),
        plain=("way", "result", "sha"),
        hashed=("said",),
    ),
    Told(
        "case.tell_author",
        AuthorNotice,
        "told_at",
        "told_by_id",
        gettext_noop("what its author was told is not what the trail says."),
        plain=("way",),
        hashed=("text",),
    ),
    Told(
        "case.police",
        PoliceReport,
        "noted_at",
        "noted_by_id",
        gettext_noop("a report to the police is not what the trail says."),
        note="number",
    ),
    Told("case.ask_waiver", Waiver, "asked_at", "asked_by_id", _WAIVER, hashed=("description",)),
    Told("case.sign_waiver", Waiver, "signed_at", "signed_by_id", _WAIVER),
)


def cases_with_words() -> models.QuerySet[Case]:
    """This will find the cases that the trail tells such things of, or that have such rows."""
    told = Event.objects.filter(
        about_type="moderation.case", kind__in=[each.kind for each in KINDS], about_id=models.OuterRef("pk")
    )
    has = models.Q(models.Exists(told))
    for rows in {each.rows for each in KINDS}:
        has |= models.Q(models.Exists(rows._default_manager.filter(case=models.OuterRef("pk"))))
    return Case.objects.filter(has)


def faults_of(cases: Collection[int]) -> Iterator[tuple[int, str]]:
    """This will return the cases whose rows were changed, added or taken away past the trail, a sentence each."""
    events: dict[tuple[str, int | None], list[Event]] = defaultdict(list)
    told = Event.objects.filter(about_type="moderation.case", about_id__in=cases)
    for event in told.filter(kind__in=[each.kind for each in KINDS]):
        events[event.kind, event.about_id].append(event)
    for each in KINDS:
        rows: dict[int, list[Any]] = defaultdict(list)
        found: Iterable[Any] = each.rows._default_manager.filter(case__in=cases).exclude(**{each.at: None})
        for row in found:
            rows[row.case_id].append(row)
        yield from (
            (case, each.differs) for case in cases if not _agree(each, rows[case], events[each.kind, case])
        )


def _agree(each: Told, rows: list[Any], events: list[Event]) -> bool:
    """Tell whether each row has an event of its time and person that holds the same, and there are as many of both."""
    left = list(events)
    for row in rows:
        when = (getattr(row, each.at), getattr(row, each.by))
        fits = (event for event in left if (event.at, event.actor_id) == when and each.is_told_by(row, event))
        found = next(fits, None)
        if found is None:
            return False
        left.remove(found)
    return not left
