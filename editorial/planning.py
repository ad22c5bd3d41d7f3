"""When a post goes out: its wanted and planned time, and what is asked before and as it falls due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.workdays import is_in_reach
from editorial.links import ask_the_links
from editorial.models import Membership, Post, Review, TeamChannel
from editorial.pictures import ask_the_people
from editorial.platforms import ask_the_platforms
from editorial.queries import approval_ends_on, is_over
from editorial.states import FIXED, POST_MOVES, PostState
from editorial.versions import content_of, sha_of

trail.WORDS |= {"post.time": gettext_lazy("Wanted time changed")}


def change_time(
    post: Post, *, actor: User, at: datetime, when: datetime | None, seen: int | None = None
) -> None:
    """This will give a planned post another planned time, and any other that is not out another wanted time, or none.

    An approval is kept, unless a channel of the post asks for another when it is moved: then it goes back to draft.
    Raises MoveForbidden outside the team, MoveRefused once the post goes out or is dropped, ChangedMeanwhile when
    `seen` is no longer the post's version, MoveIncomplete for a year nobody works in and for a plan without a time.
    """
    ask_the_years(when)
    if where := approval_ends_by(post, when):
        note = _("Moved to another time. %(channels)s asks for a new approval then.") % {"channels": where}
        with transaction.atomic():
            perform(post, "reopen", actor=actor, at=at, seen=seen, note=note)
            change_time(post, actor=actor, at=at, when=when)
        return
    if post.state == PostState.SCHEDULED:
        if when is None:
            raise MoveIncomplete(_("Say when."))
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
        data = {"from": before.isoformat() if before else "", "to": when.isoformat() if when else ""}
        trail.record("post.time", about=post, actor=actor, at=at, data=data)


def approval_ends_by(post: Post, when: datetime | None) -> str:
    """This will name the channels that end the post's approval when it is moved to `when`; empty when it is kept."""
    approved = post.state in {PostState.APPROVED, PostState.SCHEDULED}
    return approval_ends_on(post) if approved and not _stands_at(post, when) else ""


def ask_the_years(when: datetime | None) -> None:
    """This will raise MoveIncomplete for a time in a year that cannot be worked in, whichever door it came by."""
    if when and not is_in_reach(when):
        raise MoveIncomplete(_("Choose a year between 2000 and 2100."))


def ask_the_wish(post: Post, at: datetime) -> None:
    """This will raise MoveRefused when the time the post is wanted at is over: nobody should read for a time gone by."""
    if post.wanted_at and is_over(post.wanted_at, at):
        raise MoveRefused(_("The wanted time is in the past. Choose another time first, or none."))


@POST_MOVES.before("schedule")
@POST_MOVES.before("reschedule")
def ask_the_plan(post: Post, *, at: datetime, planned_at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse times that are over, and channels where the city does not speak now."""
    ask_the_years(planned_at)
    if is_over(planned_at, at):
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
    ask_the_platforms(post)
    if post.current is None or post.current.sha != sha_of(content_of(post)):
        raise MoveRefused(_("The text is not the one that was approved."))
    approvers = Membership.objects.filter(team=post.team, role=Membership.Role.EDITOR).values("user")
    if not post.current.reviews.filter(verdict=Review.Verdict.APPROVED, reviewer__in=approvers).exists():
        raise MoveRefused(_("Whoever approved the post is no longer an editor of the team."))


def _stands_at(post: Post, when: datetime | None) -> bool:
    """This will tell whether the post has that time already, to the minute; one without a time has any."""
    stands = post.planned_at or post.wanted_at
    if stands is None or when is None:
        return stands is None
    return stands.replace(second=0, microsecond=0) == when.replace(second=0, microsecond=0)


def _ask_channels(post: Post) -> None:
    rows = list(post.texts.select_related("channel__platform"))
    closed = [str(row.channel) for row in rows if not row.channel.may_publish]
    if closed:
        raise MoveRefused(
            _("Nothing is published on these channels now: %(channels)s.") % {"channels": ", ".join(closed)}
        )
    own = set(TeamChannel.objects.filter(team=post.team_id).values_list("channel", flat=True))
    if others := [str(row.channel) for row in rows if row.channel_id not in own]:
        raise MoveRefused(
            _("Another team cares for these channels now: %(channels)s.") % {"channels": ", ".join(others)}
        )
