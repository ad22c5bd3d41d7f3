"""What is stored about somebody with an account: counted for a page, and whole as JSON.

Each room lists its PARTS in `<app>/held.py`: which column of which table names somebody, what of the row is theirs to
read, and where it is shown. What names somebody and is no part stands in LEFT_OUT there, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import privacy, trail
from core.models import Event, User
from core.privacy import Kept
from core.workdays import local_day

LOOK = "account.extract"
MOST_LINKS = 3
MOST_EVENTS = 20
BATCH = 1000

trail.WORDS[LOOK] = gettext_lazy("Extract about an account taken out")

Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """The page at `address` of a row of `model`, whose rows say themselves to whom they are visible."""

    model: type[models.Model]
    address: str


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of `model` that name somebody in `column`, and since when (`at`).

    `says` are the columns that are theirs to read: never a secret or its hash, and no text about somebody else. `page`
    shows the row, or what `via` leads to from it. With `words` each row is told on the page by itself, not only counted.
    """

    model: type[models.Model]
    column: str
    label: str | Promise
    at: str = ""
    says: tuple[str, ...] = ()
    page: Page | None = None
    via: str = "pk"
    only: Mapping[str, Any] = field(default_factory=dict)
    words: Callable[[Row], str] | None = None

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.column}"

    @property
    def kind(self) -> Kept:
        """The kind on the page of what is stored; a table that only ties two others belongs to the one that made it."""
        owner = self.model._meta.auto_created or self.model
        return next(kind for kind in privacy.KINDS.values() if owner in kind.models)

    @cached_property
    def columns(self) -> dict[str, str]:
        """What is taken out of a row, by the name it gets: the number of what it is about, when, and what it says."""
        about = {self.page.model._meta.model_name or "": self.via} if self.page and self.via != "pk" else {}
        when = {self.at: self.at} if self.at else {}
        return about | when | {named(path): path for path in self.says}

    def rows(self, user: User) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(**{self.column: user.pk}, **self.only).order_by()

    def field_at(self, path: str) -> models.Field[Any, Any]:
        """This will find the column that a path of names leads to."""
        model, steps = self.model, path.split("__")
        for step in steps[:-1]:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        return model._meta.get_field(steps[-1])  # type: ignore[return-value]


@dataclass(frozen=True)
class Held:
    """What there is of a part: how many rows, their first and last day, the rows in words, the newest one may open."""

    part: Part
    count: int
    first: date | None
    last: date | None
    rows: tuple[str, ...] = ()
    links: tuple[int, ...] = ()

    @property
    def pages(self) -> list[tuple[str, str]]:
        """Address and name of the pages that the reader may open."""
        if not self.part.page:
            return []
        noun = capfirst(str(self.part.page.model._meta.verbose_name))
        return [(reverse(self.part.page.address, args=[pk]), f"{noun} {pk}") for pk in self.links]


@cache
def parts() -> tuple[Part, ...]:
    """This will gather the parts of every room."""
    return tuple(part for module in _rooms() for part in module.PARTS)


@cache
def left_out() -> dict[str, str]:
    """This will gather the columns that name somebody and are no part, each with the reason."""
    return {name: why for module in _rooms() for name, why in module.LEFT_OUT.items()}


def _rooms() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if not config.name.startswith("django.") and find_spec(f"{config.name}.held"):
            yield import_module(f"{config.name}.held")


def kinds() -> list[Kept]:
    """This will list the kinds that may hold something of somebody with an account."""
    some = {part.kind for part in parts()}
    return [kind for kind in privacy.KINDS.values() if kind in some]


def held_by(user: User, *, reader: User) -> dict[Kept, list[Held]]:
    """This will say, kind by kind, what is stored of a user, with links that the reader may open. Three queries."""
    counts = _counts(user)
    told = [part for part in counts if part.words]
    in_words: dict[Part, list[str]] = {part: [] for part in told}
    for part, row in rows_of(user, told):
        in_words[part].append(part.words(row))  # type: ignore[misc]
    links = _newest(user, list(counts), reader)
    held = [
        Held(part, *counts[part], tuple(in_words.get(part, ())), tuple(links.get(part, ())))
        for part in counts
    ]
    return {
        kind: found
        for kind in privacy.KINDS.values()
        if (found := [one for one in held if one.part.kind is kind])
    }


def _counts(user: User) -> dict[Part, tuple[int, date | None, date | None]]:
    """How many rows there are of each part that has some, and their first and last day, in one query."""
    asked = []
    for number, part in enumerate(parts()):
        days, instants = _first_and_last(part, models.DateField), _first_and_last(part, models.DateTimeField)
        asked.append(
            part.rows(user)
            .annotate(held_part=models.Value(number))
            .values("held_part")
            .annotate(n=models.Count("pk"), a=days[0], b=days[1], c=instants[0], d=instants[1])
            .values_list("held_part", "n", "a", "b", "c", "d")
        )
    return {
        parts()[number]: (count, first or _day_of(since), last or _day_of(until))
        for number, count, first, last, since, until in _all_of(asked)
        if count
    }


def _first_and_last(part: Part, kind: type[models.Field[Any, Any]]) -> tuple[Any, Any]:
    """The first and last value of when, when it is of that kind; else nothing of that kind, so that all rows are alike."""
    if part.at and type(part.field_at(part.at)) is kind:
        return models.Min(part.at), models.Max(part.at)
    nothing = Cast(models.Value(None), kind())
    return models.Min(nothing), models.Max(nothing)


def _day_of(at: datetime | None) -> date | None:
    return local_day(at) if at else None


def _newest(user: User, among: Iterable[Part], reader: User) -> dict[Part, list[int]]:
    """The newest rows of each part that the reader may open, in one query."""
    asked, shown = [], [(part, part.page) for part in among if part.page]
    for number, (part, page) in enumerate(shown):
        model: Any = page.model
        seen = model.objects.visible_to(reader).filter(pk__in=part.rows(user).values(part.via))
        newest = seen.order_by("-pk").values("pk")[:MOST_LINKS]
        rows = model._base_manager.filter(pk__in=newest).order_by()
        asked.append(rows.annotate(held_part=models.Value(number)).values_list("held_part", "pk"))
    found = sorted(_all_of(asked), reverse=True)
    return {shown[number][0]: [pk for _number, pk in rows] for number, rows in groupby(found, itemgetter(0))}


def rows_of(user: User, among: Sequence[Part]) -> Iterator[tuple[Part, Row]]:
    """This will read the rows of the parts, one part after another, in one query: so all of them are of one moment."""
    asked = [
        part.rows(user)
        .annotate(
            held_part=models.Value(number),
            held_row=Cast("pk", models.BigIntegerField()),
            held_said=JSONObject(**part.columns),
        )
        .values_list("held_part", "held_row", "held_said")
        for number, part in enumerate(among)
    ]
    if not asked:
        return
    rows = asked[0].union(*asked[1:], all=True).order_by("held_part", "held_row")
    for place, pk, said in rows.iterator(chunk_size=BATCH):
        part = among[place]
        read = {name: _read(part.field_at(path), said[name]) for name, path in part.columns.items()}
        yield part, {"row": pk} | read


def _all_of(asked: Sequence[models.QuerySet[Any, Any]]) -> list[Any]:
    return list(asked[0].union(*asked[1:], all=True)) if asked else []


def _read(column: models.Field[Any, Any], value: Any) -> Any:
    """What a column holds, out of a JSON in which each database writes times, yes and no, and JSON in its own way."""
    if value is None:
        return None
    if isinstance(column, models.DateTimeField):
        read = column.to_python(value)
        return localtime(read if read.tzinfo else read.replace(tzinfo=UTC))
    if isinstance(column, models.JSONField):
        return json.loads(value) if isinstance(value, str) else value
    return column.to_python(value)


def named(path: str) -> str:
    """This will name what a path leads to: `channel__name` is the channel."""
    return path.removesuffix("__name").removesuffix("_id").replace("__", "_")


def account_of(user: User) -> Row:
    """This will say what the account itself holds, by its columns; what is missing stands in LEFT_OUT."""
    return {
        "id": user.pk,
        "name": user.name,
        "email": user.email,
        "unit": user.unit.name if user.unit else None,
        "language": user.language,
        "is_active": user.is_active,
        "is_web_strategist": user.is_web_strategist,
        "is_records_officer": user.is_records_officer,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "last_login": localtime(user.last_login) if user.last_login else None,
        "has_password": user.has_usable_password(),
        "has_first_password": user.has_first_password,
    }


def events_of(user: User) -> tuple[list[Event], list[Event]]:
    """This will read the newest events: what they did, and what was done to their account. Two queries."""
    # By the number and nothing else, the database would walk the whole trail back for somebody who did little.
    done = Event.objects.filter(actor=user).order_by((models.F("pk") + 0).desc())
    about = Event.objects.filter(about_type=User._meta.label_lower, about_id=user.pk)
    return list(done[:MOST_EVENTS]), list(about.order_by("-pk")[:MOST_EVENTS])


def as_json(user: User, *, at: datetime) -> Iterator[str]:
    """This will write everything as JSON, part by part, a thousand rows at a time. One query."""
    head = {"taken_out": localtime(at), "account": account_of(user)}
    yield written(head).removesuffix("}") + ', "stored": {'
    before = ""
    for part, rows in groupby(rows_of(user, parts()), itemgetter(0)):
        about = {"what": str(part.label), "kind": part.kind.name}
        yield f"{before}\n{written(part.name)}: " + written(about).removesuffix("}") + ', "rows": ['
        yield from _lines(row for _part, row in rows)
        yield "\n]}"
        before = ","
    yield '\n}, "not_in_here": ' + written([str(line) for line in not_in_here()]) + "}\n"


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    batch: list[str] = []
    for number, row in enumerate(rows):
        batch.append(("," if number else "") + "\n" + written(row))
        if len(batch) == BATCH:
            yield "".join(batch)
            batch = []
    yield "".join(batch)


def written(value: Any) -> str:
    """This will write a value as JSON, with times as they are here."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def not_in_here() -> list[str]:
    """This will say in words what no extract of an account holds."""
    return [
        _("Passwords, keys and codes: nobody can read them."),
        _("Logins that are under way: they lie under random numbers and end within twelve hours."),
        _("The texts of posts, answers and cases: they are the city's, and may be about others."),
        _("Pictures of the person, and comments written as a visitor: they have extracts of their own."),
        _("Copies in backups, which go when the city's time for them is over."),
    ]
