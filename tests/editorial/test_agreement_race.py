"""Fifty editors against fifty authors, with real threads on PostgreSQL: nothing is planned without its agreement."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, connections

from core.models import User
from core.moves import MoveRefused, perform
from editorial import reviewing
from editorial.models import Membership, Post, PostVersion, PostWriter, Review, ReviewClaim
from editorial.reviewing import ALL_YES
from editorial.transitions import content_of, save_post, sha_of
from tests.conftest import City, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

POSTS, ROUNDS = 10, 6
SEATS = 40  # so many work at once: the database has a hundred, and others use it too


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


def all_at_once(works: list[Callable[[], None]]) -> list[BaseException]:
    """This will start all at the same moment and return what went wrong that is no refusal."""
    gate, wrong = threading.Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        gate.wait()
        try:
            work()
        except BaseException as error:  # shown by the test
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def new_post(city: City, at: datetime, number: int) -> Post:
    post = Post(team=city.team)
    fields = {"title": f"Post {number}", "base_text": "Begun."}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    return post


@pytest.mark.rule("R23", "R39")
def test_fifty_editors_and_fifty_authors_leave_no_planned_post_without_a_valid_approval(live_people, at):
    city, done = live_people, Counter()
    authors = [make_user(f"Author{number}") for number in range(50)]
    editors = [make_user(f"Editor{number}") for number in range(50)]
    for author in authors:
        Membership.objects.create(team=city.team, user=author, role="communicator")
    for editor in editors:
        Membership.objects.create(team=city.team, user=editor, role="editor")
    posts = [new_post(city, at, number).pk for number in range(POSTS)]

    def tries(name: str, work: Callable[..., object], *args: object, **details: object) -> None:
        try:
            work(*args, at=at, **details)
        except (MoveRefused, DatabaseError) as refused:
            done[f"{name}: {type(refused).__name__}"] += 1
        else:
            done[name] += 1

    def edit(post: Post, who: User, text: str, own: str = "") -> None:
        words = {"fields": {"base_text": text}, "texts": {city.channel: own}, "links": []}
        tries("edit", save_post, post, actor=who, **words)

    def author_at_work(number: int, turn: int, post: Post, chance: random.Random) -> None:
        who = authors[number]
        if chance.random() < 0.25:
            edit(post, who, f"Written by {number} in turn {turn}.", chance.choice(["", f"Own {number}."]))
        elif post.state == "approved":
            tries("schedule", perform, post, "schedule", actor=who, planned_at=at + timedelta(hours=1))
        else:
            tries("submit", perform, post, "submit", actor=who)

    def editor_at_work(number: int, turn: int, post: Post, chance: random.Random) -> None:
        who = editors[number]
        if chance.random() < 0.05:
            edit(post, who, f"Mended by {number} in turn {turn}.")
        elif chance.random() < 0.2:
            tries("claim", reviewing.claim, post, reader=who)
        else:
            tries("approve", perform, post, "approve", answers=ALL_YES, actor=who)

    def turn_of(number: int, turn: int, at_work: Callable[[int, int, Post, random.Random], None]) -> None:
        chance = random.Random(f"{at_work.__name__} {number} {turn}")
        for pk in chance.sample(posts, 4):
            seen = Post.objects.select_related("team", "current").get(pk=pk)
            at_work(number, turn, seen, chance)

    turns = [
        (n, turn, work)
        for turn in range(ROUNDS)
        for n in range(50)
        for work in (author_at_work, editor_at_work)
    ]
    waiting = iter(turns)

    def seat() -> None:
        """Whoever sits here does the next turn, whosever it is."""
        for turn in waiting:
            turn_of(*turn)

    assert all_at_once([seat] * SEATS) == []
    assert sum(done.values()) == 4 * len(turns)
    assert min(done[name] for name in ("edit", "submit", "approve", "schedule")) > 0, done
    for post in Post.objects.select_related("current", "team"):
        if post.state in {"approved", "scheduled"}:
            review = Review.objects.get(version=post.current, verdict="approved")
            wrote = set(PostVersion.objects.filter(post=post).values_list("saved_by", flat=True))
            wrote |= set(PostWriter.objects.filter(post=post).values_list("user", flat=True))
            assert review.reviewer_id not in wrote, done
            assert review.reviewer in editors
            assert post.current.sha == sha_of(content_of(post)), done
        else:
            assert post.state in {"draft", "in_review", "changes_asked"}


def test_two_readers_who_claim_at_once_leave_one_claim(live_people, at):
    city = live_people
    for number in range(20):
        post = new_post(city, at, number)
        perform(post, "submit", actor=city.anna, at=at)
        answers: list[str] = []

        def claims(who, pk=post.pk, answers=answers):
            try:
                reviewing.claim(Post.objects.select_related("team").get(pk=pk), reader=who, at=at)
                answers.append(who.name)
            except MoveRefused as refused:
                answers.append(str(refused))

        assert all_at_once([lambda: claims(city.erik), lambda: claims(city.sara)]) == []
        claim = ReviewClaim.objects.get(post=post)
        assert answers.count(claim.reader.name) == 1
        assert all(answer.startswith(claim.reader.name) for answer in answers)
