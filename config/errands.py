"""The smaller things that ask something of a person today, of whatever room, read in one query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, Exists, F, IntegerField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils.text import Truncator

from channels_registry.letters import waited_for_in_vain
from channels_registry.models import Closure
from core.models import User
from editorial.idea_states import FollowUpState, IdeaState
from editorial.models import FollowUp, Idea, Takedown, TakedownTask
from editorial.takedown_states import TaskState

MOST = 8

# Each kind with where it leads, in the order of what waits least well.
PAGES = {
    "to_sign": "channels_registry:closure_sign",
    "lost": "channels_registry:closure_page",
    "to_advise": "channels_registry:closure_page",
    "takedown": "editorial:takedown_page",
    "question": "editorial:follow_up_page",
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
        return reverse(PAGES[self.kind], args=[self.pk])


def errands_of(user: User, teams: list[int]) -> dict[str, list[Errand]]:
    """This will read what waits for `user`, by kind, eight of each at most, in one query."""
    ours = TakedownTask.objects.filter(takedown=OuterRef("pk"), publication__post__team__in=teams)
    open_for_us = Exists(ours.exclude(state=TaskState.CHECKED))
    questions = FollowUp.objects.filter(state=FollowUpState.OPEN, post__team__in=teams)
    kinds = [
        _rows("takedown", Takedown.objects.filter(open_for_us), "picture__title", "cause", "due_at"),
        _rows("question", questions, "post__title", "post__team__name", "due_at"),
        _rows("lost", waited_for_in_vain(user), "channel__name", "channel__platform__name"),
        _rows("idea", Idea.objects.filter(team__in=teams, state=IdeaState.NEW), "what", "team__name"),
    ]
    if user.is_web_strategist or user.is_records_officer:
        advice = Closure.objects.to_advise_by(user)
        kinds.append(_rows("to_advise", advice, "channel__name", "channel__platform__name"))
    to_sign = Closure.objects.to_sign_by(user)
    rows = _rows("to_sign", to_sign, "channel__name", "channel__platform__name").union(*kinds, all=True)
    found: dict[str, list[Errand]] = defaultdict(list)
    for number, pk, what, about, due_at in rows.order_by("number", "due", "id"):
        found[KINDS[number]].append(Errand(KINDS[number], pk, what, about, due_at))
    return {kind: found[kind] for kind in KINDS}


def _rows(kind: str, found: QuerySet[Any], what: str, about: str, due_at: str = "") -> QuerySet[Any, Any]:
    """This will give every kind the same columns, as a union needs them, and the first eight of it, so that none crowds
    out another."""
    due = F(due_at) if due_at else Cast(Value(None), DateTimeField())
    first = found.order_by(*filter(None, [due_at]), "pk").values("pk")[:MOST]
    return (
        found.model._default_manager.filter(pk__in=first)
        .order_by()
        .annotate(
            number=Value(KINDS.index(kind), IntegerField()),
            said=Left(Cast(what, CharField()), 300),
            of=Cast(about, CharField()),
            due=due,
        )
        .values_list("number", "id", "said", "of", "due")
    )
