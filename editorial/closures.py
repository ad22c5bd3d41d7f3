"""Where channels and teams meet: whose channel it is, what is still planned on it, and the notices of its end as posts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.dispatch import receiver
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.ending import note_told
from channels_registry.models import Channel, Closure, FollowerNotice
from channels_registry.register import note_own_post
from channels_registry.signals import (
    OpenThing,
    carers_of,
    channels_cared_for,
    days_without_watch,
    notices_decided,
    notices_stopped,
    still_open_on,
)
from core.models import User
from core.moves import MoveRefused, perform
from core.notices import Message, say, tell
from core.workdays import instant, is_working_day, local_day
from editorial.going_out import tell_publishers
from editorial.idea_states import FollowUpState
from editorial.models import (
    Duty,
    FarewellPost,
    Post,
    Publication,
    Shift,
    Takedown,
    Team,
    TeamChannel,
)
from editorial.platforms import stops_of
from editorial.states import POST_MOVES, PUBLICATION_MOVES, PostState, PublicationState
from editorial.transitions import post_url, save_post

KIND = "Avslut"
TITLE = Post._meta.get_field("title").max_length or 0
DAY_OPENS, DAY_CLOSES = "08:00", "17:00"


@receiver(channels_cared_for)
def channels_of_teams(user: User, **kwargs: Any) -> models.QuerySet[TeamChannel, Any]:
    """This will answer with the channels of the user's teams."""
    return TeamChannel.objects.filter(team__in=Team.objects.of_member(user)).values("channel")


@receiver(carers_of)
def people_of_team(channel: Channel, **kwargs: Any) -> list[User]:
    return list(User.objects.filter(memberships__team__team_channels__channel=channel, is_active=True))


@receiver(still_open_on)
def open_posts(channel: Channel, **kwargs: Any) -> list[OpenThing]:
    """This will answer with the channel's posts on their way out, its questions to follow up, and pictures to take down."""
    waiting = [PostState.IN_REVIEW, PostState.APPROVED, PostState.SCHEDULED, PostState.DUE]
    out = Publication.objects.filter(
        post=models.OuterRef("pk"), channel=channel, state=PublicationState.PUBLISHED
    )
    posts = (
        Post.objects.filter(texts__channel=channel)
        .annotate(is_out=models.Exists(out))
        .filter(
            models.Q(state__in=waiting, is_out=False)
            | models.Q(is_out=True, follow_up__state=FollowUpState.OPEN)
        )
    )
    takedowns = Takedown.objects.open().filter(tasks__publication__channel=channel).select_related("picture")
    kinds = {False: str(_("Post")), True: str(_("Question to follow up"))}
    return [
        *(OpenThing(kinds[post.is_out], post.title, post_url(post)) for post in posts[:100]),
        *(
            OpenThing(str(_("Take down")), row.picture.title, reverse("editorial:takedowns_page"))
            for row in takedowns.distinct()[:50]
        ),
    ]


@receiver(days_without_watch)
def uncovered_days(channel: Channel, first: date, last: date, **kwargs: Any) -> list[date]:
    """This will answer with the working days on which nobody of the channel's team has a shift for watching."""
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    working = [day for day in days if is_working_day(day)]
    shifts = list(
        Shift.objects.filter(
            team__team_channels__channel=channel,
            duty=Duty.WATCH,
            starts_at__lt=instant(last, DAY_CLOSES),
            ends_at__gt=instant(first, DAY_OPENS),
        ).values_list("starts_at", "ends_at")
    )
    return [
        day
        for day in working
        if not any(
            starts < instant(day, DAY_CLOSES) and ends > instant(day, DAY_OPENS) for starts, ends in shifts
        )
    ]


@receiver(notices_decided)
def lay_notices_out(closure: Closure, actor: User, at: datetime, **kwargs: Any) -> None:
    """This will make a post of each notice that has none, with its time, and ask the editors to read it.

    One that its platform does not take as it is stays a draft, and its author is told what it lacks.

    Raises MoveRefused when no team cares for the channel.
    """
    team = Team.objects.filter(team_channels__channel=closure.channel).first()
    author = _author(team, actor) if team else None
    if team is None or author is None:
        raise MoveRefused(_("No team cares for the channel, so nobody can publish the notices."))
    for notice in closure.notices.filter(published_at=None):
        if not notice.farewells.exclude(post__state=PostState.DROPPED).exists():
            _post_of(notice, team, author, at)


@receiver(notices_stopped)
def take_notices_back(closure: Closure, actor: User | None, at: datetime, note: str, **kwargs: Any) -> None:
    """This will drop the posts that carry the closure's notices and are not out, also one that is just going out."""
    why = note or _("The closure has stopped.")
    rows = Post.objects.filter(
        farewell__notice__closure=closure, state__in=[PostState.DUE, *POST_MOVES["drop"].sources]
    ).select_related("team", "created_by")
    for post in rows:
        theirs = actor is not None and post.team.has_member(actor)
        who = actor if theirs else _author(post.team, post.created_by)
        if who and post.state == PostState.DUE:
            _call_back(post, who, at, why)
        if who and post.state in POST_MOVES["drop"].sources:
            perform(post, "drop", actor=who, at=at, note=why)


def _call_back(post: Post, actor: User, at: datetime, why: str) -> None:
    """Nobody confirms what must not go out any more; it may be out already, so whoever was asked to publish it is told."""
    for publication in post.publications.filter(state=PublicationState.DUE):
        perform(publication, "miss", actor=actor, at=at, note=why)
    post.refresh_from_db()
    tell_publishers(
        post,
        at,
        step="called_back",
        subject=gettext_lazy("Do not publish: %(title)s"),
        body=gettext_lazy("What it says no longer holds. If it is out already, take it down."),
    )


@PUBLICATION_MOVES.effect("confirm")
def note_activity(publication: Publication, *, actor: User | None, at: datetime, **details: Any) -> None:
    """This will tell the register that the channel has spoken, and count a notice of its end as published."""
    note_own_post(publication.channel_id, local_day(at))
    farewell = FarewellPost.objects.filter(
        post=publication.post_id, notice__closure__channel=publication.channel_id
    ).select_related("notice__closure__channel__platform", "notice__closure__handler")
    for row in farewell:
        note_told(row.notice, actor=actor, at=at, text=publication.text, url=publication.url)


def _post_of(notice: FollowerNotice, team: Team, author: User, at: datetime) -> Post:
    post = Post(team=team)
    closure = notice.closure
    save_post(
        post,
        actor=author,
        at=at,
        fields={
            "title": Truncator(_("%(channel)s closes") % {"channel": closure.channel}).chars(TITLE),
            "kind": KIND,
            "base_text": notice.text,
            "wanted_at": notice.planned_at,
        },
        texts={closure.channel: ""},
        links=[closure.followers_go_to] if closure.followers_go_to else [],
    )
    FarewellPost.objects.create(notice=notice, post=post)
    if stops := stops_of(post):
        _tell_what_it_lacks(post, author, stops, at)
    else:
        perform(post, "submit", actor=author, at=at)
    return post


def _tell_what_it_lacks(post: Post, author: User, stops: list[str], at: datetime) -> None:
    """A plan chooses no picture, and some platforms want one: the notice waits as a draft for its author."""
    message = Message(
        recipient=author,
        key=f"farewell:{post.pk}",
        subject=say(gettext_lazy("A notice to the followers lacks something: %(title)s"), title=post.title),
        body=say(gettext_lazy("%(lacks)s Add it, and send the post to review."), lacks=" ".join(stops)),
        url=reverse("editorial:post_edit", args=[post.pk]),
        why=gettext_lazy("you are the author of the post"),
        about=post,
    )
    tell([message], at)


def _author(team: Team, wanted: User) -> User | None:
    """Return who stands as author: the handler if in the team, else rather no editor, so that one can read it."""
    if team.has_member(wanted):
        return wanted
    members = team.memberships.filter(user__is_active=True).select_related("user").order_by("role", "pk")
    row = members.first()
    return row.user if row else None
