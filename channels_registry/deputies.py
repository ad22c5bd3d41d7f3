"""Who decides in a chief's place: named for a time by the chief, or by an administrator. Who and when is kept (R32)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Closure, Deputyship, Role
from channels_registry.models.closures import chief_of
from channels_registry.rules import is_chief, keeps_the_register
from core import trail
from core.models import Unit, User
from core.moves import MoveForbidden, MoveRefused
from core.notices import Message, on_day, say, tell
from core.workdays import local_day

trail.WORDS |= {
    "deputy.name": gettext_lazy("Deputy named"),
    "deputy.end": gettext_lazy("Deputyship ended"),
}


def seats_to_fill(user: User) -> list[tuple[Unit, str]]:
    """This will list the seats the person may name a deputy for: their own as a chief, all for administrators."""
    units = Unit.objects.select_related("responsible_chief", "communications_chief").order_by("name")
    if not user.is_superuser:
        units = units.filter(models.Q(responsible_chief=user) | models.Q(communications_chief=user))
    return [
        (unit, role)
        for unit in units
        for role in Role.values
        if chief_of(unit, role) and (user.is_superuser or chief_of(unit, role) == user)
    ]


def visible_to(user: User) -> models.QuerySet[Deputyship]:
    """This will find the deputyships of units one is a chief of, one's own, and all for those who keep the register."""
    rows = Deputyship.objects.select_related("unit", "deputy")
    if keeps_the_register(user):
        return rows
    return rows.filter(
        models.Q(deputy=user)
        | models.Q(unit__responsible_chief=user)
        | models.Q(unit__communications_chief=user)
    )


def why_not(unit: Unit, role: str, deputy: User, starts_on: date, ends_on: date, today: date) -> str:
    """This will say why somebody cannot be deputy, or nothing."""
    if not deputy.is_active:
        return _("%(name)s has no active account.") % {"name": deputy.name}
    if is_chief(deputy, unit):
        return _("%(name)s is one of the unit's two chiefs. Two people have to decide.") % {
            "name": deputy.name
        }
    if handled := _handled_by(deputy, unit):
        return _("%(name)s handles or opened the closure of %(channel)s, and cannot decide it too.") % {
            "name": deputy.name,
            "channel": handled.channel,
        }
    if chief_of(unit, role) is None:
        return _("The unit has no %(role)s to stand in for.") % {"role": Role(role).label}
    if ends_on < starts_on:
        return _("The last day comes before the first.")
    if ends_on < today:
        return _("The last day is over.")
    twice = Deputyship.objects.filter(
        unit=unit, deputy=deputy, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if twice.exclude(role=role).exists():
        return _("%(name)s is deputy for the other chief those days. Two people have to decide.") % {
            "name": deputy.name
        }
    if twice.exists():
        return _("%(name)s is deputy in this role already those days.") % {"name": deputy.name}
    return ""


def _handled_by(person: User, unit: Unit) -> Closure | None:
    theirs = models.Q(handler=person) | models.Q(opened_by=person)
    undecided = Closure.objects.undecided_in([unit.pk]).filter(theirs)
    return undecided.select_related("channel__platform").first()


def possible(seats: Iterable[tuple[Unit, str]]) -> models.QuerySet[User]:
    """This will find who can be deputy in one of the seats at least: no chief there, and nobody who handles a closure."""
    units = {unit.pk: unit for unit, _role in seats}
    barred = {pk: {chief.pk for chief in unit.chiefs} for pk, unit in units.items()}
    handled = Closure.objects.undecided_in(units).values_list("channel__unit", "handler", "opened_by")
    for pk, *people in handled:
        barred[pk] |= set(people)
    nowhere = set.intersection(*barred.values()) if barred else set()
    return User.objects.filter(is_active=True).exclude(pk__in=nowhere)


def name_deputy(
    *,
    actor: User,
    at: datetime,
    unit: Unit,
    role: str,
    deputy: User,
    starts_on: date,
    ends_on: date,
    why: str,
) -> Deputyship:
    """This will name a deputy and tell them and the chief. Raises MoveRefused with the reason."""
    if (unit, role) not in seats_to_fill(actor):
        raise MoveForbidden(
            _("A chief names a deputy for their own role. An administrator can do it for them.")
        )
    if reason := why_not(unit, role, deputy, starts_on, ends_on, local_day(at)):
        raise MoveRefused(reason)
    with transaction.atomic():
        row = Deputyship.objects.create(
            unit=unit, role=role, deputy=deputy, starts_on=starts_on, ends_on=ends_on, why=why
        )
        data = {"unit": unit.pk, "role": role, "from": starts_on.isoformat(), "until": ends_on.isoformat()}
        trail.record("deputy.name", about=row, actor=actor, at=at, note=why, data=data)
        _tell(row, actor, at)
    return row


def end_deputyship(row: Deputyship, *, actor: User, at: datetime) -> None:
    """This will end a deputyship with yesterday, or take one away that has not begun; a signature given under it stays."""
    if (row.unit, row.role) not in seats_to_fill(actor):
        raise MoveForbidden(
            _("A chief ends a deputyship for their own role. An administrator can do it for them.")
        )
    today = local_day(at)
    if row.ends_on < today:
        raise MoveRefused(_("The deputyship is over already."))
    with transaction.atomic():
        trail.record("deputy.end", about=row, actor=actor, at=at)
        try:
            with transaction.atomic():
                _cut(row, today)
        except IntegrityError:
            # Signed today: it ends with the day.
            Deputyship.objects.filter(pk=row.pk).update(ends_on=today)


def _cut(row: Deputyship, today: date) -> None:
    if row.starts_on >= today:
        row.delete()
        return
    Deputyship.objects.filter(pk=row.pk).update(ends_on=today - timedelta(days=1))


def _tell(row: Deputyship, actor: User, at: datetime) -> None:
    people: list[Any] = [row.deputy, chief_of(row.unit, row.role)]
    tell(
        (
            Message(
                recipient=person,
                key=f"deputy:{row.pk}",
                subject=say(
                    gettext_lazy("%(name)s is deputy in %(unit)s"), name=row.deputy.name, unit=row.unit.name
                ),
                body=say(
                    gettext_lazy(
                        "As %(role)s, from %(first)s until %(last)s. The deputy decides on closures then."
                    ),
                    role=Role(row.role).label,
                    first=on_day(row.starts_on),
                    last=on_day(row.ends_on),
                ),
                url=reverse("channels_registry:deputies_page"),
                why=gettext_lazy("you are deputy, or the chief in whose place it is"),
            )
            for person in people
            if person and person != actor
        ),
        at,
    )
