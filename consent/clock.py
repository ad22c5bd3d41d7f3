"""What the clock does with consents: tell that they end, stop what they no longer allow, and send letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from consent import endings
from consent.arrivals import forget_unfinished
from consent.letters import send_letters
from consent.lights import agreed_on
from consent.models import ConsentEvent, MediaBankCheck, Person, Picture
from consent.signals import consent_ended
from core.clock import job
from core.ladders import ladder
from core.models import Rung
from core.workdays import local_day

OF_PICTURE = ("picture__added_by", "picture__unit__responsible_chief", "picture__unit__communications_chief")


@ladder(endings.CONSENT_ENDS)
def consents_end(rungs: list[Rung], at: datetime) -> None:
    """This will tell of yeses that end, and stop what shows a picture whose yes is over."""
    words = ConsentEvent.objects.select_related(*OF_PICTURE, "person", "signer")
    _each(rungs, words.in_bulk({rung.object_id for rung in rungs}), endings.tell_of_word, at)


@ladder(endings.BANK_ENDS)
def bank_consents_end(rungs: list[Rung], at: datetime) -> None:
    """This will tell of the media bank's consents that end, and stop what shows a picture whose consent is over."""
    checks = MediaBankCheck.objects.select_related(*OF_PICTURE)
    _each(rungs, checks.in_bulk({rung.object_id for rung in rungs}), endings.tell_of_bank, at)


@ladder(endings.COMING_OF_AGE)
def children_come_of_age(rungs: list[Rung], at: datetime) -> None:
    """This will tell that a child will be asked too, or answer alone. Nothing comes down: the day is for new use only."""
    people = Person.objects.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if person := people.get(rung.object_id):
            endings.tell_of_birthday(person, rung.step, at)


@job("letters")
def letters(at: datetime) -> int:
    """This will send what waits to be sent to signers."""
    return send_letters(at)


@job("unfinished uploads")
def unfinished_uploads(at: datetime) -> int:
    """This will take away files of uploads that never came to an end."""
    return forget_unfinished(at)


def _each(
    rungs: list[Rung], found: dict[int, Any], tell_of: Callable[[Any, str, datetime], None], at: datetime
) -> None:
    for rung in rungs:
        row = found.get(rung.object_id)
        if row is None:
            continue
        word = row if isinstance(row, ConsentEvent) else None
        if word and not word.still_matters():
            continue
        kept = _agreed_without(word, at) if word else frozenset()
        if kept is None:
            continue
        if rung.step != endings.OVER:
            tell_of(row, rung.step, at)
            continue
        consent_ended.send(
            sender=Picture,
            picture=row.picture,
            actor=None,
            at=at,
            cause=_("The consent for the picture “%(picture)s” has ended.") % {"picture": row.picture.title},
            kept=tuple(sorted(kept)),
            word=word,
        )


def _agreed_without(word: ConsentEvent, at: datetime) -> frozenset[int] | None:
    """This will return the channels on which a picture stays once a yes has run out; None when it stays on all of them.

    It only does when whoever said it need not answer any more, and those who do have said yes: a guardian's yes runs
    out, and the young person who came of age meanwhile has given their own.
    """
    assert word.until is not None  # noqa: S101  (it has rungs because it has a last day)
    picture = Picture.objects.for_light().get(pk=word.picture_id)
    return agreed_on(picture, word.person, max(local_day(at), word.until + timedelta(days=1)))
