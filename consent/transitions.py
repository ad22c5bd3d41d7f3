"""What changes pictures: new ones, who is in them, and what those people said."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from channels_registry.models import Channel
from consent.models import (
    Appearance,
    ConsentEvent,
    Guardianship,
    LegalBasis,
    MediaBankCheck,
    Person,
    Picture,
)
from consent.rules import may_tend
from consent.signals import consent_ended
from consent.states import NO, PICTURE_MOVES, PeopleState, Said, Source
from core import filestore, trail
from core.models import Unit, User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.rules import Refusal
from core.uploads import CleanImage

ORIGINALS, COPIES, THUMBS = "pictures", "picture-copies", "picture-thumbs"
THUMB_PIXELS = 480

trail.WORDS |= {
    "picture.add": gettext_lazy("Picture added"),
    "picture.person": gettext_lazy("Person listed"),
    "picture.unlist": gettext_lazy("Person taken off the list"),
    "picture.basis": gettext_lazy("Legal basis noted"),
    "picture.bank": gettext_lazy("Media bank looked at"),
    "person.add": gettext_lazy("Person added"),
    "person.guardian": gettext_lazy("Guardian added"),
    "picture.consent": gettext_lazy("Consent noted"),
    "picture.original": gettext_lazy("File taken out as it came"),
}


def add_picture(
    *, actor: User, at: datetime, image: CleanImage, unit: Unit, title: str, alt_text: str, **facts: str
) -> Picture:
    """This will keep a picture: its bytes as they came, a clean copy, and a small one, each under its hash.

    `facts` are source, reference and credit. Raises MoveRefused when the unit has the picture already, OSError when the
    disk does not take it.
    """
    sha = filestore.keep(ORIGINALS, image.original)
    clean_sha = filestore.keep(COPIES, image.clean_bytes)
    thumb_sha = filestore.keep(THUMBS, _small(image.clean_bytes))
    try:
        with transaction.atomic():
            picture = Picture.objects.create(
                unit=unit,
                title=title,
                alt_text=alt_text,
                sha=sha,
                clean_sha=clean_sha,
                thumb_sha=thumb_sha,
                content_type=image.content_type,
                width=image.width,
                height=image.height,
                size=image.size,
                added_by=actor,
                added_at=at,
                **facts,
            )
            trail.record("picture.add", about=picture, actor=actor, at=at, data={"sha": sha})
    except IntegrityError as error:
        raise MoveRefused(
            _("The unit has this picture already. Search for it among the pictures.")
        ) from error
    return picture


@PICTURE_MOVES.before("say_none")
def nobody_listed(picture: Picture, **details: Any) -> dict[str, Any]:
    if picture.appearances.exists():
        raise MoveRefused(_("People are listed in the picture. Take them off the list first."))
    return {}


def list_person(
    picture: Picture,
    *,
    actor: User,
    at: datetime,
    place: str,
    person: Person | None = None,
    is_identifiable: bool = True,
) -> Appearance:
    """This will note that somebody is seen in the picture; without `person` it is somebody unknown.

    Raises MoveRefused outside the unit's people and for somebody who is listed already.
    """
    _ask(picture, actor)
    with transaction.atomic():
        if picture.state != PeopleState.LISTED:
            perform(picture, "say_listed", actor=actor, at=at)
        if person is not None and picture.appearances.filter(person=person).exists():
            raise MoveRefused(_("%(name)s is in the list already.") % {"name": person})
        appearance = Appearance.objects.create(
            picture=picture, person=person, place=place, is_identifiable=is_identifiable
        )
        trail.record("picture.person", about=picture, actor=actor, at=at, data={"appearance": appearance.pk})
    return appearance


def unlist(appearance: Appearance, *, actor: User, at: datetime, note: str) -> None:
    """This will take a place off the list, with the reason in the trail. What the person said of the picture stays."""
    picture = appearance.picture
    _ask(picture, actor)
    if not note.strip():
        raise MoveIncomplete(_("Say why the person is taken off the list."))
    with transaction.atomic():
        trail.record(
            "picture.unlist",
            about=picture,
            actor=actor,
            at=at,
            note=note,
            data={"appearance": appearance.pk, "person": appearance.person_id or 0},
        )
        appearance.delete()


def add_person(
    *,
    actor: User,
    at: datetime,
    unit: Unit,
    name: str,
    born_on: date | None = None,
    email: str = "",
    guardians: Iterable[Person] = (),
) -> Person:
    """This will note a person, and who answers for them while they are a child. Raises MoveRefused for a future birth."""
    if born_on and born_on > at.date():
        raise MoveRefused(_("The date of birth is in the future."))
    with transaction.atomic():
        person = Person.objects.create(unit=unit, name=name, born_on=born_on, email=email)
        trail.record("person.add", about=person, actor=actor, at=at)
        for guardian in guardians:
            Guardianship.objects.create(child=person, guardian=guardian)
            trail.record("person.guardian", about=person, actor=actor, at=at, data={"guardian": guardian.pk})
    return person


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
) -> ConsentEvent:
    """This will note what a signer said of the picture. A no sends planned posts with the picture back at once.

    Raises MoveRefused outside the unit's people, for somebody who is not in the picture, and for a signer who is
    neither that person nor a guardian.
    """
    _ask(picture, actor)
    if not picture.appearances.filter(person=person).exists():
        raise MoveRefused(_("%(name)s is not listed in the picture.") % {"name": person})
    if signer != person and not person.guardianships.filter(guardian=signer).exists():
        raise MoveRefused(
            _("%(signer)s is neither %(name)s nor a guardian.") % {"signer": signer, "name": person}
        )
    with transaction.atomic():
        event = ConsentEvent.objects.create(
            picture=picture,
            person=person,
            signer=signer,
            said=said,
            way=way,
            channel_ids=sorted(channel.pk for channel in channels),
            until=until,
            note=note,
            noted_by=actor,
            noted_at=at,
        )
        trail.record(
            "picture.consent",
            about=picture,
            actor=actor,
            at=at,
            note=note,
            data={"event": event.pk, "said": said, "person": person.pk, "signer": signer.pk},
        )
        if said in (*NO, Said.INVALIDATED):
            consent_ended.send(sender=Picture, picture=picture, actor=actor, at=at)
    return event


def note_basis(picture: Picture, *, actor: User, at: datetime, basis: str, motive: str) -> LegalBasis:
    """This will note the legal basis with its motive (R14). Raises MoveRefused outside the unit's people."""
    _ask(picture, actor)
    with transaction.atomic():
        row = LegalBasis.objects.create(
            picture=picture, basis=basis, motive=motive, noted_by=actor, noted_at=at
        )
        trail.record("picture.basis", about=picture, actor=actor, at=at, note=motive, data={"basis": basis})
    return row


def note_bank(
    picture: Picture, *, actor: User, at: datetime, says: str, until: date | None = None
) -> MediaBankCheck:
    """This will note what the media bank says of consent (R17). Raises MoveRefused when the picture is not from there."""
    _ask(picture, actor)
    if picture.source != Source.MEDIA_BANK:
        raise MoveRefused(_("The picture does not come from the media bank."))
    with transaction.atomic():
        row = MediaBankCheck.objects.create(
            picture=picture, says=says, until=until, noted_by=actor, noted_at=at
        )
        trail.record("picture.bank", about=picture, actor=actor, at=at, data={"says": says})
        if says != "yes":
            consent_ended.send(sender=Picture, picture=picture, actor=actor, at=at)
    return row


def _ask(picture: Picture, actor: User) -> None:
    answer = may_tend(actor, picture)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)


def _small(clean: bytes) -> bytes:
    """This will make the copy for lists, at most THUMB_PIXELS wide and high, from bytes our own worker wrote."""
    with Image.open(io.BytesIO(clean)) as image:
        kind = image.format or "PNG"
        image.thumbnail((THUMB_PIXELS, THUMB_PIXELS))
        out = io.BytesIO()
        image.save(out, kind)
    return out.getvalue()
