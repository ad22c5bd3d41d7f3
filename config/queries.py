"""What Min dag shows: what is due, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from core.models import Notice, User
from core.workdays import local_day
from editorial.models import Post, Publication, Takedown, Team
from editorial.states import OPEN, PostState, PublicationState
from moderation.models import Case, Comment, Watch
from moderation.states import CommentState, WatchState

MOST = 8


@dataclass(frozen=True)
class Day:
    """One person's day. Lists hold eight rows at most; the pages behind them hold all."""

    cases: list[Case]
    publications: list[Publication]
    reviews: list[Post]
    drafts: list[Post]
    planned: list[Post]
    watches: list[Watch]
    comments: list[Comment]
    notices: list[Notice]
    takedowns: list[Takedown]

    @property
    def is_calm(self) -> bool:
        return not (
            self.cases or self.takedowns or self.publications or self.reviews or self.watches or self.comments
        )


def day_of(user: User, at: datetime) -> Day:
    """This will read what asks something of `user` today, in a fixed number of queries."""
    return Day(
        cases=_first(
            Case.objects.open()
            .filter(pk__in=Case.objects.visible_to(user).values("pk"))
            .select_related("ground", "comment__channel__platform", "comment__current")
        ),
        publications=_first(
            Publication.objects.visible_to(user)
            .filter(state=PublicationState.DUE)
            .select_related("post", "channel__platform")
        ),
        reviews=_first(
            Post.objects.to_review_by(user).select_related("team", "created_by").order_by("wanted_at", "pk")
        ),
        drafts=_first(Post.objects.filter(created_by=user, state__in=OPEN)),
        planned=_first(
            Post.objects.filter(team__in=Team.objects.of_member(user), state=PostState.SCHEDULED)
            .filter(planned_at__date=local_day(at))
            .order_by("planned_at")
        ),
        watches=_first(
            Watch.objects.filter(
                channel__teams__in=Team.objects.of_member(user), day=local_day(at), state=WatchState.OPEN
            ).select_related("channel__platform")
        ),
        comments=_first(
            Comment.objects.visible_to(user)
            .filter(state=CommentState.NEW, channel__teams__in=Team.objects.of_member(user), cases=None)
            .select_related("channel__platform", "current")
        ),
        notices=_first(Notice.objects.visible_to(user).unread()),
        takedowns=_first(Takedown.objects.visible_to(user).open().select_related("picture")),
    )


def _first(rows: QuerySet) -> list:
    return list(rows[:MOST])
