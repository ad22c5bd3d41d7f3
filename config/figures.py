"""The figures of the follow-up. Each is one function of a scope that returns a table; one more is a few lines.

A scope is a period and the channels and teams somebody may see. Times are worked out in Python from values alone.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import TruncMonth
from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_registry.models import Channel
from consent.models import ConsentEvent, Picture
from core.models import Event, User
from core.templatetags.parts import day, number, span_in_full, span_in_words
from core.workdays import instant, local_day
from editorial.models import Publication, Review, Shift, Team
from editorial.staffing import load_of
from moderation.models import Case, Comment, Question, Watch
from moderation.models.comments import in_sight
from moderation.states import CommentState

QUIET = timedelta(days=60)
ENDING = timedelta(days=60)
MOST_ROWS = 50


@dataclass(frozen=True)
class Scope:
    """Whose follow-up of which days, the last one included, as it is at `at`."""

    user: User
    first: date
    last: date
    at: datetime

    @property
    def starts_at(self) -> datetime:
        return instant(self.first, "00:00")

    @property
    def ends_at(self) -> datetime:
        return instant(self.last + timedelta(days=1), "00:00")

    @cached_property
    def channels(self) -> list[int]:
        """The channels that the person may look into, read once."""
        return list(in_sight(Channel.objects.all(), "pk", self.user).values_list("pk", flat=True))

    @cached_property
    def teams(self) -> list[int]:
        return list(Team.objects.visible_to(self.user).values_list("pk", flat=True))


@dataclass
class Table:
    """A figure: a heading, what it says in a sentence, rows under columns, and which column the bars show."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)
    sentence: str = ""
    bars: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def labelled(self) -> list[list[tuple[str, Any]]]:
        """The rows with each cell beside the name of its column, as a narrow page shows them."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Asked:
    """One time that somebody waited for an answer."""

    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    dropped_at: datetime | None

    @property
    def is_on_time(self) -> bool:
        return bool(self.answered_at and self.due_at and self.answered_at <= self.due_at)

    def is_judged(self, at: datetime) -> bool:
        """This will tell whether it can be said that the answer was on time or not: it is there, or due by `at`."""
        if self.due_at is None or self.dropped_at is not None:
            return False
        return self.answered_at is not None or self.due_at <= at


Figure = Callable[[Scope], Table]
FIGURES: dict[str, Figure] = {}


def figure(function: Figure) -> Figure:
    """This will add the decorated function to the follow-up, under its own name."""
    FIGURES[function.__name__] = function
    return function


@figure
def answers(scope: Scope) -> Table:
    """How soon those who asked or criticised got an answer (R13): from when they asked until an answer was sent.

    Asked again counts again. What needed no answer is named, and counts neither as answered nor as late. Only a question
    has a time by which it must be answered; criticism is read by a second person first (R26).
    """
    asked = {Comment.Kind.QUESTION: _questions(scope), Comment.Kind.CRITICISM: _criticisms(scope)}
    table = Table(
        "answers",
        _("Answer times"),
        [
            _("Kind"),
            _("Came in"),
            _("Answered"),
            _("Needed no answer"),
            _("Median"),
            _("90th percentile"),
            _("On time"),
        ],
        bars=6,
    )
    table.rows = [[kind.label, *_answered(its, scope.at)] for kind, its in asked.items() if its]
    every = [one for its in asked.values() for one in its]
    judged = [one for one in every if one.is_judged(scope.at)]
    table.facts = {
        "came": len(every),
        "answered": sum(one.answered_at is not None for one in every),
        "dropped": sum(one.dropped_at is not None for one in every),
        "on_time": sum(one.is_on_time for one in judged),
        "due": len(judged),
    }
    table.sentence = _answers_in_words(table.facts)
    return table


def _answers_in_words(facts: dict[str, Any]) -> str:
    if not facts["came"]:
        return _("No questions or criticism came in.")
    said = [
        ngettext(
            "%(came)s question or criticism came in.",
            "%(came)s questions and criticisms came in.",
            facts["came"],
        ),
        ngettext("%(answered)s is answered.", "%(answered)s are answered.", facts["answered"])
        if facts["answered"]
        else _("None is answered."),
    ]
    if facts["dropped"]:
        said.append(
            ngettext("%(dropped)s needed no answer.", "%(dropped)s needed no answer.", facts["dropped"])
        )
    if facts["due"]:
        said.append(_("Of the questions that were due an answer, %(share)s got it on time."))
    return " ".join(said) % (_written(facts) | {"share": _percent(facts["on_time"], facts["due"])})


def _questions(scope: Scope) -> list[Asked]:
    rows = Question.objects.filter(
        comment__channel__in=scope.channels, asked_at__gte=scope.starts_at, asked_at__lt=scope.ends_at
    )
    return [
        Asked(*row) for row in rows.order_by().values_list("asked_at", "due_at", "answered_at", "dropped_at")
    ]


def _criticisms(scope: Scope) -> list[Asked]:
    rows = Comment.objects.filter(
        channel__in=scope.channels,
        kind=Comment.Kind.CRITICISM,
        registered_at__gte=scope.starts_at,
        registered_at__lt=scope.ends_at,
    ).annotate(answered_at=Min("replies__sent_at"))
    found = rows.order_by().values_list("registered_at", "answered_at", "state")
    return [
        Asked(
            came_at, None, answered_at, came_at if state == CommentState.HANDLED and not answered_at else None
        )
        for came_at, answered_at, state in found
    ]


def _answered(asked: list[Asked], at: datetime) -> list[Any]:
    taken = sorted(one.answered_at - one.asked_at for one in asked if one.answered_at is not None)
    judged = [one for one in asked if one.is_judged(at)]
    return [
        len(asked),
        len(taken),
        sum(one.dropped_at is not None for one in asked),
        _middle(taken, 0.5),
        _middle(taken, 0.9),
        _percent(sum(one.is_on_time for one in judged), len(judged)),
    ]


@figure
def coverage(scope: Scope) -> Table:
    """Watches done of those that were to be done, for each unit (R18, R21)."""
    counted = (
        Watch.objects.filter(channel__in=scope.channels, day__gte=scope.first, day__lte=scope.last)
        .exclude(state="open")
        .order_by()
        .values_list("channel__unit__name", "state")
        .annotate(count=Count("pk"))
    )
    units: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, state, count in counted:
        units[unit][state] += count
    table = Table(
        "coverage",
        _("Watch, by unit"),
        [_("Unit"), _("To do"), _("On the day"), _("Too late"), _("Missed"), _("Done")],
    )
    for unit in sorted(units):
        states = units[unit]
        total = sum(states.values())
        table.rows.append(
            [
                unit,
                total,
                states["confirmed"],
                states["filled"],
                states["missed"],
                _percent(states["confirmed"], total),
            ]
        )
    done, total = sum(row[2] for row in table.rows), sum(row[1] for row in table.rows)
    table.facts = {"done": done, "total": total}
    table.sentence = (
        _("The watch was done %(done)s times of %(total)s.") % _written({"done": done, "total": total})
        if total
        else _("No watch was due.")
    )
    table.bars = 5
    return table


@figure
def cases(scope: Scope) -> Table:
    """Cases whose 24 hours run, by ground, and those that were exceeded (R19)."""
    rows = (
        Case.objects.filter(
            comment__channel__in=scope.channels,
            due_at__isnull=False,
            discovered_at__gte=scope.starts_at,
            discovered_at__lt=scope.ends_at,
        )
        .order_by("ground__name")
        .values_list("ground__name", "discovered_at", "due_at", "closed_at")
    )
    grounds: dict[str, list[tuple[datetime, datetime, datetime | None]]] = defaultdict(list)
    for ground, found_at, due_at, closed_at in rows:
        if due_at is not None:
            grounds[ground].append((found_at, due_at, closed_at))
    table = Table(
        "cases",
        _("Cases with 24 hours"),
        [_("Ground"), _("Found"), _("Closed"), _("Median"), _("Exceeded")],
        bars=1,
    )
    for ground, its in grounds.items():
        taken = sorted(closed - found for found, _due, closed in its if closed)
        late = sum((closed or scope.at) > due for _found, due, closed in its)
        table.rows.append([ground, len(its), len(taken), _middle(taken, 0.5), late])
    total, late = sum(row[1] for row in table.rows), sum(row[4] for row in table.rows)
    table.facts = {"total": total, "late": late}
    said = ngettext("%(total)s case had 24 hours.", "%(total)s cases had 24 hours.", total)
    longer = (
        ngettext("%(late)s took longer.", "%(late)s took longer.", late) if late else _("None took longer.")
    )
    table.sentence = (
        f"{said} {longer}" % _written({"total": total, "late": late}) if total else _("No case had 24 hours.")
    )
    return table


@figure
def reviews(scope: Scope) -> Table:
    """How long posts waited for the second person (R23)."""
    read = list(
        Review.objects.filter(
            version__post__team__in=scope.teams, at__gte=scope.starts_at, at__lt=scope.ends_at
        )
        .order_by()
        .values_list("verdict", "version__post", "at")
    )
    sent: dict[int, list[datetime]] = defaultdict(list)
    submits = Event.objects.filter(
        kind="post.submit", about_type="editorial.post", at__gte=scope.starts_at - QUIET, at__lt=scope.ends_at
    )
    for post, at in submits.order_by("at").values_list("about_id", "at").iterator():
        sent[post].append(at)
    waits: dict[str, list[timedelta]] = defaultdict(list)
    for verdict, post, at in read:
        if before := bisect_right(sent[post], at):
            waits[verdict].append(at - sent[post][before - 1])
    table = Table(
        "reviews",
        _("Review times"),
        [_("Verdict"), _("Readings"), _("Median"), _("90th percentile")],
        bars=1,
    )
    for verdict, label in Review.Verdict.choices:
        if taken := sorted(waits[verdict]):
            table.rows.append([label, len(taken), _middle(taken, 0.5), _middle(taken, 0.9)])
    together = sorted(wait for its in waits.values() for wait in its)
    table.sentence = (
        _("Half of the posts were read within %(time)s.") % {"time": span_in_full(_median(together))}
        if together
        else _("No posts were read.")
    )
    return table


@figure
def spread(scope: Scope) -> Table:
    """What went out, by month and kind (R5)."""
    counted = (
        _published(scope)
        .annotate(month=TruncMonth("due_at"))
        .order_by("month")
        .values_list("month", "post__kind")
        .annotate(count=Count("pk"))
    )
    months: dict[date, Counter[str]] = defaultdict(Counter)
    for month, kind, count in counted:
        months[month.date()][kind or _("other")] += count
    kinds = [kind for kind, _count in sum(months.values(), Counter()).most_common(8)]
    table = Table("spread", _("Posts over the year"), [_("Month"), _("Went out"), *kinds], bars=1)
    table.rows = [
        [format_date(month, "F Y"), sum(its.values()), *(its[kind] for kind in kinds)]
        for month, its in months.items()
    ]
    total = sum(row[1] for row in table.rows)
    table.facts = {"total": total}
    table.sentence = (
        ngettext("%(total)s publication went out.", "%(total)s publications went out.", total)
        % _written({"total": total})
        if total
        else _("Nothing went out.")
    )
    return table


@figure
def load(scope: Scope) -> Table:
    """Weighted shifts for each person (R3)."""
    held = Shift.objects.settled().filter(team__in=scope.teams, user__isnull=False)
    points: dict[User, float] = defaultdict(float)
    turns: dict[User, set[Any]] = defaultdict(set)
    for shift in held.between(scope.starts_at, scope.ends_at).select_related("user"):
        if shift.user is not None:
            points[shift.user] += load_of(shift, scope.first, scope.last)
            turns[shift.user].add((shift.team_id, shift.starts_at))
    table = Table("load", _("Load, by person"), [_("Who"), _("Weighted days"), _("Shifts")], bars=1)
    table.rows = [
        [user.name, round(points[user], 1), len(turns[user])]
        for user in sorted(points, key=lambda user: (-points[user], user.name, user.pk))
    ]
    table.sentence = (
        ngettext("%(count)s person had all the shifts.", "%(count)s people shared the shifts.", len(points))
        % _written({"count": len(points)})
        if points
        else _("No shifts were held.")
    )
    return table


@figure
def consents(scope: Scope) -> Table:
    """Consents that end within sixty days, and the pictures they are for (R15)."""
    today = local_day(scope.at)
    ending = ConsentEvent.objects.that_count().filter(
        picture__in=Picture.objects.visible_to(scope.user), until__gte=today, until__lte=today + ENDING
    )
    rows = ending.order_by("until", "pk").values_list("until", "picture__title", "signer__name")
    table = Table("consents", _("Consents that end"), [_("Last day"), _("Picture"), _("Who said yes")])
    table.rows = [[day(until), title, name] for until, title, name in rows[:MOST_ROWS]]
    count = len(table.rows) if len(table.rows) < MOST_ROWS else ending.count()
    table.sentence = (
        ngettext("%(count)s consent ends within 60 days.", "%(count)s consents end within 60 days.", count)
        % _written({"count": count})
        if count
        else _("No consent ends within 60 days.")
    )
    return table


@figure
def silent(scope: Scope) -> Table:
    """Active channels on which nothing of their own has gone out for sixty days (R30), as the register counts it."""
    quiet = Channel.objects.filter(pk__in=scope.channels).quiet_for(QUIET.days, local_day(scope.at))
    rows = quiet.order_by("quiet_since", "name").values_list(
        "name", "platform__name", "last_post_on", "quiet_since"
    )[:MOST_ROWS]
    table = Table(
        "silent",
        _("Channels sliding towards rest"),
        [_("Channel"), _("Platform"), _("Last post"), _("Days of silence")],
        bars=3,
    )
    table.rows = [
        [name, platform, day(last) if last else _("never"), (local_day(scope.at) - since).days]
        for name, platform, last, since in rows
    ]
    count = len(table.rows) if len(table.rows) < MOST_ROWS else quiet.count()
    table.sentence = (
        ngettext(
            "%(count)s active channel has been silent for 60 days.",
            "%(count)s active channels have been silent for 60 days.",
            count,
        )
        % _written({"count": count})
        if count
        else _("No active channel has been silent for 60 days.")
    )
    return table


def all_tables(scope: Scope) -> Iterator[Table]:
    """This will work out every figure of the scope, in the order they were added."""
    for work in FIGURES.values():
        yield work(scope)


def _published(scope: Scope) -> Any:
    return Publication.objects.filter(
        channel__in=scope.channels, state="published", due_at__gte=scope.starts_at, due_at__lt=scope.ends_at
    )


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


def _written(counts: dict[str, Any]) -> dict[str, Any]:
    """The counts as they stand in a sentence: 1 200 and not 1200."""
    return {name: number(count) for name, count in counts.items()}


def _middle(taken: list[timedelta], share: float) -> str:
    """The length of time that this share of the sorted ones did not exceed, in words."""
    if not taken:
        return "–"
    if share == 0.5:
        return span_in_words(_median(taken))
    return span_in_words(taken[math.ceil(share * len(taken)) - 1])


def _median(taken: list[timedelta]) -> timedelta:
    return timedelta(seconds=statistics.median(one.total_seconds() for one in taken))
