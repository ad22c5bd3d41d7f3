"""Putting a channel to rest the way people do."""

from __future__ import annotations

from datetime import datetime, timedelta

from channels_registry.models import Channel, Dormancy
from channels_registry.rest import plan_rest
from core.models import User
from core.moves import perform
from core.workdays import local_day


def put_to_rest(channel: Channel, actor: User, at: datetime) -> Dormancy:
    """This will let a channel rest for sixty days with its comments off."""
    rest = plan_rest(
        Channel.objects.get(pk=channel.pk),
        actor=actor,
        at=at,
        starts_on=local_day(at),
        ends_on=local_day(at) + timedelta(days=60),
        comments="off",
        why="Winter.",
        told_how="A pinned post.",
    )
    perform(rest, "check_comments", actor=actor, at=at)
    perform(rest, "start", actor=actor, at=at)
    return rest
