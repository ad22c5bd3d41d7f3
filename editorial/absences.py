"""Being away: the shifts it touches open at once, and colleagues are asked in order of lightest load."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.clock import job
from core.models import User
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.handovers import settle
from editorial.models import Absence, Membership, Shift, Swap, Team
from editorial.rota_states import SHIFT_MOVES
from editorial.staffing import candidates, hindrance, leave_the_past, one_at_a_time, tell_while_uncovered

ASK_EVERY = timedelta(hours=2)
ASK_ALL_WITHIN = timedelta(hours=24)
LONGEST = timedelta(days=400)
FARTHEST = timedelta(days=3 * 366)
trail.WORDS |= {
    "absence.add": gettext_lazy("Absence noted"),
    "absence.end": gettext_lazy("Absence ended"),
}


def may_note_absence(actor: User, user: User) -> bool:
    """This will tell whether the actor is the person, or an editor of a team the person is in."""
    mine = Team.objects.of_member(actor, Membership.Role.EDITOR)
    return actor.is_active and (actor == user or mine.filter(memberships__user=user).exists())


def add_absence(user: User, *, actor: User, at: datetime, starts_on: date, ends_on: date) -> Absence:
    """This will note that the user is away and open the shifts it touches. Why is not asked.

    Raises MoveForbidden for other people than the user and editors of the user's teams, MoveRefused for days in the
    past or more than three years ahead, more than 400 days, or days that are noted already.
    """
    if not may_note_absence(actor, user):
        raise MoveForbidden(_("Only the person and the team's editors can note an absence."))
    if ends_on < local_day(at):
        raise MoveRefused(_("These days are over."))
    if ends_on < starts_on:
        raise MoveRefused(_("The last day comes before the first."))
    if starts_on - local_day(at) > FARTHEST:
        raise MoveRefused(_("An absence can be noted three years ahead at most."))
    if ends_on - starts_on > LONGEST:
        raise MoveRefused(_("An absence can be 400 days at most. Take the person out of the team instead."))
    with transaction.atomic():
        one_at_a_time([user])
        if Absence.objects.filter(user=user).between(starts_on, ends_on).exists():
            raise MoveRefused(_("Some of these days are noted already."))
        absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on)
        trail.record("absence.add", about=absence, actor=actor, at=at)
        since = max(at, instant(starts_on, "00:00"))
        open_time(user, since, instant(ends_on + timedelta(days=1), "00:00"), actor=actor, at=at)
    return absence


def end_absence(absence: Absence, *, actor: User, at: datetime) -> int:
    """This will let the absence end yesterday, or take it away when it has not begun, and return how many times on duty
    came back: what nobody took is the person's again, what somebody took stays with who took it.

    Raises MoveForbidden for other people than the person and editors of the person's teams.
    """
    if not may_note_absence(actor, absence.user):
        raise MoveForbidden(_("Only the person and the team's editors can note an absence."))
    today = local_day(at)
    with transaction.atomic():
        one_at_a_time([absence.user])
        trail.record("absence.end", about=absence, actor=actor, at=at)
        if absence.starts_on >= today:
            absence.delete()
        else:
            Absence.objects.filter(pk=absence.pk, ends_on__gte=today).update(
                ends_on=today - timedelta(days=1)
            )
        return sum(_take_back(swap, actor, at) for swap in _untaken(absence.user, actor, at))


def _untaken(user: User, actor: User, at: datetime) -> QuerySet[Swap]:
    """What the user's absences opened in the actor's teams, and nobody has taken."""
    covers = Swap.objects.open().filter(is_cover=True, giver=user, ends_at__gt=at)
    return covers.filter(team__in=Team.objects.of_member(actor)).select_related("team", "giver")


def _take_back(swap: Swap, actor: User, at: datetime) -> bool:
    """Give what is left of the time back to who had it, and say whether nothing was in the way."""
    user, shifts = swap.giver, list(swap.shifts.filter(user=None).select_related("team", "user"))
    if user is None or not shifts:
        return False
    ahead = [Shift(duty=one.duty, starts_at=max(one.starts_at, at), ends_at=one.ends_at) for one in shifts]
    if hindrance(user, swap.team, ahead):
        return False
    perform(swap, "lapse", actor=None, at=at)
    for shift in shifts:
        leave_the_past(shift, at)
        perform(shift, "hand_over", actor=actor, at=at, user=user, why={"reason": "back"})
        ladders.take_down("uncovered", [shift.pk], at)
    settle(swap.team, {max(swap.starts_at, at), swap.starts_at, swap.ends_at}, at)
    return True


def open_time(
    user: User,
    since: datetime,
    until: datetime,
    *,
    actor: User | None,
    at: datetime,
    team: Team | None = None,
) -> list[Swap]:
    """This will take the user off every shift between the two instants and ask the colleagues. Parts outside stay."""
    shifts = Shift.objects.settled().filter(user=user).between(since, until).select_related("team")
    if team is not None:
        shifts = shifts.filter(team=team)
    opened: dict[tuple[Team, datetime, datetime], list[Shift]] = defaultdict(list)
    for shift in shifts.order_by("starts_at", "pk"):
        starts_at, ends_at = max(shift.starts_at, since), min(shift.ends_at, until)
        perform(shift, "open", actor=actor, at=at, starts_at=starts_at, ends_at=ends_at)
        opened[shift.team, starts_at, ends_at].append(shift)
    for its_team, starts_at, ends_at in opened:
        settle(its_team, {starts_at, ends_at}, at)
    return [ask_colleagues(its_team, user, rows, at) for (its_team, _start, _end), rows in opened.items()]


@SHIFT_MOVES.before("open")
def keep_the_rest(shift: Shift, *, actor: User | None, at: datetime, **details: Any) -> dict[str, Any]:
    """This will leave what lies before and after the opened time with the one who has the shift."""
    if shift.user is not None:
        for start, end in ((shift.starts_at, details["starts_at"]), (details["ends_at"], shift.ends_at)):
            if start < end:
                Shift.objects.create(
                    team=shift.team,
                    duty=shift.duty,
                    user=shift.user,
                    starts_at=start,
                    ends_at=end,
                    why=shift.why,
                )
    return details | {"user": None, "why": {"reason": "opened"}}


@SHIFT_MOVES.effect("open")
def tell_until_covered(shift: Shift, *, actor: User | None, at: datetime, note: str, **details: Any) -> None:
    """This will end the open offers of the one who had it, and tell the editors while nobody has it."""
    for swap in Swap.objects.open().filter(shifts=shift):
        perform(swap, "lapse", actor=None, at=at)
    tell_while_uncovered([shift], at)


def ask_colleagues(
    team: Team, giver: User | None, shifts: list[Shift], at: datetime, *, but: User | None = None
) -> Swap:
    """This will offer what nobody has any more to everybody who can take it; neither `giver` nor `but` is asked."""
    swap = Swap.objects.create(
        team=team,
        giver=giver,
        is_cover=True,
        starts_at=shifts[0].starts_at,
        ends_at=shifts[0].ends_at,
        offered_at=at,
    )
    swap.shifts.set(shifts)
    lay_out_asking(swap, shifts, at, but=but)
    return swap


def lay_out_asking(swap: Swap, shifts: list[Shift], at: datetime, *, but: User | None = None) -> None:
    """This will lay out whom to ask when: the lightest load now, the next every two hours, all at once when it is near."""
    free = [one.user for one in candidates(swap.team, shifts) if not one.hindrance]
    can = [user for user in free if user not in (swap.giver, but)]
    pause = timedelta(0) if swap.starts_at - at < ASK_ALL_WITHIN else ASK_EVERY
    steps = {f"ask-{user.pk}": at + number * pause for number, user in enumerate(can)}
    ladders.set_up("swap", swap.pk, steps | {"lapse": max(swap.ends_at, at)})


@job("leavers")
def open_shifts_of_leavers(at: datetime) -> int:
    """This will open, from now on, the shifts of people who left their team or the city, and return how many."""
    stays = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("user"))
    left = (
        Shift.objects.settled()
        .filter(ends_at__gt=at, user__isnull=False)
        .filter(Q(user__is_active=False) | ~Exists(stays))
        .select_related("user", "team")
    )
    pairs = {(shift.user, shift.team): shift.ends_at for shift in left.order_by("ends_at")}
    with transaction.atomic():
        return sum(
            len(open_time(user, at, until, actor=None, at=at, team=team))
            for (user, team), until in pairs.items()
            if user is not None
        )
