"""Nobody gets past the agreement: every move by every role in every state through every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Event, User
from core.moves import MoveRefused, perform
from editorial.models import Post, PostVersion, Review
from editorial.reviewing import ALL_YES
from editorial.states import POST_MOVES, PostState
from tests.conftest import City
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

ROLES = ("anna", "erik", "olle", "karin", "rut", "admin", "stranger")
MEMBERS, EDITORS, AUTHORS = {"anna", "erik"}, {"erik"}, {"anna"}
SEES = MEMBERS | {"karin", "admin"}
BY_CLOCK = {move.name for move in POST_MOVES if move.by_clock}
PEOPLES = [move.name for move in POST_MOVES if not move.by_clock]
ANSWERS = {"tone": "yes", "wording": "yes", "profile": "yes"}


def may(role: str, name: str) -> bool:
    """This will say, apart from the code under test, who may do a move: written anew from the guidance."""
    if name in BY_CLOCK:
        return False
    if name in {"approve", "ask_changes"}:
        return role in EDITORS - AUTHORS
    return role in MEMBERS


def by_form(client: Client, post: Post, name: str, at: datetime) -> int:
    when = timezone.localtime(at + timedelta(hours=2))
    data = {"seen": post.version, "note": "Because.", "planned_at": f"{when:%Y-%m-%dT%H:%M}"}
    return client.post(reverse("editorial:post_move", args=[post.pk, name]), data).status_code


def by_call(client: Client, post: Post, name: str, at: datetime) -> int:
    """A call without the form: no fields, not even the version that was seen."""
    address = reverse("editorial:post_move", args=[post.pk, name])
    headers = {"HX-Request": "true"}
    return client.post(address, "{}", content_type="application/json", headers=headers).status_code


def by_review_page(client: Client, post: Post, name: str, at: datetime) -> int:
    data = {"seen": post.version, "note": "Because.", **ANSWERS}
    return client.post(reverse("editorial:review_decide", args=[post.pk, name]), data).status_code


def by_admin(client: Client, post: Post, name: str, at: datetime) -> int:
    data = {"move": name, "seen": post.version, "note": "Because."}
    return client.post(reverse("admin:editorial_post_moves", args=[post.pk]), data).status_code


def by_shell(user: User | None, post: Post, name: str, at: datetime) -> None:
    details = {"planned_at": at + timedelta(hours=2)} if "planned_at" in POST_MOVES[name].needs else {}
    perform(post, name, actor=user, at=at, note="Because.", answers=ALL_YES, **details)


@pytest.fixture
def post_in(city: City, at: datetime, new_post: Callable[..., Post]) -> Callable[[str], Post]:
    """A post of Anna's in a state."""

    def make(state: str) -> Post:
        post = new_post(title=state)
        if state == "published":
            walk(post, city, at, "due")
            address = "https://www.facebook.com/parks/posts/1"
            perform(post.publications.get(), "confirm", actor=city.anna, at=at, url=address)
            post.refresh_from_db()
            return post
        return walk(post, city, at, state)

    return make


class undone:  # noqa: N801  (read as a word: with undone():)
    """Each cell of the table is tried on the same posts, and then undone."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *args: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def holds(post: Post) -> None:
    """This will make sure that nothing stands planned or published without the agreement it needs."""
    fresh = Post.objects.select_related("current").get(pk=post.pk)
    if fresh.state in {"scheduled", "due", "published"}:
        review = Review.objects.get(version=fresh.current, verdict="approved")
        authors = set(PostVersion.objects.filter(post=fresh).values_list("saved_by", flat=True))
        assert review.reviewer_id not in authors


@pytest.mark.rule("R10", "R23", "R39")
@pytest.mark.parametrize("name", [move.name for move in POST_MOVES])
def test_table_of_state_role_and_door_for_a_move(city, at, post_in, client_of, time_machine, name):
    """8 states × 7 roles × 5 doors: each cell is open or refused as the guidance says, and leaves what it should."""
    time_machine.move_to(at, tick=False)
    posts_in = {state: post_in(state) for state in PostState.values}
    clients, wrong, cells = {role: client_of(getattr(city, role)) for role in ROLES}, [], 0
    doors = {"form": by_form, "call": by_call, "admin": by_admin}
    if name in {"approve", "ask_changes"}:
        doors["review"] = by_review_page
    for state, role in product(PostState.values, ROLES):
        open_to = state in POST_MOVES[name].sources and may(role, name)
        for door, knock in doors.items():
            # Only the review page and the shell carry the reader's answers: nobody approves unread.
            fits = open_to and (name != "approve" or door == "review")
            if door == "call" and (POST_MOVES[name].needs_note or POST_MOVES[name].needs):
                fits = False  # a call without the form says too little
            with undone():
                post = Post.objects.get(pk=posts_in[state].pk)
                status = knock(clients[role], post, name, at)
                after = Post.objects.get(pk=post.pk)
                cells += 1
                moved = after.state != state or after.version != post.version
                if moved and not (fits and status == 302 and after.state == POST_MOVES[name].target):
                    wrong.append((door, state, role, status, after.state))
                if not moved and open_to and not fits:
                    unanswered = 302 if door == "admin" else 422  # to the login of the administrators
                    wrong += [] if status == unanswered else [(door, state, role, status, "answers")]
                elif not moved and not expected_no(door, state, role, name, status, fits):
                    wrong.append((door, state, role, status, "not moved"))
                holds(post)
        with undone():
            post, events = Post.objects.get(pk=posts_in[state].pk), Event.objects.count()
            cells += 1
            try:
                by_shell(getattr(city, role), post, name, at)
            except MoveRefused as refused:
                if open_to or not str(refused) or Event.objects.count() != events:
                    wrong.append(("shell", state, role, str(refused)))
            else:
                if not open_to or post.state != POST_MOVES[name].target:
                    wrong.append(("shell", state, role, post.state))
            holds(post)
    assert wrong == []
    assert cells == 56 * (len(doors) + 1)


def expected_no(door: str, state: str, role: str, name: str, status: int, fits: bool) -> bool:
    """This will say whether a refusal's status is the one that fits who asked, and when."""
    if door == "admin":
        if role != "admin":
            return status == 302  # to the login of the administrators
        return status in {403, 409, 422} and not fits
    if role not in SEES or name in BY_CLOCK:
        return status == 404
    if fits:
        return False
    if door == "call" and "planned_at" in POST_MOVES[name].needs:
        return status == 422  # that the time is missing is told before anything else
    # Not yours is 403, not now is 409; a review that is not yours is told so whatever the state.
    return status in ({403, 409} if not may(role, name) else {409})


@pytest.mark.rule("R23")
@pytest.mark.parametrize("name", sorted(BY_CLOCK))
@pytest.mark.parametrize("state", PostState.values)
def test_clocks_moves_are_the_clocks_alone(city, at, post_in, name, state):
    post = post_in(state)
    with undone():
        if state in POST_MOVES[name].sources:
            perform(post, name, actor=None, at=at)
        else:
            with pytest.raises(MoveRefused):
                perform(post, name, actor=None, at=at)
    with undone(), pytest.raises(MoveRefused):
        perform(Post.objects.get(pk=post.pk), name, actor=city.erik, at=at)


@pytest.mark.rule("R23")
def test_approval_by_somebody_who_is_no_editor_any_more_lets_nothing_out(city, at, new_post, sweep_at):
    post = walk(new_post(), city, at, "scheduled")
    city.team.memberships.filter(user=city.erik).update(role="communicator")
    sweep_at(at + timedelta(hours=1))
    post.refresh_from_db()
    assert (post.state, post.publications.count()) == ("draft", 0)
