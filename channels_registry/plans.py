"""The plan of a closure: its hash, what it still lacks in words, the notices it proposes, and what counts as told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels_registry.models import Channel, Closure, FollowerNotice, Role
from channels_registry.signals import people_of
from channels_registry.states import ENDED, ChannelState
from core import trail
from core.workdays import instant, local_day, working_day_by

NOTICE_CLOCK = "10:00"


def content_of(closure: Closure) -> dict[str, Any]:
    """This will return everything the chiefs sign, as it is hashed."""
    archive = closure.archive
    return {
        "channel": [closure.channel_id, closure.channel.url],
        "reason": [closure.reason, closure.motive, closure.public_reason],
        "merger": [closure.merge_into_id or 0, closure.no_merger_why, closure.followers_go_to],
        "closes_on": closure.closes_on.isoformat() if closure.closes_on else "",
        "tells_nobody": closure.tells_nobody,
        "advice": [[row.strategist_id, row.advice] for row in closure.consultations.all()],
        "archive": [
            archive.level,
            archive.keeps_content,
            archive.keeps_layout,
            archive.motive,
            archive.officer_id,
            archive.officer_word,
        ]
        if archive
        else [],
        "notices": [[row.planned_at.astimezone(UTC).isoformat(), row.text] for row in closure.notices.all()],
    }


def sha_of(closure: Closure) -> str:
    """This will return the SHA-256 of the plan as it stands."""
    return hashlib.sha256(trail.canonical(content_of(closure))).hexdigest()


def silent_long_enough(channel: Channel, on: date) -> bool:
    """This will count whether the channel has had no post of its own for six months, rest left out (R33).

    A channel whose last post nobody knows has not: enter it with proof first.
    """
    if channel.last_post_on is None:
        return False
    rested = sum(row.rested_days(on, since=channel.last_post_on) for row in channel.dormancies.all())
    ends = channel.last_post_on + relativedelta(months=settings.NO_NOTICE_MONTHS) + timedelta(days=rested)
    return on >= ends


def why_not_silent(channel: Channel, on: date) -> str:
    """This will say why the followers of the channel have to be told, or nothing."""
    if silent_long_enough(channel, on):
        return ""
    if channel.last_post_on is None:
        return _(
            "Nobody knows when the channel last posted. Note its last post, with proof, on its page first."
        )
    return _("The channel has not been silent for %(count)s months, so its followers have to be told.") % {
        "count": settings.NO_NOTICE_MONTHS
    }


def proposed_days(closes_on: date, today: date) -> list[date]:
    """This will return the days on which the followers are told: 30, 14 and 2 days before the end, as settings say.

    On a red day nobody is there to publish: the working day before it is proposed, unless that is over.
    """
    days = [closes_on - timedelta(days=count) for count in settings.NOTICE_DAYS_BEFORE]
    return [early if (early := working_day_by(day)) > today else day for day in days]


def proposed_notices(closure: Closure, today: date) -> list[tuple[datetime, str]]:
    """This will write the notices for the closing day, each with when, why and where instead, in the city's language."""
    assert closure.closes_on is not None  # noqa: S101  (asked before)
    days = proposed_days(closure.closes_on, today)
    with translation.override(settings.LANGUAGE_CODE):
        return [
            (instant(day, NOTICE_CLOCK), _wording(closure, number, len(days)))
            for number, day in enumerate(days, start=1)
        ]


def _wording(closure: Closure, number: int, count: int) -> str:
    values = {
        "day": day_in_words(closure.closes_on),
        "why": closure.public_reason,
        "where": closure.followers_go_to,
    }
    if number == 1:
        return _("We close this channel on %(day)s. %(why)s You find us here instead: %(where)s") % values
    if number == count:
        return _("Last reminder: this channel closes on %(day)s. %(why)s Follow us here: %(where)s") % values
    return _("This channel closes on %(day)s. %(why)s Move along with us: %(where)s") % values


def day_in_words(day: date | None) -> str:
    """This will write a day as the followers read it: “24 december 2026”."""
    if day is None:
        return ""
    month = str(MONTHS[day.month])
    return f"{day.day} {month.lower() if translation.get_language() == 'sv' else month} {day.year}"


def lacks(text: str, closure: Closure) -> list[str]:
    """This will say, in words, what a notice leaves out of when, why and where instead (R33)."""
    said = " ".join(text.split()).casefold()
    days = {closure.closes_on.isoformat() if closure.closes_on else ""}
    for language in ("sv", "en"):
        with translation.override(language):
            words = day_in_words(closure.closes_on)
            days |= {words, words.rpartition(" ")[0]}
    missing = []
    if not any(day and day.casefold() in said for day in days):
        missing.append(_("when the channel closes"))
    why = " ".join(closure.public_reason.split()).casefold()
    if not why or why not in said:
        missing.append(_("why it closes"))
    if not closure.followers_go_to or closure.followers_go_to.casefold() not in said:
        missing.append(_("where the followers find you instead"))
    return missing


def missing(closure: Closure, at: datetime) -> list[str]:
    """This will list in words what the plan still lacks before the chiefs are asked. Empty means complete."""
    return [
        *_missing_reason(closure),
        *_missing_merger(closure),
        *_missing_words(closure),
        *_missing_notices(closure, at),
        *_missing_chiefs(closure, at),
    ]


def _missing_reason(closure: Closure) -> Iterator[str]:
    if closure.closes_on is None:
        yield _("The closing day.")
    if not closure.public_reason.strip() and not closure.tells_nobody:
        yield _("What the followers are told about why.")


def _missing_merger(closure: Closure) -> Iterator[str]:
    if closure.merge_into is None and not closure.no_merger_why.strip():
        yield _("The channel it is merged into, or why there is none.")
    elif closure.merge_into is not None and (reason := why_no_target(closure, closure.merge_into)):
        yield reason
    if not closure.followers_go_to and not closure.tells_nobody:
        yield _("Where the followers are sent.")


def _missing_words(closure: Closure) -> Iterator[str]:
    if not closure.consultations.all():
        yield _("The web strategists' advice.")
    if closure.archive is None:
        yield _("What is kept, proposed to a records officer.")
    elif not closure.archive.is_said:
        yield _("The records officer's own word on what is kept: %(name)s is asked.") % {
            "name": closure.archive.officer.name
        }


def why_no_target(closure: Closure, target: Channel) -> str:
    """This will say why a channel cannot take over another's followers, or nothing."""
    if target.pk == closure.channel_id:
        return _("A channel cannot be merged into itself.")
    if target.state in {ChannelState.PROPOSED, ChannelState.CLOSING, *ENDED}:
        return _("%(channel)s is itself %(state)s. Choose a channel that stays.") % {
            "channel": target,
            "state": target.state_label,
        }
    return ""


def _missing_notices(closure: Closure, at: datetime) -> Iterator[str]:
    today = local_day(at)
    if closure.tells_nobody:
        if reason := why_not_silent(closure.channel, today):
            yield reason
        return
    # One that went out before the plan was changed says something else: it stays as it was, and is not counted.
    out = published(closure)
    notices = [row for row in closure.notices.all() if row.published_at is None or row in out]
    days = sorted({local_day(notice.planned_at) for notice in notices})
    if len(days) < settings.NOTICES_NEEDED:
        yield _("At least %(count)s notices on different days.") % {"count": settings.NOTICES_NEEDED}
    if days and closure.closes_on:
        if (closure.closes_on - days[0]).days < settings.NOTICE_AHEAD_DAYS:
            yield _("The first notice has to come %(count)s days before the end.") % {
                "count": settings.NOTICE_AHEAD_DAYS
            }
        if days[-1] >= closure.closes_on:
            yield _("All notices have to come before the closing day.")
    if any(notice.planned_at <= at and notice.published_at is None for notice in notices):
        yield _("A notice is planned for a time that is over. Choose a later closing day.")
    for notice in notices:
        if left_out := lacks(notice.text, closure):
            yield _("The notice of %(day)s does not say: %(what)s.") % {
                "day": date_format(local_day(notice.planned_at)),
                "what": ", ".join(left_out),
            }
    if not people_of(closure.channel):
        yield _("A team that cares for the channel and can publish the notices.")


def _missing_chiefs(closure: Closure, at: datetime) -> Iterator[str]:
    """This will ask for two different people who can decide: neither handles the closure nor opened it (R32, R40)."""
    if not all(closure.chief_of(role) for role in Role.values):
        yield _("Both chiefs of the unit. An administrator names them.")
        return
    able = {role: closure.deciders(role, local_day(at)) for role in Role.values}
    for role, people in able.items():
        if not people:
            yield _(
                "Somebody who decides as %(role)s: %(name)s handles or opened the closure. Name a deputy for %(name)s."
            ) % {"role": Role(role).label, "name": closure.chief_of(role)}
    if all(able.values()) and len({person.pk for people in able.values() for person in people}) == 1:
        yield _("Two people: the same person holds both roles. Name a deputy for one of them.")


def published(closure: Closure) -> list[FollowerNotice]:
    """This will return the notices that are out and say what the plan says now; what it said before does not count."""
    return [row for row in closure.notices.all() if row.published_at and not lacks(row.text, closure)]


def earliest_end(closure: Closure) -> date | None:
    """This will return the first day the account may be closed: the planned one, later when the first notice was late."""
    told = [notice.published_on for notice in published(closure) if notice.published_on]
    if closure.tells_nobody or not told or closure.closes_on is None:
        return closure.closes_on
    return max(closure.closes_on, min(told) + timedelta(days=settings.NOTICE_AHEAD_DAYS))


def untold(closure: Closure, on: date) -> str:
    """This will say what is missing before the followers count as told, or nothing (R33).

    Whoever posts on a channel that was to end without a word has followers to tell.
    """
    if closure.tells_nobody:
        return why_not_silent(closure.channel, on)
    days = {notice.published_on for notice in published(closure)}
    if len(days) < settings.NOTICES_NEEDED:
        return _("%(count)s of %(needed)s notices are published, each on its own day.") % {
            "count": len(days),
            "needed": settings.NOTICES_NEEDED,
        }
    return ""
