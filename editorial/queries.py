"""What the pages about posts read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from consent.lights import Light, light_of
from consent.models import Picture
from core.models import Event, User
from core.workdays import local_day
from editorial.models import Post, PostPicture, PostText, Publication, TeamChannel
from editorial.states import ENDS, FIXED, UNDER_WAY, PostState, PublicationState

CHANNEL = ("post", "channel__name", "channel__platform__name")
CROWDED = timedelta(hours=1)  # R6: two posts on one channel closer than this are told of


def settled_of(post: Post) -> list[tuple[Publication, str]]:
    """This will list what became of the post on each channel, and why where it did not go out."""
    found = list(
        post.publications.exclude(state=PublicationState.DUE).select_related(
            "channel__platform", "settled_by"
        )
    )
    missed = [one.pk for one in found if one.state == PublicationState.MISSED]
    said = Event.objects.filter(
        about_type="editorial.publication", about_id__in=missed, kind="publication.miss"
    )
    reasons = dict(said.values_list("about_id", "note")) if missed else {}
    return [(one, reasons.get(one.pk, "")) for one in found]


def posts_list(user: User, wanted: dict[str, Any]) -> QuerySet[Post]:
    """This will find the posts `user` may see that fit the filters.

    Without a state those under way come, the nearest time first and those without one last; with `done`, or a state
    that is an end, what is out or dropped, the latest first.
    """
    posts = (
        Post.objects.visible_to(user)
        .select_related("team", "created_by")
        .prefetch_related(
            Prefetch("texts", PostText.objects.select_related("channel__platform").only(*CHANNEL))
        )
        .only("title", "state", "planned_at", "wanted_at", "team__name", "created_by__name")
    )
    state, done = wanted.get("state"), bool(wanted.get("done"))
    posts = posts.filter(state=state) if state else posts.filter(state__in=ENDS if done else UNDER_WAY)
    if wanted.get("team"):
        posts = posts.filter(team=wanted["team"])
    if text := wanted.get("text"):
        posts = posts.filter(Q(title__icontains=text) | Q(base_text__icontains=text))
    time = Coalesce("planned_at", "wanted_at")
    if state in ENDS or (done and not state):
        return posts.order_by(time.desc(nulls_last=True), "-pk")
    return posts.order_by(time.asc(nulls_last=True), "-pk")


def pictures_with_lights(post: Post, at: datetime) -> list[tuple[PostPicture, Light]]:
    """This will pair the post's pictures with their light on its channels, the local day of `at`."""
    rows = list(post.pictures.all())
    if not rows:
        return []
    pictures = Picture.objects.for_light().in_bulk([row.picture_id for row in rows])
    channels = [text.channel_id for text in post.texts.all()]
    day = local_day(at)
    return [(row, light_of(pictures[row.picture_id], channels, day)) for row in rows]


def warnings_about(post: Post, when: datetime, at: datetime) -> list[str]:
    """This will say what a planner should know of the post at the time `when`: over, crowded, or a channel at rest."""
    channels = [text.channel for text in post.texts.select_related("channel__platform")]
    near = on_channels_between(channels, when - CROWDED, when + CROWDED).exclude(pk=post.pk)
    names = {channel.pk: str(channel) for channel in channels}
    return [
        *(time_warnings(when, at) if post.state not in FIXED else []),
        *channel_warnings(channels),
        *(crowd_warning(title, names[pk], its_time) for pk, _post, title, its_time in near[:5]),
    ]


def is_over(when: datetime, at: datetime) -> bool:
    """This will tell whether a time is over; one within the minute is now."""
    return when < at - timedelta(minutes=1)


def time_warnings(when: datetime, at: datetime) -> list[str]:
    return [_("The time is in the past.")] if is_over(when, at) else []


def channel_warnings(channels: Iterable[Channel]) -> list[str]:
    """This will name the channels on which nothing is published now, and those that are being closed."""
    rows = list(channels)
    quiet = [
        _("Nothing is published on %(channel)s now.") % {"channel": one}
        for one in rows
        if not one.may_publish
    ]
    ending = [one for one in rows if one.state == Channel.State.CLOSING]
    return quiet + [_("%(channel)s is being closed.") % {"channel": one} for one in ending]


def crowd_warning(title: str, channel: str, its_time: datetime) -> str:
    return _("“%(title)s” goes to %(channel)s at %(time)s, within the same hour.") % {
        "title": title,
        "channel": channel,
        "time": f"{timezone.localtime(its_time):%H:%M}",
    }


def on_channels_between(channels: Iterable[Channel], first: datetime, last: datetime) -> QuerySet[Post, Any]:
    """This will list channel, number, title and time of what is to go out on the channels between the two, not at them."""
    posts = Post.objects.exclude(state=PostState.DROPPED).annotate(at=Coalesce("planned_at", "wanted_at"))
    near = posts.filter(texts__channel__in=list(channels), at__gt=first, at__lt=last)
    return near.values_list("texts__channel", "pk", "title", "at")


def approval_ends_on(post: Post) -> str:
    """This will name the post's channels on which another time needs another approval; empty when none does."""
    asking = TeamChannel.objects.filter(new_approval_when_moved=True, channel__post_texts__post=post)
    return ", ".join(str(row.channel) for row in asking.select_related("channel__platform"))
