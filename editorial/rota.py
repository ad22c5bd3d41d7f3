"""Who has which duty in which week: a pure function of what it is given, with its reasons.

For each week and group of duties it takes the person with the least weighted load in proportion to share and available
days since twelve weeks before the first week, after these filters: not away, not on duty elsewhere, has the duty at all.
Two wishes come before the load but never leave a shift empty: not two weeks in a row, and not publishing one's own posts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zlib import crc32

WEEK = timedelta(days=7)
MEMORY = 12 * WEEK
UNEVEN = 1.1
PUBLISH = "publish"
Span = tuple[date, date]  # the last day is part of it


@dataclass(frozen=True)
class Member:
    """A person as the rota sees one. `own` are the Mondays of weeks in which own posts go out; `done` is load by week."""

    key: int
    name: str
    duties: frozenset[str]
    share: int = 100
    away: tuple[Span, ...] = ()
    busy: tuple[Span, ...] = ()
    own: frozenset[date] = frozenset()
    done: Mapping[date, float] = field(default_factory=dict)
    joined: date | None = None


@dataclass(frozen=True)
class Need:
    """A group of duties to be held for a week. `fixed` is who has it already; `load` what the week weighs."""

    week: date
    duties: tuple[str, ...]
    load: float = 1.0
    fixed: int | None = None

    @property
    def size(self) -> float:
        return self.load * len(self.duties)


@dataclass(frozen=True)
class Choice:
    """Who takes a need, or nobody, and why: `reason` is a word, the rest are names."""

    need: Need
    member: Member | None
    reason: str  # fixed, lightest, wishes, only, evens, nobody
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def passed_to(self, member: Member, reason: str) -> Choice:
        """This will be the same need with another person, who is not named among those who could not or should not."""

        def others(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(name for name in names if name != member.name)

        return Choice(
            self.need,
            member,
            reason,
            away=others(self.away),
            busy=others(self.busy),
            resting=others(self.resting),
            own=others(self.own),
        )

    def as_data(self) -> dict[str, object]:
        """This will write the reasons as they are stored."""
        lists = {name: list(getattr(self, name)) for name in ("away", "busy", "resting", "own")}
        return {"reason": self.reason} | {name: names for name, names in lists.items() if names}


def week_load(week: date, is_red: Callable[[date], bool]) -> float:
    """This will weigh a week: a working day 1, a Saturday or Sunday ½, a red day or closed eve 2."""
    days = [week + timedelta(days=number) for number in range(7)]
    return sum(2.0 if is_red(day) else 1.0 if day.weekday() < 5 else 0.5 for day in days)


def propose(members: Sequence[Member], needs: Iterable[Need], *, seed: int) -> list[Choice]:
    """This will choose for each need, week by week. The same input gives the same answer; equal loads are drawn by seed."""
    ordered = sorted(needs, key=lambda need: (need.week, need.duties))
    if not ordered:
        return []
    ledger = Ledger(members, ordered[0].week - MEMORY, ordered[0].week)
    choices, by_week = [], defaultdict(list)
    for need in ordered:
        by_week[need.week].append(need)
    for week, its in by_week.items():
        ledger.begin(week)
        # What is fixed is known before anything is chosen, so that nobody is chosen twice in a week.
        for need in sorted(its, key=lambda need: (need.fixed is None, ledger.able(need))):
            choices.append(ledger.choose(need, seed))
    even_out(choices, ledger)
    fill_again(choices, ledger)
    return sorted(choices, key=lambda choice: (choice.need.week, choice.need.duties))


def even_out(choices: list[Choice], ledger: Ledger) -> None:
    """This will pass needs from who has most to who has least, or exchange a heavy week for a light one.

    Choosing week by week cannot know whose holidays come later; this looks at the whole, as long as each step brings
    the two closer together. It keeps every filter. Nobody gets two weeks in a row by it, unless the most and the least
    loaded would otherwise stay further apart than `UNEVEN`.
    """
    for rest in (True, False):
        for _turn in range(len(choices)):
            ranked = sorted((one for one in ledger.members if ledger.capacity[one.key]), key=ledger.relative)
            if not rest and ledger.spread(ranked) <= UNEVEN:
                return
            if not any(
                ledger.level(choices, heavy, light, rest)
                for light in ranked[:4]
                for heavy in reversed(ranked[-4:])
                if ledger.relative(heavy) > ledger.relative(light)
            ):
                break


def fill_again(choices: list[Choice], ledger: Ledger) -> None:
    """This will give what stayed empty to whoever was freed that week by evening out."""
    taken = {(choice.need.week, choice.member.key) for choice in choices if choice.member}
    for number, choice in enumerate(choices):
        need = choice.need
        if choice.member is not None or need.fixed is not None:
            continue
        free = [
            (ledger.publishes_own(member, need), ledger.relative(member), member.key)
            for member in ledger.members
            if member.duties.issuperset(need.duties)
            and (need.week, member.key) not in taken
            and not ledger.hindrance(member, need.week)
        ]
        if free:
            chosen = ledger.by_key[min(free)[2]]
            ledger.load[chosen.key] += need.size
            taken.add((need.week, chosen.key))
            choices[number] = choice.passed_to(chosen, "lightest")


class Ledger:
    """Load and capacity of each member, as the weeks go by."""

    def __init__(self, members: Sequence[Member], since: date, first: date) -> None:
        self.members = list(members)
        # Days before the team had a rota were nobody's to share: they would hide how unevenly the days since are shared.
        held = (week for member in members for week in member.done if since <= week < first)
        since = min(held, default=first)
        self.by_key = {member.key: member for member in members}
        self.load = {
            member.key: sum(load for week, load in member.done.items() if since <= week < first)
            for member in members
        }
        self.capacity = {
            member.key: member.share * available_days(member, since, first - timedelta(days=1))
            for member in members
        }
        self.last = {
            member.key: max((week for week in member.done if week < first), default=None)
            for member in members
        }
        self.week = first
        self.free: dict[int, str] = {}

    def begin(self, week: date) -> None:
        """This will open a week: everybody's available days are added, and who can be on duty is asked once."""
        self.week, ends = week, week + timedelta(days=6)
        for member in self.members:
            self.capacity[member.key] += member.share * available_days(member, week, ends)
            self.free[member.key] = self.hindrance(member, week)

    def hindrance(self, member: Member, week: date) -> str:
        """This will say what keeps a member from being on duty that week; nothing when nothing does."""
        ends = week + timedelta(days=6)
        if any(touch(span, week, ends) for span in member.away):
            return "away"
        if any(touch(span, week, ends) for span in member.busy):
            return "busy"
        return "out" if not member.share or (member.joined and member.joined > week) else ""

    def able(self, need: Need) -> int:
        """This will count who could take the need: the narrowest is filled first."""
        return sum(
            1
            for member in self.members
            if not self.free[member.key] and member.duties.issuperset(need.duties)
        )

    def choose(self, need: Need, seed: int) -> Choice:
        if need.fixed is not None:
            self.give(need, need.fixed)
            return Choice(need, self.by_key.get(need.fixed), "fixed")
        fitting = [member for member in self.members if member.duties.issuperset(need.duties)]
        can = [member for member in fitting if not self.free[member.key]]
        said = {
            "away": tuple(member.name for member in fitting if self.free[member.key] == "away"),
            "busy": tuple(member.name for member in fitting if self.free[member.key] == "busy"),
        }
        if not can:
            return Choice(need, None, "nobody", **said)
        chosen = min(can, key=lambda member: self.rank(member, need, seed))
        passed = [member for member in can if member is not chosen]
        reason = "only" if not passed else "lightest"
        if any(self.load_with(member, need) < self.load_with(chosen, need) for member in passed):
            reason = "wishes"
        said["resting"] = tuple(member.name for member in passed if self.rests(member))
        said["own"] = tuple(member.name for member in passed if self.publishes_own(member, need))
        self.give(need, chosen.key)
        return Choice(need, chosen, reason, **said)

    def rank(self, member: Member, need: Need, seed: int) -> tuple[bool, bool, float, int]:
        """The wishes, then the load."""
        drawn = crc32(f"{seed}:{need.week}:{need.duties}:{member.key}".encode())
        return self.publishes_own(member, need), self.rests(member), self.load_with(member, need), drawn

    def load_with(self, member: Member, need: Need) -> float:
        """The relative load as it would be with half of this need, so that shares come out even."""
        return round((self.load[member.key] + need.size / 2) / self.capacity[member.key], 9)

    def rests(self, member: Member) -> bool:
        return self.last[member.key] == self.week - WEEK

    @staticmethod
    def publishes_own(member: Member, need: Need) -> bool:
        return PUBLISH in need.duties and need.week in member.own

    def relative(self, member: Member) -> float:
        """The load in proportion to share and available days."""
        return self.load[member.key] / self.capacity[member.key]

    def level(self, choices: list[Choice], heavy: Member, light: Member, rest: bool) -> bool:
        """This will pass one need from `heavy` to `light`, for another or for none, and tell whether it could."""
        theirs, mine = (
            [
                number
                for number, choice in enumerate(choices)
                if choice.member is one and choice.reason != "fixed"
            ]
            for one in (heavy, light)
        )
        # Of the weeks that lie behind, the last one counts too: who had it rests in the first that is chosen.
        weeks = {
            one.key: {c.need.week for c in choices if c.member is one} | one.done.keys()
            for one in (heavy, light)
        }
        gap = self.relative(heavy) - self.relative(light)
        for given in theirs:
            if not self.can_have(light, choices[given].need, weeks[light.key], rest):
                continue
            for back in (None, *mine):
                size = choices[given].need.size - (choices[back].need.size if back is not None else 0)
                if size <= 0 or abs(self.gap_after(heavy, light, size)) >= gap - 1e-9:
                    continue
                if back is None or self.can_have(heavy, choices[back].need, weeks[heavy.key], rest):
                    self.pass_on(choices, given, light, heavy)
                    if back is not None:
                        self.pass_on(choices, back, heavy, light)
                    return True
        return False

    def spread(self, ranked: list[Member]) -> float:
        """This will divide the most loaded member's relative load by the least loaded one's."""
        least = self.relative(ranked[0]) if ranked else 0
        return self.relative(ranked[-1]) / least if least else 0

    def gap_after(self, heavy: Member, light: Member, size: float) -> float:
        after = (self.load[heavy.key] - size) / self.capacity[heavy.key]
        return after - (self.load[light.key] + size) / self.capacity[light.key]

    def can_have(self, member: Member, need: Need, weeks: set[date], rest: bool) -> bool:
        """This will tell whether the member can take the need, with `rest` no week beside one that is theirs already."""
        near = any(need.week + step * WEEK in weeks for step in ((-1, 0, 1) if rest else (0,)))
        fits = member.duties.issuperset(need.duties) and not self.publishes_own(member, need)
        return fits and not near and not self.hindrance(member, need.week)

    def pass_on(self, choices: list[Choice], number: int, to: Member, of: Member) -> None:
        choice = choices[number]
        self.load[of.key] -= choice.need.size
        self.load[to.key] += choice.need.size
        choices[number] = choice.passed_to(to, "evens")

    def give(self, need: Need, key: int) -> None:
        if key in self.by_key:
            self.load[key] += need.size
            self.last[key] = need.week
            self.free[key] = "busy"


def touch(span: Span, first: date, last: date) -> bool:
    return span[0] <= last and span[1] >= first


def available_days(member: Member, first: date, last: date) -> int:
    """This will count the days from `first` to `last` on which the member was there to take shifts."""
    first = max(first, member.joined) if member.joined else first
    if last < first:
        return 0
    if not any(touch(span, first, last) for span in member.away):
        return (last - first).days + 1
    away = {
        start + timedelta(days=number)
        for start, end in ((max(a, first), min(b, last)) for a, b in member.away)
        for number in range((end - start).days + 1)
    }
    return (last - first).days + 1 - len(away)
