"""The rota, Min dag, the follow-up and the search, in a small and in a large city."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.busy import ADD_TEXTS, POINT_TO_TEXTS, fill_the_day
from benchmarks.measure import Figure, page, queries, ratio
from channels_registry.models import Channel
from config.search import found
from core.models import SearchEntry, User
from core.workdays import is_working_day, local_day, red_days
from editorial.models import Membership, Post, Team, TeamChannel
from editorial.rota import WEEK, Member, Need, available_days, propose, week_load
from moderation.models import Comment, Watch

FIRST = date(2026, 11, 30)
DUTIES = ("publish", "watch", "answer", "remove")
CHANNELS, OURS = 300, 40
POSTS, COMMENTS = 100_000, 1_000_000
# One statement each for a million rows; both databases read it. The triggers of the search run for each row.
ADD_COMMENTS = (
    "INSERT INTO moderation_comment (version, channel_id, url, kind, state, registered_by_id, registered_at) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
    "SELECT 1, %s + i %% %s, '', 'praise', 'handled', %s, %s FROM n"
)


def figures() -> Iterator[Figure]:
    """This will measure the rota by itself, and the pages in the invented city before and after it has grown large."""
    yield from rota_figures()
    call_command("demo_data", verbosity=0)
    erik = User.objects.get(email="erik.sund@avinge.example")
    client = Client()
    client.force_login(erik)
    small = timed(lambda: found(erik, "bron"))
    grow(erik)
    today = local_day(timezone.now())
    year = f"/follow-up/?since={today - timedelta(days=364)}&until={today}"
    rows = client.get("/", headers={"HX-Request": "true"}).content.count(b"<li")
    yield Figure("Min dag, large city: rows of something to do", rows, "rows", 80, at_least=True)
    yield from page(client, "Min dag, large city", "/", rows=rows)
    yield Figure("follow-up, a year, 300 channels: queries", queries(lambda: client.get(year)), "queries", 25)
    for word in ("bron", "kommentar"):
        asked = queries(lambda word=word: found(erik, word))
        yield Figure(f"search “{word}” among {COMMENTS}: queries", asked, "queries", 5)
    grown = round(timed(lambda: found(erik, "bron")) / small, 2)
    yield Figure("search a seldom word: time beside the small city", grown, "times", 1.2)
    seen = Comment.objects.visible_to(erik)
    newest = SearchEntry.objects.filter(kind="comment", object_id__in=seen.values("pk")).order_by("-pk")
    first = [hit.url for _label, hits in found(erik, "kommentar") for hit in hits if "/comments/" in hit.url]
    wanted = [
        f"/moderation/comments/{pk}/" for pk in newest.values_list("object_id", flat=True)[: len(first)]
    ]
    yield Figure("search a common word: newest first", first == wanted, "true", 1, at_least=True)
    one = somebody_with_one_channel()
    asked = queries(lambda: found(one, "kommentar"))
    yield Figure("search a common word in one channel of 300: queries", asked, "queries", 5)
    slow = timed(lambda: found(one, "kommentar"))
    yield Figure("search a common word in one channel of 300", round(slow, 2), "s", 0.5)
    often = ratio(lambda: client.get("/search/?q=kommentar"), lambda: client.get("/bare/60/"), turns=7)
    yield Figure("search a word of every comment: time beside a bare page of 60 rows", often, "times", 2)
    yield from page(client, "staffing", "/teams/")
    yield from page(client, "rota", f"/teams/{Team.objects.get(name='Park och miljö').pk}/rota/")


def somebody_with_one_channel() -> User:
    """This will return a new communicator whose team has one of the many channels."""
    channel = Channel.objects.filter(name__startswith="Kanal ", care=None)[0]
    user = User.objects.create(email="bo@avinge.example", name="Bo")
    team = Team.objects.create(name="En kanal", unit=channel.unit)
    Membership.objects.create(team=team, user=user)
    TeamChannel.objects.create(team=team, channel=channel)
    return user


def rota_figures() -> Iterator[Figure]:
    """This will measure time, fairness and growth of the pure function."""
    teams, asked = [team_of(12, seed=seed) for seed in range(50)], needs(26)
    started = time.perf_counter()
    for seed, team in enumerate(teams):
        propose(team, asked, seed=seed)
    taken = round(time.perf_counter() - started, 2)
    spreads = [spread_of(team, seed) for seed, team in enumerate(teams)]
    yield Figure("rota, 50 teams × 12 people × 26 weeks × 4 duties", taken, "s", 5)
    yield Figure(
        "rota, load of equal members, most by least, worst of 50", round(max(spreads), 3), "times", 1.15
    )
    small, large = team_of(12, seed=1), team_of(24, seed=1)
    # Processor time: the function waits for nothing, so work beside it must not count.
    twice = ratio(
        lambda: propose(large, asked, seed=1),
        lambda: propose(small, asked, seed=1),
        clock=time.process_time,
    )
    yield Figure("rota, twice the people: time", twice, "times", 2.5)


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
    """This will list four duties, apart, for each week from the first."""
    return [
        Need(FIRST + n * WEEK, (duty,), week_load(FIRST + n * WEEK, lambda day: day in red_days(day.year)))
        for n in range(weeks)
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


def timed(work: Callable[[], Any], turns: int = 9) -> float:
    """This will return the median time of `work`, after one turn that does not count."""
    taken = []
    for turn in range(turns + 1):
        start = time.perf_counter()
        work()
        if turn:
            taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def grow(user: User) -> None:
    """This will make the city large: 300 channels, a year of watches, ten years of posts and comments."""
    team = Team.objects.filter(memberships__user=user, memberships__role=Membership.Role.EDITOR)[0]
    platform = Channel.objects.filter(teams=team)[0].platform
    Channel.objects.bulk_create(
        Channel(
            platform=platform,
            name=f"Kanal {n}",
            handle=f"k{n}",
            url=f"https://facebook.com/k{n}",
            unit=team.unit,
        )
        for n in range(CHANNELS)
    )
    channels = list(Channel.objects.filter(name__startswith="Kanal ").order_by("pk"))
    TeamChannel.objects.bulk_create(TeamChannel(team=team, channel=channel) for channel in channels[:OURS])
    now = timezone.now()
    days = [local_day(now) - timedelta(days=number) for number in range(1, 365)]
    watches = (Watch(channel=channel, day=day) for day in days if is_working_day(day) for channel in channels)
    Watch.objects.bulk_create(watches, batch_size=2000)
    Watch.objects.filter(channel__in=channels).update(state="confirmed")
    posts = (
        Post(team=team, title=f"Gammalt {n}", created_by=user, created_at=now, state="dropped")
        for n in range(POSTS)
    )
    Post.objects.bulk_create(posts, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(ADD_COMMENTS, [COMMENTS, channels[0].pk, CHANNELS, user.pk, now - timedelta(days=400)])
        cursor.execute(ADD_TEXTS)
        cursor.execute(POINT_TO_TEXTS)
    fill_the_day(user, team, channels[:OURS], now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
