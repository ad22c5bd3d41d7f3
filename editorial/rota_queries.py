"""What the pages about teams, rotas, swaps and handovers read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from core.models import User
from core.workdays import instant, local_day, red_days
from editorial.models import Absence, Duty, Handover, HandoverNote, Membership, Shift, Swap, Team
from editorial.rota import WEEK
from editorial.rota_states import ShiftState
from editorial.staffing import WEEKS, load_of, monday_of

MOST_SWAPS = 30


def teams_now(user: User, at: datetime) -> list[dict[str, Any]]:
    """This will return the user's teams with members, units, warnings, and who has which duty now."""
    teams = (
        Team.objects.visible_to(user)
        .select_related("unit")
        .annotate(
            open_count=Count(
                "shifts", filter=Q(shifts__user=None, shifts__state="settled", shifts__ends_at__gt=at)
            )
        )
        .prefetch_related(
            Prefetch("channels", Channel.objects.select_related("platform")),
            Prefetch(
                "memberships",
                Membership.objects.select_related("user__unit").order_by("-role", "user__name"),
            ),
            Prefetch("shifts", Shift.objects.at(at).select_related("user"), to_attr="shifts_now"),
        )
    )
    return [
        {
            "team": team,
            "members": list(team.memberships.all()),
            "is_editor": any(m.user_id == user.pk and m.role == "editor" for m in team.memberships.all()),
            "units": sorted({str(m.user.unit) for m in team.memberships.all() if m.user.unit}),
            "warnings": team.warnings(),
            "duties": [
                (Duty(duty).label, [shift.user for shift in team.shifts_now if shift.duty == duty])
                for duty in Duty.values
            ],
        }
        for team in teams
    ]


@dataclass
class Turn:
    """What one sees as one shift: the duties that one person has for a team at one time."""

    shift: Shift
    duties: list[str] = field(default_factory=list)

    @property
    def duty_words(self) -> str:
        order = [str(label) for label in Duty.labels]
        return ", ".join(sorted(self.duties, key=order.index))

    @property
    def last_day(self) -> date:
        """The last day that is part of it: a week ends on Sunday, not on Monday at midnight."""
        return local_day(self.shift.ends_at - timedelta(seconds=1))

    @property
    def is_part_of_a_week(self) -> bool:
        monday = monday_of(local_day(self.shift.starts_at))
        whole = instant(monday, "00:00"), instant(monday + WEEK, "00:00")
        return (self.shift.starts_at, self.shift.ends_at) != whole

    @property
    def why(self) -> str:
        return why_in_words(self.shift)


def turns(shifts: Any) -> list[Turn]:
    """This will gather the rows of the same team, person, time and state."""
    found: dict[tuple[Any, ...], Turn] = {}
    for shift in shifts:
        key = (shift.team_id, shift.starts_at, shift.ends_at, shift.user_id, shift.state)
        found.setdefault(key, Turn(shift)).duties.append(str(shift.get_duty_display()))
    return list(found.values())


def my_turns(user: User, at: datetime, most: int = 8) -> list[Turn]:
    """This will find the user's present and coming shifts."""
    mine = Shift.objects.settled().filter(user=user, ends_at__gt=at).select_related("team")
    return turns(mine.order_by("starts_at", "duty")[: most * 4])[:most]


def swaps_of(user: User, at: datetime) -> tuple[list[Swap], list[Swap]]:
    """This will find what the user could take, and the user's own offers and swaps, the nearest first."""
    own = Q(giver=user, is_cover=False, state__in=["offered", "taken"]) | Q(taker=user, state="taken")
    mine = own & Q(starts_at__gt=at, team__in=Team.objects.of_member(user))
    found = Swap.objects.filter(mine | Q(pk__in=Swap.objects.open_to(user, at).values("pk")))
    rows = found.select_related("team", "giver", "taker").order_by("starts_at")[:MOST_SWAPS]
    are_mine = [user.pk in (swap.giver_id, swap.taker_id) for swap in rows]
    offers = [swap for swap, is_mine in zip(rows, are_mine, strict=True) if not is_mine]
    return offers, [swap for swap, is_mine in zip(rows, are_mine, strict=True) if is_mine]


def people_edited_by(user: User) -> list[User]:
    """This will find the people in the teams of which the user is an editor."""
    mine = Team.objects.of_member(user, Membership.Role.EDITOR)
    return list(User.objects.filter(is_active=True, memberships__team__in=mine).distinct())


def absences_seen(user: User, at: datetime) -> list[Absence]:
    return list(
        Absence.objects.visible_to(user).filter(ends_on__gte=local_day(at)).select_related("user")[:30]
    )


def handovers_of(user: User, at: datetime) -> QuerySet[Handover]:
    """This will find the open handovers the user should read, or has not added to and leaves, the first ones first."""
    begins = Q(taker=user, at__lte=at + timedelta(hours=12), at__gte=at - WEEK)
    written = Exists(HandoverNote.objects.filter(handover=OuterRef("pk"), author=user))
    leaves = Q(~written, giver=user, at__gt=at, at__lte=at + timedelta(days=3))
    return Handover.objects.open().held().filter(begins | leaves).order_by("at")


@dataclass
class RotaWeek:
    """A row of the rota page."""

    monday: date
    red: list[str]
    turns: list[Turn]
    away: list[str]

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def rota_weeks(team: Team, at: datetime, weeks: int = WEEKS + 1) -> list[RotaWeek]:
    """This will return this week and the coming ones, each with who has what, red days and who is away."""
    first = monday_of(local_day(at))
    last = first + weeks * WEEK
    shifts = (
        team.shifts.between(instant(first, "00:00"), instant(last, "00:00"))
        .select_related("user")
        .order_by("starts_at", "ends_at", "user__name", "duty")
    )
    by_week: dict[date, list[Shift]] = {}
    for week, rows in groupby(shifts, key=lambda shift: max(first, monday_of(local_day(shift.starts_at)))):
        by_week.setdefault(week, []).extend(rows)
    members = team.memberships.values("user")
    away = list(Absence.objects.filter(user__in=members).between(first, last).select_related("user"))
    return [_week(first + number * WEEK, by_week, away) for number in range(weeks)]


def _week(monday: date, by_week: dict[date, list[Shift]], away: list[Absence]) -> RotaWeek:
    days = [monday + timedelta(days=number) for number in range(7)]
    return RotaWeek(
        monday=monday,
        red=[red_days(day.year)[day] for day in days if day in red_days(day.year)],
        turns=turns(by_week.get(monday, [])),
        away=sorted({a.user.name for a in away if a.starts_on <= days[6] and a.ends_on >= monday}),
    )


def has_proposal(team: Team) -> bool:
    return team.shifts.filter(state=ShiftState.PROPOSED).exists()


def load_table(team: Team, since: date, until: date) -> list[tuple[str, float, int]]:
    """This will return name, weighted load and number of turns of each member, the heaviest first."""
    shared = team.memberships.filter(share__gt=0).select_related("user")
    loads: dict[User, list[Any]] = {row.user: [0.0, set()] for row in shared}
    held = team.shifts.settled().filter(user__isnull=False)
    for shift in held.between(instant(since, "00:00"), instant(until, "00:00")).select_related("user"):
        if shift.user is not None:
            row = loads.setdefault(shift.user, [0.0, set()])
            row[0] += load_of(shift)
            row[1].add(shift.starts_at)
    rows = [(user.name, load, len(times)) for user, (load, times) in loads.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def why_in_words(shift: Shift) -> str:
    """This will say why the shift is this person's: “Amina, because …”."""
    why, name = shift.why or {}, shift.user.name if shift.user else ""
    sentences = {
        "lightest": _("%(name)s, because the load over the last twelve weeks is the lightest."),
        "wishes": _("%(name)s, because those with a lighter load rest or would publish their own posts."),
        "only": _("%(name)s, because nobody else can."),
        "evens": _("%(name)s, because the load then is even over the whole rota."),
        "hand": _("%(name)s, because %(by)s chose so by hand."),
        "swap": _("%(name)s, who took it in a swap."),
        "undone": _("%(name)s, because the swap was undone."),
        "nobody": _("Nobody: everyone with this duty is away, busy or without a share."),
        "back": _("%(name)s, who is back and had it before."),
        "opened": _("Nobody: it was opened and waits for somebody to take it."),
    }
    sentence = sentences.get(str(why.get("reason")), "")
    if not sentence:
        return ""
    parts = [sentence % {"name": name, "by": why.get("by", "")}]
    for key, words in (
        ("away", _("Away: %(names)s.")),
        ("busy", _("Already on duty: %(names)s.")),
        ("resting", _("Resting after last week: %(names)s.")),
        ("own", _("Would publish their own posts: %(names)s.")),
    ):
        if names := why.get(key):
            parts.append(words % {"names": ", ".join(names)})
    return " ".join(parts)
