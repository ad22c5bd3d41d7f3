"""Telling the same to the same people about many things: the database pairs them, so that nobody's row is made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils import translation
from django.utils.functional import Promise

from core.letters import way_to
from core.models import NoticeSettings, User
from core.notices import one_line

_COLUMNS = (
    "recipient_id, key, about_type, about_id, subject, body, url, why, urgent, created_at, message_id, "
    "email_state, try_at, attempts, error"
)
# How each database takes a JSON of circulars apart, and makes a random number for the Message-ID.
_PAIRED = {
    "postgresql": """
        SELECT person.id, thing.key, %(about)s, thing.id, said.subject, said.body, thing.url, said.why, said.urgent,
          %(at)s, gen_random_uuid(), person.state, person.try_at, 0, ''
        FROM jsonb_to_recordset(%(circulars)s)
            AS said(subject text, body text, why text, urgent boolean, things jsonb, people jsonb)
          CROSS JOIN jsonb_to_recordset(said.things) AS thing(key text, id bigint, url text)
          CROSS JOIN jsonb_to_recordset(said.people) AS person(id bigint, state text, try_at timestamptz)
        WHERE true""",
    "sqlite": """
        SELECT json_extract(person.value, '$.id'), json_extract(thing.value, '$.key'), %(about)s,
          json_extract(thing.value, '$.id'), json_extract(said.value, '$.subject'), json_extract(said.value, '$.body'),
          json_extract(thing.value, '$.url'), json_extract(said.value, '$.why'), json_extract(said.value, '$.urgent'),
          %(at)s, lower(hex(randomblob(16))), json_extract(person.value, '$.state'),
          json_extract(person.value, '$.try_at'), 0, ''
        FROM json_each(%(circulars)s) said, json_each(said.value, '$.things') thing,
          json_each(said.value, '$.people') person
        WHERE true""",
}


class Thing(NamedTuple):
    """What somebody is told of: the key under which they are told once, its number, and where it leads to."""

    key: str
    id: int
    url: str


@dataclass(frozen=True)
class Circular:
    """The same words to the same people about several things. Texts may be lazy, as those of a Message."""

    things: Sequence[Thing]
    people: Sequence[User]
    subject: str | Promise
    body: str | Promise
    why: str | Promise
    urgent: bool = False


def send_round(circulars: Iterable[Circular], about: type[models.Model], at: datetime) -> None:
    """This will store a notice for each thing and person of each circular, as `tell` does, in two queries.

    Once for each recipient and key, however often it is called. `about` says what kind of thing all of them are about.
    """
    rows = [one for one in circulars if one.things and one.people]
    if not rows:
        return
    people = {person.pk for circular in rows for person in circular.people}
    wishes = {one.user_id: one for one in NoticeSettings.objects.filter(user__in=people)}
    values = {
        "about": about._meta.label_lower,
        "at": connection.ops.adapt_datetimefield_value(at),
        "circulars": json.dumps(list(_by_language(rows, wishes, about, at))),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_notice ({_COLUMNS}) {_PAIRED[connection.vendor]} ON CONFLICT DO NOTHING",
            values,
        )


def _by_language(
    circulars: Sequence[Circular],
    wishes: dict[int, NoticeSettings],
    about: type[models.Model],
    at: datetime,
) -> Iterator[dict[str, Any]]:
    """Yield each circular once for each language its readers read."""
    spoken = {person.language for circular in circulars for person in circular.people}
    for language in sorted(spoken):
        with translation.override(language):
            for circular in circulars:
                readers = [one for one in circular.people if one.language == language and one.is_active]
                if readers:
                    yield {
                        "subject": one_line(str(circular.subject)),
                        "body": str(circular.body),
                        "why": str(circular.why)[:200],
                        "urgent": circular.urgent,
                        "things": [thing._asdict() for thing in circular.things],
                        "people": [_reader(person, wishes, about, circular.urgent, at) for person in readers],
                    }


def _reader(
    person: User, wishes: dict[int, NoticeSettings], about: type[models.Model], urgent: bool, at: datetime
) -> dict[str, Any]:
    state, try_at = way_to(wishes.get(person.pk), about._meta.label_lower, urgent=urgent, at=at)
    return {
        "id": person.pk,
        "state": state,
        "try_at": str(connection.ops.adapt_datetimefield_value(try_at)),
    }
