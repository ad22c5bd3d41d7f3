"""Nobody gets past the agreement: every move by every role in every state through every door, and the walk-arounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Event, User
from core.moves import MoveRefused, perform
from editorial.models import Post, PostPicture, PostText, PostVersion, Review
from editorial.states import POST_MOVES, PostState
from editorial.transitions import change_time, save_post
from tests.conftest import City
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

ROLES = ("anna", "erik", "sara", "olle", "karin", "rut", "admin", "stranger")
MEMBERS, EDITORS, AUTHORS = {"anna", "erik", "sara"}, {"erik", "sara"}, {"anna"}
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


def by_review_page(client: Client, post: Post, name: str, at: datetime) -> int:
    data = {"seen": post.version, "note": "Because.", **ANSWERS}
    return client.post(reverse("editorial:review_decide", args=[post.pk, name]), data).status_code


def by_admin(client: Client, post: Post, name: str, at: datetime) -> int:
    data = {"move": name, "seen": post.version, "note": "Because."}
    return client.post(reverse("admin:editorial_post_moves", args=[post.pk]), data).status_code


def by_shell(user: User | None, post: Post, name: str, at: datetime) -> None:
    details = {"planned_at": at + timedelta(hours=2)} if "planned_at" in POST_MOVES[name].needs else {}
    perform(post, name, actor=user, at=at, note="Because.", **details)


@pytest.fixture
def posts_in(city: City, at: datetime, new_post: Callable[..., Post]) -> dict[str, Post]:
    """One post of Anna's in each state."""
    made = {}
    for number, state in enumerate(PostState.values):
        post = new_post(title=state)
        if state == "published":
            walk(post, city, at, "due")
            address = f"https://www.facebook.com/parks/posts/{number}"
            perform(post.publications.get(), "confirm", actor=city.anna, at=at, url=address)
            post.refresh_from_db()
        else:
            walk(post, city, at, state)
        made[state] = post
    return made


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
def test_table_of_state_role_and_door_for_a_move(city, at, posts_in, client_of, time_machine, name):
    """8 states × 8 roles × 4 doors: each cell is open or refused as the guidance says, and leaves what it should."""
    time_machine.move_to(at, tick=False)
    clients, wrong, cells = {role: client_of(getattr(city, role)) for role in ROLES}, [], 0
    doors = {"form": by_form, "admin": by_admin}
    if name in {"approve", "ask_changes"}:
        doors["review"] = by_review_page
    for state, role in product(PostState.values, ROLES):
        fits = state in POST_MOVES[name].sources and may(role, name)
        for door, knock in doors.items():
            with undone():
                post = Post.objects.get(pk=posts_in[state].pk)
                status = knock(clients[role], post, name, at)
                after = Post.objects.get(pk=post.pk)
                cells += 1
                moved = after.state != state or after.version != post.version
                if moved and not (fits and status == 302 and after.state == POST_MOVES[name].target):
                    wrong.append((door, state, role, status, after.state))
                if not moved and not expected_no(door, state, role, name, status, fits):
                    wrong.append((door, state, role, status, "not moved"))
                holds(post)
        with undone():
            post, events = Post.objects.get(pk=posts_in[state].pk), Event.objects.count()
            cells += 1
            try:
                by_shell(getattr(city, role), post, name, at)
            except MoveRefused as refused:
                if fits or not str(refused) or Event.objects.count() != events:
                    wrong.append(("shell", state, role, str(refused)))
            else:
                if not fits or post.state != POST_MOVES[name].target:
                    wrong.append(("shell", state, role, post.state))
            holds(post)
    assert wrong == []
    assert cells == 64 * (len(doors) + 1)


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
    # Not yours is 403, not now is 409; a review that is not yours is told so whatever the state.
    return status in ({403, 409} if not may(role, name) else {409})


@pytest.mark.rule("R23")
@pytest.mark.parametrize("name", sorted(BY_CLOCK))
@pytest.mark.parametrize("state", PostState.values)
def test_clocks_moves_are_the_clocks_alone(city, at, posts_in, name, state):
    post = posts_in[state]
    with undone():
        if state in POST_MOVES[name].sources:
            perform(post, name, actor=None, at=at)
        else:
            with pytest.raises(MoveRefused):
                perform(post, name, actor=None, at=at)
    with undone(), pytest.raises(MoveRefused):
        perform(Post.objects.get(pk=post.pk), name, actor=city.erik, at=at)


# The five walk-arounds, each by form, by a direct POST, by admin and by shell


def refuses(work: Callable[[], Any]) -> bool:
    """This will tell whether the move or the database said no, and undo what was tried."""
    try:
        with transaction.atomic():
            work()
            connection.check_constraints()
    except (MoveRefused, DatabaseError):
        return True
    return False


@pytest.mark.rule("R10", "R23", "R39")
def test_walk_around_posting_the_form_directly(city, at, new_post, client_of):
    post = walk(new_post(), city, at, "in_review")
    anna = client_of(city.anna)
    for state in ("approved", "scheduled", "published"):
        fields = {"state": state, "current": post.current_id, "title": "T", "base_text": "Buy."}
        anna.post(reverse("editorial:post_edit", args=[post.pk]), fields | {"seen": 999})
        assert Post.objects.get(pk=post.pk).state == "in_review"
    assert by_form(anna, post, "schedule", at) == 409
    assert by_form(anna, post, "fall_due", at) == 404
    assert by_form(anna, post, "finish", at) == 404
    assert by_review_page(anna, post, "schedule", at) == 404
    admin = client_of(city.admin)
    change = reverse("admin:editorial_post_change", args=[post.pk])
    assert admin.post(change, {"state": "scheduled"}).status_code == 403
    post.state, post.planned_at = "scheduled", at
    assert refuses(lambda: post.save())
    assert refuses(lambda: Post.objects.filter(pk=post.pk).update(state="scheduled", planned_at=at))
    assert refuses(lambda: Post.objects.bulk_update([post], ["state", "planned_at"]))
    assert Post.objects.get(pk=post.pk).state == "in_review"


@pytest.mark.rule("R10", "R23", "R39")
def test_walk_around_approving_ones_own_post(city, at, new_post, client_of):
    post = new_post()
    save_post(
        post, actor=city.erik, at=at, fields={"base_text": "Mine too."}, texts={city.channel: ""}, links=[]
    )
    perform(post, "submit", actor=city.anna, at=at)
    for who in (city.anna, city.erik):
        client = client_of(who)
        assert by_form(client, post, "approve", at) == 403
        assert by_review_page(client, post, "approve", at) == 403
        assert refuses(lambda who=who: by_shell(who, Post.objects.get(pk=post.pk), "approve", at))
        assert refuses(
            lambda who=who: Review.objects.create(
                version=post.current, reviewer=who, verdict="approved", at=at
            )
        )
    assert by_admin(client_of(city.admin), post, "approve", at) == 403
    User.objects.filter(pk=city.erik.pk).update(is_staff=True, is_superuser=True)
    assert by_admin(client_of(User.objects.get(pk=city.erik.pk)), post, "approve", at) == 403
    add = reverse("admin:editorial_review_add")
    assert client_of(city.admin).post(add, {"verdict": "approved"}).status_code == 403
    assert not Review.objects.exists()


@pytest.mark.rule("R23")
@pytest.mark.parametrize("state", ["approved", "scheduled", "due", "published"])
def test_walk_around_changing_a_channels_own_text_afterwards(
    city, at, new_post, client_of, new_picture, state
):
    post = walk(new_post(), city, at, state)
    row, picture = post.texts.get(), new_picture()
    form = {
        "title": "T",
        "base_text": "Same.",
        f"on_{city.channel.pk}": "on",
        f"text_{city.channel.pk}": "Buy.",
    }
    client_of(city.anna).post(reverse("editorial:post_edit", args=[post.pk]), form | {"seen": post.version})
    after = Post.objects.get(pk=post.pk)
    if state in {"approved", "scheduled"}:
        assert (after.state, after.current) == ("draft", None)
    else:
        assert (after.state, after.texts.get().own_text) == (state, "")
    again = walk(new_post(), city, at, "approved")
    row = again.texts.get()
    admin = client_of(city.admin)
    change = reverse("admin:editorial_posttext_change", args=[row.pk])
    assert admin.post(change, {"own_text": "Buy."}).status_code == 403
    row.own_text = "Buy."
    for attack in (
        lambda: row.save(),
        lambda: PostText.objects.filter(pk=row.pk).update(own_text="Buy."),
        lambda: row.delete(),
        lambda: PostText.objects.create(post=again, channel=city.other_channel, own_text="Buy."),
        lambda: again.links.create(url="https://buy.example/"),
        lambda: PostPicture.objects.create(post=again, picture=picture, alt_text="Buy."),
        lambda: Post.objects.filter(pk=again.pk).update(byline="Buy."),
        lambda: Post.objects.filter(pk=again.pk).update(collaboration="Buy."),
        lambda: Post.objects.filter(pk=again.pk).update(brand_shown="Buy."),
    ):
        assert refuses(attack)
    assert Post.objects.get(pk=again.pk).state == "approved"


@pytest.mark.rule("R23")
def test_walk_around_editing_what_is_scheduled(city, at, new_post, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    post = walk(new_post(), city, at, "scheduled")
    client = client_of(city.anna)
    form = {"title": "T", "base_text": "Buy.", f"on_{city.channel.pk}": "on", "seen": post.version}
    assert client.post(reverse("editorial:post_edit", args=[post.pk]), form).status_code == 302
    post.refresh_from_db()
    assert (post.state, post.current) == ("draft", None)
    assert by_form(client, post, "schedule", at) == 409
    other = walk(new_post(), city, at, "scheduled")
    assert (
        client_of(city.admin)
        .post(reverse("admin:editorial_post_change", args=[other.pk]), {"base_text": "Buy."})
        .status_code
        == 403
    )
    other.base_text = "Buy."
    assert refuses(lambda: other.save())
    assert refuses(lambda: Post.objects.filter(pk=other.pk).update(base_text="Buy."))
    version = PostVersion.objects.create(
        post=other, number=9, sha="x", content={}, saved_by=city.anna, saved_at=at
    )
    assert refuses(lambda: Post.objects.filter(pk=other.pk).update(current=version))
    old = PostVersion.objects.filter(post=other).last()
    assert refuses(lambda: PostVersion.objects.filter(pk=old.pk).update(content={"text": "Buy."}))


@pytest.mark.rule("R23")
def test_walk_around_dragging_a_draft_in_the_calendar(city, at, new_post, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    client = client_of(city.anna)
    for state in ("draft", "in_review", "changes_asked", "approved"):
        post = walk(new_post(), city, at, state)
        drag = {"on": f"{at + timedelta(days=3):%Y-%m-%d}", "seen": post.version, "state": "scheduled"}
        assert client.post(reverse("editorial:post_time", args=[post.pk]), drag).status_code == 302
        after = Post.objects.get(pk=post.pk)
        assert (after.state, after.planned_at) == (state, None)
        change_time(after, actor=city.anna, at=at, when=at + timedelta(days=4))
        assert Post.objects.get(pk=post.pk).state == state
        if state != "approved":
            assert by_admin(client_of(city.admin), post, "schedule", at) in {403, 409}
            assert refuses(
                lambda post=post: by_shell(city.anna, Post.objects.get(pk=post.pk), "schedule", at)
            )
            assert refuses(
                lambda post=post: Post.objects.filter(pk=post.pk).update(state="scheduled", planned_at=at)
            )


@pytest.mark.rule("R23")
def test_approval_by_somebody_who_is_no_editor_any_more_lets_nothing_out(city, at, new_post, sweep_at):
    post = walk(new_post(), city, at, "scheduled")
    city.team.memberships.filter(user=city.erik).update(role="communicator")
    sweep_at(at + timedelta(hours=1))
    post.refresh_from_db()
    assert (post.state, post.publications.count()) == ("draft", 0)
