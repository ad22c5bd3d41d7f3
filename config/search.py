"""One box over all rooms, within what the person may see. Five queries at most, whatever is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case as Choice
from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from channels_registry.models import Channel
from config.errands import address
from consent.models import Person, Picture
from consent.models.sight import units_of
from core.models import SearchEntry, User
from core.request import person
from core.search import matches
from editorial.models import Post, Team
from editorial.states import PostState
from moderation.models import Case, Comment
from moderation.models.comments import channels_in_sight
from moderation.states import CaseState

MOST = 60
SHORT = 160
KINDS: dict[str, tuple[str | Promise, str]] = {
    "post": (_("Posts"), "editorial:post_page"),
    "case": (_("Cases"), "moderation:case_page"),
    "comment": (_("Comments"), "moderation:comment_page"),
    "picture": (_("Pictures"), "consent:picture_page"),
    "person": (_("People"), "consent:person_page"),
    "channel": (_("Channels"), "channels_registry:channel_page"),
}
STATES: dict[str, Any] = {"post": PostState, "case": CaseState}


@dataclass(frozen=True)
class Hit:
    """What was found; its state, with the words for it, and its time tell apart what has the same title."""

    title: str
    text: str
    url: str
    state: str | None = None
    label: str | Promise = ""
    at: datetime | None = None


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """This will answer what was typed with what the person may see of it, gathered by kind."""
    text = request.GET.get("q", "").strip()[:200]
    groups = found(person(request), text)
    count = sum(len(hits) for _label, hits in groups)
    context = {"q": text, "groups": groups, "count": count, "more": count >= MOST}
    return render(request, "config/search_page.html", context)


def found(user: User, text: str) -> list[tuple[str | Promise, list[Hit]]]:
    """This will find entries, ask each kind's own right once more, and gather them by kind, titles that match first."""
    ids = matches(text, scopes_of(user)) if text.strip() else []
    if not ids:
        return []
    # The newest of each kind come first, so that none is crowded out by the many newer ones of another.
    nth = Window(RowNumber(), partition_by=F("kind"), order_by=F("pk").desc())
    entries = list(told_apart(seen_by(user, ids)).order_by(nth, "-pk")[:MOST])
    words = text.casefold().split()
    entries.sort(key=lambda entry: not any(word in entry.title.casefold() for word in words))
    return [
        (label, hits)
        for kind, (label, page) in KINDS.items()
        if (
            hits := [hit_of(entry, address(page, entry.object_id)) for entry in entries if entry.kind == kind]
        )
    ]


def hit_of(entry: Any, url: str) -> Hit:
    label = STATES[entry.kind](entry.state).label if entry.state else ""
    return Hit(entry.title, entry.body[:SHORT], url, entry.state, label, entry.at)


def told_apart(entries: QuerySet[SearchEntry]) -> QuerySet[Any]:
    """This will add the state of posts and cases, and when a post is planned or wanted and a comment was registered."""
    post = Post.objects.filter(pk=OuterRef("object_id"))
    states: dict[str, QuerySet[Any]] = {"post": post, "case": Case.objects.filter(pk=OuterRef("object_id"))}
    times = {
        "post": post.annotate(time=Coalesce("planned_at", "wanted_at")).values("time"),
        "comment": Comment.objects.filter(pk=OuterRef("object_id")).values("registered_at"),
    }
    return entries.annotate(
        state=Choice(
            *(When(kind=kind, then=Subquery(rows.values("state"))) for kind, rows in states.items()),
            output_field=CharField(null=True),
        ),
        at=Choice(
            *(When(kind=kind, then=Subquery(rows)) for kind, rows in times.items()),
            output_field=DateTimeField(null=True),
        ),
    )


def scopes_of(user: User) -> set[str]:
    """This will name the scopes the person may look into: teams, channels, units, or all of a kind."""
    parts = {"t": Team.objects.visible_to(user), "u": units_of(user)}
    everywhere: set[str] = set()
    if user.is_superuser:
        everywhere = {"kpost", "kanswer", "kpicture", "kperson"}
    elif user.is_records_officer:
        everywhere = {"kanswer", "kpicture"}
    else:
        parts["c"] = Channel.objects.filter(channels_in_sight(user))
    first, *rest = (
        rows.order_by().annotate(part=Value(part, CharField())).values_list("part", "pk")
        for part, rows in parts.items()
    )
    pairs = list(first.union(*rest))
    # The people and the pictures that a unit keeps are in a scope of their own.
    kept = {f"p{pk}" for part, pk in pairs if part == "u"}
    return {"all"} | everywhere | kept | {f"{part}{pk}" for part, pk in pairs}


def seen_by(user: User, ids: list[int]) -> QuerySet[SearchEntry]:
    """This will keep the entries whose object the person may see, as each room decides now."""
    rooms: dict[str, QuerySet] = {
        "post": Post.objects.visible_to(user),
        "case": Case.objects.visible_to(user),
        "comment": Comment.objects.visible_to(user),
        "picture": Picture.objects.visible_to(user),
        "person": Person.objects.visible_to(user),
        "channel": Channel.objects.visible_to(user),
    }
    allowed = Q()
    for kind, rows in rooms.items():
        allowed |= Q(kind=kind) & Q(Exists(rows.filter(pk=OuterRef("object_id"))))
    return SearchEntry.objects.filter(allowed, pk__in=ids)
