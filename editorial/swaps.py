"""Swaps: a time on duty is offered to one or to all, and changes hands only when somebody takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import MoveForbidden, MoveRefused, perform
from core.notices import Message, make_moot, on_day, say, tell
from core.workdays import local_day
from editorial.absences import ask_colleagues, lay_out_asking
from editorial.handovers import settle
from editorial.models import Shift, Swap
from editorial.rota_states import SWAP_MOVES
from editorial.staffing import hindrance, leave_the_past, one_at_a_time

UNDO_UNTIL = timedelta(hours=24)
trail.WORDS |= {"swap.offer": gettext_lazy("Swap offered")}


def swap_url(swap: Swap) -> str:
    return reverse("editorial:swap_page", args=[swap.pk])


def offer(shifts: Sequence[Shift], *, actor: User, at: datetime, asked: User | None) -> Swap:
    """This will offer the actor's own shifts, or uncovered ones as an editor, to `asked` or to everybody in the team.

    Raises MoveForbidden for other people's shifts, MoveRefused when it is over, offered already or `asked` cannot.
    """
    first, team = shifts[0], shifts[0].team
    uncovered = all(shift.user_id is None for shift in shifts)
    if not (uncovered and team.has_editor(actor)) and any(shift.user_id != actor.pk for shift in shifts):
        raise MoveForbidden(_("You can offer your own shifts, and as an editor those that nobody has."))
    if first.ends_at <= at:
        raise MoveRefused(_("This shift is over."))
    with transaction.atomic():
        if Swap.objects.open().filter(shifts__in=shifts, is_cover=False).exists():
            raise MoveRefused(_("This shift is offered already."))
        if asked is not None and (sentence := hindrance(asked, team, shifts)):
            raise MoveRefused(sentence)
        for swap in Swap.objects.open().filter(shifts__in=shifts).distinct():
            perform(swap, "lapse", actor=None, at=at)
        swap = Swap.objects.create(
            team=team,
            giver=None if uncovered else actor,
            asked=asked,
            starts_at=first.starts_at,
            ends_at=first.ends_at,
            offered_at=at,
        )
        swap.shifts.set(shifts)
        trail.record("swap.offer", about=swap, actor=actor, at=at)
        if asked is not None:
            ladders.set_up("swap", swap.pk, {f"ask-{asked.pk}": at, "lapse": swap.ends_at})
        else:
            lay_out_asking(swap, list(shifts), at)
    return swap


@SWAP_MOVES.before("take")
def ask_again(swap: Swap, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will ask the filters again at the moment of taking, one take of a person at a time."""
    one_at_a_time([actor])
    shifts = list(swap.shifts.all())
    if swap.ends_at <= at:
        raise MoveRefused(_("This shift is over."))
    if any(shift.user_id != _holder(swap) for shift in shifts):
        raise MoveRefused(_("Somebody else has this shift by now."))
    if sentence := hindrance(actor, swap.team, shifts):
        raise MoveRefused(sentence)
    return {"taker": actor, "taken_at": at}


@SWAP_MOVES.effect("take")
def change_hands(swap: Swap, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will give the shifts to the taker, what has passed of them left out, and tell whoever gave them."""
    for shift in swap.shifts.select_related("team", "user"):
        leave_the_past(shift, at)
        perform(shift, "hand_over", actor=actor, at=at, user=actor, why={"reason": "swap"})
        ladders.take_down("uncovered", [shift.pk], at)
    settle(swap.team, {swap.starts_at, swap.ends_at, at}, at)
    _end(swap, at)
    _tell_about(swap, gettext_lazy("%(name)s took your shift"), actor, at, people=[swap.giver])


@SWAP_MOVES.effect("withdraw")
def end_withdrawn(swap: Swap, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    _end(swap, at)


@SWAP_MOVES.effect("lapse")
def end_lapsed(swap: Swap, *, actor: User | None, at: datetime, note: str, **details: Any) -> None:
    _end(swap, at)


@SWAP_MOVES.before("undo")
def ask_before_undoing(swap: Swap, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse within 24 hours of the start, and when the shift has gone on to somebody else."""
    one_at_a_time([swap.giver])
    if sentence := undo_hindrance(swap, at):
        raise MoveRefused(sentence)
    return details


def undo_hindrance(swap: Swap, at: datetime) -> str:
    """This will say in a sentence what keeps a taken swap from being undone now, or nothing when nothing does."""
    if swap.starts_at - at < UNDO_UNTIL:
        return _("A swap can be undone until 24 hours before the shift begins. Offer it instead.")
    if any(shift.user_id != swap.taker_id for shift in swap.shifts.all()):
        return _("Somebody else has this shift by now.")
    return ""


@SWAP_MOVES.effect("undo")
def change_hands_back(swap: Swap, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will give the shifts back to who had them, or open them and ask the others when that person cannot.

    Both are told who has them now.
    """
    shifts = list(swap.shifts.select_related("team", "user"))
    giver = None if swap.is_cover else swap.giver
    back = giver if giver is not None and not hindrance(giver, swap.team, shifts) else None
    for shift in shifts:
        if back is None:
            perform(shift, "open", actor=actor, at=at, starts_at=shift.starts_at, ends_at=shift.ends_at)
        else:
            perform(shift, "hand_over", actor=actor, at=at, user=back, why={"reason": "undone"})
    settle(swap.team, {swap.starts_at, swap.ends_at}, at)
    if back is None:
        ask_colleagues(swap.team, swap.giver, shifts, at, but=swap.taker)
    now = (
        say(gettext_lazy("%(name)s has the shift again."), name=back.name)
        if back
        else gettext_lazy("Nobody has the shift now; colleagues are asked.")
    )
    others = [person for person in (swap.giver, swap.taker) if person != actor]
    _tell_about(swap, gettext_lazy("%(name)s undid your swap"), actor, at, people=others, now=now)


def _holder(swap: Swap) -> int | None:
    return None if swap.is_cover else swap.giver_id


def _end(swap: Swap, at: datetime) -> None:
    ladders.take_down("swap", [swap.pk], at)
    make_moot(swap)


def _tell_about(
    swap: Swap,
    subject: Any,
    actor: User,
    at: datetime,
    *,
    people: Sequence[User | None],
    now: str | Promise = "",
) -> None:
    when = say(
        gettext_lazy("%(team)s, from %(day)s."), team=swap.team.name, day=on_day(local_day(swap.starts_at))
    )
    tell(
        [
            Message(
                recipient=person,
                key=f"swap:{swap.pk}:{swap.version}",
                subject=say(subject, name=actor.name),
                body=format_lazy("{} {}", when, now) if now else when,
                url=swap_url(swap),
                why=gettext_lazy("the shift was or is yours"),
                about=swap,
            )
            for person in people
            if person is not None and person != actor
        ],
        at,
    )
