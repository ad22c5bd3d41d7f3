"""What the pages of the review read: the queue, what comes next, who is around a post, and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.models import User
from core.prepared import Prepared
from core.workdays import local_day
from editorial.differences import Changes, changes, parts_of
from editorial.models import (
    Absence,
    Membership,
    Post,
    PostVersion,
    PostWriter,
    Reading,
    Remark,
    Review,
    ReviewRequest,
    Team,
)
from editorial.proofs import Proof
from editorial.states import LAPSING, RemarkState

MOST_AHEAD = 200
QUEUES = ("teams", "mine", "lapsed")


def queue(user: User, at: datetime, which: str) -> QuerySet[Post]:
    """This will find what waits for reading, by planned time: `mine`, my `teams`', or `lapsed`.

    Mine is what I was asked to read by name or have claimed; lapsed is what waits, or is approved, past its time.
    """
    if which == "lapsed":
        posts = Post.objects.filter(team__in=Team.objects.of_member(user), state__in=LAPSING)
        return _by_time(posts.annotate(over=Coalesce("planned_at", "wanted_at")).filter(over__lt=at))
    posts = Post.objects.to_review_by(user)
    if which == "mine":
        asked = ReviewRequest.objects.filter(version=OuterRef("current"), reader=user)
        posts = posts.filter(Exists(asked) | Q(claim__reader=user, claim__until__gt=at))
    return _by_time(posts)


def _keys(user: User, at: datetime, *, which: str) -> QuerySet[Any, Any]:
    return queue(user, at, which).order_by().values_list("pk")


# How many each queue has is said on top of every one, so the counts are built once.
_COUNTED = {which: Prepared(partial(_keys, which=which)) for which in QUEUES}


def queue_counts(user: User, at: datetime) -> dict[str, int]:
    """This will count what waits in each queue, in a query for each."""
    return {which: counted.count(user, at=at) for which, counted in _COUNTED.items()}


def _by_time(posts: QuerySet[Post]) -> QuerySet[Post]:
    return posts.annotate(at=Coalesce("planned_at", "wanted_at")).order_by(F("at").asc(nulls_last=True), "pk")


def next_in_queue(user: User, post: Post) -> int | None:
    """This will return the post that comes after this one in the queue, from the top again at its end."""
    rows = _by_time(Post.objects.to_review_by(user)).values_list("pk", "planned_at", "wanted_at")[:MOST_AHEAD]
    waiting = [(planned or wanted, pk) for pk, planned, wanted in rows if pk != post.pk]
    mine = _key((post.planned_at or post.wanted_at, post.pk))
    later = [pk for at, pk in waiting if _key((at, pk)) > mine]
    return next(iter(later or [pk for _at, pk in waiting]), None)


def _key(place: tuple[datetime | None, int]) -> tuple[bool, str, int]:
    return place[0] is None, place[0].isoformat() if place[0] else "", place[1]


@dataclass(frozen=True)
class Around:
    """The people around a post: who wrote it, who may read it, who of them is away today, and who was asked by name."""

    authors: list[User]
    readers: list[User]
    away: list[User]
    asked: list[User]

    def may_be_asked(self, by: User) -> list[User]:
        """This will list who `by` can ask: readers at work who were not asked yet, oneself left out."""
        return [one for one in self.readers if one not in {*self.away, *self.asked, by}]


def people_around(post: Post, at: datetime) -> Around:
    """This will read, in one query, the authors, the team's editors, who of them is away, and who was asked."""
    versions, writers = PostVersion.objects.filter(post=post), PostWriter.objects.filter(post=post)
    editors = Membership.objects.filter(team=post.team_id, role=Membership.Role.EDITOR)
    today = local_day(at)
    people = list(
        User.objects.filter(
            Q(pk__in=versions.values("saved_by"))
            | Q(pk__in=writers.values("user"))
            | Q(pk__in=editors.values("user"))
        )
        .annotate(
            writes=Exists(versions.filter(saved_by__mailbox=OuterRef("mailbox")))
            | Exists(writers.filter(user__mailbox=OuterRef("mailbox"))),
            edits=Exists(editors.filter(user=OuterRef("pk"))),
            away=Exists(Absence.objects.between(today, today).filter(user=OuterRef("pk"))),
            asked=Exists(ReviewRequest.objects.filter(version=post.current_id or 0, reader=OuterRef("pk"))),
        )
        .order_by("name")
    )
    editing = [person for person in people if person.edits and person.is_active and not person.writes]
    authors: list[User] = [person for person in people if person.writes]
    readers: list[User] = [person for person in editing if person.mailbox != post.created_by.mailbox]
    away: list[User] = [person for person in readers if person.away]  # type: ignore[attr-defined]
    asked: list[User] = [person for person in people if person.asked]
    return Around(authors, readers, away, asked)


@dataclass
class Thread:
    """A remark with its answers."""

    remark: Remark
    answers: list[Remark] = field(default_factory=list)
    is_gone: bool = False  # the words it was about are not in the text any more
    refused: Any = None  # the form of an answer that was refused, with what was typed

    @property
    def is_open(self) -> bool:
        return self.remark.state == RemarkState.OPEN

    @property
    def about(self) -> str:
        """What the remark is about, as a heading says it."""
        if self.remark.channel:
            return _("About the text on %(channel)s") % {"channel": self.remark.channel}
        if self.remark.picture:
            return _("About the picture %(picture)s") % {"picture": self.remark.picture}
        return _("About the post")


def remarks_on(post: Post, version: PostVersion | None) -> list[Thread]:
    """This will list the remarks with their answers, the open ones first."""
    rows = list(
        post.remarks.select_related("written_by", "channel__platform", "picture").only(
            *(field.name for field in Remark._meta.fields),
            "written_by__name",
            "channel__name",
            "channel__platform__name",
            "picture__title",
        )
    )
    threads = {row.pk: Thread(row, is_gone=_is_gone(row, version)) for row in rows if not row.answers_to_id}
    for row in rows:
        if row.answers_to_id in threads:
            threads[row.answers_to_id].answers.append(row)
    return sorted(threads.values(), key=lambda thread: not thread.is_open)


def _is_gone(remark: Remark, version: PostVersion | None) -> bool:
    if not remark.quote or version is None:
        return False
    texts = [version.text_on(remark.channel_id)] if remark.channel_id else _all_texts(version)
    return not any(remark.quote in text for text in texts)


def _all_texts(version: PostVersion) -> list[str]:
    return [version.content["text"], *(row["text"] for row in version.content["texts"])]


def quotes_in(threads: Sequence[Thread]) -> list[tuple[int | None, str]]:
    """This will return the words that open remarks are about, each with its channel."""
    return [
        (thread.remark.channel_id, thread.remark.quote)
        for thread in threads
        if thread.is_open and thread.remark.quote
    ]


@dataclass(frozen=True)
class SinceRead:
    """What is new to a reader: since which version, and whether they read that one or somebody judged it."""

    before: PostVersion | None
    by_me: bool
    changes: Changes
    is_first_sight: bool


def last_verdicts(post: Post) -> list[Review]:
    """This will list the newest verdicts on the post, at most ten, each with its version and its reader."""
    return list(Review.objects.filter(version__post=post).select_related("reviewer", "version")[:10])


def changes_asked(verdicts: Sequence[Review]) -> Review | None:
    """This will return what the last reader asked to have changed; None when that reader approved the post."""
    return next((last for last in verdicts[:1] if last.verdict == Review.Verdict.CHANGES), None)


def sent_back(post: Post) -> Review | None:
    """This will return what the last reader asked to have changed, while the post is open."""
    return changes_asked(last_verdicts(post)) if post.pk and post.was_sent_back and post.is_open else None


def since_read(reader: User, proof: Proof, verdicts: Sequence[Review]) -> SinceRead:
    """This will compare with what the reader last read; who never read it gets the last version somebody judged."""
    post, version = proof.post, proof.version
    readings = Reading.objects.filter(reader=reader, version__post=post).order_by("-version__number")
    mine = [reading.version for reading in readings.select_related("version")[:2]]
    seen_now = any(one.pk == version.pk for one in mine)
    before = next((one for one in mine if one.pk != version.pk), None)
    by_me = before is not None
    if before is None and version.number > 1:
        before = next((one.version for one in verdicts if one.version_id != version.pk), None)
    found = changes(before, version, [shown.channel for shown in proof.texts]) if before else []
    return SinceRead(before, by_me, found, is_first_sight=not seen_now)


@dataclass(frozen=True)
class Step:
    """A version in the history of a post: what was changed to it, and what was said of it."""

    version: PostVersion
    parts: list[str]
    reviews: list[Review]


def history_of(post: Post, limit: int = 100) -> list[Step]:
    """This will list the versions, newest first, each with the names of the parts that were changed to it."""
    versions = list(
        post.versions.select_related("saved_by").prefetch_related("reviews__reviewer")[: limit + 1]
    )
    names = _changed(versions)
    return [
        Step(version, parts, list(version.reviews.all()))
        for version, parts in zip(versions[:limit], names, strict=False)
    ]


def _changed(versions: list[PostVersion]) -> list[list[str]]:
    said = parts_of(*versions)
    found = [
        [name for name in {**new, **old} if old.get(name, "") != new.get(name, "")]
        for new, old in pairwise(said)
    ]
    return [*found, []]
