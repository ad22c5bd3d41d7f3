"""Simulated people who read and write at once, and how long each page took. Run by make load."""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from typing import Any

from proof.house import House, open_house, until
from proof.office import Journal, Person, handle_a_comment, write_a_post

# What people of each role open, weighted by how often they are named.
PAGES = {
    "communicator": [
        "my_day",
        "my_day",
        "calendar_app:month_page",
        "editorial:posts_page",
        "moderation:queue_page",
    ],
    "editor": ["my_day", "editorial:review_queue", "editorial:review_queue", "calendar_app:week_page"],
    "chief": ["my_day", "calendar_app:year_page", "channels_registry:channels_page"],
    "reader": ["my_day", "calendar_app:list_page", "consent:pictures_page", "notices_page"],
}
# A page is read before the next is opened: three pages a minute from each, all day, is a busy newsroom.
THINKS_SECONDS = (5.0, 35.0)


def main(people: int, minutes: float) -> int:
    """This will let so many people work for so many minutes and return 1 when any answer was an error."""
    print(f"load: {people} people, {minutes:g} minutes, {os.cpu_count()} processors, {platform.platform()}")
    with open_house(web_processes=2 * (os.cpu_count() or 1), sweep_seconds=30) as house:
        from django.utils import timezone

        from proof.chaos import lay_out

        ids = lay_out(timezone.now(), minutes, random.Random(1))
        keys = more_people(people)
        until(
            lambda: Person(house.address, keys[0][1], Journal(), random.Random(1)).get("x", "/") is not None
        )
        time.sleep(3)
        journal, ends = Journal(), time.monotonic() + minutes * 60
        before, finished = house.processor_seconds(), house.requests_finished()
        desks = [
            threading.Thread(target=work, args=(house, journal, ids, role, key, number, ends))
            for number, (role, key) in enumerate(keys)
        ]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        worked = {kind: total - before.get(kind, 0) for kind, total in house.processor_seconds().items()}
        finished = house.requests_finished() - finished
    return report(journal, people, minutes, worked, finished)


def more_people(count: int) -> list[tuple[str, str]]:
    """This will store people in the cast's team, a role each, logged in already. Returns role and session."""
    from core.models import Unit
    from editorial.models import Membership, Team
    from proof.chaos import session_of
    from tests.conftest import make_user

    team, unit, found = Team.objects.get(name="Park team"), Unit.objects.get(name="Parks"), []
    for number in range(count):
        role = ["communicator", "communicator", "editor", "chief", "reader"][number % 5]
        user = make_user(f"Person{number}", unit=unit)
        if role in ("communicator", "editor"):
            Membership.objects.create(team=team, user=user, role=role)
        found.append((role, session_of(user)))
    return found


def work(
    house: House, journal: Journal, ids: dict[str, Any], role: str, key: str, number: int, ends: float
) -> None:
    """One person: opens pages of the role, now and then writes, and thinks in between."""
    from django.urls import reverse

    chance = random.Random(number)
    person = Person(house.address, key, journal, chance)
    editor = Person(house.address, ids["keys"]["erik"], journal, chance)
    time.sleep(chance.uniform(0, THINKS_SECONDS[1]))
    turn = number * 10_000
    while time.monotonic() < ends:
        turn += 1
        name = chance.choice(PAGES[role])
        person.get(name, reverse(name))
        if role == "communicator" and chance.random() < 0.1:
            write_a_post(person, editor, ids["channel"], turn)
        elif role == "communicator" and chance.random() < 0.05:
            handle_a_comment(person, ids["ground"], turn)
        time.sleep(chance.uniform(*THINKS_SECONDS))


def report(journal: Journal, people: int, minutes: float, worked: dict[str, float], finished: int) -> int:
    """This will print each page's times, save them as var/load.json, and return 1 when there was an error."""
    times: dict[str, list[float]] = defaultdict(list)
    errors = [(page, status) for page, status, _took in journal.answers if status >= 500]
    for page, _status, took in journal.answers:
        times[page].append(took * 1000)
    rows = {}
    for page, taken in sorted(times.items()):
        cuts = statistics.quantiles(taken, n=20) if len(taken) > 1 else [taken[0]] * 19
        rows[page] = {"answers": len(taken), "p50": round(statistics.median(taken)), "p95": round(cuts[18])}
        print(
            f"{page:<34} {len(taken):>6} answers   p50 {rows[page]['p50']:>5} ms   p95 {rows[page]['p95']:>5} ms"
        )
    total = sum(row["answers"] for row in rows.values())
    print(f"{total} answers, {len(errors)} errors, {journal.unanswered} without an answer")
    # What nobody waited for any longer may have been worked on all the same.
    each = {kind: round(1000 * seconds / max(finished, 1), 1) for kind, seconds in sorted(worked.items())}
    cost = sum(each.values())
    print(f"processors: {cost:.0f} ms a request ({', '.join(f'{kind} {ms:g}' for kind, ms in each.items())})")
    pace = 1 / statistics.mean(THINKS_SECONDS)
    most = round(1000 * (os.cpu_count() or 1) / cost / pace) if cost else 0
    print(f"as many people of this pace would fill the {os.cpu_count()} processors: {most}")
    os.makedirs("var", exist_ok=True)
    found = {"people": people, "minutes": minutes, "pages": rows, "errors": len(errors)}
    found |= {"unanswered": journal.unanswered, "processor_ms_a_request": each, "people_that_fill_it": most}
    with open("var/load.json", "w") as out:
        json.dump(found, out, indent=1)
    return 1 if errors or journal.unanswered else 0


if __name__ == "__main__":
    sys.exit(
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, float(sys.argv[2]) if len(sys.argv) > 2 else 5)
    )
