"""What the clock does with series (R7): lay out their slots every night, and remind of those that are still empty."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from calendar_app.laying import lay_out_due
from calendar_app.models import LayingOut, Slot
from calendar_app.states import SlotState
from calendar_app.transitions import slot_url
from core.clock import job
from core.ladders import ladder
from core.models import Rung, User
from core.moves import ChangedMeanwhile
from core.notices import Message, say, tell
from core.templatetags.parts import moment
from core.workdays import local_day


@job("slots")
def lay_out_tonight(at: datetime) -> int:
    """This will lay out slots once for each local day and return how many are new.

    Two beats at once lay them out once: the second finds the day taken, and a rule changed meanwhile leaves it all to
    the next round.
    """
    today = local_day(at)
    if LayingOut.objects.filter(day=today).exists():
        return 0
    try:
        with transaction.atomic():
            night = LayingOut.objects.create(day=today, at=at, slot_count=0)
            count = lay_out_due(at)
            LayingOut.objects.filter(pk=night.pk).update(slot_count=count)
    except (IntegrityError, ChangedMeanwhile):
        return 0
    return count


@ladder("slot")
def remind_of_empty_slots(rungs: list[Rung], at: datetime) -> None:
    """This will remind of places that are still empty: the owner of the series, or the editors when they left."""
    empty = Slot.objects.filter(state=SlotState.OPEN, starts_at__gt=at)
    found = empty.select_related("series__team", "series__owner").in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if slot := found.get(rung.object_id):
            tell([_reminder(slot, rung, person) for person in whose(slot)], at)


def whose(slot: Slot) -> list[User]:
    """This will return the series' owner while they are in its team, otherwise the team's editors."""
    series = slot.series
    return [series.owner] if series.team.has_member(series.owner) else series.team.editors()


def _reminder(slot: Slot, rung: Rung, person: User) -> Message:
    return Message(
        recipient=person,
        key=f"rung:{rung.pk}",
        subject=say(
            gettext_lazy("Still empty in %(days)s days: %(series)s"),
            days=rung.step.partition("-")[0],
            series=slot.series.name,
        ),
        body=say(
            gettext_lazy("The place at %(time)s has no post. Write one, or skip the place and say why."),
            time=LazyMoment(slot.starts_at),
        ),
        url=slot_url(slot),
        why=gettext_lazy("you own the series, or are an editor of its team"),
        about=slot,
    )


class LazyMoment:
    """An instant that is written in the language of whoever reads it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __str__(self) -> str:
        return moment(self.at)
