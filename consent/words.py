"""What people said of a picture: noted by somebody of the unit, or answered by themselves through their link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent import arrivals, endings
from consent.arrivals import SCANS
from consent.models import ConsentEvent, ConsentRequest, NoticeText, Person, Picture
from consent.rules import may_tend
from consent.states import NO, YES, Said, Way
from core import trail
from core.models import User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused
from core.rules import Refusal
from core.templatetags.parts import day as day_in_words
from core.uploads import CleanImage
from core.workdays import local_day

trail.WORDS |= {
    "picture.consent": gettext_lazy("Word about consent noted"),
    f"picture.consent.{Said.ASKED}": gettext_lazy("Consent asked for"),
    f"picture.consent.{Said.GIVEN}": gettext_lazy("Consent given"),
    f"picture.consent.{Said.RENEWED}": gettext_lazy("Consent given again"),
    f"picture.consent.{Said.REFUSED}": gettext_lazy("Consent refused"),
    f"picture.consent.{Said.WITHDRAWN}": gettext_lazy("Consent taken back"),
    f"picture.consent.{Said.INVALIDATED}": gettext_lazy("An earlier word was noted by mistake"),
}


def note_consent(
    picture: Picture,
    *,
    actor: User,
    at: datetime,
    person: Person,
    signer: Person,
    said: str,
    way: str,
    channels: Iterable[Channel] = (),
    until: date | None = None,
    note: str = "",
    witness: str = "",
    scan: CleanImage | None = None,
) -> ConsentEvent:
    """This will note what a signer said of the picture. A no sends planned posts with the picture back at once.

    Raises MoveForbidden outside the unit's people, MoveRefused for somebody who is not in the picture, for a signer who
    is neither that person nor a guardian, for a last day that is over, and for a witness who notes it or gave it;
    MoveIncomplete for a yes on paper without the scan or orally without a witness, and for a yes after a no that is not
    said to be a new one.
    """
    answer = may_tend(actor, picture)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    if not picture.appearances.filter(person=person).exists():
        raise MoveRefused(_("%(name)s is not listed in the picture.") % {"name": person})
    ask_signer(person, signer)
    _ask_after_no(picture, person, signer, said)
    if said in YES and way == Way.PAPER and scan is None:
        raise MoveIncomplete(_("Add the scan of the paper."))
    if said in YES and way == Way.ORAL and not witness.strip():
        raise MoveIncomplete(_("Say who else heard it."))
    if said in YES and way == Way.ORAL and _same_name(witness, actor.name, signer.name):
        raise MoveRefused(
            _(
                "The witness is somebody else than who notes the answer and than who gave it. Say who else heard it."
            )
        )
    kept = arrivals.keep({SCANS: scan.original}, at) if scan else {}
    event = ConsentEvent(
        picture=picture,
        person=person,
        signer=signer,
        said=said,
        way=way,
        channel_ids=sorted(channel.pk for channel in channels),
        until=until,
        note=note,
        witness=witness.strip(),
        scan_sha=kept.get(SCANS, ""),
        scan_type=scan.content_type if scan else "",
        noted_by=actor,
        noted_at=at,
    )
    with transaction.atomic():
        write(event, actor=actor)
        arrivals.arrived(kept)
    return event


def answer_with_link(
    request: ConsentRequest,
    *,
    at: datetime,
    said: str,
    channel_ids: Iterable[int],
    until: date | None,
    text: NoticeText | None = None,
) -> ConsentEvent:
    """This will write what a signer answered through their link, on the text they read. The door has judged the link."""
    event = ConsentEvent(
        picture=request.picture,
        person=request.person,
        signer=request.signer,
        said=said,
        way=Way.LINK,
        channel_ids=sorted(channel_ids),
        until=until,
        request=request,
        text=text or request.text,
        noted_at=at,
    )
    write(event, actor=None)
    return event


def write(event: ConsentEvent, *, actor: User | None) -> None:
    """This will store a word, follow its end, and stop what it no longer allows, in one transaction.

    Raises MoveRefused for a yes whose last day is over.
    """
    at, picture = event.noted_at, event.picture
    if event.said in YES and event.until and event.until < local_day(at):
        raise MoveRefused(_("The last day is over already. Choose a later one."))
    with transaction.atomic():
        before = standing_word(picture, event.person, event.signer)
        event.save(force_insert=True)
        trail.record(
            "picture.consent",
            about=picture,
            actor=actor,
            at=at,
            data={
                "event": event.pk,
                "said": event.said,
                "person": event.person_id,
                "signer": event.signer_id,
                "request": event.request_id or 0,
            },
        )
        if event.said != Said.ASKED:
            endings.follow(event, at)
        kept = _what_is_left(before, event)
        if kept is not None:
            endings.end(
                picture,
                actor=actor,
                at=at,
                cause=_("The consent for the picture “%(picture)s” has ended.") % {"picture": picture.title},
                kept=kept,
                word=event,
            )


def ask_signer(person: Person, signer: Person) -> None:
    """This will raise MoveRefused for a signer who is neither the person nor a guardian."""
    if signer != person and not person.guardianships.filter(guardian=signer).exists():
        raise MoveRefused(
            _("%(signer)s is neither %(name)s nor a guardian.") % {"signer": signer, "name": person}
        )


def _same_name(name: str, *others: str) -> bool:
    return " ".join(name.split()).casefold() in {" ".join(other.split()).casefold() for other in others}


def _ask_after_no(picture: Picture, person: Person, signer: Person, said: str) -> None:
    """This will stop an old yes that is found in a binder from standing above a no that was said after it."""
    last = standing_word(picture, person, signer)
    if said == Said.GIVEN and last is not None and last.said in NO:
        raise MoveIncomplete(
            _("%(name)s said no on %(day)s. If they changed their mind after that, choose “%(again)s”.")
            % {"name": signer, "day": day_in_words(last.noted_at), "again": Said.RENEWED.label}
        )


def standing_word(picture: Picture, person: Person, signer: Person) -> ConsentEvent | None:
    """This will return the newest thing a signer said of a picture that is more than a question."""
    words = ConsentEvent.objects.filter(picture=picture, person=person, signer=signer)
    return words.exclude(said=Said.ASKED).last()


def has_said_no(picture: Picture, person: Person) -> bool:
    """This will tell whether what somebody said last for the person in the picture is a no."""
    words = ConsentEvent.objects.filter(picture=picture, person=person).exclude(said=Said.ASKED)
    last = {word.signer_id: word.said for word in words}
    return any(said in NO for said in last.values())


def _what_is_left(before: ConsentEvent | None, event: ConsentEvent) -> tuple[int, ...] | None:
    """This will return the channels on which a consent still holds when the new word ended or narrowed it, else None."""
    stood = before is not None and before.said in YES
    if event.said in NO or (event.said == Said.INVALIDATED and stood):
        return ()
    if event.said in YES and stood and event.channel_ids and before is not None:
        narrowed = not before.channel_ids or set(before.channel_ids) - set(event.channel_ids)
        return tuple(event.channel_ids) if narrowed else None
    return None
