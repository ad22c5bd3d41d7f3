"""The people in the pictures: noted, corrected, protected, erased, and who answers for a child."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import endings
from consent.models import Appearance, ConsentEvent, Guardianship, Letter, Person, Picture
from consent.rules import may_keep
from consent.signals import shown_of_person
from consent.states import NO, YES, Said
from core import ladders, trail
from core.models import Event, Notice, Unit, User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused
from core.rules import Refusal
from core.workdays import instant, local_day

trail.WORDS |= {
    "person.add": gettext_lazy("Person added"),
    "person.guardian": gettext_lazy("Guardian added"),
    "person.unguard": gettext_lazy("Guardian taken away"),
    "person.correct": gettext_lazy("Facts of the person corrected"),
    "person.protect": gettext_lazy("Must not be shown"),
    "person.unprotect": gettext_lazy("May be shown again"),
    "person.look": gettext_lazy("Somebody looked at what is kept"),
    "person.look_at_picture": gettext_lazy("Somebody looked at a picture and what was said of it"),
    "person.extract": gettext_lazy("Extract taken out"),
    "person.scan": gettext_lazy("Scanned paper opened"),
    "person.erase": gettext_lazy("Erased"),
}

FACTS = ("name", "born_on", "email")


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
    _ask_birth(born_on, at)
    with transaction.atomic():
        person = Person.objects.create(unit=unit, name=name, born_on=born_on, email=email)
        trail.record("person.add", about=person, actor=actor, at=at)
        for guardian in guardians:
            _guard(person, guardian, actor, at)
    return person


def add_guardian(child: Person, guardian: Person, *, actor: User, at: datetime) -> None:
    """This will note one more who answers for a child; from now on their yes is needed too.

    Raises MoveForbidden outside the unit's people, MoveRefused for the child itself, and for one who is noted already.
    """
    _ask(child, actor)
    if guardian == child:
        raise MoveRefused(_("Nobody is their own guardian."))
    if child.guardianships.filter(guardian=guardian).exists():
        raise MoveRefused(_("%(name)s is noted as guardian already.") % {"name": guardian})
    with transaction.atomic():
        _guard(child, guardian, actor, at)


def remove_guardian(row: Guardianship, *, actor: User, at: datetime, note: str) -> None:
    """This will take a guardian away, with the reason in the trail. A yes of theirs stays, and no longer counts.

    Raises MoveForbidden outside the unit's people, MoveIncomplete without a reason, and MoveRefused while a no of theirs
    stands: taking them away would overrule it.
    """
    _ask(row.child, actor)
    if not note.strip():
        raise MoveIncomplete(_("Say why the guardian is taken away."))
    if row.child.is_child_on(local_day(at)) and (no := _stands_no(row)):
        raise MoveRefused(
            _(
                "%(name)s has said no to the picture “%(picture)s”. If they never were the guardian, note first "
                "that it was a mistake."
            )
            % {"name": row.guardian, "picture": no.picture.title}
        )
    with transaction.atomic():
        data = {"guardian": row.guardian_id}
        trail.record("person.unguard", about=row.child, actor=actor, at=at, note=note, data=data)
        row.delete()


def correct(person: Person, *, actor: User, at: datetime, **facts: Any) -> None:
    """This will correct a name, a birth date or an address; the trail says which, and holds neither the old nor the new.

    Raises MoveForbidden outside the unit's people, MoveRefused for a birth in the future and for somebody erased.
    """
    _ask(person, actor)
    if person.erased_at:
        raise MoveRefused(_("The person is erased."))
    changed = [name for name in FACTS if name in facts and getattr(person, name) != facts[name]]
    if not changed:
        return
    _ask_birth(facts.get("born_on"), at)
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**{name: facts[name] for name in changed})
        person.refresh_from_db()
        trail.record("person.correct", about=person, actor=actor, at=at, data={"fields": changed})
        if "born_on" in changed:
            endings.watch_birthday(person, at)


def protect(person: Person, *, actor: User, at: datetime, protected: bool = True) -> None:
    """This will block every picture of the person, or no longer; what is planned stops and what is out comes down.

    No reason is asked for or kept. Raises MoveForbidden outside the unit's people.
    """
    _ask(person, actor)
    with transaction.atomic():
        if not Person.objects.filter(pk=person.pk, is_protected=not protected).update(is_protected=protected):
            return
        trail.record("person.protect" if protected else "person.unprotect", about=person, actor=actor, at=at)
        if protected:
            for picture in Picture.objects.filter(appearances__person=person).distinct():
                endings.end(picture, actor=actor, at=at, cause=_("The picture must not be used."))
    person.refresh_from_db()


def note_looks(people: Iterable[Person], *, actor: User, at: datetime, kind: str = "person.look") -> None:
    """This will note in the trail that somebody looked at what is kept of people, once for each of them and day."""
    shown = {person.pk: person for person in people}
    if not shown:
        return
    today = Event.objects.filter(
        about_type=Person._meta.label_lower,
        about_id__in=shown,
        kind=kind,
        actor=actor,
        at__gte=instant(local_day(at), "00:00"),
    )
    noted = set(today.values_list("about_id", flat=True))
    new = [person for pk, person in shown.items() if pk not in noted]
    if new:
        trail.record_many(trail.event_of(kind, about=person, actor=actor, at=at) for person in new)


def erase(person: Person, *, actor: User, at: datetime, note: str) -> list[str]:
    """This will erase what may be erased of a person, and return what must be kept, in words.

    Name, birth date, address, guardianships and what was told of their birthdays go; the row stays, without them, so
    that what was asked and answered can be proved. Raises MoveForbidden outside the unit's people, MoveIncomplete
    without a reason, MoveRefused while a yes of theirs stands or a picture of theirs is out.
    """
    _ask(person, actor)
    if not note.strip():
        raise MoveIncomplete(_("Say who asked for it and when."))
    _ask_nothing_stands(person)
    with transaction.atomic():
        now = Person.objects.filter(pk=person.pk, erased_at=None)
        if not now.update(name="", born_on=None, email="", erased_at=at):
            raise MoveRefused(_("The person is erased."))
        Letter.objects.filter(signer=person).update(to="")
        person.requests_to.filter(cancelled_at=None).update(cancelled_at=at)
        person.guardianships.all().delete()
        person.guards.all().delete()
        Appearance.objects.filter(person=person).update(place=_("erased"))
        ladders.take_down(endings.COMING_OF_AGE, [person.pk], at)
        Notice.objects.filter(key__startswith=endings.age_key(person)).delete()
        trail.record("person.erase", about=person, actor=actor, at=at, note=note)
    person.refresh_from_db()
    return what_is_kept(person)


def what_is_kept(person: Person) -> list[str]:
    """This will name what is kept of somebody after they are erased, and why."""
    words = ConsentEvent.objects.filter(person=person) | ConsentEvent.objects.filter(signer=person)
    kept = [
        _("That we asked, and what was answered, without the name: we have to be able to prove it."),
        _("The trail, in which the person is a number. What others wrote in it themselves stays."),
    ]
    if days := settings.RETENTION_DAYS.get("notices"):
        kept.append(
            _("What colleagues were told, which may name the person: it goes after %(days)s days.")
            % {"days": days}
        )
    if words.exclude(scan_sha="").exists():
        kept.append(_("Scanned papers with a signature, until the records officer disposes of them."))
    if person.appearances.exists():
        kept.append(_("The pictures, which cannot be used without a new consent."))
    return kept


def _stands_no(row: Guardianship) -> ConsentEvent | None:
    """This will return a no of the guardian that stands, of a picture the child is listed in."""
    words = ConsentEvent.objects.filter(person=row.child, signer=row.guardian, said__in=NO).standing()
    listed = words.filter(picture__appearances__person=row.child)
    return listed.select_related("picture").order_by("pk").first()


def _ask_nothing_stands(person: Person) -> None:
    last: dict[tuple[int, int, int], ConsentEvent] = {}
    mine = ConsentEvent.objects.filter(person=person) | ConsentEvent.objects.filter(signer=person)
    for word in mine.exclude(said=Said.ASKED).order_by("pk"):
        last[word.picture_id, word.person_id, word.signer_id] = word
    standing = len({word.picture_id for word in last.values() if word.said in YES})
    if standing:
        raise MoveRefused(
            _("A yes still stands for %(count)s pictures. Note first that it is taken back.")
            % {"count": standing}
        )
    answers: list[tuple[Any, Any]] = shown_of_person.send(sender=Person, person=person)
    if any(shown.is_live for _receiver, rows in answers for shown in rows):
        raise MoveRefused(_("A picture of the person is still out. It has to be taken down first."))


def _guard(child: Person, guardian: Person, actor: User, at: datetime) -> None:
    Guardianship.objects.create(child=child, guardian=guardian)
    trail.record("person.guardian", about=child, actor=actor, at=at, data={"guardian": guardian.pk})


def _ask_birth(born_on: date | None, at: datetime) -> None:
    if born_on and born_on > local_day(at):
        raise MoveRefused(_("The date of birth is in the future."))


def _ask(person: Person, actor: User) -> None:
    answer = may_keep(actor, person)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
