"""What the pages about comments, cases and watches read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet

from channels_registry.models import Channel
from core.models import Event, Unit, User
from core.workdays import is_working_day
from editorial.models import Membership
from moderation.models import (
    Case,
    Comment,
    Complaint,
    Evidence,
    EvidenceItem,
    MaskedCopy,
    Removal,
    Reply,
    SavedAnswer,
    Watch,
)
from moderation.states import TO_DO, CommentState, ReplyState

# Who waits for an answer comes first, then the newest.
BY_DEADLINE, NEWEST = F("answer_due").asc(nulls_last=True), ("-registered_at", "-id")


def case_queue(user: User, state: str) -> QuerySet[Case]:
    """This will find the cases `user` may see, the nearest deadline first: the open ones, all, or those in one state."""
    cases = Case.objects.visible_to(user).select_related(
        "ground", "comment__channel__platform", "comment__current"
    )
    if state == "all":
        return cases
    return cases.filter(state=state) if state else cases.filter(state__in=TO_DO)


def members(path: str) -> Prefetch:
    """This will read, along with the objects, the members of the team that cares for the channel found along `path`."""
    return Prefetch(
        f"{path}__care__team__memberships", queryset=Membership.objects.select_related("user").order_by("pk")
    )


def with_evidence(cases: QuerySet[Case]) -> QuerySet[Case]:
    """This will read, along with cases, their evidence, its screenshots and the decisions."""
    masked = Exists(MaskedCopy.objects.filter(item=OuterRef("pk")))
    items = Prefetch("items", queryset=EvidenceItem.objects.annotate(is_masked=masked))
    evidence = Evidence.objects.select_related("sealed_by", "revision").prefetch_related(items)
    return cases.prefetch_related(
        Prefetch("evidence", queryset=evidence),
        Prefetch("removals", queryset=Removal.objects.select_related("ordered_by")),
    )


def inbox(
    user: User,
    at: datetime,
    *,
    state: str = "",
    kind: str = "",
    channel: Channel | None = None,
    whose: str = "",
) -> QuerySet[Comment]:
    """This will find comments: those who wait for an answer first, by their deadline, then the newest.

    New are those nobody has handled and no case is about. What is handled comes newest first.
    """
    comments = Comment.objects.visible_to(user).select_related(
        "channel__platform", "current", "claimed_by", "assigned_to"
    )
    filters: dict[str, Any] = {"kind": kind, "channel": channel}
    comments = comments.filter(**{name: value for name, value in filters.items() if value})
    if whose == "mine":
        comments = comments.filter(Q(assigned_to=user) | Q(claimed_by=user, claimed_until__gt=at))
    elif whose == "free":
        comments = comments.filter(Q(claimed_until=None) | Q(claimed_until__lte=at), assigned_to=None)
    comments = with_answer_due(comments)
    if state in {"handled", "all"}:
        handled = {"state": CommentState.HANDLED} if state == "handled" else {}
        return comments.filter(**handled).order_by("-id")
    by_state = {
        "waiting": Q(wait__isnull=False),
        "late": Q(wait__due_at__lte=at),
        "reading": Q(replies__state=ReplyState.SECOND_READ),
    }
    wanted = by_state.get(state, Q(cases=None))
    return comments.filter(wanted, state=CommentState.NEW).order_by(BY_DEADLINE, *NEWEST)


def with_answer_due(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    """This will note on each comment by when (`answer_due`) somebody who asked waits for an answer."""
    waits = FilteredRelation(
        "questions", condition=Q(questions__answered_at=None, questions__dropped_at=None)
    )
    return comments.annotate(wait=waits, answer_due=F("wait__due_at"))


def answers_to_read(reader: User) -> Exists:
    """This will ask of a comment whether an answer of somebody else's waits for a second reader."""
    waits = Reply.objects.filter(comment=OuterRef("pk"), state=ReplyState.SECOND_READ)
    return Exists(waits.exclude(written_by=reader))


def saved_answers_for(comment: Comment) -> QuerySet[SavedAnswer]:
    """This will find what the comment's team has saved to answer with."""
    return SavedAnswer.objects.filter(team__team_channels__channel=comment.channel_id)


@dataclass
class Coverage:
    """How one unit's channels were watched in a month: working days times channels, by what became of each."""

    unit: Unit
    confirmed: int = 0
    filled: int = 0
    missed: int = 0
    open: int = 0
    absent: int = 0

    @property
    def wanted(self) -> int:
        return self.confirmed + self.filled + self.missed + self.absent

    @property
    def percent(self) -> int:
        """What was looked at on its day; a gap filled in later is not counted as watched."""
        return round(100 * self.confirmed / self.wanted) if self.wanted else 0


def coverage(user: User, first: date, today: date) -> list[Coverage]:
    """This will count a month's watches for each unit whose channels the user may see (R18, R21).

    `absent` are working days on which an open channel had no watch at all: the gap is shown, not left out. Today is
    no gap yet: its watch may still open.
    """
    last = min(first + relativedelta(months=1, days=-1), today)
    watched = Watch.objects.filter(
        pk__in=Watch.objects.visible_to(user).values("pk"), day__range=(first, last)
    )
    rows: dict[int, Coverage] = {}
    units = Unit.objects.in_bulk(set(watched.values_list("channel__unit", flat=True)))
    for unit_id, state, count in (
        watched.values_list("channel__unit", "state").annotate(Count("pk")).order_by()
    ):
        row = rows.setdefault(unit_id, Coverage(units[unit_id]))
        setattr(row, state, count)
    for unit_id, absent in _absent(watched, first, min(last, today - timedelta(days=1))).items():
        rows[unit_id].absent = absent
    return sorted(rows.values(), key=lambda row: (row.percent, row.unit.name))


def _absent(watched: QuerySet[Watch], first: date, last: date) -> dict[int, int]:
    """Count, by unit, the working days after a channel's first watch of the month that have none."""
    days = [day for day in _days(first, last) if is_working_day(day)]
    seen: dict[tuple[int, int], set[date]] = {}
    for unit_id, channel_id, day in watched.values_list("channel__unit", "channel", "day"):
        seen.setdefault((unit_id, channel_id), set()).add(day)
    gaps: dict[int, int] = {}
    for (unit_id, _channel), have in seen.items():
        begun = min(have)
        gaps[unit_id] = gaps.get(unit_id, 0) + sum(day >= begun and day not in have for day in days)
    return gaps


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def case_events(case: Case, evidence: list[int]) -> QuerySet[Event]:
    """This will find what happened to the case and to its evidence (their numbers), newest first.

    Sealing is one step to whoever reads, though the trail has it of the case and of its evidence.
    """
    return Event.objects.filter(
        Q(about_type="moderation.case", about_id=case.pk)
        | Q(about_type="moderation.evidence", about_id__in=evidence)
    ).exclude(kind="evidence.seal")


def comment_events(comment: Comment, replies: list[int], complaint: Complaint | None) -> QuerySet[Event]:
    """This will find what happened to the comment, to its answers (their numbers) and to its complaint, newest first.

    An answer that is sent and a text written anew are one step each to whoever reads.
    """
    about = Q(about_type="moderation.comment", about_id=comment.pk)
    about |= Q(about_type="moderation.reply", about_id__in=replies)
    if complaint:
        about |= Q(about_type="moderation.complaint", about_id=complaint.pk)
    shown = Event.objects.filter(about).exclude(kind__in=["comment.answered", "reply.rewrite"])
    return shown.select_related("beside")


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
