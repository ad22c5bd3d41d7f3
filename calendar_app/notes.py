"""What changes notes on days and saved filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext_lazy

from calendar_app.models import DayNote, SavedView
from calendar_app.rules import may_note
from core import trail
from core.models import User
from core.moves import MoveForbidden
from core.rules import Refusal
from editorial.models import Team

trail.WORDS |= {
    "daynote.keep": gettext_lazy("Note on days kept"),
    "daynote.remove": gettext_lazy("Note on days removed"),
}


def keep_note(note: DayNote, *, actor: User, at: datetime) -> None:
    """This will store a note on days, new or changed. Raises MoveForbidden outside its team, also the one before."""
    before = DayNote.objects.select_related("team").filter(pk=note.pk).first()
    for version in filter(None, (before, note)):
        _ask(version, actor)
    if note.pk is None:
        note.created_by = actor
    with transaction.atomic():
        note.save()
        days = {"first": note.first_on.isoformat(), "last": note.last_on.isoformat()}
        trail.record("daynote.keep", about=note, actor=actor, at=at, data=days)


def remove_note(note: DayNote, *, actor: User, at: datetime) -> None:
    """This will delete a note on days; the trail keeps that it was there. Raises MoveForbidden outside its team."""
    _ask(note, actor)
    with transaction.atomic():
        trail.record("daynote.remove", about=note, actor=actor, at=at)
        note.delete()


def save_view(*, owner: User, name: str, view: str, query: str, team: Team | None) -> SavedView:
    """This will keep filters under a name; a name one has used already gets the new filters."""
    asked = [
        (key, value) for key, value in parse_qsl(query) if key not in {"on", "span", "page", "by"} and value
    ]
    values: dict[str, Any] = {"view": view, "query": urlencode(asked), "team": team}
    return SavedView.objects.update_or_create(owner=owner, name=name, defaults=values)[0]


def _ask(note: DayNote, actor: User) -> None:
    answer = may_note(actor, note)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
