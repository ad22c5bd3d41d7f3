"""The trail: append-only events, sealed in batches into a hash chain."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from core.models import Event, EventNote, Seal
from core.models.trail import TYPED

if TYPE_CHECKING:
    from core.models import User

WORDS: dict[str, Promise] = {}  # what kinds of events that are no moves are called; each floor adds its own

GENESIS = "0" * 64
# What of an event is hashed, in this order.
HASHED = (
    "pk",
    "at",
    "kind",
    "about_type",
    "about_id",
    "about_label",
    "actor_id",
    "actor_name",
    "note",
    "data",
)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
BATCH = 5000


@dataclass(frozen=True)
class Fault:
    """What does not hold: a sentence that is kept with its facts, and said in the language it is read in.

    `where` names the place that `said` speaks of, when it does not say so itself.
    """

    said: str
    facts: Mapping[str, str | int]
    where: str = ""

    def __str__(self) -> str:
        said = gettext(self.said) % self.facts
        return f"{gettext(self.where) % self.facts}: {said}" if self.where else said


def record(
    kind: str,
    *,
    about: models.Model,
    actor: User | None,
    at: datetime,
    note: str = "",
    typed: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """This will append one event, inside the caller's transaction. `data` holds strings, whole numbers, lists, dicts.

    A `note` stays for good. What is `typed` about somebody who may have to be forgotten is kept beside the event.
    """
    event = event_of(kind, about=about, actor=actor, at=at, note=note, typed=typed, data=data)
    event.save(force_insert=True)
    for beside in _beside([event]):
        beside.save(force_insert=True)
    return event


def event_of(
    kind: str,
    *,
    about: models.Model,
    actor: User | None,
    at: datetime,
    note: str = "",
    typed: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """This will make an event and store nothing. What is called otherwise in the trail has a `trail_label`."""
    event = Event(
        at=at,
        kind=kind,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        about_label=str(getattr(about, "trail_label", about))[:200],
        actor=actor,
        actor_name=actor.name if actor else "",
        note=note,
        data=data or {},
    )
    if typed:
        beside = EventNote(event=event, text=typed, salt=secrets.token_hex(16))
        event.data = event.data | {TYPED: fingerprint(beside.salt + typed)}
    return event


def _beside(events: Iterable[Event]) -> list[EventNote]:
    """What was typed with events that have just got their numbers."""
    notes = [event.beside for event in events if TYPED in event.data]
    for beside in notes:
        beside.event = beside.event
    return notes


def fingerprint(text: str) -> str:
    """This will return the SHA-256 of a text, for the facts of an event that proves it and does not repeat it.

    What the trail repeats can never be disposed of.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def record_many(events: Iterable[Event]) -> None:
    """This will append the events in their order, inside the caller's transaction."""
    stored = Event.objects.bulk_create(list(events), batch_size=1000)
    EventNote.objects.bulk_create(_beside(stored), batch_size=1000)


def events_about(obj: models.Model) -> models.QuerySet[Event]:
    """This will find the events of one object, newest first."""
    return Event.objects.filter(about_type=obj._meta.label_lower, about_id=obj.pk)


def canonical(value: Any) -> bytes:
    """This will write a value as JSON in the one way that is hashed: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def event_line(event: Event) -> bytes:
    """This will write an event as it is hashed. Instants are UTC with microseconds, as the database keeps them."""
    return _line_of([getattr(event, column) for column in HASHED])


def lines_of(events: models.QuerySet[Event]) -> Iterator[bytes]:
    """This will yield the lines of events in the order of their numbers, without making the events themselves."""
    rows = events.order_by("pk").values_list(*HASHED)
    yield from map(_line_of, rows.iterator())


def digest_of(lines: Iterable[bytes]) -> tuple[str, int]:
    """This will return the SHA-256 over the hashes of events' lines, in their order, and how many they were.

    Over their hashes, not their lines: so that an export can prove some events without showing the others.
    """
    digest, count = hashlib.sha256(), 0
    for count, line in enumerate(lines, start=1):  # noqa: B007
        digest.update(hashlib.sha256(line).hexdigest().encode())
    return digest.hexdigest(), count


def first_digest_of(lines: Iterable[bytes]) -> tuple[str, int]:
    """This will return the digest as the first seals have it: over the lines themselves, so that all are needed."""
    digest, count = hashlib.sha256(), 0
    for count, line in enumerate(lines, start=1):  # noqa: B007
        digest.update(line + b"\n")
    return digest.hexdigest(), count


def line_hash(event: Event) -> str:
    """This will return the SHA-256 of an event's line, as hex."""
    return hashlib.sha256(event_line(event)).hexdigest()


def hash_of(prev: str, digest: str, count: int, sealed_at: datetime) -> str:
    """This will return the hash of a seal: over the one before, its events' digest, their number and its time."""
    return hashlib.sha256(canonical([prev, digest, count, _instant(sealed_at)])).hexdigest()


def seal_events(at: datetime) -> int:
    """This will seal up to 5 000 events not sealed yet as the next link, and return how many.

    Two sealers at once are met by the unique `prev`: the second seals nothing and leaves its events to the next round.
    """
    try:
        with transaction.atomic():
            return _seal_next(at)
    except IntegrityError:
        return 0


def _seal_next(at: datetime) -> int:
    # The head is read before the events: whoever seals in between makes this `prev` a duplicate, and this fails.
    last = Seal.objects.order_by("-id").first()
    numbers = list(Event.objects.filter(seal=None).order_by("id").values_list("id", flat=True)[:BATCH])
    if not numbers:
        return 0
    prev = last.hash if last else GENESIS
    digest, count = digest_of(lines_of(Event.objects.filter(id__in=numbers)))
    seal = Seal.objects.create(
        prev=prev, digest=digest, event_count=count, sealed_at=at, hash=hash_of(prev, digest, count, at)
    )
    Event.objects.filter(id__in=numbers, seal=None).update(seal=seal)
    return count


def verify_chain() -> list[Fault]:
    """This will recompute every seal and say, a sentence each, what does not hold. Empty means whole. Reads only."""
    wrong: list[Fault] = []
    expected = GENESIS
    for seal in Seal.objects.order_by("id").iterator():
        wrong += faults_of(seal, expected)
        expected = seal.hash
    return wrong


def faults_of(seal: Seal, expected: str) -> list[Fault]:
    """This will say what does not hold of one seal, which should follow the hash `expected`. Reads only."""
    wrong, facts = [], {"seal": seal.pk}
    if seal.prev != expected:
        wrong.append(Fault(gettext_noop("Seal %(seal)s does not follow the one before it."), facts))
    events, sealed = Event.objects.filter(seal=seal), (seal.digest, seal.event_count)
    found = digest_of(lines_of(events))
    if found != sealed and first_digest_of(lines_of(events)) != sealed:
        said = gettext_noop("The events of seal %(seal)s are not those it sealed (%(found)s of %(sealed)s).")
        wrong.append(Fault(said, facts | {"found": found[1], "sealed": seal.event_count}))
    if hash_of(seal.prev, seal.digest, seal.event_count, seal.sealed_at) != seal.hash:
        wrong.append(Fault(gettext_noop("Seal %(seal)s was changed."), facts))
    if changed := sum(not _is_as_typed(*row) for row in _typed_with(events)):
        said = gettext_noop("Beside seal %(seal)s, what was typed is not what its events say (%(changed)s).")
        wrong.append(Fault(said, facts | {"changed": changed}))
    return wrong


def _typed_with(events: models.QuerySet[Event]) -> models.QuerySet[Any, tuple[Any, ...]]:
    """Of events with which something was typed: its hash, and its salt and text if they are there."""
    found = events.filter(data__has_key=TYPED)
    return found.values_list(f"data__{TYPED}", "beside__salt", "beside__text")


def _is_as_typed(sha: str, salt: str | None, text: str | None) -> bool:
    """Tell whether a note is what was typed, or erased."""
    return (salt, text) == ("", "") or (salt is not None and fingerprint(salt + (text or "")) == sha)


def _line_of(columns: Sequence[Any]) -> bytes:
    number, at, *rest = columns
    return canonical([number, _instant(at), *rest])


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
