"""Who may do what with shifts, swaps and handovers. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Refusal, grant_if
from editorial.rules import NOT_A_PERSON

if TYPE_CHECKING:
    from core.models import User
    from editorial.models import Handover, Shift, Swap, Team


def may_staff(user: User | None, team: Team) -> Answer:
    """This will grant the team's editors."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(team.has_editor(user), _("Only an editor of the team can change its rota."))


def may_staff_shift(user: User | None, shift: Shift) -> Answer:
    """This will grant the editors of the shift's team."""
    return may_staff(user, shift.team)


def by_a_swap(user: User | None, shift: Shift) -> Answer:
    """This will grant a member of the team; the swap that hands the shift over has asked the rest."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(shift.team.has_member(user), _("Only the team can take its shifts."))


def may_open(user: User | None, shift: Shift) -> Answer:
    """This will grant the clock, and whoever may note that the person is away."""
    if user is None or user.pk == shift.user_id:
        return grant_if(True, "")
    return may_staff(user, shift.team)


def may_take(user: User | None, swap: Swap) -> Answer:
    """This will grant members of the team to whom the swap is offered, and who take its duties."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if user.pk == swap.giver_id:
        return Refusal(_("This is your own offer. Withdraw it to keep the shift."))
    if swap.asked_id not in (None, user.pk):
        return Refusal(_("This is offered to somebody else."))
    member = swap.team.memberships.filter(user=user).first() if user.is_active else None
    if member is None:
        return Refusal(_("Only the team can take its shifts."))
    duties = set(swap.shifts.values_list("duty", flat=True))
    return grant_if(duties <= set(member.duties), _("You do not have these duties in the team."))


def may_withdraw(user: User | None, swap: Swap) -> Answer:
    """This will grant whoever offered, and the team's editors."""
    if user is not None and user.pk == swap.giver_id and not swap.is_cover:
        return grant_if(user.is_active, NOT_A_PERSON)
    return may_staff(user, swap.team)


def may_undo(user: User | None, swap: Swap) -> Answer:
    """This will grant both who swapped, and the team's editors."""
    if user is not None and user.is_active and user.pk in (swap.giver_id, swap.taker_id):
        return grant_if(True, "")
    return may_staff(user, swap.team)


def may_acknowledge(user: User | None, handover: Handover) -> Answer:
    """This will grant the person who begins the shift."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(user.pk == handover.taker_id, _("Only the one who begins the shift acknowledges it."))
