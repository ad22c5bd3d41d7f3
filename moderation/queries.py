"""What the pages about comments, cases and watches read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from core.models import Event, User
from core.workdays import is_working_day
from moderation.models import Case, Comment, Watch
from moderation.states import CLOSED, CommentState


def case_queue(user: User, state: str) -> QuerySet[Case]:
    """This will find the cases `user` may see, the nearest deadline first: the open ones, all, or those in one state."""
    cases = Case.objects.visible_to(user).select_related(
        "ground", "comment__channel__platform", "comment__current"
    )
    if state == "all":
        return cases
    return cases.filter(state=state) if state else cases.exclude(state__in=CLOSED)


def new_comments(user: User, kind: str) -> QuerySet[Comment]:
    """This will find the comments nobody has handled and no case is about, the oldest first."""
    comments = Comment.objects.visible_to(user).filter(state=CommentState.NEW, cases=None)
    if kind:
        comments = comments.filter(kind=kind)
    return comments.select_related("channel__platform", "current").order_by("registered_at")


def case_events(case: Case) -> QuerySet[Event]:
    """This will find what happened to the case and to its evidence, newest first."""
    evidence = list(case.evidence.values_list("pk", flat=True))
    return Event.objects.filter(
        Q(about_type="moderation.case", about_id=case.pk)
        | Q(about_type="moderation.evidence", about_id__in=evidence)
    )


def watch_table(user: User, today: date, days: int = 10) -> tuple[list[date], list[dict[str, Any]]]:
    """This will return the last working days and, for each channel watched in them, its watches in that order."""
    shown: list[date] = []
    day = today
    while len(shown) < days:
        if is_working_day(day):
            shown.insert(0, day)
        day -= timedelta(days=1)
    rows: dict[Any, dict[date, Watch]] = {}
    watches = Watch.objects.visible_to(user).filter(day__gte=shown[0]).select_related("channel__platform")
    for watch in watches.order_by("channel__name"):
        rows.setdefault(watch.channel, {})[watch.day] = watch
    return shown, [
        {"channel": channel, "watches": [by_day.get(day) for day in shown]}
        for channel, by_day in rows.items()
    ]
