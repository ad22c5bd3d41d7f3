"""What Min dag shows: what is due, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Window, prefetch_related_objects

from config.errands import MOST, Errand, errands_of
from core.models import User
from core.workdays import local_day
from editorial.models import Handover, Post, Publication, Swap
from editorial.rota_queries import handover_of
from editorial.states import OPEN, PostState, PublicationState
from moderation.models import Case, Comment, Watch
from moderation.states import CLOSED, CommentState, WatchState


@dataclass(frozen=True)
class Day:
    """One person's day. Lists hold eight rows at most; the pages behind them hold all."""

    handover: Handover | None
    offers: list[Swap]
    cases: list[Case]
    publications: list[Publication]
    reviews: list[Post]
    drafts: list[Post]
    planned: list[Post]
    watches: list[Watch]
    comments: list[Comment]
    errands: dict[str, list[Errand]]

    @property
    def is_calm(self) -> bool:
        return not (
            self.handover
            or self.offers
            or self.cases
            or self.publications
            or self.reviews
            or self.watches
            or self.comments
            or any(waiting for kind, waiting in self.errands.items() if kind != "idea")
        )

    @property
    def counts(self) -> dict[str, int]:
        """What the navigation would count anyway."""
        return {
            "editorial:review_queue": _total(self.reviews),
            "moderation:queue_page": _total(self.cases),
        }


def day_of(user: User, at: datetime) -> Day:
    """This will read what asks something of `user` today, in a fixed number of queries."""
    prefetch_related_objects([user], "memberships")
    teams, today = [row.team_id for row in user.memberships.all()], local_day(at)
    drafts = Q(created_by=user, state__in=OPEN)
    out_today = Q(team__in=teams, state=PostState.SCHEDULED, planned_at__date=today)
    posts = list(Post.objects.filter(drafts | out_today).order_by("planned_at", "-pk")[: 4 * MOST])
    our_channels = {"channel__care__team__in": teams}
    return Day(
        handover=handover_of(user, at),
        offers=_first(Swap.objects.open_to(user, at).select_related("team")),
        cases=_counted(
            Case.objects.visible_to(user)
            .exclude(state__in=CLOSED)
            .select_related("ground", "comment__channel")
        ),
        publications=_first(
            Publication.objects.filter(post__team__in=teams, state=PublicationState.DUE)
            .select_related("post", "channel__platform")
            .order_by("due_at")
        ),
        reviews=_counted(Post.objects.to_review_by(user).select_related("team").order_by("wanted_at", "pk")),
        drafts=[post for post in posts if post.state in OPEN][:MOST],
        planned=[post for post in posts if post.state == PostState.SCHEDULED][:MOST],
        watches=_first(
            Watch.objects.filter(**our_channels, day=today, state=WatchState.OPEN).select_related(
                "channel__platform"
            )
        ),
        comments=_first(
            Comment.objects.filter(**our_channels, state=CommentState.NEW, cases=None).select_related(
                "channel", "current"
            )
        ),
        errands=errands_of(user, teams),
    )


def _first(rows: QuerySet[Any]) -> list[Any]:
    return list(rows[:MOST])


def _counted(rows: QuerySet[Any]) -> list[Any]:
    """This will read the first rows, each with the number of all of them as `total`."""
    return list(rows.annotate(total=Window(Count("*")))[:MOST])


def _total(rows: list[Any]) -> int:
    return rows[0].total if rows else 0
