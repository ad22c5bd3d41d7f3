"""Where posts and platforms meet: what a post is on each of its channels, and whether the platform takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from channels_registry.models import Channel
from channels_registry.platform_texts import Count, Finding, Medium, as_published, count, findings, rules_of
from consent.models import Picture
from core.moves import MoveRefused
from editorial.models import MaterialKind, Post


@dataclass(frozen=True)
class Content:
    """What the channels of a post share."""

    base_text: str
    byline: str
    links: Sequence[str]
    media: Sequence[Medium]
    has_film: bool


@dataclass(frozen=True)
class OnChannel:
    """A post on one of its channels: the text as it is pasted there, what it counts, and what there is to say of it."""

    channel: Channel
    text: str
    own: bool
    count: Count
    findings: list[Finding]

    @property
    def about(self) -> list[Finding]:
        return about_channel(self.channel)

    @property
    def stops(self) -> bool:
        return any(found.stops for found in self.findings)


def on_channel(channel: Channel, own_text: str, content: Content) -> OnChannel:
    """This will judge the content on one channel by its platform's rules. Asks no database when the platform is at hand."""
    rules = rules_of(channel.platform)
    text = as_published(own_text or content.base_text, rules, byline=content.byline, links=content.links)
    told = findings(text, rules, pictures=content.media, has_film=content.has_film)
    if not (text or content.media or content.has_film):
        told.append(Finding("empty", _("There is no text."), stops=True))
    return OnChannel(channel, text, bool(own_text), count(text, rules), told)


def about_channel(channel: Channel) -> list[Finding]:
    """This will say what a writer should know of the channel itself: that it rests, or that it is being closed."""
    if channel.state == Channel.State.DORMANT:
        return [Finding("rest", _("The channel is dormant. Nothing is published here until it wakes."))]
    if not channel.may_publish:
        return [Finding("rest", _("Nothing is published on this channel now."))]
    if channel.state == Channel.State.CLOSING:
        return [Finding("closing", _("The channel is being closed. Its followers are told where to go."))]
    return []


def on_channels(post: Post) -> list[OnChannel]:
    """This will judge what is stored of the post, channel by channel, in four queries however many channels."""
    content = Content(
        base_text=post.base_text,
        byline=post.byline,
        links=[link.url for link in post.links.all()],
        media=[medium(row.picture) for row in post.pictures.select_related("picture")],
        has_film=has_film(post),
    )
    rows = post.texts.select_related("channel__platform")
    return [on_channel(row.channel, row.own_text, content) for row in rows]


def medium(picture: Picture) -> Medium:
    """This will return a picture as the platforms meet it."""
    return Medium(picture.content_type, picture.size, picture.width * picture.height)


def has_film(post: Post) -> bool:
    """This will tell whether the post is made of a film."""
    return post.materials.filter(material__kind=MaterialKind.FILM).exists()


def stops_of(post: Post) -> list[str]:
    """This will say, channel by channel, why a platform does not take the post as it is; empty when each does."""
    return [
        f"{shown.channel}: {found.text}"
        for shown in on_channels(post)
        for found in shown.findings
        if found.stops
    ]


def ask_the_platforms(post: Post) -> None:
    """This will raise MoveRefused, naming each channel, when a platform does not take the post as it is."""
    if stops := stops_of(post):
        raise MoveRefused(" ".join(stops))
