"""Calendar feeds: an address with a secret, and the plan as iCalendar (RFC 5545) for whoever holds it.

A feed remembers what it last said, so that a change raises the sequence and what is gone is cancelled, not vanished.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Event

from calendar_app.models import Feed, FeedItem, Series, Slot
from calendar_app.queries import COLUMNS, entries, in_calendar, within
from calendar_app.windows import Window
from channels_registry.models import Channel
from core import trail
from core.calendars import new_calendar, typed
from core.models import User
from core.moves import MoveRefused
from core.secret_addresses import hash_of, new_secret
from core.workdays import local_day
from editorial.models import Team
from editorial.states import PostState

trail.WORDS |= {
    "feed.make": gettext_lazy("Calendar feed made"),
    "feed.revoke": gettext_lazy("Calendar feed revoked"),
}

BACK, AHEAD = timedelta(days=60), timedelta(days=400)
LENGTH = timedelta(minutes=15)  # a post has no length; calendars draw nothing shorter
CERTAIN = {PostState.SCHEDULED, PostState.DUE, PostState.PUBLISHED}
MOST = 50  # feeds of one person


@dataclass(frozen=True)
class Item:
    """A post or an empty place as a feed says it. A post in a place goes by the place's name."""

    uid: str
    starts_at: datetime
    summary: str
    description: str
    url: str
    certain: bool

    @property
    def fingerprint(self) -> str:
        parts = [self.starts_at.astimezone(UTC).isoformat(), self.summary, self.description, self.certain]
        return hashlib.sha256(trail.canonical(parts)).hexdigest()


def make_feed(
    *,
    owner: User,
    at: datetime,
    team: Team | None = None,
    channel: Channel | None = None,
    series: Series | None = None,
) -> tuple[Feed, str]:
    """This will store a feed and return it with its secret, which is told this once. Raises MoveRefused after 50."""
    if Feed.objects.open().filter(owner=owner).count() >= MOST:
        raise MoveRefused(_("You have %(count)s feeds. Revoke one first.") % {"count": MOST})
    secret = new_secret()
    feed = Feed.objects.create(
        owner=owner, team=team, channel=channel, series=series, secret_sha=hash_of(secret), made_at=at
    )
    trail.record("feed.make", about=feed, actor=owner, at=at)
    return feed, secret


def revoke_feed(feed: Feed, *, actor: User, at: datetime) -> None:
    """This will close the feed's address for good. Doing it twice changes nothing."""
    if Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=at):
        feed.items.all().delete()
        trail.record("feed.revoke", about=feed, actor=actor, at=at)


def renew_feed(feed: Feed, *, actor: User, at: datetime) -> tuple[Feed, str]:
    """This will give what the feed shows a new address, for one that is lost or known to too many; the old one ends."""
    with transaction.atomic():
        revoke_feed(feed, actor=actor, at=at)
        return make_feed(owner=feed.owner, at=at, team=feed.team, channel=feed.channel, series=feed.series)


def feed_of(secret: str) -> Feed | None:
    """This will find the open feed of a secret. None for a guess, a revoked one, or an owner who is inactive."""
    return Feed.objects.open().select_related("owner").filter(secret_sha=hash_of(secret)).first()


def address_of(secret: str) -> str:
    return settings.BASE_URL + reverse("calendar_app:feed", args=[secret])


def written(feed: Feed, at: datetime) -> bytes:
    """This will write the feed as its owner may see it now, after noting what is new, changed or gone."""
    with translation.override(feed.owner.language):
        window = _window(at)
        items = {item.uid: item for item in [*_posts(feed, window), *_places(feed, window, at)]}
        remembered = _remember(feed, items, window, at)
        Feed.objects.filter(pk=feed.pk).update(read_at=at)
        return _as_calendar(feed, remembered, items)


def _window(at: datetime) -> Window:
    first, last = local_day(at - BACK), local_day(at + AHEAD)
    return Window(first, last, first, last)


def _posts(feed: Feed, window: Window) -> Iterator[Item]:
    wanted: dict[str, Any] = {"team": feed.team_id, "channel": feed.channel_id}
    if not (feed.team_id or feed.channel_id or feed.series_id):
        wanted["person"] = feed.owner_id
    posts = within(in_calendar(feed.owner, wanted), window)
    if feed.series_id:
        posts = posts.filter(slot__series=feed.series_id)
    rows = list(posts.values(*COLUMNS, "slot"))
    for row, entry in zip(rows, entries(rows), strict=True):
        yield Item(
            uid=f"slot-{row['slot']}" if row["slot"] else f"post-{entry.pk}",
            starts_at=entry.at,
            summary=entry.title,
            description=f"{entry.state_label} · {entry.where} · {entry.team}",
            url=reverse("editorial:post_page", args=[entry.pk]),
            certain=entry.state in CERTAIN,
        )


def _places(feed: Feed, window: Window, at: datetime) -> Iterator[Item]:
    slots = Slot.objects.visible_to(feed.owner).empty().filter(starts_at__gte=at, starts_at__lt=window.ends)
    narrowed = {"series__team": feed.team_id, "series__channels": feed.channel_id, "series": feed.series_id}
    chosen: dict[str, Any] = {name: value for name, value in narrowed.items() if value}
    for slot in slots.filter(**chosen or {"series__owner": feed.owner_id}).select_related("series"):
        yield Item(
            uid=f"slot-{slot.pk}",
            starts_at=slot.starts_at,
            summary=_("Empty place: %(series)s") % {"series": slot.series.name},
            description=slot.series.in_words,
            url=reverse("calendar_app:slot_page", args=[slot.pk]),
            certain=False,
        )


def _remember(feed: Feed, items: dict[str, Item], window: Window, at: datetime) -> list[FeedItem]:
    """This will store what is new, changed or gone since the feed was read last, and return all it says now."""
    known = {item.uid: item for item in feed.items.all()}
    said, changed = [], []
    for uid, item in items.items():
        old = known.pop(uid, None)
        if old and old.fingerprint == item.fingerprint and not old.cancelled:
            said.append(old)
            continue
        changed.append(
            FeedItem(
                feed=feed,
                uid=uid,
                sequence=old.sequence + 1 if old else 0,
                starts_at=item.starts_at,
                summary=item.summary[:200],
                fingerprint=item.fingerprint,
                changed_at=at,
            )
        )
    aged = {old.pk for old in known.values() if old.starts_at < window.begins}
    for old in known.values():
        if old.pk not in aged and not old.cancelled:
            old.sequence, old.cancelled, old.changed_at = old.sequence + 1, True, at
            changed.append(old)
        elif old.pk not in aged:
            said.append(old)
    FeedItem.objects.bulk_create(
        [_as_new(item) for item in changed],
        update_conflicts=True,
        unique_fields=["feed", "uid"],
        update_fields=["sequence", "starts_at", "summary", "fingerprint", "cancelled", "changed_at"],
        batch_size=500,
    )
    if aged:
        FeedItem.objects.filter(pk__in=aged).delete()
    return sorted([*said, *changed], key=lambda item: (item.starts_at, item.uid))


def _as_new(item: FeedItem) -> FeedItem:
    """This will copy a row without its number, so that it meets the stored one by feed and uid."""
    fields: list[models.Field[Any, Any]] = [f for f in FeedItem._meta.concrete_fields if not f.primary_key]
    return FeedItem(**{field.attname: getattr(item, field.attname) for field in fields})


def _as_calendar(feed: Feed, said: list[FeedItem], items: dict[str, Item]) -> bytes:
    calendar = new_calendar("Calendar", f"Redaktionen: {feed}")
    for row in said:
        calendar.add_component(_as_event(row, items.get(row.uid)))
    return bytes(calendar.to_ical())


def _as_event(row: FeedItem, item: Item | None) -> Event:
    event = Event()
    event.add("uid", f"{row.uid}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", (row.starts_at + LENGTH).astimezone(UTC))
    event.add("summary", typed(item.summary if item else row.summary))
    if item is None:
        event.add("status", "CANCELLED")
        return event
    event.add("status", "CONFIRMED" if item.certain else "TENTATIVE")
    event.add("description", typed(item.description))
    event.add("url", f"{settings.BASE_URL}{item.url}")
    event.add("transp", "TRANSPARENT")
    return event
