"""Everything that is kept of a person, for themselves to read: as words and as JSON of the same. Times are local."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from consent.models import ConsentEvent, ConsentRequest, LegalBasis, Letter, MediaBankCheck, Person
from consent.people import what_is_kept
from consent.signals import shown_of_person
from consent.states import YES, Said
from core import trail


def of(person: Person, *, at: datetime) -> dict[str, Any]:
    """This will gather what is kept of a person, in a fixed number of queries; values are text, numbers, local
    instants, days, lists and dicts.

    What is said of others in the same pictures is left out: it is theirs.
    """
    pictures = [place.picture_id for place in person.appearances.all()]
    channels = {channel.pk: str(channel) for channel in Channel.objects.select_related("platform")}
    return {
        "taken_out": localtime(at),
        "person": {
            "number": person.pk,
            "name": str(person),
            "born_on": person.born_on,
            "email": person.email,
            "kept_by": person.unit.name,
            "must_not_be_shown": person.is_protected,
        },
        "guardians": [str(row.guardian) for row in person.guardianships.select_related("guardian")],
        "guardian_of": [str(row.child) for row in person.guards.select_related("child")],
        "pictures": _pictures(person),
        "asked": _asked(person, channels),
        "answers": _answers(person, channels),
        "legal_bases": [
            {
                "picture": row.picture.title,
                "basis": str(row.get_basis_display()),
                "why": row.motive,
                "noted": localtime(row.noted_at),
            }
            for row in LegalBasis.objects.filter(picture__in=pictures).select_related("picture")
        ],
        "media_bank": [
            {
                "picture": row.picture.title,
                "says": str(row.get_says_display()),
                "until": row.until,
                "noted": localtime(row.noted_at),
            }
            for row in MediaBankCheck.objects.filter(picture__in=pictures).select_related("picture")
        ],
        "shown": _shown(person),
        "letters": [
            {
                "what": str(row.get_kind_display()),
                "to": row.to,
                "sent": localtime(row.sent_at) if row.sent_at else None,
            }
            for row in Letter.objects.filter(signer=person).order_by("pk")
        ],
        "trail": [
            {"at": localtime(event.at), "what": event.text, "who": event.actor_name, "note": event.note}
            for event in trail.events_about(person)
        ],
        "must_be_kept": what_is_kept(person),
    }


def _pictures(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "number": place.picture_id,
            "title": place.picture.title,
            "where": place.place,
            "can_be_recognised": place.is_identifiable,
            "blurred": place.is_blurred,
            "marked_in_thousandths": (
                [place.left, place.top, place.width, place.height] if place.left is not None else None
            ),
            "taken_by": place.picture.credit,
            "taken_on": place.picture.taken_on,
            "taken_at": place.picture.taken_at,
        }
        for place in person.appearances.select_related("picture")
    ]


def _asked(person: Person, names: dict[int, str]) -> list[dict[str, Any]]:
    requests = ConsentRequest.objects.filter(Q(person=person) | Q(signer=person))
    return [
        {
            "picture": row.picture.title,
            "who_was_asked": str(row.signer),
            "about": str(row.person),
            "asked_by": row.asked_by.name,
            "asked": localtime(row.asked_at),
            "channels": _named(row.channel_ids, names),
            "until": row.until,
            "answer_by": localtime(row.ends_at),
            "text": f"{row.text} ({row.text.sha[:12]})",
        }
        for row in requests.select_related("picture", "signer", "person", "asked_by", "text").order_by("pk")
    ]


def _answers(person: Person, names: dict[int, str]) -> list[dict[str, Any]]:
    """This will tell what was said. A question with a link stands where it was asked; one on paper stands here."""
    words = ConsentEvent.objects.filter(Q(person=person) | Q(signer=person))
    words = words.exclude(said=Said.ASKED, request__isnull=False)
    return [
        {
            "picture": word.picture.title,
            "who": str(word.signer),
            "about": str(word.person),
            "said": str(word.get_said_display()),
            "how": str(word.get_way_display()),
            "channels": _where(word, names),
            "until": word.until,
            "at": localtime(word.noted_at),
            "noted_by": word.noted_by.name if word.noted_by else str(word.signer),
            "note": word.note,
            "witness": word.witness,
            "scanned_paper": word.scan_sha,
        }
        for word in words.select_related("picture", "signer", "person", "noted_by").order_by("pk")
    ]


def _where(word: ConsentEvent, names: dict[int, str]) -> list[str]:
    """This will name the channels that were asked for or said yes to; a no is for none."""
    if word.said not in (*YES, Said.ASKED):
        return []
    return _named(word.channel_ids, names)


def _named(channel_ids: list[int], names: dict[int, str]) -> list[str]:
    return [names.get(pk, str(pk)) for pk in channel_ids] or [_("all channels")]


def _shown(person: Person) -> list[dict[str, Any]]:
    answers: list[tuple[Any, Any]] = shown_of_person.send(sender=Person, person=person)
    return [
        {
            "channel": shown.channel,
            "address": shown.url,
            "at": localtime(shown.at) if shown.at else None,
            "state": str(shown.state_label),
            "to_come_down_since": localtime(shown.to_come_down) if shown.to_come_down else None,
            "seen_to_be_gone": localtime(shown.seen_gone) if shown.seen_gone else None,
        }
        for _receiver, rows in answers
        for shown in rows
    ]
