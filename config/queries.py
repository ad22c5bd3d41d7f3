"""What Min dag shows: what is due, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window, prefetch_related_objects

from config.errands import MOST, Errand, address, errands_of
from core.models import User
from core.workdays import last_day_of, local_day
from editorial.models import Membership, Post, Publication, Swap
from editorial.rota_queries import handovers_of
from editorial.states import OPEN, PostState, PublicationState
from moderation.models import Case, Comment, Watch
from moderation.queries import BY_DEADLINE, NEWEST, answers_to_read, with_answer_due
from moderation.states import CLOSED, CaseState, CommentState, WatchState

Row = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """One person's day. Lists hold eight rows at most; the pages behind them hold all.

    Rows are the few columns that are shown: making objects of whole rows took longer than reading them.
    """

    handover: Row | None
    offers: list[Row]
    cases: list[Row]
    publications: list[Row]
    reviews: list[Row]
    drafts: list[Row]
    planned: list[Row]
    watches: list[Row]
    comments: list[Row]
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


def day_of(user: User, at: datetime, *, is_chief: bool) -> Day:
    """This will read what asks something of `user` today, in a fixed number of queries."""
    prefetch_related_objects([user], "memberships")
    teams, today = [row.team_id for row in user.memberships.all()], local_day(at)
    edited = [row.team_id for row in user.memberships.all() if row.role == Membership.Role.EDITOR]
    drafts = Q(created_by=user, state__in=OPEN)
    out_today = Q(team__in=teams, state=PostState.SCHEDULED, planned_at__date=today)
    mine = Post.objects.filter(drafts | out_today).order_by(F("planned_at").asc(nulls_last=True), "-pk")
    posts = _first(mine, "title", "state", "planned_at", most=4 * MOST)
    our_channels = {"channel__care__team__in": teams}
    handovers = _first(
        handovers_of(user, at), "at", "team__name", "giver__name", "taker__name", "taker", most=1
    )
    cases = _counted(
        Case.objects.visible_to(user).exclude(state__in=CLOSED),
        "ground__name",
        "comment__channel__name",
        "due_at",
        "state",
    )
    reviews = _counted(
        Post.objects.to_review_by(user, edited).order_by("wanted_at", "pk"),
        "title",
        "team__name",
        "wanted_at",
    )
    offers = _first(Swap.objects.open_to(user, at), "team__name", "starts_at", "ends_at")
    comments = _first(
        with_answer_due(Comment.objects.filter(**our_channels, state=CommentState.NEW, cases=None))
        .annotate(to_read=answers_to_read(user))
        .order_by(BY_DEADLINE, "-to_read", *NEWEST),
        "kind",
        "channel__name",
        "current__text",
        "answer_due",
        "to_read",
    )
    publications = _first(
        Publication.objects.filter(post__team__in=teams, state=PublicationState.DUE).order_by("due_at"),
        "post__title",
        "channel__name",
        "channel__platform__name",
        "due_at",
    )
    watches = _first(
        Watch.objects.filter(**our_channels, day=today, state=WatchState.OPEN),
        "channel__name",
        "channel__url",
        "channel__platform__name",
    )
    for row in posts:
        row["label"] = PostState(row["state"]).label
    for row in cases:
        row["label"] = CaseState(row["state"]).label
    for row in comments:
        row["label"] = Comment.Kind(row["kind"]).label
    for row in offers:
        row["last_on"] = last_day_of(row["ends_at"])
    return Day(
        handover=next(iter(handovers), None),
        offers=_leading(offers, "editorial:swap_page", ("editorial:swap_move", "take")),
        cases=_leading(cases, "moderation:case_page"),
        publications=_leading(
            publications, "editorial:publication_page", ("editorial:publication_move", "confirm")
        ),
        reviews=_leading(reviews, "editorial:review_page"),
        drafts=_leading([row for row in posts if row["state"] in OPEN][:MOST], "editorial:post_edit"),
        planned=_leading(
            [row for row in posts if row["state"] == PostState.SCHEDULED][:MOST], "editorial:post_page"
        ),
        watches=_leading(watches, move=("moderation:watch_move", "confirm")),
        comments=_leading(comments, "moderation:comment_page"),
        errands=errands_of(user, teams, is_chief=is_chief),
    )


def _first(rows: QuerySet[Any], *columns: str, most: int = MOST) -> list[Row]:
    return list(rows.values("pk", *columns)[:most])


def _counted(rows: QuerySet[Any], *columns: str) -> list[Row]:
    """This will read the first rows, each with the number of all of them as `total`."""
    return list(rows.values("pk", *columns, total=Window(Count("*")))[:MOST])


def _leading(rows: list[Row], page: str = "", move: tuple[str, str] | None = None) -> list[Row]:
    """This will give each row the address of its page, and of the move that is made from Min dag."""
    for row in rows:
        if page:
            row["url"] = address(page, row["pk"])
        if move:
            row["move_url"] = address(move[0], row["pk"], move[1])
    return rows


def _total(rows: list[Row]) -> int:
    return rows[0]["total"] if rows else 0
