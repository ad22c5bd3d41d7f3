"""Who may plan series and their slots. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Grant, Refusal, grant_if

if TYPE_CHECKING:
    from calendar_app.models import DayNote, Series, Slot
    from core.models import User
    from editorial.models import Team

NOT_A_PERSON = _("Only a person can do this.")


def may_plan_for(user: User | None, team: Team) -> Answer:
    """This will grant members of the team."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(team.has_member(user), _("Only the series' team can do this."))


def may_plan_series(user: User | None, series: Series) -> Answer:
    return may_plan_for(user, series.team)


def may_plan_slot(user: User | None, slot: Slot) -> Answer:
    return may_plan_for(user, slot.series.team)


def follows_the_rule(user: User | None, slot: Slot) -> Answer:
    """This will grant: these moves are no buttons; they follow when the rule of the series changes or ends."""
    return Grant()


def may_note(user: User, note: DayNote) -> Answer:
    """This will grant members of the note's team; what all teams see, only its editors."""
    if note.for_all and not note.team.has_editor(user):
        return Refusal(_("Only an editor marks days for all teams."))
    return grant_if(note.team.has_member(user), _("Only the team can change its notes."))
