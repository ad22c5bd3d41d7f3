"""What changes pictures: new ones, their facts, who is in them, and on what ground they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import arrivals, copies, endings
from consent.arrivals import COPIES, ORIGINALS, THUMBS
from consent.models import Appearance, LegalBasis, MediaBankCheck, Person, Picture
from consent.models.pictures import Box
from consent.people import add_person as add_person  # the room's changes can be had from one place
from consent.rules import may_tend
from consent.signals import copy_changed
from consent.states import PICTURE_MOVES, BankSays, Basis, PeopleState, Source
from consent.words import has_said_no
from consent.words import note_consent as note_consent
from core import filestore, trail
from core.models import Unit, User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.rules import Refusal
from core.uploads import CleanImage

trail.WORDS |= {
    "picture.add": gettext_lazy("Picture added"),
    "picture.person": gettext_lazy("Person listed"),
    "picture.facts": gettext_lazy("Facts of the picture corrected"),
    "picture.place": gettext_lazy("Place of a person changed"),
    "picture.blur": gettext_lazy("Blurred places changed"),
    "picture.unlist": gettext_lazy("Person taken off the list"),
    "picture.basis": gettext_lazy("Legal basis noted"),
    "picture.bank": gettext_lazy("Media bank looked at"),
    "picture.original": gettext_lazy("File taken out as it came"),
}


class KnownAlready(MoveRefused):
    """The unit has the picture already: `picture` is the one it has."""

    def __init__(self, picture: Picture):
        super().__init__(_("The unit has this picture already."))
        self.picture = picture


def add_picture(
    *, actor: User, at: datetime, image: CleanImage, unit: Unit, title: str, alt_text: str, **facts: str
) -> Picture:
    """This will keep a picture: its bytes as they came, a clean copy, and a small one, each under its hash.

    `facts` are source, reference, credit, licence, taken_on and taken_at. Raises KnownAlready when the unit has the
    picture, OSError when the disk does not take it.
    """
    files = {ORIGINALS: image.original, COPIES: image.clean_bytes, THUMBS: copies.small(image.clean_bytes)}
    shas = arrivals.keep(files, at)
    try:
        with transaction.atomic():
            picture = Picture.objects.create(
                unit=unit,
                title=title,
                alt_text=alt_text,
                sha=shas[ORIGINALS],
                clean_sha=shas[COPIES],
                thumb_sha=shas[THUMBS],
                content_type=image.content_type,
                width=image.width,
                height=image.height,
                size=image.size,
                look=copies.look_of(image.clean_bytes),
                added_by=actor,
                added_at=at,
                **facts,
            )
            trail.record("picture.add", about=picture, actor=actor, at=at, data={"sha": picture.sha})
            arrivals.arrived(shas)
    except IntegrityError as error:
        known = Picture.objects.filter(unit=unit, sha=shas[ORIGINALS]).first()
        if known is None:
            raise
        raise KnownAlready(known) from error
    return picture


FACTS = ("title", "alt_text", "source", "reference", "credit", "licence", "taken_on", "taken_at")


def correct_facts(picture: Picture, *, actor: User, at: datetime, **facts: Any) -> None:
    """This will change what is noted of a picture, with the names of what changed in the trail.

    Raises MoveRefused outside the unit's people, MoveIncomplete for a media bank picture without its number.
    """
    _ask(picture, actor)
    changed = [name for name in FACTS if name in facts and getattr(picture, name) != facts[name]]
    if not changed:
        return
    if facts.get("source", picture.source) == Source.MEDIA_BANK and not facts.get(
        "reference", picture.reference
    ):
        raise MoveIncomplete(_("Give the media bank's number."))
    with transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(**{name: facts[name] for name in changed})
        trail.record("picture.facts", about=picture, actor=actor, at=at, data={"fields": changed})
        if picture.source == Source.MEDIA_BANK and facts.get("source", picture.source) != picture.source:
            cause = _("The picture does not come from the media bank.")
            endings.end(picture, actor=actor, at=at, cause=cause)
    picture.refresh_from_db()


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
    box: Box | None = None,
) -> Appearance:
    """This will note that somebody is seen in the picture; without `person` it is somebody unknown.

    `box` is where, in thousandths of the picture. Raises MoveRefused outside the unit's people, for somebody who is
    listed already, and for a box outside the picture.
    """
    _ask(picture, actor)
    with transaction.atomic():
        if picture.state != PeopleState.LISTED:
            perform(picture, "say_listed", actor=actor, at=at)
        if person is not None and picture.appearances.filter(person=person).exists():
            raise MoveRefused(_("%(name)s is in the list already.") % {"name": person})
        appearance = Appearance.objects.create(
            picture=picture, person=person, place=place, is_identifiable=is_identifiable, **_sides(box)
        )
        trail.record("picture.person", about=picture, actor=actor, at=at, data={"appearance": appearance.pk})
        if person is not None:
            endings.watch_birthday(person, at)
    return appearance


def change_place(
    appearance: Appearance,
    *,
    actor: User,
    at: datetime,
    person: Person | None = None,
    place: str | None = None,
    is_identifiable: bool | None = None,
    box: Box | None = None,
    unmark: bool = False,
) -> None:
    """This will say who an unknown person is, whether they can be recognised, or where they are. None leaves it as it is;
    `unmark` takes the mark in the picture away.

    A name once given is not exchanged: take the place off the list, with the reason. Raises MoveRefused for that, for
    a blurred place that is moved, for somebody listed already, and outside the unit's people.
    """
    picture = appearance.picture
    _ask(picture, actor)
    if person is not None and appearance.person_id not in (None, person.pk):
        raise MoveRefused(_("The place has a name already. Take it off the list first, with the reason."))
    if appearance.is_blurred and (unmark or box not in (None, appearance.box)):
        raise MoveRefused(_("The place is blurred. Show it again before you move it."))
    if person is not None and picture.appearances.exclude(pk=appearance.pk).filter(person=person).exists():
        raise MoveRefused(_("%(name)s is in the list already.") % {"name": person})
    wanted = {"person": person, "place": place, "is_identifiable": is_identifiable}
    changed: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    changed |= UNMARKED if unmark else _sides(box)
    with transaction.atomic():
        Appearance.objects.filter(pk=appearance.pk).update(**changed)
        data = {"appearance": appearance.pk, "fields": sorted(changed)}
        trail.record("picture.place", about=picture, actor=actor, at=at, data=data)
        if person is not None:
            endings.watch_birthday(person, at)
    appearance.refresh_from_db()


def blur(picture: Picture, *, actor: User, at: datetime, places: Iterable[Appearance]) -> None:
    """This will make the copy that is shown anew, with exactly these places blurred; none gives the clean copy back.

    The file as it came and the clean copy stay. Posts that were approved with the old copy go back to draft.
    Raises MoveRefused outside the unit's people, for a place that is not marked, and when nothing would change; OSError
    when the disk does not take the copy, FileProblem when the clean copy is gone.
    """
    _ask(picture, actor)
    chosen = list(places)
    boxes = [place.box for place in chosen]
    pks = [place.pk for place in chosen]
    if set(pks) == set(picture.appearances.filter(is_blurred=True).values_list("pk", flat=True)):
        raise MoveRefused(
            _("These places are blurred already.") if pks else _("Tick at least one place to blur.")
        )
    if any(place.picture_id != picture.pk for place in chosen) or None in boxes:
        raise MoveRefused(_("Mark the place in the picture first, then it can be blurred."))
    sha = thumb_sha = ""
    if chosen:
        copy = copies.blurred(filestore.read(COPIES, picture.clean_sha), [box for box in boxes if box])
        sha, thumb_sha = filestore.keep(COPIES, copy), filestore.keep(THUMBS, copies.small(copy))
    with transaction.atomic():
        rows = Picture.objects.filter(pk=picture.pk, version=picture.version)
        if not rows.update(blurred_sha=sha, blurred_thumb_sha=thumb_sha, version=picture.version + 1):
            raise ChangedMeanwhile
        picture.appearances.filter(is_blurred=True).exclude(pk__in=pks).update(is_blurred=False)
        picture.appearances.filter(pk__in=pks).update(is_blurred=True)
        trail.record(
            "picture.blur", about=picture, actor=actor, at=at, data={"sha": sha, "appearances": sorted(pks)}
        )
        copy_changed.send(sender=Picture, picture=picture, at=at)
    picture.refresh_from_db()


def unlist(appearance: Appearance, *, actor: User, at: datetime, note: str) -> None:
    """This will take a place off the list, with the reason in the trail. What the person said of the picture stays."""
    picture = appearance.picture
    _ask(picture, actor)
    if not note.strip():
        raise MoveIncomplete(_("Say why the person is taken off the list."))
    if appearance.is_blurred:
        raise MoveRefused(_("The place is blurred. Show it again before you take it off the list."))
    if appearance.is_protected:
        raise MoveRefused(
            _(
                "The picture must not be used. If it is somebody else, say on the person's page first that "
                "they may be shown."
            )
        )
    if appearance.person is not None and has_said_no(picture, appearance.person):
        raise MoveRefused(
            _("%(name)s has said no. If it is somebody else, note first that the answer was a mistake.")
            % {"name": appearance.person}
        )
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


def note_basis(picture: Picture, *, actor: User, at: datetime, basis: str, motive: str) -> LegalBasis:
    """This will note the legal basis with its motive (R14).

    That nobody is in it is also what is known of the people then. Raises MoveRefused outside the unit's people, and for
    nobody when people are listed; MoveIncomplete without a motive.
    """
    _ask(picture, actor)
    if not motive.strip():
        raise MoveIncomplete(_("Say why this is the legal basis."))
    with transaction.atomic():
        if basis == Basis.NO_PERSON and picture.state != PeopleState.NONE:
            perform(picture, "say_none", actor=actor, at=at)
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
        endings.watch_bank(picture, row, at)
        if says != BankSays.YES:
            cause = _("The media bank does not say that consent exists.")
            endings.end(picture, actor=actor, at=at, cause=cause)
    return row


def _ask(picture: Picture, actor: User) -> None:
    answer = may_tend(actor, picture)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)


UNMARKED = dict.fromkeys(("left", "top", "width", "height"))


def _sides(box: Box | None) -> dict[str, int]:
    """This will check a marked place and name its sides. Raises MoveRefused when it is outside the picture or empty."""
    if box is None:
        return {}
    left, top, width, height = box
    if not (0 <= left < 1000 and 0 <= top < 1000 and 0 < width <= 1000 - left and 0 < height <= 1000 - top):
        raise MoveRefused(_("The marked place is outside the picture. Mark it again."))
    return {"left": left, "top": top, "width": width, "height": height}
