"""The smaller things that ask something of a person today, of whatever room, read in one query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.text import Truncator

from channels_registry.letters import waited_for_in_vain
from channels_registry.models import Channel, Closure, Opening
from core.models import User
from core.prepared import Prepared
from editorial.idea_states import FollowUpState, IdeaState
from editorial.models import FollowUp, Idea, Membership, Takedown, TakedownTask
from editorial.takedown_states import TaskState

MOST = 8


@cache
def _around(name: str, *rest: str) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[0, *rest]).rpartition("0")
    return before, after


def address(name: str, pk: int, *rest: str) -> str:
    """This will return the address of one row. Looking up a hundred by `reverse` takes longer than reading them."""
    before, after = _around(name, *rest)
    return f"{before}{pk}{after}"


# Each kind with where it leads, in the order of what waits least well.
PAGES = {
    "to_sign": "channels_registry:closure_sign",
    "to_open": "channels_registry:opening_page",
    "lost": "channels_registry:closure_page",
    "takedown": "editorial:takedown_page",
    "question": "editorial:follow_up_page",
    "to_advise": "channels_registry:closure_page",
    "to_register": "channels_registry:opening_page",
    "silent": "channels_registry:channel_page",
    "idea": "editorial:idea_page",
}
KINDS = list(PAGES)


@dataclass(frozen=True)
class Errand:
    """One thing to do, as a line: what, about what, and until when."""

    kind: str
    pk: int
    what: str
    about: str
    due_at: datetime | None

    @property
    def title(self) -> str:
        line = next((line.strip() for line in self.what.splitlines() if line.strip()), "")
        return Truncator(line).chars(80)

    @property
    def url(self) -> str:
        return address(PAGES[self.kind], self.pk)


def _waiting(user: User, today: date, *, is_chief: bool) -> QuerySet[Any, Any]:
    """The columns of everything that waits for `user`, eight of each kind at most."""
    teams = Membership.objects.filter(user=user).values("team")
    ours = TakedownTask.objects.filter(takedown=OuterRef("pk"), publication__post__team__in=teams)
    open_for_us = Exists(ours.exclude(state=TaskState.CHECKED))
    questions = FollowUp.objects.filter(state=FollowUpState.OPEN, post__team__in=teams)
    takedowns = Takedown.objects.filter(open_for_us)
    kinds = [
        _rows("question", questions, "post__title", "post__team__name", "due_at"),
        _rows("lost", waited_for_in_vain(user), "channel__name", "channel__platform__name"),
        _rows("to_register", Opening.objects.to_register_by(user), "name", "platform__name"),
        _rows("silent", Channel.objects.to_answer_for(user), "name", "platform__name"),
        _rows("idea", Idea.objects.filter(team__in=teams, state=IdeaState.NEW), "what", "team__name"),
    ]
    if user.is_web_strategist or user.is_records_officer:
        advice = Closure.objects.to_advise_by(user)
        kinds.append(_rows("to_advise", advice, "channel__name", "channel__platform__name"))
    if is_chief:
        to_sign = Closure.objects.to_sign_by(user, today)
        to_open = Opening.objects.to_decide_by(user)
        kinds.append(_columns("to_sign", to_sign, "channel__name", "channel__platform__name"))
        kinds.append(_columns("to_open", to_open, "name", "platform__name"))
    return _rows("takedown", takedowns, "picture__title", "cause", "due_at").union(*kinds, all=True)


_WAITING = {is_chief: Prepared(partial(_waiting, is_chief=is_chief)) for is_chief in (False, True)}


def errands_of(user: User, today: date, *, is_chief: bool) -> dict[str, list[Errand]]:
    """This will read what waits for `user`, by kind, eight of each at most, in one query."""
    found: dict[str, list[Errand]] = defaultdict(list)
    for number, pk, what, about, due_at in _WAITING[is_chief].rows(user, today=today):
        found[KINDS[number]].append(Errand(KINDS[number], pk, what, about, due_at))
    for waiting in found.values():
        waiting.sort(key=lambda errand: (errand.due_at is None, errand.due_at, errand.pk))
    return {kind: found[kind][:MOST] for kind in KINDS}


def _rows(kind: str, found: QuerySet[Any], what: str, about: str, due_at: str = "") -> QuerySet[Any, Any]:
    """This will read the first eight of a kind of which there may be very many."""
    first = found.order_by(*filter(None, [due_at]), "pk").values("pk")[:MOST]
    return _columns(kind, found.model._default_manager.filter(pk__in=first), what, about, due_at)


def _columns(kind: str, found: QuerySet[Any], what: str, about: str, due_at: str = "") -> QuerySet[Any, Any]:
    """This will give every kind the same columns, as a union needs them."""
    due = F(due_at) if due_at else Value(None, DateTimeField())
    return found.order_by().values_list(Value(KINDS.index(kind)), "id", Left(what, 300), F(about), due)
