"""What Min dag shows: what is due, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet, Window

from config.errands import MOST, Errand, address, errands_of
from config.frame import Waiting
from core.models import User
from core.prepared import Moment, Prepared
from core.workdays import instant, last_day_of, local_day
from editorial.models import Membership, Post, Publication, Swap
from editorial.rota_queries import handovers_of
from editorial.states import OPEN, PostState, PublicationState
from moderation.models import Case, Comment, Watch
from moderation.queries import BY_DEADLINE, NEWEST, answers_to_read, with_answer_due
from moderation.states import CLOSED, CaseState, CommentState, WatchState

M = TypeVar("M", bound=Model)
Row = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """One person's day. Lists hold eight rows at most; the pages behind them hold all.

    Rows are the few columns that are shown: making objects of whole rows took longer than reading them.
    """

    handovers: list[Row]
    offers: list[Row]
    cases: list[Row]
    publications: list[Row]
    reviews: list[Row]
    drafts: list[Row]
    approved: list[Row]
    planned: list[Row]
    watches: list[Row]
    comments: list[Row]
    errands: dict[str, list[Errand]]

    @property
    def is_calm(self) -> bool:
        return not (
            self.handovers
            or self.offers
            or self.cases
            or self.publications
            or self.reviews
            or self.approved
            or self.watches
            or self.comments
            or any(waiting for kind, waiting in self.errands.items() if kind != "idea")
        )

    @property
    def waiting(self) -> dict[str, Waiting]:
        """What the navigation would ask anyway; the nearest case comes first."""
        due_at = self.cases[0]["due_at"] if self.cases else None
        return {
            "editorial:review_queue": Waiting(_total(self.reviews)),
            "moderation:queue_page": Waiting(_total(self.cases), due_at),
        }


class Rows:
    """The first rows of a query that everybody asks about themselves, as dictionaries of the columns that are shown."""

    def __init__(
        self, build: Callable[..., QuerySet[Any]], *columns: str, most: int = MOST, counted: bool = False
    ):
        self._names = ["pk", *columns, *(["total"] if counted else [])]
        total = [Window(Count("*"))] if counted else []
        self._asked = Prepared(
            lambda user, **moments: build(user, **moments).values_list("pk", *columns, *total)[:most]
        )

    def of(self, user: User, **moments: Moment) -> list[Row]:
        """This will read the rows; counted ones have the number of all of them as `total`."""
        return [dict(zip(self._names, row, strict=True)) for row in self._asked.rows(user, **moments)]


def _teams(user: User) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(user=user).values("team")


def _our_posts(user: User, begins: datetime, ends: datetime) -> QuerySet[Post]:
    """Those one has begun and that are open or not planned yet, and those of one's teams that go out today."""
    drafts = Q(created_by=user, state__in=[*OPEN, PostState.APPROVED])
    today = Q(planned_at__gte=begins, planned_at__lt=ends)
    out_today = today & Q(team__in=_teams(user), state=PostState.SCHEDULED)
    return Post.objects.filter(drafts | out_today).order_by(F("planned_at").asc(nulls_last=True), "-pk")


def _in_our_channels(rows: QuerySet[M], user: User) -> QuerySet[M]:
    return rows.filter(channel__care__team__in=_teams(user))


_POSTS = Rows(_our_posts, "title", "state", "planned_at", most=4 * MOST)
_HANDOVERS = Rows(handovers_of, "at", "team__name", "giver__name", "taker__name", "taker")
_CASES = Rows(
    lambda user: Case.objects.visible_to(user).exclude(state__in=CLOSED),
    "ground__name",
    "comment__channel__name",
    "due_at",
    "state",
    counted=True,
)
_REVIEWS = Rows(
    lambda user: Post.objects.to_review_by(user).order_by("wanted_at", "pk"),
    "title",
    "team__name",
    "wanted_at",
    counted=True,
)
_COMMENTS = Rows(
    lambda user: (
        with_answer_due(_in_our_channels(Comment.objects.filter(state=CommentState.NEW, cases=None), user))
        .annotate(to_read=answers_to_read(user))
        .order_by(BY_DEADLINE, "-to_read", *NEWEST)
    ),
    "kind",
    "channel__name",
    "current__text",
    "answer_due",
    "to_read",
)
_PUBLICATIONS = Rows(
    lambda user: Publication.objects.filter(post__team__in=_teams(user), state=PublicationState.DUE).order_by(
        "due_at"
    ),
    "post__title",
    "channel__name",
    "channel__platform__name",
    "due_at",
)
_WATCHES = Rows(
    lambda user, today: _in_our_channels(Watch.objects.filter(day=today, state=WatchState.OPEN), user),
    "channel__name",
    "channel__url",
    "channel__platform__name",
)


def day_of(user: User, at: datetime, *, is_chief: bool) -> Day:
    """This will read what asks something of `user` today, in a fixed number of queries."""
    today = local_day(at)
    begins, ends = instant(today, "00:00"), instant(today + timedelta(days=1), "00:00")
    posts, cases, comments = _POSTS.of(user, begins=begins, ends=ends), _CASES.of(user), _COMMENTS.of(user)
    # What one could take hangs on one's duties, which are read first, so this is built each time.
    columns = ("pk", "team__name", "starts_at", "ends_at")
    offers: list[Row] = [dict(row) for row in Swap.objects.open_to(user, at).values(*columns)[:MOST]]
    for row in posts:
        row["label"] = PostState(row["state"]).label
    for row in cases:
        row["label"] = CaseState(row["state"]).label
    for row in comments:
        row["label"] = Comment.Kind(row["kind"]).label
    for row in offers:
        row["last_on"] = last_day_of(row["ends_at"])
    return Day(
        handovers=_HANDOVERS.of(user, at=at),
        offers=_leading(offers, "editorial:swap_page", ("editorial:swap_move", "take")),
        cases=_leading(cases, "moderation:case_page"),
        publications=_leading(
            _PUBLICATIONS.of(user), "editorial:publication_page", ("editorial:publication_move", "confirm")
        ),
        reviews=_leading(_REVIEWS.of(user), "editorial:review_page"),
        drafts=_leading([row for row in posts if row["state"] in OPEN][:MOST], "editorial:post_edit"),
        approved=_leading(
            [row for row in posts if row["state"] == PostState.APPROVED][:MOST], "editorial:post_page"
        ),
        planned=_leading(
            [row for row in posts if row["state"] == PostState.SCHEDULED][:MOST], "editorial:post_page"
        ),
        watches=_leading(_WATCHES.of(user, today=today), move=("moderation:watch_move", "confirm")),
        comments=_leading(comments, "moderation:comment_page"),
        errands=errands_of(user, today, is_chief=is_chief),
    )


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
