"""Kills, pauses and empties at random while an office works, and asks afterwards what must be true. Run by make chaos."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from proof.house import House, open_house, until
from proof.office import Journal, Person, handle_a_comment, write_a_post

CASES = 60
TOLD_WITHIN = 90


def main(minutes: float, seed: int) -> int:
    """This will run the chaos for so many minutes and return 1 when something that must be true is not."""
    print(f"chaos: {minutes:g} minutes, seed {seed}")
    with open_house() as house:
        from django.utils import timezone

        began = timezone.now()
        journal, stop = Journal(), threading.Event()
        ids = lay_out(began, minutes, random.Random(seed))
        people = [threading.Thread(target=work, args=(house, journal, stop, ids, seed, n)) for n in range(3)]
        for person in people:
            person.start()
        deeds, outage = disturb(house, minutes, random.Random(seed))
        stop.set()
        for person in people:
            person.join(120)
        ended = timezone.now()
        settle(house)
        print(f"deeds: {dict(deeds)}; the database stood still for {outage:.0f} s in all")
        report(journal)
        wrong = list(faults(house, journal, began, ended, outage))
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print("all that must be true is true" if not wrong else f"{len(wrong)} things are not as they must be")
    return 1 if wrong else 0


def lay_out(began: datetime, minutes: float, chance: random.Random) -> dict[str, Any]:
    """This will store the cast and cases whose four-hour step falls due while the office works."""
    from moderation.models import Ground
    from moderation.transitions import open_case, register_comment
    from tests.conftest import build_city

    city = build_city()
    ground = Ground.objects.get(code="unlawful_threat")
    for number in range(CASES):
        text = f"Laid out {number}"
        comment = register_comment(
            actor=city.anna, at=began, channel=city.channel, kind="illegal", author_name="K", text=text
        )
        due = began + timedelta(seconds=chance.uniform(0, minutes * 60))
        open_case(comment, ground=ground, actor=city.anna, at=began, discovered_at=due - timedelta(hours=4))
    keys = {name: session_of(getattr(city, name)) for name in ("anna", "erik", "sara")}
    return {"keys": keys, "channel": city.channel.pk, "ground": ground.pk}


def session_of(user: Any) -> str:
    """This will log the user in and return the session's key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    user.refresh_from_db()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def work(
    house: House, journal: Journal, stop: threading.Event, ids: dict[str, Any], seed: int, n: int
) -> None:
    """One desk of the office: posts and comments in turn, until told to stop."""
    chance = random.Random(seed * 100 + n)
    anna, erik, sara = (
        Person(house.address, ids["keys"][name], journal, chance) for name in ("anna", "erik", "sara")
    )
    number = n * 100_000
    while not stop.is_set():
        number += 1
        write_a_post(chance.choice([anna, sara]), erik, ids["channel"], number)
        handle_a_comment(chance.choice([anna, erik]), ids["ground"], number)
        anna.get("my_day", "/")
        stop.wait(chance.uniform(0, 0.5))


def disturb(house: House, minutes: float, chance: random.Random) -> tuple[Counter[str], float]:
    """This will do something bad every few seconds, and start again what has ended. Returns what and for how long."""
    deeds: Counter[str] = Counter()
    outage, ends = 0.0, time.monotonic() + minutes * 60
    victims = [
        "web",
        "worker-1",
        "worker-2",
        "beat-1",
        "beat-2",
        "worker-1",
        "worker-2",
        "broker",
        "database",
    ]
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0.5, 4))
        began = time.monotonic()
        deed = chance.choice(["kill"] * 6 + ["pause", "empty"])
        if deed == "kill":
            victim = chance.choice(victims)
            kill_database(house) if victim == "database" else house.kill(victim)
            deeds[f"kill {victim}"] += 1
            if victim in ("database", "broker"):
                time.sleep(chance.uniform(0, 3))
        elif deed == "pause":
            house.pause_database(chance.uniform(1, 5))
            deeds["pause database"] += 1
        else:
            house.empty_broker()
            deeds["empty broker"] += 1
        if "database" in (deed, locals().get("victim")) or deed == "pause":
            until(lambda: answers(house), 60)
            outage += time.monotonic() - began
    return deeds, outage


def kill_database(house: House) -> None:
    """This will kill one of PostgreSQL's processes, which makes it throw all others out and recover from its log."""
    import os
    import signal

    backends = house.database_processes()[1:]
    if backends:
        try:
            os.kill(random.Random(len(backends)).choice(backends), signal.SIGKILL)
        except ProcessLookupError:
            return


def answers(house: House) -> bool:
    from django.db import Error, connection

    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def settle(house: House) -> None:
    """This will wait until nothing is due, waits to be sent or is unsealed; what was being sent waits for its lease."""
    from django.utils import timezone

    from core import clock
    from core.models import Event, Notice, Rung

    def still() -> bool:
        now = timezone.now()
        due = Rung.objects.filter(told_at=None, cancelled_at=None, due_at__lte=now - timedelta(seconds=2))
        return not (due.exists() or Notice.objects.filter(email_state="pending", try_at__lte=now).exists())

    until(lambda: answers(house) and still(), 180)
    for minutes in (7, 14, 21, 60, 240):
        clock.sweep(timezone.now() + timedelta(minutes=minutes)) if Notice.objects.exclude(
            email_state="sent"
        ).exists() else None
    until(lambda: not Event.objects.filter(seal=None).exists(), 60)


def report(journal: Journal) -> None:
    statuses = Counter(status for _page, status, _took in journal.answers)
    print(
        f"answers: {dict(sorted(statuses.items()))}; unanswered: {journal.unanswered}; done: {len(journal.done)}"
    )
    steps = Counter(f"{kind} {what[1]}" if "move" in kind else kind for kind, what in journal.done)
    print(f"answered as done: {dict(sorted(steps.items()))}")


def faults(house: House, journal: Journal, began: datetime, ended: datetime, outage: float) -> Iterator[str]:
    """This will say, a sentence each, what is not as it must be."""
    yield from idle(journal)
    yield from missing_writes(journal)
    yield from broken_rules(journal)
    yield from wrong_notices(house, began, ended, outage)


def idle(journal: Journal) -> Iterator[str]:
    """An office that never came to an approval or a removal proves nothing about them."""
    done = {(kind, what[1]) for kind, what in journal.done if kind in ("post move", "case move")}
    for step in (("post move", "approve"), ("case move", "order_removal"), ("case move", "check_gone")):
        if step not in done:
            yield f"Nobody came to {step[1]} ({step[0]}) while it lasted."


def missing_writes(journal: Journal) -> Iterator[str]:
    from editorial.models import Post
    from moderation.models import Case, Comment

    posts, comments = (
        dict(Post.objects.values_list("pk", "title")),
        set(Comment.objects.values_list("pk", flat=True)),
    )
    cases = dict(Case.objects.values_list("pk", "state"))
    for kind, what in journal.done:
        if kind == "post" and posts.get(what[0]) != what[1]:
            yield f"The post {what} was answered as written and is not there."
        elif kind == "comment" and what[0] not in comments:
            yield f"The comment {what} was answered as registered and is not there."
        elif kind == "case" and what not in cases:
            yield f"The case {what} was answered as opened and is not there."
        elif kind == "case move" and what[1] == "check_gone" and cases.get(what[0]) != "removed":
            yield f"The case {what[0]} was answered as removed and is {cases.get(what[0])}."
    moved = {what[0] for kind, what in journal.done if kind == "post move" and what[1] == "approve"}
    states = dict(Post.objects.filter(pk__in=moved).values_list("pk", "state"))
    yield from (
        f"The post {pk} was answered as approved and is {s}." for pk, s in states.items() if s != "approved"
    )


def broken_rules(journal: Journal) -> Iterator[str]:
    from core import backup
    from editorial.models import Review
    from moderation.models import Removal

    yield from (
        f"{kind}: {what}."
        for kind, what in journal.done
        if kind.startswith(("approved by", "removed without"))
    )
    for review in Review.objects.filter(verdict="approved").select_related("version"):
        if review.reviewer_id == review.version.saved_by_id:
            yield f"Version {review.version_id} was approved by its author."
    for removal in Removal.objects.select_related("evidence"):
        if removal.evidence is None or removal.evidence.state != "sealed":
            yield f"Removal {removal.pk} stands on no sealed evidence."
    yield from backup.faults()


def wrong_notices(house: House, began: datetime, ended: datetime, outage: float) -> Iterator[str]:
    from core.models import Notice, Rung
    from moderation.models import Case

    late = timedelta()
    for rung in Rung.objects.filter(due_at__lte=ended, cancelled_at=None):
        if rung.told_at is None:
            yield f"The step {rung} of {rung.ladder} {rung.object_id} was due and nobody was told."
            continue
        late = max(late, rung.told_at - max(rung.due_at, began))
        if (
            rung.ladder == "case"
            and not Notice.objects.filter(about_id=rung.object_id, about_type="moderation.case").exists()
        ):
            yield f"The case {rung.object_id} has a step that was told and no notice."
    seconds = late.total_seconds()
    print(
        f"the latest step was told {seconds:.1f} s after it could be (at most {TOLD_WITHIN} s + standstill)"
    )
    if seconds > TOLD_WITHIN + outage:
        yield f"A step was told {seconds:.0f} s late."
    letters = letters_in(house.folder / "letters")
    settled = set(Case.objects.filter(state__in=["removed", "kept"]).values_list("pk", flat=True))
    for notice in Notice.objects.all():
        if notice.email_state == "moot" and notice.about_id in settled:
            continue  # the case was settled before its letter left
        if notice.email_state != "sent":
            yield f"The notice {notice.pk} is {notice.email_state}."
        elif not letters[str(notice.message_id)] and notice.attempts < 2:
            yield f"The notice {notice.pk} is noted as sent and no letter is there."
    twice = sum(count > 1 for count in letters.values())
    print(f"notices: {Notice.objects.count()}; letters sent twice under one number after a kill: {twice}")
    if max(letters.values(), default=0) > 3:
        yield "A letter was sent more than three times."


def letters_in(folder: Path) -> Counter[str]:
    lines = [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]
    return Counter(
        line.partition("<")[2].partition("@")[0] for line in lines if line.startswith("Message-ID:")
    )


if __name__ == "__main__":
    sys.exit(
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 10, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    )
