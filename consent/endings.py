"""Consents that end: who is told of it beforehand, on which days, and what happens on the day."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from consent.models import Appearance, ConsentEvent, MediaBankCheck, Person, Picture
from consent.queries import look_alikes_of_all
from consent.signals import consent_ended, keepers_of_picture
from consent.states import YES
from core import ladders
from core.models import User
from core.notices import Message, on_day, say, tell
from core.workdays import instant, local_day

log = logging.getLogger(__name__)

CONSENT_ENDS, BANK_ENDS, COMING_OF_AGE = "consent_end", "bank_end", "coming_of_age"
OVER, AT_ONCE = "over", "now"
ASKED_TOO = "asked-"  # begins the steps to the day from which a child is asked too
URGENT = ("1d", AT_ONCE)
TOLD_AT = "08:00"


class NobodyToTell(Exception):
    """There is no active person left who could be told; the rung stays, and the health page shows it."""


def end(
    picture: Picture,
    *,
    actor: User | None,
    at: datetime,
    cause: str,
    kept: Collection[int] = (),
    word: ConsentEvent | None = None,
) -> None:
    """This will stop what shows the picture, but for the channels in `kept`, and tell who keeps one that looks the same.

    What was said holds for the one picture: whether another is the same moment, somebody has to see.
    """
    consent_ended.send(
        sender=Picture, picture=picture, actor=actor, at=at, cause=cause, kept=tuple(kept), word=word
    )
    for other in look_alikes_of_all(picture):
        try:
            _tell_of_look_alike(other, picture, at)
        except NobodyToTell:  # what was said holds all the same
            log.exception("nobody was told of a picture that looks the same")


def _tell_of_look_alike(other: Picture, ended: Picture, at: datetime) -> None:
    tell_ending(
        other,
        at,
        key=f"alike:{ended.pk}:{other.pk}:{local_day(at)}",
        subject=say(
            gettext_lazy("A picture that looks like this one may no longer be used as before: %(picture)s"),
            picture=other.title,
        ),
        body=gettext_lazy(
            "Look whether it is the same picture or the same moment, perhaps kept by another unit. Then ask the people "
            "in it again before you use it, and take down what is out."
        ),
        urgent=True,
    )


def follow(word: ConsentEvent, at: datetime) -> None:
    """This will lay out when the end of a yes is told and when it is over, in place of what an earlier word laid out."""
    earlier = ConsentEvent.objects.filter(
        picture=word.picture_id, person=word.person_id, signer=word.signer_id, until__isnull=False
    ).exclude(pk=word.pk)
    ladders.take_down(CONSENT_ENDS, list(earlier.values_list("pk", flat=True)), at)
    if word.said in YES and word.until:
        ladders.set_up(CONSENT_ENDS, word.pk, steps_to(word.until, at) | {OVER: _day_after(word.until)})


def watch_bank(picture: Picture, check: MediaBankCheck, at: datetime) -> None:
    """This will lay out when the end of the media bank's consent is told, in place of earlier looks."""
    earlier = picture.bank_checks.exclude(pk=check.pk).values_list("pk", flat=True)
    ladders.take_down(BANK_ENDS, list(earlier), at)
    if check.until and check.says == "yes":
        ladders.set_up(BANK_ENDS, check.pk, steps_to(check.until, at) | {OVER: _day_after(check.until)})


def watch_birthday(person: Person, at: datetime) -> None:
    """This will lay out when it is told that a child is asked too, and later answers alone.

    A corrected birth date replaces it; one more picture of the child leaves it as it is.
    """
    steps: dict[str, datetime] = {}
    for kind, day in ((ASKED_TOO, person.asked_too_on()), ("", person.of_age_on())):
        if day and day > local_day(at):
            for step, due in steps_to(day, at).items():
                # Told at once is told again for each picture that comes so late; what was told already is not.
                steps[f"{kind}{step}-{day}" + (f"@{at.timestamp():.0f}" if step == AT_ONCE else "")] = due
    ladders.lay_anew(COMING_OF_AGE, person.pk, steps, at)


def steps_to(day: date, at: datetime) -> dict[str, datetime]:
    """This will name the mornings before `day` on which its coming is told, those still to come; at once when it is too
    late for them all. What is over already is not told.
    """
    if day < local_day(at):
        return {}
    steps = {
        f"{days}d": instant(day - timedelta(days=days), TOLD_AT) for days in settings.CONSENT_ENDING_DAYS
    }
    return {step: due for step, due in steps.items() if due > at} or {AT_ONCE: at}


def keepers(picture: Picture, at: datetime) -> list[User]:
    """This will find who is told of a picture: who added it and whom the floors above answer with, who still work with
    it; else the unit's chiefs; else the administrators. Raises NobodyToTell when there is nobody at all.
    """
    answers: list[tuple[Any, Any]] = keepers_of_picture.send(sender=Picture, picture=picture, at=at)
    found = [picture.added_by, *(user for _receiver, users in answers for user in users)]
    mine = Picture.objects.filter(pk=picture.pk)
    at_work = [user for user in dict.fromkeys(found) if mine.workable_by(user).exists()]
    chiefs = [chief for chief in picture.unit.chiefs if chief.is_active]
    told = at_work or chiefs or list(User.objects.filter(is_superuser=True, is_active=True))
    if not told:
        raise NobodyToTell(f"picture {picture.pk}")
    return told


def tell_ending(
    picture: Picture,
    at: datetime,
    *,
    key: str,
    subject: str | Promise,
    body: str | Promise,
    url: str = "",
    urgent: bool = False,
) -> None:
    """This will tell the picture's keepers, each once for each key."""
    tell(
        [
            Message(
                recipient=user,
                key=key,
                subject=subject,
                body=body,
                url=url or reverse("consent:picture_page", args=[picture.pk]),
                why=gettext_lazy("you look after this picture"),
                about=picture,
                urgent=urgent,
            )
            for user in keepers(picture, at)
        ],
        at,
    )


def tell_of_word(word: ConsentEvent, step: str, at: datetime) -> None:
    assert word.until is not None  # noqa: S101  (it has rungs because it has a last day)
    tell_ending(
        word.picture,
        at,
        key=f"consent:{word.pk}:{step}",
        subject=say(
            gettext_lazy("A consent ends %(day)s: %(picture)s"),
            day=on_day(word.until),
            picture=word.picture.title,
        ),
        body=gettext_lazy("Ask again in time, or choose another picture for what goes out later."),
        urgent=step in URGENT,
    )


def tell_of_bank(check: MediaBankCheck, step: str, at: datetime) -> None:
    assert check.until is not None  # noqa: S101
    tell_ending(
        check.picture,
        at,
        key=f"bank:{check.pk}:{step}",
        subject=say(
            gettext_lazy("The media bank's consent ends %(day)s: %(picture)s"),
            day=on_day(check.until),
            picture=check.picture.title,
        ),
        body=gettext_lazy("Look in the media bank again, and note what it says."),
        urgent=step in URGENT,
    )


def tell_of_birthday(person: Person, step: str, at: datetime) -> None:
    """This will tell the keepers of each picture a child is in that from a day on the child is asked too, or answers
    alone; each once for each step.
    """
    asked_too = step.startswith(ASKED_TOO)
    day = person.asked_too_on() if asked_too else person.of_age_on()
    assert day is not None  # noqa: S101  (there are rungs because there is a birth date)
    places = Appearance.objects.filter(person=person).select_related("picture__added_by", "picture__unit")
    for place in places:
        tell_ending(
            place.picture,
            at,
            key=f"{age_key(person)}{step.partition('@')[0]}:{place.picture_id}",
            subject=say(
                _ASKED_TOO if asked_too else _ANSWERS_ALONE,
                day=on_day(day),
                name=person,
                picture=place.picture.title,
            ),
            body=_ASK_TOO if asked_too else _ASK_ALONE,
        )


def age_key(person: Person) -> str:
    """This will return how the keys of what is told of a person's birthdays begin."""
    return f"age:{person.pk}:"


_ANSWERS_ALONE = gettext_lazy("From %(day)s %(name)s answers alone: %(picture)s")
_ASK_ALONE = gettext_lazy("The guardians' yes holds for new posts until then. Ask the young person.")
_ASKED_TOO = gettext_lazy("From %(day)s %(name)s is asked too: %(picture)s")
_ASK_TOO = gettext_lazy(
    "The guardians' yes is not enough for new posts from then on. Ask the young person too."
)


def _day_after(day: date) -> datetime:
    return instant(day + timedelta(days=1), "00:00")
