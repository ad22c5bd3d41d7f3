"""What the clock does with the rota: gaps are laid open and told, colleagues asked, handovers reminded of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from core.clock import job
from core.ladders import ladder
from core.models import Rung, User
from core.moves import perform
from core.notices import Message, on_day, say, tell
from core.workdays import instant, local_day
from editorial.handovers import handover_url
from editorial.models import Duty, Handover, Shift, Swap, Team
from editorial.rota import WEEK
from editorial.staffing import FROZEN, hindrance, monday_of, shift_url, tell_while_uncovered
from editorial.swaps import swap_url


@job("gaps")
def lay_open_gaps(at: datetime) -> int:
    """This will lay out, 14 days ahead, an uncovered shift wherever a running rota has none, and return how many."""
    horizon = local_day(at) + FROZEN
    teams = Team.objects.filter(rota_from__lte=horizon).filter(Q(laid_until=None) | Q(laid_until__lt=horizon))
    return sum(_lay(team, at) for team in teams)


@ladder("uncovered")
def tell_uncovered(rungs: list[Rung], at: datetime) -> None:
    """This will tell the editors of shifts nobody has; on the day itself it is an alarm to the unit's chiefs too."""
    shifts = Shift.objects.uncovered().select_related(
        "team__unit__responsible_chief", "team__unit__communications_chief"
    )
    found = shifts.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if shift := found.get(rung.object_id):
            tell(_alarms(shift, rung.step, at), at)


@ladder("swap")
def climb_swaps(rungs: list[Rung], at: datetime) -> None:
    """This will ask the next colleague, and let an offer lapse when the shift is over."""
    swaps = Swap.objects.open().select_related("team", "giver").in_bulk({rung.object_id for rung in rungs})
    asked = User.objects.in_bulk([int(r.step[4:]) for r in rungs if r.step.startswith("ask-")])
    for rung in rungs:
        swap = swaps.get(rung.object_id)
        if swap is None:
            continue
        if rung.step == "lapse":
            perform(swap, "lapse", actor=None, at=at)
            continue
        user = asked.get(int(rung.step[4:]))
        # What was true when the order was laid out may not be any more.
        if user is not None and not hindrance(user, swap.team, list(swap.shifts.all())):
            tell([_question(swap, user)], at)


@ladder("handover")
def climb_handovers(rungs: list[Rung], at: datetime) -> None:
    """This will remind who leaves to write, and who begins to read, until it is acknowledged."""
    open_ones = Handover.objects.open().held().select_related("team", "giver", "taker")
    found = open_ones.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        handover = found.get(rung.object_id)
        if handover is None:
            continue
        person = handover.giver if rung.step == "write" else handover.taker
        if person is not None:
            tell([_reminder(handover, rung.step, person)], at)


def _lay(team: Team, at: datetime) -> int:
    horizon = local_day(at) + FROZEN
    week = max(monday_of(local_day(at)), monday_of(team.rota_from or horizon))
    made = []
    with transaction.atomic():
        if not Team.objects.filter(pk=team.pk, laid_until=team.laid_until).update(laid_until=horizon):
            return 0
        while week <= horizon:
            starts_at, ends_at = instant(week, "00:00"), instant(week + WEEK, "00:00")
            there = set(team.shifts.settled().between(starts_at, ends_at).values_list("duty", flat=True))
            for duty in Duty.values:
                if duty not in there and ends_at > at:
                    made.append(
                        Shift.objects.create(team=team, duty=duty, starts_at=starts_at, ends_at=ends_at)
                    )
            week += WEEK
        tell_while_uncovered(made, at)
    return len(made)


def _alarms(shift: Shift, step: str, at: datetime) -> list[Message]:
    today = step.startswith("day-") or shift.starts_at <= at
    team = shift.team
    people = [*team.editors(), *(team.unit.chiefs if today else [])]
    # The duties of a time are told of together, and a gap that is there again is not told of twice for one day.
    what = step if step.startswith("now-") else step.rpartition("-")[0]
    alike = Shift.objects.uncovered().filter(team=team, starts_at=shift.starts_at, ends_at=shift.ends_at)
    duties = ", ".join(
        str(Duty(duty).label) for duty in alike.values_list("duty", flat=True).order_by("duty")
    )
    subject = (
        gettext_lazy("Nobody is on duty: %(team)s")
        if today
        else gettext_lazy("Nobody has the shift from %(day)s: %(team)s")
    )
    return [
        Message(
            recipient=person,
            key=f"uncovered:{team.pk}:{shift.starts_at:%Y%m%d%H%M}:{what}",
            subject=say(subject, team=team.name, day=on_day(local_day(shift.starts_at))),
            body=say(
                gettext_lazy("Without anybody: %(duties)s. Offer the shift, or take it."), duties=duties
            ),
            url=shift_url(shift),
            why=gettext_lazy("you are an editor of the team or a chief of its unit"),
            about=shift,
            urgent=today,
        )
        for person in dict.fromkeys(people)
    ]


def _question(swap: Swap, user: User) -> Message:
    return Message(
        recipient=user,
        key=f"swap:{swap.pk}:ask",
        subject=say(
            gettext_lazy("Can you take a shift? %(team)s from %(day)s"),
            team=swap.team.name,
            day=on_day(local_day(swap.starts_at)),
        ),
        body=gettext_lazy("It is yours only when you take it. Whoever takes it first has it."),
        url=swap_url(swap),
        why=gettext_lazy("you are in the team and free at that time"),
        about=swap,
        urgent=swap.starts_at < swap.offered_at + timedelta(hours=24),
    )


def _reminder(handover: Handover, step: str, person: User) -> Message:
    subject = {
        "write": gettext_lazy("Hand over your shift: %(team)s"),
        "read": gettext_lazy("Your shift begins: %(team)s"),
        "remind": gettext_lazy("Read the handover: %(team)s"),
    }[step]
    return Message(
        recipient=person,
        key=f"handover:{handover.pk}:{step}",
        subject=say(subject, team=handover.team.name),
        body=gettext_lazy("The note lists what is open. Add what the next person should know.")
        if step == "write"
        else gettext_lazy("Read the handover and acknowledge it."),
        url=handover_url(handover),
        why=gettext_lazy("you have the shift before or after the change"),
        about=handover,
    )
