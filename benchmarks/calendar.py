"""The calendar with 1 000 posts in the month, among 10 000 and among 100 000 others, and the laying out of 500 series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, queries, ratio
from calendar_app import laying
from calendar_app.models import DayNote, Series, Slot
from channels_registry.models import Channel, Platform
from core.models import Event, Unit, User
from core.workdays import local_day
from editorial.models import Membership, Post, PostText, Team, TeamChannel

IN_MONTH, BEFORE, ALL, SERIES = 1000, 10_000, 100_000, 500
KINDS = ("Visste du att", "Månadens klimathjälte", "Inbjudan", "Nyhet", "Fråga", "Tips")
ROWS = {"month": 105, "week": 112, "list": 50}  # as many posts as each prints
FLAT = 1.2


def figures() -> Iterator[Figure]:
    """This will measure the four views twice, with ten times as many posts outside the window, and lay out series."""
    house = House()
    house.posts(IN_MONTH, house.month, timedelta(days=28) / IN_MONTH)
    house.outside(BEFORE)
    client = Client()
    client.force_login(house.user)
    before = {view: _beside_bare(client, house, view) for view in VIEWS}
    house.outside(ALL - BEFORE)
    for view in VIEWS:
        yield from page(client, view, house.address(view), rows=ROWS.get(view))
        grown = round(_beside_bare(client, house, view) / before[view], 2)
        yield Figure(f"{view}: time with {ALL} posts beside {BEFORE}", grown, "times", FLAT)
    yield from page(client, "week by channel", house.address("week") + "&by=channel", rows=ROWS["week"])
    yield from _laying_out(house)


VIEWS = ("month", "week", "list", "year")


def _beside_bare(client: Client, house: House, view: str) -> float:
    """This will return the page's time as times of a bare page's, so that a busy machine weighs on both alike."""
    return ratio(lambda: client.get(house.address(view)), lambda: client.get("/bare/100/"))


def _laying_out(house: House) -> Iterator[Figure]:
    house.series(SERIES)
    now = timezone.now()
    asked = queries(lambda: laying.lay_out_due(now))
    count = Slot.objects.count()
    yield Figure(
        f"laying out {SERIES} series, {count} places", round(asked * 100 / count, 2), "queries per 100", 20
    )
    yield Figure("laying out again: queries", queries(lambda: laying.lay_out_due(now)), "queries", 1)
    yield Figure("laying out again: new places", Slot.objects.count() - count, "places", 0)


class House:
    """One team with five channels, and as many posts as are asked for."""

    def __init__(self) -> None:
        today = local_day(timezone.now())
        self.month = datetime.combine(today.replace(day=1) + relativedelta(months=1), time(6), tzinfo=UTC)
        unit = Unit.objects.create(name="Parker")
        self.user = User.objects.create_user("anna@avinge.example", name="Anna Berg", unit=unit)
        platform = Platform.objects.create(code="facebook", name="Facebook", hosts=["facebook.com"])
        self.team = Team.objects.create(name="Parkernas redaktion", unit=unit)
        Membership.objects.create(team=self.team, user=self.user, role="editor")
        self.channels = [
            Channel.objects.create(
                platform=platform,
                name=f"Parkerna {number}",
                handle=f"parkerna{number}",
                url=f"https://www.facebook.com/parkerna{number}",
                unit=unit,
            )
            for number in range(5)
        ]
        for channel in self.channels:
            TeamChannel.objects.create(team=self.team, channel=channel)
        DayNote.objects.create(
            team=self.team,
            title="Sportlov",
            kind="school_break",
            first_on=self.month.date(),
            last_on=self.month.date() + timedelta(days=6),
            for_all=True,
            created_by=self.user,
        )
        # What the bare page prints.
        Event.objects.bulk_create(
            [
                Event(
                    at=self.month,
                    kind="post.create",
                    about_type="editorial.post",
                    about_id=number,
                    about_label=f"Svanarna är tillbaka {number}",
                    actor=self.user,
                    actor_name=self.user.name,
                )
                for number in range(200)
            ]
        )

    def address(self, view: str) -> str:
        return f"/calendar/{view}/?on={self.month.date() + timedelta(days=14)}"

    def outside(self, count: int) -> None:
        """This will spread posts over the ten years before the month's year."""
        year = self.month.replace(month=1, day=1)
        self.posts(count, year - timedelta(days=3650), timedelta(days=3640) / count)

    def posts(self, count: int, first: datetime, step: timedelta) -> None:
        posts = Post.objects.bulk_create(
            [
                Post(
                    team=self.team,
                    title=f"Svanarna är tillbaka i dammen {number}",
                    kind=KINDS[number % len(KINDS)],
                    base_text="Nu har svanarna kommit tillbaka till dammen i Stadsparken. Kom och titta!",
                    wanted_at=first + number * step,
                    created_by=self.user,
                    created_at=first,
                )
                for number in range(count)
            ],
            batch_size=2000,
        )
        PostText.objects.bulk_create(
            [
                PostText(post=post, channel=self.channels[number % len(self.channels)])
                for number, post in enumerate(posts)
            ],
            batch_size=5000,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def series(self, count: int) -> None:
        today = local_day(timezone.now())
        rows = [
            Series(
                team=self.team,
                name=f"Serie {number}",
                owner=self.user,
                rhythm=("weekly", "month_weekday", "first_workday", "workdays")[number % 4],
                starts_on=today - timedelta(days=number % 7),
                clock=time(9),
                red_days="move",
                laid_until=today - timedelta(days=1),
                created_by=self.user,
                created_at=timezone.now(),
            )
            for number in range(count)
        ]
        Series.objects.bulk_create(rows)
