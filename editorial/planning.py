"""When a post goes out: its wanted and planned time, and what is asked before and as it falls due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from editorial.links import ask_the_links
from editorial.models import Membership, Post, Review
from editorial.pictures import ask_the_people
from editorial.queries import approval_ends_on
from editorial.saving import ask_the_year
from editorial.states import FIXED, POST_MOVES, PostState
from editorial.versions import content_of, sha_of

trail.WORDS |= {"post.time": gettext_lazy("Wanted time changed")}


def change_time(post: Post, *, actor: User, at: datetime, when: datetime, seen: int | None = None) -> None:
    """This will give a planned post another planned time, and any other that is not out another wanted time.

    An approval is kept, unless a channel of the post asks for another when it is moved: then it goes back to draft.
    Raises MoveForbidden outside the team, MoveRefused once the post goes out or is dropped, ChangedMeanwhile when
    `seen` is no longer the post's version.
    """
    ask_the_year(when)
    approved = post.state in {PostState.APPROVED, PostState.SCHEDULED}
    if approved and not _stands_at(post, when) and (where := approval_ends_on(post)):
        note = _("Moved to another time. %(channels)s asks for a new approval then.") % {"channels": where}
        with transaction.atomic():
            perform(post, "reopen", actor=actor, at=at, seen=seen, note=note)
            change_time(post, actor=actor, at=at, when=when)
        return
    if post.state == PostState.SCHEDULED:
        perform(post, "reschedule", actor=actor, at=at, seen=seen, planned_at=when)
        return
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    if post.state in FIXED:
        raise MoveRefused(_("The post is out, going out or dropped; its time stays as it is."))
    expected = post.version if seen is None else seen
    with transaction.atomic():
        rows = Post.objects.filter(pk=post.pk, version=expected, state=post.state)
        # A time it was planned at before it was opened again is over with the new wish.
        if not rows.update(version=expected + 1, wanted_at=when, planned_at=None):
            raise ChangedMeanwhile
        before = post.planned_at or post.wanted_at
        post.version, post.wanted_at, post.planned_at = expected + 1, when, None
        data = {"from": before.isoformat() if before else "", "to": when.isoformat()}
        trail.record("post.time", about=post, actor=actor, at=at, data=data)


def ask_the_wish(post: Post, at: datetime) -> None:
    """This will raise MoveRefused when the time the post is wanted at is over: nobody should read for a time gone by."""
    if post.wanted_at and _is_over(post.wanted_at, at):
        raise MoveRefused(_("The wanted time is in the past. Choose another time first, or none."))


@POST_MOVES.before("schedule")
@POST_MOVES.before("reschedule")
def ask_the_plan(post: Post, *, at: datetime, planned_at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse times that are over, and channels where the city does not speak now."""
    ask_the_year(planned_at)
    if _is_over(planned_at, at):
        raise MoveRefused(_("The planned time is in the past. Choose a time from now on."))
    if not _stands_at(post, planned_at) and (where := approval_ends_on(post)):
        raise MoveRefused(
            _("%(channels)s asks for a new approval at another time. Move the post in the calendar first.")
            % {"channels": where}
        )
    _ask_channels(post)
    ask_the_people(post, planned_at)
    ask_the_links(post)
    return {}


@POST_MOVES.effect("schedule")
@POST_MOVES.effect("reschedule")
def lay_out_due(post: Post, *, at: datetime, **details: Any) -> None:
    assert post.planned_at is not None  # noqa: S101  (the state has it, the database says so)
    ladders.take_down("post", [post.pk], at)
    ladders.set_up("post", post.pk, {f"due-{post.version}": post.planned_at})


@POST_MOVES.effect("unschedule")
@POST_MOVES.effect("drop")
def forget_due(post: Post, *, at: datetime, **details: Any) -> None:
    ladders.take_down("post", [post.pk], at)


def ask_again(post: Post, at: datetime) -> None:
    """This will raise MoveRefused when what was allowed as the post was planned does not hold any more."""
    _ask_channels(post)
    ask_the_people(post, at)
    ask_the_links(post)
    if post.current is None or post.current.sha != sha_of(content_of(post)):
        raise MoveRefused(_("The text is not the one that was approved."))
    approvers = Membership.objects.filter(team=post.team, role=Membership.Role.EDITOR).values("user")
    if not post.current.reviews.filter(verdict=Review.Verdict.APPROVED, reviewer__in=approvers).exists():
        raise MoveRefused(_("Whoever approved the post is no longer an editor of the team."))


def _is_over(when: datetime, at: datetime) -> bool:
    """This will tell whether a time is over; one within the minute is now."""
    return when < at - timedelta(minutes=1)


def _stands_at(post: Post, when: datetime) -> bool:
    """This will tell whether the post has that time already, to the minute; one without a time has any."""
    stands = post.planned_at or post.wanted_at
    return stands is None or stands.replace(second=0, microsecond=0) == when.replace(second=0, microsecond=0)


def _ask_channels(post: Post) -> None:
    closed = [
        str(row.channel)
        for row in post.texts.select_related("channel__platform")
        if not row.channel.may_publish
    ]
    if closed:
        raise MoveRefused(
            _("Nothing is published on these channels now: %(channels)s.") % {"channels": ", ".join(closed)}
        )
