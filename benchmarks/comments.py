"""A million comments and a hundred thousand cases on PostgreSQL: pages, the ladder, the watch, the archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, queries, ratio
from channels_registry.models import Channel, Platform
from core import filestore, ladders, trail
from core.models import Rung, Unit, User
from core.workdays import instant, is_working_day, local_day
from editorial.models import Membership, Team, TeamChannel
from moderation import archive, clock
from moderation.models import Case, Comment, Evidence, EvidenceItem, Ground, Watch

CHANNELS, TEAMS, PEOPLE = 300, 30, 5
NEW, OPEN = 2000, 2000
FILES, FILE_SIZE = 200, 1_000_000
PAGES = {"inbox": "/moderation/inbox/", "queue": "/moderation/", "case": "/moderation/cases/{case}/"}
STEPS = ("duty", "moderators", "editors", "chiefs", "breach")


def figures() -> Iterator[Figure]:
    """This will measure the room at its full size, and its pages against a tenth of that. PostgreSQL only."""
    if connection.vendor != "postgresql":
        print("This section is measured on PostgreSQL: set DATABASE_URL.")
        return
    settings.FILES_DIR = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        user = lay_out_city()
        client = Client()
        client.force_login(user)
        yield from of_pages(client)
        yield from of_ladder()
        yield from of_watch()
        yield from of_archive()
    finally:
        shutil.rmtree(settings.FILES_DIR)


def lay_out_city() -> User:
    """This will store units, teams, people and channels, and return somebody who edits three of the teams."""
    now = timezone.now()
    chiefs = [User.objects.create(email=f"chief{n}@avinge.example", name=f"Chief {n}") for n in range(2)]
    unit = Unit.objects.create(name="Unit", responsible_chief=chiefs[0], communications_chief=chiefs[1])
    platform = Platform.objects.create(code="facebook", name="Facebook", hosts=["facebook.com"])
    channels = Channel.objects.bulk_create(
        [
            Channel(
                platform=platform,
                name=f"Channel {n}",
                handle=f"c{n}",
                url=f"https://facebook.com/c{n}",
                unit=unit,
            )
            for n in range(CHANNELS)
        ]
    )
    teams = Team.objects.bulk_create([Team(name=f"Team {n}", unit=unit) for n in range(TEAMS)])
    TeamChannel.objects.bulk_create(
        [TeamChannel(team=teams[n % TEAMS], channel=channel) for n, channel in enumerate(channels)]
    )
    for number, team in enumerate(teams):
        for seat in range(PEOPLE):
            person = User.objects.create(
                email=f"p{number}.{seat}@avinge.example", name=f"Person {number} {seat}"
            )
            role = "editor" if seat < 2 else "communicator"
            Membership.objects.create(team=team, user=person, role=role)
    user = User.objects.create(email="erik@avinge.example", name="Erik")
    for team in teams[:3]:
        Membership.objects.create(team=team, user=user, role="editor")
    for number in range(100):
        trail.record(
            "comment.note",
            about=user,
            actor=user,
            at=now - timedelta(minutes=number),
            note="For the bare page.",
        )
    return user


def of_pages(client: Client) -> Iterator[Figure]:
    """This will measure the pages at a tenth of the size, then at the full size, each beside the bare page."""
    lay_in(100_000, 10_000)
    case = Case.objects.filter(comment__channel__name="Channel 0", state="found").order_by("pk")[0].pk
    addresses = {name: address.format(case=case) for name, address in PAGES.items()}
    small = {name: beside_bare(client, address) for name, address in addresses.items()}
    lay_in(1_000_000, 100_000)
    for name, address in addresses.items():
        yield from page(client, f"{name} at 1 000 000 comments", address, rows=25)
        grown = round(beside_bare(client, address) / small[name], 2)
        yield Figure(f"{name}: time against a tenth of the data", grown, "times", 1.2)


def beside_bare(client: Client, address: str) -> float:
    """This will divide a page's time by that of a bare page of as many rows."""
    return ratio(lambda: client.get(address), lambda: client.get("/bare/25/"), turns=15)


def lay_in(comments: int, cases: int) -> None:
    """This will fill up to so many comments and cases, of which as many are new and open at either size."""
    person, channel = User.objects.earliest("pk").pk, Channel.objects.earliest("pk").pk
    ground = Ground.objects.get(code="unlawful_threat").pk
    have, have_cases = Comment.objects.count(), Case.objects.count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO moderation_comment
              (id, version, url, kind, state, registered_at, channel_id, current_id, registered_by_id)
            SELECT n, 1, 'https://facebook.com/x/' || n, 'praise',
              CASE WHEN n <= %(new)s + %(open)s THEN 'new' ELSE 'handled' END,
              now() - n * interval '30 seconds', %(channel)s + n %% %(channels)s, n, %(person)s
            FROM generate_series(%(have)s + 1, %(comments)s) n;
            INSERT INTO moderation_commentrevision (id, number, author_name, text, seen_at, comment_id)
            SELECT n, 1, 'Visitor ' || n, 'Something that a visitor wrote below a post, number ' || n, now(), n
            FROM generate_series(%(have)s + 1, %(comments)s) n;
            INSERT INTO moderation_case
              (id, version, facts, state, discovered_at, due_at, closed_at, comment_id, ground_id, opened_by_id)
            SELECT n, 1, 'Facts.', CASE WHEN n <= %(open)s THEN 'found' ELSE 'kept' END,
              now() - n * interval '30 seconds', now() - n * interval '30 seconds' + interval '24 hours',
              CASE WHEN n <= %(open)s THEN NULL ELSE now() END, n, %(ground)s, %(person)s
            FROM generate_series(%(have_cases)s + 1, %(cases)s) n;
            """,
            {
                "new": NEW,
                "open": OPEN,
                "have": have,
                "comments": comments,
                "have_cases": have_cases,
                "cases": cases,
                "channel": channel,
                "channels": CHANNELS,
                "ground": ground,
                "person": person,
            },
        )
        for table in ("comment", "commentrevision", "case"):
            cursor.execute(
                f"SELECT setval('moderation_{table}_id_seq', (SELECT max(id) FROM moderation_{table}))"
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def of_ladder() -> Iterator[Figure]:
    """This will measure 10 000 rungs due at once beside one statement that changes the same rows, and nothing due.

    Each turn has other cases, so that there are as many breaches to record in each.
    """
    now = timezone.now()
    taken, rungs = [], OPEN * len(STEPS)
    for turn in range(3):
        lay_rungs(turn, OPEN, now)
        taken.append((seconds(lambda: by_one_statement(now)), seconds(lambda: climbed(now))))
    speed = round(median(one for one, _ in taken) / median(ours for _, ours in taken), 2)
    yield Figure(f"{rungs} rungs due: speed beside one SQL statement", speed, "times", 0.2, at_least=True)
    lay_rungs(3, OPEN, now)
    asked = queries(lambda: climbed(now))
    yield Figure(f"{rungs} rungs due: rungs to a query", round(rungs / asked), "rungs", 50, at_least=True)
    lay_rungs(4, OPEN * 2 // 5, now)
    few = peak(now)
    lay_rungs(5, OPEN, now)
    yield Figure("memory for 10 000 rungs against 4 000", round(peak(now) / few, 2), "times", 1.2)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_rung (ladder, object_id, step, due_at, try_at, failures, error) "
            "SELECT 'case', n, 'later', %s, %s, 0, '' FROM generate_series(1, 1000000) n",
            [now + timedelta(days=9)] * 2,
        )
        # As autovacuum leaves it; what the turns before told would else lie in the way, or not, by chance.
        cursor.execute("VACUUM ANALYZE core_rung")
    asked = queries(lambda: ladders.climb(now))
    yield Figure("nothing due among 1 000 000 rungs: queries", asked, "queries", 1)
    beside = ratio(lambda: ladders.climb(now), select_one, turns=100)
    yield Figure("nothing due among 1 000 000 rungs: time beside SELECT 1", beside, "times", 5)
    Rung.objects.filter(step="later").delete()


def lay_rungs(turn: int, cases: int, now: object) -> None:
    """This will lay out the whole ladder, due now, of cases that no turn before has told anybody of."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_rung WHERE ladder = 'case'")
        cursor.execute("TRUNCATE core_notice CASCADE")
        cursor.execute(
            "INSERT INTO core_rung (ladder, object_id, step, due_at, try_at, failures, error) "
            "SELECT 'case', n, step, %s, %s, 0, '' FROM generate_series(%s, %s) n, unnest(%s) step",
            [now, now, turn * OPEN + 1, turn * OPEN + cases, list(STEPS)],
        )
        cursor.execute("VACUUM ANALYZE core_rung")


def by_one_statement(now: object) -> None:
    """This will tell the same rungs to the same people in one statement, and take it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH told AS (
              UPDATE core_rung SET told_at = %(now)s, claim = gen_random_uuid()
              WHERE told_at IS NULL AND cancelled_at IS NULL AND try_at <= %(now)s RETURNING id, object_id, step
            ), breached AS (
              UPDATE moderation_case SET breached_at = due_at
              WHERE id IN (SELECT object_id FROM told WHERE step = 'breach') RETURNING id
            ), event AS (
              INSERT INTO core_event (at, kind, about_type, about_id, about_label, actor_name, note, data)
              SELECT %(now)s, 'case.breach', 'moderation.case', id, 'Case ' || id, '', '', '{}' FROM breached
            ), who AS (
              SELECT told.id, told.object_id, m.user_id FROM told
              JOIN moderation_case k ON k.id = told.object_id JOIN moderation_comment c ON c.id = k.comment_id
              JOIN editorial_teamchannel t ON t.channel_id = c.channel_id
              JOIN editorial_membership m ON m.team_id = t.team_id
              WHERE (told.step IN ('duty', 'editors', 'breach') AND m.role = 'editor') OR told.step = 'moderators'
              UNION
              SELECT told.id, told.object_id, u.id FROM told, core_user u
              WHERE told.step IN ('chiefs', 'breach') AND u.email LIKE 'chief%%'
            )
            INSERT INTO core_notice (recipient_id, key, about_type, about_id, subject, body, url, why, urgent,
              created_at, message_id, email_state, try_at, attempts, error)
            SELECT user_id, 'rung:' || id, 'moderation.case', object_id, 'New case', 'Take a screenshot.',
              '/moderation/cases/' || object_id || '/', 'you are an editor', true, %(now)s, gen_random_uuid(),
              'pending', %(now)s, 0, '' FROM who
            """,
            {"now": now},
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what committing would have to check
        transaction.set_rollback(True)


def climbed(now: object) -> None:
    told = ladders.climb(now)  # type: ignore[arg-type]
    assert told > 0


def peak(now: object) -> int:
    tracemalloc.start()
    climbed(now)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def of_watch() -> Iterator[Figure]:
    """This will count the queries that open a day's 300 watches."""
    day = local_day(timezone.now())
    while not is_working_day(day):
        day += timedelta(days=1)
    asked = queries(lambda: clock.open_watches(instant(day, "08:00")))
    assert Watch.objects.count() == CHANNELS
    yield Figure(f"opening {CHANNELS} watches", asked, "queries", 10)


def of_archive() -> Iterator[Figure]:
    """This will measure reading the archive back beside sha256sum over the same files."""
    user = User.objects.get(email="erik@avinge.example")
    case = Case.objects.select_related("comment").earliest("pk")
    evidence = Evidence.objects.create(case=case, revision_id=case.comment.current_id, context="Files.")
    for number in range(FILES):
        sha = filestore.keep("evidence", os.urandom(FILE_SIZE))
        clean = filestore.keep("evidence-copies", os.urandom(FILE_SIZE // 4))
        EvidenceItem.objects.create(
            evidence=evidence,
            name=f"{number}.png",
            sha=sha,
            clean_sha=clean,
            content_type="image/png",
            size=FILE_SIZE,
            taken_by="Erik",
            added_by=user,
            added_at=timezone.now(),
        )
    while trail.seal_events(timezone.now()):
        pass
    files = [str(path) for path in settings.FILES_DIR.rglob("*") if path.is_file()]
    command = [shutil.which("sha256sum") or "sha256sum", *files]
    taken = []
    for _turn in range(5):
        theirs = seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))  # noqa: S603
        taken.append((theirs, seconds(archive.verify)))
    assert archive.verify() == []
    speed = round(median(theirs for theirs, _ in taken) / median(ours for _, ours in taken), 2)
    yield Figure(f"verifying {len(files)} files: speed beside sha256sum", speed, "times", 0.5, at_least=True)


def select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def seconds(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start
