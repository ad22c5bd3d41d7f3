"""What the calendar reads. Year, month, week and list count the same posts: those `in_calendar` finds."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models import Window as Over
from django.db.models.functions import Coalesce, RowNumber, TruncDate
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from calendar_app.windows import Window, month_of
from core.models import User
from core.workdays import red_days
from editorial.models import Post, PostText
from editorial.states import FIXED, PostState

HEAT = (0, 1, 2, 4, 6, 9)
QUIET_AFTER = timedelta(days=21)
MOST_AT_ONCE = 5000  # as many values as every database takes in one query
CITY = ZoneInfo(settings.TIME_ZONE)


def address(name: str, pk: int) -> str:
    """This will return the address of a page with a number: worked out once, for pages that show a hundred of them."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=32)
def _around(name: str, prefix: str) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[987654321]).partition("987654321")
    return before, after


@dataclass(frozen=True, slots=True)
class Where:
    """A channel as the calendar names it."""

    pk: int
    name: str
    platform: str

    def __str__(self) -> str:
        return f"{self.name} ({self.platform})"


@dataclass(frozen=True)
class Entry:
    """A post as the calendar shows it: at its planned time, or at the wanted one while it is not planned."""

    pk: int
    title: str
    at: datetime
    is_planned: bool
    version: int
    state: str
    kind: str
    team: str
    channels: list[Where]

    @property
    def state_label(self) -> str:
        return str(PostState(self.state).label)

    @property
    def may_move(self) -> bool:
        return self.state not in FIXED

    @property
    def is_out(self) -> bool:
        return self.state == PostState.PUBLISHED

    @property
    def clock(self) -> str:
        return f"{self.at.astimezone(CITY):%H:%M}"

    @property
    def where(self) -> str:
        return ", ".join(map(str, self.channels)) or _("no channel yet")

    @property
    def where_short(self) -> str:
        more = len(self.channels) - 1
        return f"{self.channels[0].name} +{more}" if more > 0 else self.where

    @property
    def url(self) -> str:
        return address("editorial:post_page", self.pk)

    @property
    def move_url(self) -> str:
        """Where it is moved, or what is out is asked about; empty when it stays."""
        door = "editorial:post_time" if self.may_move else "calendar_app:post_again" if self.is_out else ""
        return address(door, self.pk) if door else ""


@dataclass(frozen=True)
class Day:
    """A day with its posts, at most as many as asked; `more` counts the rest."""

    day: date
    entries: list[Entry]
    more: int
    red: str = ""  # its name, when it is a public holiday or a closed eve
    is_today: bool = False
    is_outside: bool = False

    @property
    def count(self) -> int:
        return len(self.entries) + self.more


def in_calendar(user: User, wanted: dict[str, Any], teams: Collection[int] | None = None) -> QuerySet[Post]:
    """This will find the posts with a time that `user` may see and that fit the filters, the first first.

    Dropped posts are left out unless they are asked for. `teams` are the numbers of those `user` may see, when they are
    read already.
    """
    posts = _in_teams(user, teams).annotate(at=Coalesce("planned_at", "wanted_at"))
    posts = posts.filter(Q(planned_at__isnull=False) | Q(wanted_at__isnull=False))
    if not wanted.get("state"):
        posts = posts.exclude(state=PostState.DROPPED)
    return _fitting(posts.order_by("at", "pk"), wanted)


def _fitting(posts: QuerySet[Post], wanted: dict[str, Any]) -> QuerySet[Post]:
    """This will keep the posts that fit the filters; `wanted` has what was chosen of each."""
    if wanted.get("state"):
        posts = posts.filter(state=wanted["state"])
    if wanted.get("channel"):
        posts = posts.filter(texts__channel=wanted["channel"])
    if wanted.get("team"):
        posts = posts.filter(team=wanted["team"])
    if wanted.get("unit"):
        posts = posts.filter(team__unit=wanted["unit"])
    if wanted.get("person"):
        posts = posts.filter(created_by=wanted["person"])
    if kind := wanted.get("kind"):
        posts = posts.filter(kind__icontains=kind)
    if theme := wanted.get("theme"):
        posts = posts.filter(theme__icontains=theme)
    if text := wanted.get("text"):
        posts = posts.filter(Q(title__icontains=text) | Q(base_text__icontains=text))
    return posts


def within(posts: QuerySet[Post], window: Window) -> QuerySet[Post]:
    """This will keep the posts of the window, by columns that have an index."""
    planned = Q(planned_at__gte=window.begins, planned_at__lt=window.ends)
    wanted = Q(planned_at=None, wanted_at__gte=window.begins, wanted_at__lt=window.ends)
    return posts.filter(planned | wanted)


def tray(user: User, wanted: dict[str, Any], teams: Collection[int] | None = None) -> QuerySet[Post]:
    """This will find the posts without any time that are still worked on and fit the filters, the newest first."""
    posts = _in_teams(user, teams).filter(planned_at=None, wanted_at=None)
    posts = _fitting(posts.exclude(state__in=[PostState.DROPPED, PostState.PUBLISHED]), wanted)
    return posts.only("title", "state", "version").order_by("-pk")


def entries(rows: list[dict[str, Any]]) -> list[Entry]:
    """This will make entries of rows read with `COLUMNS`, with their channels in one more query."""
    channels = defaultdict(list)
    texts = PostText.objects.filter(post__in=[row["pk"] for row in rows]).order_by("channel__name")
    columns = ("post", "channel", "channel__name", "channel__platform__name")
    for post, channel, name, platform in texts.values_list(*columns):
        channels[post].append(Where(channel, name, platform))
    return [
        Entry(
            pk=row["pk"],
            title=row["title"],
            at=row["at"],
            is_planned=row["planned_at"] is not None,
            version=row["version"],
            state=row["state"],
            kind=row["kind"],
            team=row["team__name"],
            channels=channels[row["pk"]],
        )
        for row in rows
    ]


COLUMNS = ("pk", "title", "at", "planned_at", "version", "state", "kind", "team__name")


def days_with_posts(
    posts: QuerySet[Post], window: Window, *, most: int, today: date, month: date | None = None
) -> list[Day]:
    """This will read the window's days, with at most `most` posts shown on each, in two queries."""
    rows = list(_first_of_each_day(within(posts, window), most).values(*COLUMNS, "day", "of_day"))
    of_day = {row["day"]: row["of_day"] for row in rows}
    shown: dict[date, list[Entry]] = defaultdict(list)
    for row, entry in zip(rows, entries(rows), strict=True):
        shown[row["day"]].append(entry)
    return [
        Day(
            day=day,
            entries=shown[day],
            more=of_day.get(day, 0) - len(shown[day]),
            red=red_days(day.year, get_language() or "sv").get(day, ""),
            is_today=day == today,
            is_outside=month is not None and day.month != month.month,
        )
        for day in window.days()
    ]


def _first_of_each_day(posts: QuerySet[Post], most: int) -> QuerySet[Post]:
    """This will keep the first posts of each day, and count in `of_day` all that the day has."""
    day = TruncDate("at", tzinfo=CITY)
    return (
        posts.annotate(day=day)
        .annotate(
            number=Over(RowNumber(), partition_by="day", order_by=["at", "pk"]),
            of_day=Over(Count("pk"), partition_by="day"),
        )
        .filter(number__lte=most)
        .order_by(F("at"), "pk")
    )


def _in_teams(user: User, teams: Collection[int] | None) -> QuerySet[Post]:
    return Post.objects.visible_to(user) if teams is None else Post.objects.filter(team__in=teams)


@dataclass
class Row:
    """A kind or a channel through the year: how many posts in each month, and its longest silence."""

    label: str
    months: list[int] = field(default_factory=lambda: [0] * 12)
    quiet_from: date | None = None
    quiet_to: date | None = None

    @property
    def total(self) -> int:
        return sum(self.months)

    @property
    def silent_from(self) -> date | None:
        return self.quiet_from + timedelta(days=1) if self.quiet_from else None

    @property
    def silent_to(self) -> date | None:
        return self.quiet_to - timedelta(days=1) if self.quiet_to else None

    @property
    def quiet_weeks(self) -> int:
        if self.quiet_from is None or self.quiet_to is None:
            return 0
        return ((self.quiet_to - self.quiet_from).days - 1) // 7


@dataclass(frozen=True)
class HeatDay:
    day: date
    count: int
    heat: int


def year_heat(posts: QuerySet[Post], window: Window) -> list[tuple[date, list[HeatDay]]]:
    """This will count the posts of each day of the year, with the first day of each month, in one query."""
    counts = Counter(
        {row["day"]: row["count"] for row in _per_day(within(posts, window)).annotate(count=Count("pk"))}
    )
    return [
        (first, [HeatDay(day, counts[day], heat_of(counts[day])) for day in month_of(first).days()])
        for first in (window.first.replace(month=month) for month in range(1, 13))
    ]


def heat_of(count: int) -> int:
    """This will return how dark a day with so many posts is, 0 to 5."""
    return sum(1 for least in HEAT[1:] if count >= least)


def year_rows(posts: QuerySet[Post], window: Window, column: str) -> list[Row]:
    """This will count by a column and by month, and find each row's longest silence, in one query."""
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for row in _per_day(within(posts, window), column).annotate(count=Count("pk")):
        days[row[column]][row["day"]] += row["count"]
    return _as_rows(days.items(), window, window)


def channel_rows(
    posts: QuerySet[Post], window: Window, told: Mapping[int, str], only: int | None = None
) -> list[Row]:
    """This will count by channel and by month as `year_rows` does; each channel in `told` has a row, also with no post.

    Silences are sought three weeks beyond the window: one over the turn of the year is told by both years. `only` is the
    channel that is asked for. The posts are named to the database one by one: from a join with all texts there are it
    reads every one of them.
    """
    wide = replace(window, first=window.first - QUIET_AFTER, last=window.last + QUIET_AFTER)
    day_of: dict[int, date] = {row["pk"]: row["day"] for row in _per_day(within(posts, wide), "pk")}
    labels, days = dict(told), {pk: Counter[date]() for pk in told}
    numbers = list(day_of)
    for first in range(0, len(numbers), MOST_AT_ONCE):
        texts = PostText.objects.filter(post__in=numbers[first : first + MOST_AT_ONCE]).order_by()
        if only is not None:
            texts = texts.filter(channel=only)
        named = texts.values_list("post", "channel", "channel__name", "channel__platform__name")
        for post, pk, name, platform in named:
            labels.setdefault(pk, str(Where(pk, name, platform)))
            days.setdefault(pk, Counter())[day_of[post]] += 1
    shown = told.keys() | {
        pk for pk, counts in days.items() if any(window.first <= day <= window.last for day in counts)
    }
    return _as_rows(((labels[pk], days[pk]) for pk in shown), window, wide)


def _as_rows(days: Iterable[tuple[str, Counter[date]]], window: Window, sought: Window) -> list[Row]:
    """This will count by the months of `window`, and seek the silences in `sought`."""
    found = []
    for label, counts in days:
        line = Row(label)
        for day, count in counts.items():
            if window.first <= day <= window.last:
                line.months[day.month - 1] += count
        line.quiet_from, line.quiet_to = longest_silence(list(counts), sought)
        found.append(line)
    return sorted(found, key=lambda line: (-line.total, line.label))


def gaps(rows: list[Row]) -> list[Row]:
    """This will choose the five longest silences, the longest first."""
    return sorted((row for row in rows if row.quiet_weeks), key=lambda row: (-row.quiet_weeks, row.label))[:5]


def longest_silence(days: list[date], window: Window) -> tuple[date | None, date | None]:
    """This will return the two days with posts that are furthest apart, when at least three weeks of nothing lie between.

    The day before the window and the day after it count as ends.
    """
    ends = [window.first - timedelta(days=1), *sorted(days), window.last + timedelta(days=1)]
    start, stop = max(itertools.pairwise(ends), key=lambda pair: pair[1] - pair[0])
    return (start, stop) if stop - start > QUIET_AFTER else (None, None)


def _per_day(posts: QuerySet[Post], *columns: str) -> QuerySet[Post, dict[str, Any]]:
    day = TruncDate("at", tzinfo=CITY)
    return posts.annotate(day=day).order_by().values("day", *columns)
