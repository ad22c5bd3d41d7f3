"""The proof of a post: everything a second reader has before their eyes, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from channels_registry.models import Channel
from channels_registry.platform_rules import PlatformRules
from channels_registry.platform_texts import (
    Count,
    Finding,
    Medium,
    as_published,
    count,
    findings,
    in_feed,
    rules_of,
)
from consent.lights import Light, light_of
from consent.models import Picture
from core.models import User
from core.signs import Stretch, stretches
from core.workdays import local_day
from editorial.addresses import addresses_in, key_of
from editorial.models import LinkCheck, Post, PostPicture, PostText, PostVersion, Publication
from editorial.plain_language import is_alike, rarest_of, vocabulary
from editorial.platforms import about_channel, has_film, medium
from editorial.states import PostState

RECENT = timedelta(days=90)
MOST_RECENT = 2000


@dataclass(frozen=True)
class ChannelText:
    """What one channel's followers see."""

    channel: Channel
    text: str
    published: str
    media: tuple[Medium, ...] = ()
    quotes: tuple[str, ...] = ()
    has_film: bool = False

    @cached_property
    def rules(self) -> PlatformRules:
        return rules_of(self.channel.platform)

    @cached_property
    def count(self) -> Count:
        return count(self.published, self.rules)

    @cached_property
    def findings(self) -> list[Finding]:
        told = findings(
            self.published, self.rules, pictures=self.media, has_film=self.has_film, counted=self.count
        )
        return about_channel(self.channel) + told

    @cached_property
    def folded(self) -> tuple[str, str]:
        return in_feed(self.published, self.rules)

    @cached_property
    def seen(self) -> list[Stretch]:
        return stretches(self.folded[0], self.quotes)

    @cached_property
    def behind_more(self) -> list[Stretch]:
        return stretches(self.folded[1], self.quotes)


@dataclass(frozen=True)
class Alike:
    """A post with nearly the same text on the same channel, not long ago."""

    channel: Channel
    post_id: int
    title: str
    at: datetime


@dataclass
class Proof:
    """A version of a post with what the machine needs to answer about it."""

    post: Post
    version: PostVersion
    at: datetime
    texts: list[ChannelText]
    pictures: list[tuple[PostPicture, Light]] = field(default_factory=list)
    checks: list[LinkCheck] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)

    @cached_property
    def whole_text(self) -> str:
        return "\n".join(dict.fromkeys(shown.text for shown in self.texts)) or str(
            self.version.content["text"]
        )


def proof_of(post: Post, at: datetime, quotes: Iterable[tuple[int | None, str]] = ()) -> Proof | None:
    """This will read the proof of the version that counts: the current one, otherwise the newest; None when there is none.

    `quotes` are words that remarks are about, each with the id of its channel or None for all.
    """
    version = post.current or post.versions.first()
    if version is None:
        return None
    when = max(post.planned_at or post.wanted_at or at, at)
    channels = [row["channel"] for row in version.content["texts"]]
    pictures = _pictures(post, channels, local_day(when)) if version.content.get("pictures") else []
    texts = _texts(version, [row for row, _light in pictures], list(quotes))
    return Proof(
        post=post,
        version=version,
        at=at,
        texts=texts,
        pictures=pictures,
        checks=checks_of(post, version.content),
        alike=_alike(post, texts, at),
    )


def _pictures(post: Post, channels: list[int], day: date) -> list[tuple[PostPicture, Light]]:
    rows = list(post.pictures.all())
    known = Picture.objects.for_light().in_bulk([row.picture_id for row in rows])
    for row in rows:
        row.picture = known[row.picture_id]
    return [(row, light_of(row.picture, channels, day)) for row in rows]


def _texts(
    version: PostVersion, pictures: list[PostPicture], quotes: list[tuple[int | None, str]]
) -> list[ChannelText]:
    content = version.content
    said = {row["channel"]: str(row["text"]) for row in content["texts"]}
    media = tuple(medium(row.picture) for row in pictures)
    channels = list(Channel.objects.filter(pk__in=said).select_related("platform").order_by("name"))
    asks_for_film = any(
        rules.needs_film or (rules.needs_media and not media)
        for rules in (rules_of(channel.platform) for channel in channels)
    )
    film = asks_for_film and has_film(version.post)
    return [
        ChannelText(
            channel=channel,
            text=said[channel.pk],
            published=as_published(
                said[channel.pk],
                rules_of(channel.platform),
                byline=content["byline"],
                links=content["links"],
            ),
            media=media,
            has_film=film,
            quotes=tuple(quote for where, quote in quotes if where in {None, channel.pk}),
        )
        for channel in channels
    ]


def checks_of(post: Post, content: dict[str, Any]) -> list[LinkCheck]:
    """This will return the standing answer for each address in the content, or an empty one that was not asked yet.

    What does not work comes first, then what nobody has answered yet, what a person has to open, and the rest.
    """
    addresses = addresses_in(content)
    if not addresses:
        return []
    found = {check.key: check for check in LinkCheck.objects.standing(post)}
    checks = [found.get(key_of(address)) or LinkCheck(post=post, url=address) for address in addresses]
    verdicts = LinkCheck.Verdict
    order = [verdicts.BROKEN, verdicts.WAITING, verdicts.UNSURE, verdicts.WORKS]
    return sorted(checks, key=lambda check: order.index(verdicts(check.verdict)))


def _alike(post: Post, texts: list[ChannelText], at: datetime) -> list[Alike]:
    when = post.planned_at or post.wanted_at or at
    recent = (
        PostText.objects.filter(channel__in=[shown.channel.pk for shown in texts])
        .exclude(post=post.pk)
        .exclude(post__state__in=[PostState.DROPPED, PostState.DRAFT, PostState.CHANGES_ASKED])
        .annotate(at=Coalesce("post__planned_at", "post__wanted_at"))
        .filter(Q(at__gt=when - RECENT, at__lt=when + RECENT))
        .order_by("-at")
        .values_list("channel", "post", "post__title", "at", "own_text", "post__base_text")
    )
    said = {shown.channel.pk: shown for shown in texts}
    words = cache(vocabulary)  # many channels say the same
    rare = cache(lambda text: rarest_of(words(text)))

    def are_alike(one: str, other: str) -> bool:
        lowered = other.lower()  # to take all texts apart takes long; most have none of the rare words
        return any(word in lowered for word in rare(one)) and is_alike(words(one), words(other))

    return [
        Alike(said[channel].channel, pk, title, its_time)
        for channel, pk, title, its_time, own, base in recent[:MOST_RECENT]
        if are_alike(said[channel].text, own or base)
    ]


def readers_of(post: Post) -> list[User]:
    """This will list the editors of the team who may read the post: those who wrote no version of it."""
    authors = {author.mailbox for author in [*post.authors(), post.created_by]}
    return [editor for editor in post.team.editors() if editor.is_active and editor.mailbox not in authors]


def published_text(publication: Publication) -> str:
    """This will return what is pasted on the channel: the approved text with its byline and links."""
    content = publication.post_version.content
    return as_published(
        publication.text,
        rules_of(publication.channel.platform),
        byline=content["byline"],
        links=content["links"],
    )
