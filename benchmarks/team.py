"""The rota, Min dag, the follow-up and the search, in a small and in a large city."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, queries, ratio
from channels_registry.models import Channel
from config.search import found
from core.models import User
from core.workdays import is_working_day, local_day, red_days
from editorial.models import Membership, Post, Team
from editorial.rota import WEEK, Member, Need, available_days, propose, week_load
from moderation.models import Comment, CommentRevision, Watch

FIRST = date(2026, 11, 30)
DUTIES = ("publish", "watch", "answer", "remove")
COMMENTS = 1_000_000
BATCH = 20_000


def figures() -> Iterator[Figure]:
    """This will measure the rota by itself, and the pages in the invented city before and after it has grown large."""
    yield from rota_figures()
    call_command("demo_data", verbosity=0)
    erik = User.objects.get(email="erik.sund@avinge.example")
    client = Client()
    client.force_login(erik)
    small = timed(lambda: found(erik, "bron"))
    grow(erik)
    year = f"since={local_day(timezone.now()) - timedelta(days=364)}&until={local_day(timezone.now())}"
    yield from page(client, "Min dag, large city", "/", rows=40)
    yield Figure(
        "follow-up, a year, 300 channels: queries",
        queries(lambda: client.get(f"/follow-up/?{year}")),
        "queries",
        25,
    )
    for word in ("bron", "kommentar"):
        yield Figure(
            f"search “{word}” among 1 000 000: queries",
            queries(lambda word=word: found(erik, word)),
            "queries",
            5,
        )
    yield Figure(
        "search a seldom word: time beside an empty city",
        round(timed(lambda: found(erik, "bron")) / small, 2),
        "times",
        1.2,
    )
    yield Figure(
        "search a word of every comment: time beside a bare page of 60 rows",
        ratio(lambda: client.get("/search/?q=kommentar"), lambda: client.get("/bare/60/")),
        "times",
        2,
    )
    yield from page(client, "staffing", "/teams/")
    yield from page(client, "rota", f"/teams/{Team.objects.get(name='Park och miljö').pk}/rota/")


def rota_figures() -> Iterator[Figure]:
    started = time.perf_counter()
    spreads = [spread_of(team_of(12, seed=seed), seed) for seed in range(50)]
    yield Figure(
        "rota, 50 teams × 12 people × 26 weeks × 4 duties", round(time.perf_counter() - started, 2), "s", 5
    )
    yield Figure(
        "rota, weighted load of equal members, most by least, worst of 50 teams",
        round(max(spreads), 3),
        "times",
        1.15,
    )
    twelve, twice = (
        timed(
            lambda people=people: [propose(team_of(people, seed=1), needs(26), seed=1) for _ in range(10)],
            turns=5,
        )
        for people in (12, 24)
    )
    yield Figure("rota, twice the people", round(twice / twelve, 2), "times", 2.5)


def team_of(people: int, *, seed: int) -> list[Member]:
    """This will make equal members who are away at random, one week of twelve or so."""
    chance = random.Random(seed)
    return [
        Member(
            key=number,
            name=f"P{number}",
            duties=frozenset(DUTIES),
            away=tuple(
                (FIRST + week * WEEK, FIRST + week * WEEK + timedelta(days=chance.choice([0, 2, 6])))
                for week in range(26)
                if chance.random() < 0.08
            ),
        )
        for number in range(people)
    ]


def needs(weeks: int) -> list[Need]:
    def is_red(day: date) -> bool:
        return day in red_days(day.year)

    return [
        Need(FIRST + number * WEEK, (duty,), week_load(FIRST + number * WEEK, is_red))
        for number in range(weeks)
        for duty in DUTIES
    ]


def spread_of(members: list[Member], seed: int) -> float:
    """This will divide the most by the least weighted load, each in proportion to the days the member was there."""
    loads = dict.fromkeys((member.key for member in members), 0.0)
    for choice in propose(members, needs(26), seed=seed):
        if choice.member:
            loads[choice.member.key] += choice.need.size
    last = FIRST + 26 * WEEK - timedelta(days=1)
    relative = [loads[member.key] / available_days(member, FIRST, last) for member in members]
    return max(relative) / min(relative)


def timed(work, turns: int = 15) -> float:
    """This will return the median time of `work`, after one turn that does not count."""
    taken = []
    for turn in range(turns + 1):
        start = time.perf_counter()
        work()
        if turn:
            taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def grow(user: User) -> None:
    """This will make the city large: 300 channels, ten years of posts and watches, a million comments."""
    team = Team.objects.filter(memberships__user=user, memberships__role=Membership.Role.EDITOR).first()
    assert team is not None
    shown = Channel.objects.filter(teams=team).first()
    assert shown is not None
    Channel.objects.bulk_create(
        Channel(
            platform=shown.platform,
            name=f"Kanal {n}",
            handle=f"k{n}",
            url=f"https://facebook.com/k{n}",
            unit=team.unit,
        )
        for n in range(300)
    )
    channels = list(Channel.objects.filter(name__startswith="Kanal "))
    now = timezone.now()
    days = [local_day(now) - timedelta(days=n) for n in range(1, 365)]
    Watch.objects.bulk_create(
        (
            Watch(channel=channel, day=day, state="confirmed")
            for channel in channels
            for day in days
            if is_working_day(day)
        ),
        batch_size=5000,
    )
    Post.objects.bulk_create(
        (
            Post(
                team=team,
                title=f"Gammalt {n}",
                base_text="Text",
                created_by=user,
                created_at=now,
                state="dropped",
            )
            for n in range(100_000)
        ),
        batch_size=5000,
    )
    for start in range(0, COMMENTS, BATCH):
        add_comments(start, channels, user, datetime(2020, 1, 1, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def add_comments(start: int, channels: list[Channel], user: User, at: datetime) -> None:
    """This will add a batch of handled comments and what they say."""
    made = Comment.objects.bulk_create(
        [
            Comment(
                channel=channels[n % len(channels)],
                kind="praise",
                state="handled",
                registered_by=user,
                registered_at=at + timedelta(minutes=n),
            )
            for n in range(start, start + BATCH)
        ],
        batch_size=5000,
    )
    revisions = CommentRevision.objects.bulk_create(
        [
            CommentRevision(
                comment=comment,
                number=1,
                author_name=f"Namn {comment.pk}",
                text=f"En kommentar om dag {comment.pk % 977}.",
                seen_at=at,
            )
            for comment in made
        ],
        batch_size=5000,
    )
    Comment.objects.bulk_update(
        [
            setattr(comment, "current", revision) or comment
            for comment, revision in zip(made, revisions, strict=True)
        ],
        ["current"],
        batch_size=2000,
    )
