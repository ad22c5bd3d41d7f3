"""Who has the shifts, as an iCalendar feed under a secret address that can be revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from icalendar import Event

from core.calendars import new_calendar, typed
from core.models import User
from core.secret_addresses import hash_of, new_secret
from editorial.models import FeedAddress, Shift, Team
from editorial.rota_queries import turns
from editorial.staffing import shift_url

BACK, AHEAD = timedelta(days=30), timedelta(days=200)


def make_address(user: User, at: datetime) -> str:
    """This will revoke the user's address, make another and return its secret, which is kept nowhere."""
    secret = new_secret()
    with transaction.atomic():
        revoke_address(user, at)
        FeedAddress.objects.create(user=user, digest=hash_of(secret), made_at=at)
    return secret


def revoke_address(user: User, at: datetime) -> int:
    """This will end the user's address and return how many ended."""
    return FeedAddress.objects.filter(user=user, revoked_at=None).update(revoked_at=at)


def reader_of(secret: str, at: datetime) -> User | None:
    """This will return whose address it is, and note that it was read; None for one that leads nowhere (any more)."""
    address = (
        FeedAddress.objects.filter(digest=hash_of(secret), revoked_at=None, user__is_active=True)
        .select_related("user")
        .first()
    )
    if address is None:
        return None
    FeedAddress.objects.filter(pk=address.pk).update(read_at=at)
    return address.user


def calendar_for(user: User, at: datetime) -> bytes:
    """This will write the shifts of the user's teams, the user's own first in words, as iCalendar (RFC 5545)."""
    calendar = new_calendar("rota", _("Shifts"))
    shifts = (
        Shift.objects.settled()
        .between(at - BACK, at + AHEAD)
        .filter(Q(user=user) | Q(team__in=Team.objects.of_member(user)))
        .select_related("team", "user")
        .order_by("starts_at", "pk")
    )
    host = urlsplit(settings.BASE_URL).hostname
    for turn in turns(shifts):
        event, shift = Event(), turn.shift
        who = _("You") if shift.user_id == user.pk else shift.user.name if shift.user else _("Nobody")
        event.add("uid", f"shift-{shift.pk}@{host}")
        event.add("dtstamp", at)
        event.add("sequence", shift.version)
        event.add("dtstart", shift.starts_at)
        event.add("dtend", shift.ends_at)
        event.add("summary", typed(f"{who}: {shift.team.name}"))
        event.add("description", typed(turn.duty_words))
        event.add("url", settings.BASE_URL + shift_url(shift))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
