"""Making a team's rota: proposing it, changing it by hand, publishing it, and who could take a time on duty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import MoveForbidden, MoveRefused, perform
from core.notices import Message, on_day, say, tell
from core.rules import Refusal
from core.workdays import instant, is_working_day, local_day, red_days
from editorial.handovers import settle
from editorial.models import Absence, Holding, Post, Shift, Team
from editorial.rota import MEMORY, WEEK, Choice, Ledger, Member, Need, propose, week_load
from editorial.rota_rules import may_staff
from editorial.rota_states import SHIFT_MOVES, ShiftState

WEEKS = 12
FROZEN = timedelta(days=14)
UNCOVERED_DAYS = (14, 7, 2, 1)
trail.WORDS |= {
    "team.propose": gettext_lazy("Rota proposed"),
    "team.publish": gettext_lazy("Rota published"),
    "team.edit": gettext_lazy("Team changed"),
}


def rota_url(team: Team) -> str:
    return reverse("editorial:rota_page", args=[team.pk])


def shift_url(shift: Shift) -> str:
    return reverse("editorial:shift_page", args=[shift.pk])


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_red(day: date) -> bool:
    return day in red_days(day.year)


def load_of(shift: Shift, since: date = date.min, until: date = date.max) -> float:
    """This will weigh a shift by its days, those outside the period left out: a working day 1, a Saturday or Sunday ½,
    a red day or closed eve 2.
    """
    first = max(local_day(shift.starts_at), since)
    last = min(local_day(shift.ends_at - timedelta(seconds=1)), until)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return sum(2.0 if is_red(day) else 1.0 if day.weekday() < 5 else 0.5 for day in days)


def members_of(team: Team, first: date, last: date) -> list[Member]:
    """This will read the team's people as the rota sees them, for weeks from `first` to the day `last`."""
    rows = list(team.memberships.filter(user__is_active=True).select_related("user").order_by("pk"))
    people, since = [row.user_id for row in rows], first - MEMORY
    away, busy, own, done = defaultdict(list), defaultdict(list), defaultdict(set), _loads(team, since)
    for absence in Absence.objects.filter(user__in=people).between(since, last):
        away[absence.user_id].append((absence.starts_on, absence.ends_on))
    elsewhere = Shift.objects.exclude(team=team).filter(user__in=people)
    for shift in elsewhere.between(instant(first, "00:00"), instant(last + timedelta(days=1), "00:00")):
        busy[shift.user_id].append(
            (local_day(shift.starts_at), local_day(shift.ends_at - timedelta(seconds=1)))
        )
    for author, planned in (
        Post.objects.filter(team=team, created_by__in=people)
        .annotate(out_at=Coalesce("planned_at", "wanted_at"))
        .filter(out_at__gte=instant(first, "00:00"))
        .values_list("created_by", "out_at")
    ):
        own[author].add(monday_of(local_day(planned)))
    return [
        Member(
            key=row.user_id,
            name=row.user.name,
            duties=frozenset(row.duties),
            share=row.share,
            away=tuple(away[row.user_id]),
            busy=tuple(busy[row.user_id]),
            own=frozenset(own[row.user_id]),
            done=done[row.user_id],
            joined=row.joined_on,
        )
        for row in rows
    ]


def _loads(team: Team, since: date) -> dict[int, dict[date, float]]:
    loads: dict[int, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for shift in Shift.objects.settled().filter(
        team=team, user__isnull=False, ends_at__gt=instant(since, "00:00")
    ):
        loads[shift.user_id or 0][monday_of(local_day(shift.starts_at))] += load_of(shift)
    return loads


def needs_of(team: Team, first: date, weeks: int) -> list[Need]:
    """This will list the groups of duties to be held in each week; a week that is settled is left as it is.

    A group of which a part is settled already is asked for duty by duty.
    """
    ends = first + weeks * WEEK
    settled = list(
        Shift.objects.settled()
        .filter(team=team)
        .between(instant(first, "00:00"), instant(ends, "00:00"))
        .values_list("duty", "starts_at", "ends_at", "user")
    )
    needs = []
    for number in range(weeks):
        week = first + number * WEEK
        starts_at, ends_at = instant(week, "00:00"), instant(week + WEEK, "00:00")
        there = {duty: user for duty, start, end, user in settled if start < ends_at and end > starts_at}
        load = week_load(week, is_red)
        for group in Holding(team.holding).groups:
            left = tuple(duty for duty in group if duty not in there)
            needs += [Need(week, left, load)] if left else []
        needs += [Need(week, (duty,), load, fixed=user) for duty, user in there.items() if user]
    return needs


def choices_for(team: Team, at: datetime, weeks: int, seed: int | None = None) -> list[Choice]:
    """This will compute the rota of the coming weeks. Writes nothing."""
    first = monday_of(local_day(at)) + WEEK
    members = members_of(team, first, first + weeks * WEEK)
    return propose(members, needs_of(team, first, weeks), seed=team.pk if seed is None else seed)


def propose_rota(
    team: Team, *, actor: User, at: datetime, weeks: int = WEEKS, seed: int | None = None
) -> list[Choice]:
    """This will lay out proposed shifts for the coming weeks in place of earlier proposals, and return the choices.

    Settled shifts are never touched. Raises MoveForbidden for anybody but the team's editors.
    """
    _ask_editor(team, actor)
    choices = [choice for choice in choices_for(team, at, weeks, seed) if choice.reason != "fixed"]
    with transaction.atomic():
        Shift.objects.filter(team=team, state=ShiftState.PROPOSED).delete()
        Shift.objects.bulk_create(
            Shift(
                team=team,
                duty=duty,
                user_id=choice.member.key if choice.member else None,
                starts_at=instant(choice.need.week, "00:00"),
                ends_at=instant(choice.need.week + WEEK, "00:00"),
                state=ShiftState.PROPOSED,
                why=choice.as_data(),
            )
            for choice in choices
            for duty in choice.need.duties
        )
        trail.record("team.propose", about=team, actor=actor, at=at, data={"weeks": weeks})
    return choices


def publish_rota(team: Team, *, actor: User, at: datetime) -> int:
    """This will settle the team's proposed shifts, tell each person which weeks are theirs, and return how many.

    Whoever cannot after all, because of an absence or a shift elsewhere, gets none: that shift is published uncovered.
    Raises MoveForbidden for anybody but the team's editors, MoveRefused when nothing is proposed.
    """
    _ask_editor(team, actor)
    with transaction.atomic():
        shifts = list(
            Shift.objects.filter(team=team, state=ShiftState.PROPOSED)
            .select_related("user")
            .order_by("starts_at")
        )
        if not shifts:
            raise MoveRefused(_("Nothing is proposed. Make a proposal first."))
        one_at_a_time(shift.user for shift in shifts)
        for shift in shifts:
            shift.team = team
            perform(shift, "publish", actor=actor, at=at)
        settle(team, {moment for shift in shifts for moment in (shift.starts_at, shift.ends_at)}, at)
        first, last = local_day(shifts[0].starts_at), local_day(shifts[-1].ends_at)
        Team.objects.filter(pk=team.pk, rota_from=None).update(rota_from=first, laid_until=first)
        trail.record("team.publish", about=team, actor=actor, at=at, data={"until": str(last)})
        _tell_weeks(team, shifts, at)
    return len(shifts)


@SHIFT_MOVES.before("publish")
def ask_before_publishing(shift: Shift, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    free = shift.user is not None and not hindrance(shift.user, shift.team, [shift])
    return {"user": shift.user if free else None, "why": shift.why}


@SHIFT_MOVES.effect("publish")
def watch_for_gaps(shift: Shift, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    if shift.user_id is None:
        tell_while_uncovered([shift], at)


@SHIFT_MOVES.before("propose_other")
@SHIFT_MOVES.before("reassign")
def ask_before_reassigning(shift: Shift, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse whoever cannot take the shift, what is past, and what would move somebody within 14 days."""
    user = details["user"]
    one_at_a_time([user])
    if shift.ends_at <= at:
        raise MoveRefused(_("This shift is over."))
    frozen = shift.state == ShiftState.SETTLED and shift.starts_at < at + FROZEN
    if frozen and not (shift.user_id in (None, actor.pk) and user == actor):
        raise MoveRefused(
            _(
                "Within 14 days nobody is moved without saying yes. Offer the shift, so that somebody takes it."
            )
        )
    if shift.state == ShiftState.SETTLED:
        leave_the_past(shift, at)
    if sentence := hindrance(user, shift.team, [shift]):
        raise MoveRefused(sentence)
    return {"user": user, "why": {"reason": "hand", "by": actor.name}}


@SHIFT_MOVES.effect("reassign")
def tell_the_new_one(
    shift: Shift, *, actor: User, at: datetime, note: str, user: User, **details: Any
) -> None:
    ladders.take_down("uncovered", [shift.pk], at)
    if user != actor:
        tell(
            [
                Message(
                    recipient=user,
                    key=f"shift:{shift.pk}:{shift.version}",
                    subject=say(gettext_lazy("You have a shift: %(team)s"), team=shift.team.name),
                    body=say(
                        gettext_lazy("%(actor)s gave you “%(duty)s” from %(day)s."),
                        actor=actor.name,
                        duty=shift.get_duty_display(),
                        day=on_day(local_day(shift.starts_at)),
                    ),
                    url=shift_url(shift),
                    why=gettext_lazy("the shift is yours"),
                    about=shift,
                )
            ],
            at,
        )


def one_at_a_time(people: Iterable[User | None]) -> None:
    """This will let nobody else change what these people are on duty for until the transaction is over.

    Whoever asks `hindrance` and then writes must go through here first: two answers given at once would both be true and
    together make somebody on duty twice, or while away. The order of the rows keeps two from waiting for each other.
    """
    keys = {user.pk for user in people if user is not None}
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def leave_the_past(shift: Shift, at: datetime) -> None:
    """This will let what has passed of a shift stay with whoever had it, or with nobody, as a shift of its own."""
    if shift.starts_at < at:
        Shift.objects.create(
            team=shift.team,
            duty=shift.duty,
            user=shift.user,
            starts_at=shift.starts_at,
            ends_at=at,
            why=shift.why,
        )
        Shift.objects.filter(pk=shift.pk).update(starts_at=at)
        shift.starts_at = at


def alike(shift: Shift) -> list[Shift]:
    """This will find what one sees as one shift: the duties of the same team, person, time and state."""
    return list(
        Shift.objects.filter(
            team=shift.team_id,
            user=shift.user_id,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            state=shift.state,
        )
        .select_related("team", "user")
        .order_by("duty")
    )


def give(shift: Shift, move: str, *, actor: User, at: datetime, user: User) -> None:
    """This will do the move with every duty of the shift, all or none. Raises MoveRefused as the move does."""
    with transaction.atomic():
        for row in alike(shift):
            perform(row, move, actor=actor, at=at, user=user)
        settle(shift.team, {max(shift.starts_at, at), shift.starts_at, shift.ends_at}, at)


def hindrance(user: User, team: Team, shifts: Sequence[Shift]) -> str:
    """This will say in a sentence what keeps the user from having these shifts now, or nothing when nothing does."""
    member = team.memberships.filter(user=user).first() if user.is_active else None
    if member is None:
        return _("%(name)s is not in the team.") % {"name": user.name}
    duties = {shift.duty for shift in shifts}
    if not duties <= set(member.duties):
        return _("%(name)s does not have this duty in the team.") % {"name": user.name}
    starts_at, ends_at = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    last = local_day(ends_at - timedelta(seconds=1))
    if Absence.objects.filter(user=user).between(local_day(starts_at), last).exists():
        return _("%(name)s is away then.") % {"name": user.name}
    # Another duty of the same team at the same time is no hindrance: who is left when somebody is ill may do all of it.
    held = Shift.objects.settled().filter(user=user).between(starts_at, ends_at)
    held = held.exclude(pk__in=[shift.pk for shift in shifts if shift.pk])
    if held.filter(~Q(team=team) | Q(duty__in=duties)).exists():
        return _("%(name)s is already on duty then.") % {"name": user.name}
    return ""


@dataclass(frozen=True)
class Candidate:
    """A member who might take a time on duty, the relative load (shift days per available day) and what is in the way."""

    user: User
    load: float
    hindrance: str


def candidates(team: Team, shifts: Sequence[Shift]) -> list[Candidate]:
    """This will list the team's people for a time on duty: those who can first, the lightest load first."""
    week = monday_of(local_day(min(shift.starts_at for shift in shifts)))
    ledger = Ledger(members_of(team, week, week), week - MEMORY, week)
    users = User.objects.in_bulk([member.key for member in ledger.members if member.share])
    found = []
    for key, user in users.items():
        capacity = ledger.capacity[key]
        load = 100 * ledger.load[key] / capacity if capacity else 0.0
        found.append(Candidate(user, round(load, 2), hindrance(user, team, shifts)))
    return sorted(found, key=lambda one: (bool(one.hindrance), one.load, one.user.pk))


def tell_while_uncovered(shifts: Iterable[Shift], at: datetime) -> None:
    """This will lay out when the editors, and on the day the chiefs too, are told that nobody has these shifts."""
    for shift in shifts:
        # Opened, taken and opened again is another gap: its rungs carry the version, for the first ones are taken down.
        steps = {
            f"days-{days}-{shift.version}": shift.starts_at - timedelta(days=days) for days in UNCOVERED_DAYS
        }
        first, last = local_day(max(shift.starts_at, at)), local_day(shift.ends_at - timedelta(seconds=1))
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        steps |= {
            f"day-{day}-{shift.version}": max(shift.starts_at, instant(day, settings.WATCH_OPENS))
            for day in days
            if is_working_day(day) or day == days[0]
        }
        ahead = {step: due_at for step, due_at in steps.items() if due_at > at}
        if len(ahead) < len(steps):
            ahead[f"now-{shift.version}"] = at
        ladders.set_up("uncovered", shift.pk, ahead)


def _ask_editor(team: Team, actor: User) -> None:
    answer = may_staff(actor, team)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)


def _tell_weeks(team: Team, shifts: list[Shift], at: datetime) -> None:
    weeks: dict[User, set[date]] = defaultdict(set)
    for shift in shifts:
        if shift.user is not None:
            weeks[shift.user].add(local_day(shift.starts_at))
    tell(
        [
            Message(
                recipient=user,
                key=f"rota:{team.pk}:{at:%Y%m%d%H%M%S}",
                subject=say(gettext_lazy("New rota for %(team)s"), team=team.name),
                body=say(
                    gettext_lazy("Your weeks: %(weeks)s. Cannot? Offer a swap, or say that you are away."),
                    weeks=", ".join(f"{day.isocalendar().week}" for day in sorted(days)),
                ),
                url=rota_url(team),
                why=gettext_lazy("you are in the team"),
                about=team,
            )
            for user, days in weeks.items()
        ],
        at,
    )
