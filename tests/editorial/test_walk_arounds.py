"""The five ways in which approvals are walked around elsewhere, each tried through each of four doors (R10, R23, R39)."""

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

from core.models import User
from core.moves import MoveRefused, perform
from editorial.models import Membership, Post, PostPicture, PostText, PostVersion, PostWriter, Review
from editorial.planning import change_time
from editorial.reviewing import ALL_YES
from editorial.saving import save_post
from editorial.versions import content_of, sha_of
from tests.conftest import City
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

DOORS = ("form", "call", "admin", "shell")
AROUND = (
    "posting the form directly",
    "approving ones own post",
    "changing a channels own text afterwards",
    "editing what is scheduled",
    "dragging a draft in the calendar",
)
READ = {"tone": "yes", "wording": "yes", "profile": "yes", "note": "Because."}


class Tries:
    """The one who tries: the cast, a clock, posts in the state that is attacked, and a browser for each person."""

    def __init__(
        self, city: City, at: datetime, draft: Callable[..., Post], browser: Callable[[User], Client]
    ):
        self.city, self.at, self.draft, self.browser = city, at, draft, browser

    def post(self, state: str) -> Post:
        return walk(self.draft(), self.city, self.at, state)

    def form(self, post: Post, **fields: Any) -> dict[str, Any]:
        """The form of the post as its page would send it."""
        channel = f"on_{self.city.channel.pk}"
        return {
            "title": "Swans",
            "base_text": "The swans are back.",
            channel: "on",
            "seen": post.version,
        } | fields

    def staff(self, user: User) -> Client:
        """An editor or author who is also an administrator."""
        User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
        return self.browser(User.objects.get(pk=user.pk))


def refuses(*works: Callable[[], Any]) -> bool:
    """This will tell whether the move or the database said no to each, and undo what was tried."""
    for work in works:
        try:
            with transaction.atomic():
                work()
                connection.check_constraints()
        except (MoveRefused, DatabaseError):
            continue
        return False
    return True


def agreed(post: Post) -> bool:
    """This will tell whether what stands planned or published was approved as it is, by somebody who wrote none of it."""
    fresh = Post.objects.select_related("current").get(pk=post.pk)
    if fresh.state not in {"scheduled", "due", "published"}:
        return True
    review = Review.objects.filter(version=fresh.current, verdict="approved").first()
    wrote = set(PostVersion.objects.filter(post=fresh).values_list("saved_by", flat=True))
    wrote |= set(PostWriter.objects.filter(post=fresh).values_list("user", flat=True))
    return bool(review) and review.reviewer_id not in wrote and fresh.current.sha == sha_of(content_of(fresh))


def move(client: Client, post: Post, name: str, **data: Any) -> int:
    return client.post(reverse("editorial:post_move", args=[post.pk, name]), data).status_code


def in_admin(client: Client, post: Post, name: str) -> int:
    data = {"move": name, "seen": post.version, "note": "Because."}
    return client.post(reverse("admin:editorial_post_moves", args=[post.pk]), data).status_code


def state_of(post: Post) -> str:
    return Post.objects.get(pk=post.pk).state


WALKS: dict[tuple[str, str], Callable[[Tries], Post]] = {}


def way(around: str, door: str) -> Callable[[Callable[[Tries], Post]], Callable[[Tries], Post]]:
    def add(work: Callable[[Tries], Post]) -> Callable[[Tries], Post]:
        WALKS[around, door] = work
        return work

    return add


@way(AROUND[0], "form")
def _(one: Tries) -> Post:
    post, anna = one.post("in_review"), one.browser(one.city.anna)
    for state in ("approved", "scheduled", "published"):
        extra = {"state": state, "current": post.current_id, "planned_at": f"{one.at:%Y-%m-%dT%H:%M}"}
        anna.post(
            reverse("editorial:post_edit", args=[post.pk]), one.form(post, **extra, seen=post.version + 9)
        )
        assert state_of(post) == "in_review"
    return post


@way(AROUND[0], "call")
def _(one: Tries) -> Post:
    post, anna = one.post("in_review"), one.browser(one.city.anna)
    soon = f"{timezone.localtime(one.at + timedelta(hours=2)):%Y-%m-%dT%H:%M}"
    assert move(anna, post, "schedule", planned_at=soon) == 409
    assert {move(anna, post, name) for name in ("fall_due", "finish", "lapse", "no_such")} == {404}
    decide = reverse("editorial:review_decide", args=[post.pk, "schedule"])
    assert anna.post(decide, READ | {"planned_at": soon}).status_code == 404
    anna.post(
        reverse("editorial:post_edit", args=[post.pk]),
        '{"state": "scheduled"}',
        content_type="application/json",
    )
    assert state_of(post) in {"in_review", "draft"}
    return post


@way(AROUND[0], "admin")
def _(one: Tries) -> Post:
    post, erik = one.post("in_review"), one.staff(one.city.erik)
    change = reverse("admin:editorial_post_change", args=[post.pk])
    assert erik.post(change, {"state": "scheduled", "planned_at_0": "2026-11-24"}).status_code == 403
    assert {in_admin(erik, post, name) for name in ("schedule", "fall_due", "finish", "no_such")} <= {
        403,
        409,
    }
    assert in_admin(erik, post, "approve") == 422  # nobody approves unread, not even who may
    assert state_of(post) == "in_review"
    return post


@way(AROUND[0], "shell")
def _(one: Tries) -> Post:
    post = one.post("in_review")
    post.state, post.planned_at = "scheduled", one.at
    rows = Post.objects.filter(pk=post.pk)
    assert refuses(
        lambda: post.save(),
        lambda: rows.update(state="scheduled", planned_at=one.at),
        lambda: Post.objects.bulk_update([post], ["state", "planned_at"]),
        lambda: perform(rows.get(), "schedule", actor=one.city.anna, at=one.at, planned_at=one.at),
        lambda: perform(rows.get(), "fall_due", actor=None, at=one.at),
        lambda: perform(rows.get(), "approve", actor=one.city.erik, at=one.at),
    )
    return post


def _own_post(one: Tries) -> Post:
    """A post that two people wrote: Anna, and Erik, who is an editor."""
    post, texts = one.draft(), {one.city.channel: ""}
    save_post(post, actor=one.city.erik, at=one.at, fields={"base_text": "Mine too."}, texts=texts, links=[])
    perform(post, "submit", actor=one.city.anna, at=one.at)
    return post


@way(AROUND[1], "form")
def _(one: Tries) -> Post:
    post = _own_post(one)
    decide = reverse("editorial:review_decide", args=[post.pk, "approve"])
    for who in (one.city.anna, one.city.erik):
        answer = one.browser(who).post(decide, READ | {"seen": post.version})
        assert answer.status_code == 403
        assert "You have written in this post. A second person has to approve it." in answer.content.decode()
    return post


@way(AROUND[1], "call")
def _(one: Tries) -> Post:
    post = _own_post(one)
    for who in (one.city.anna, one.city.erik):
        assert move(one.browser(who), post, "approve", **READ) == 403
        decide = reverse("editorial:review_decide", args=[post.pk, "approve"])
        assert one.browser(who).post(decide, READ | {"reviewer": one.city.sara.pk}).status_code == 403
    return post


@way(AROUND[1], "admin")
def _(one: Tries) -> Post:
    post = _own_post(one)
    for who in (one.city.anna, one.city.erik):
        staff = one.staff(who)
        assert in_admin(staff, post, "approve") == 403
        assert staff.post(reverse("admin:editorial_review_add"), {"verdict": "approved"}).status_code == 403
    return post


@way(AROUND[1], "shell")
def _(one: Tries) -> Post:
    post = _own_post(one)
    Membership.objects.filter(user=one.city.anna).update(role="editor")

    def writes(who: User) -> Any:
        return Review.objects.create(
            version=post.current, reviewer=who, verdict="approved", answers=ALL_YES, at=one.at
        )

    for who in (one.city.anna, one.city.erik):
        assert refuses(
            lambda who=who: perform(post, "approve", actor=who, at=one.at, answers=ALL_YES),
            lambda who=who: writes(who),
        )
    assert not refuses(lambda: writes(one.city.sara))
    return post


@way(AROUND[2], "form")
def _(one: Tries) -> Post:
    channel = f"text_{one.city.channel.pk}"
    for state in ("approved", "scheduled", "due", "published"):
        post = one.post(state)
        edit = reverse("editorial:post_edit", args=[post.pk])
        one.browser(one.city.anna).post(edit, one.form(post, **{channel: "Buy."}))
        after = Post.objects.get(pk=post.pk)
        if state in {"approved", "scheduled"}:
            assert (after.state, after.current) == ("draft", None)
        else:
            assert (after.state, after.texts.get().own_text) == (state, "")
    return post


@way(AROUND[2], "call")
def _(one: Tries) -> Post:
    post = one.post("scheduled")
    only = {f"text_{one.city.channel.pk}": "Buy.", f"on_{one.city.channel.pk}": "on", "state": "scheduled"}
    anna = one.browser(one.city.anna)
    for headers in ({}, {"HX-Request": "true"}):
        anna.post(reverse("editorial:post_edit", args=[post.pk]), only, headers=headers)
        assert agreed(post)
    assert (
        one.browser(one.city.olle).post(reverse("editorial:post_edit", args=[post.pk]), only).status_code
        == 404
    )
    return post


@way(AROUND[2], "admin")
def _(one: Tries) -> Post:
    post, erik = one.post("approved"), one.staff(one.city.erik)
    row = post.texts.get()
    change = reverse("admin:editorial_posttext_change", args=[row.pk])
    assert erik.post(change, {"own_text": "Buy."}).status_code == 403
    assert (
        erik.post(reverse("admin:editorial_posttext_delete", args=[row.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert erik.post(reverse("admin:editorial_posttext_add"), {"own_text": "Buy."}).status_code == 403
    row.refresh_from_db()
    assert (state_of(post), row.own_text) == ("approved", "")
    return post


@way(AROUND[2], "shell")
def _(one: Tries) -> Post:
    post = one.post("approved")
    row, rows = post.texts.get(), Post.objects.filter(pk=post.pk)
    row.own_text = "Buy."
    assert refuses(
        lambda: row.save(),
        lambda: PostText.objects.filter(pk=row.pk).update(own_text="Buy."),
        lambda: row.delete(),
        lambda: PostText.objects.create(post=post, channel=one.city.other_channel, own_text="Buy."),
        lambda: post.links.create(url="https://buy.example/"),
        lambda: PostPicture.objects.filter(post=post).update(alt_text="Buy.") or rows.update(byline="Buy."),
        lambda: rows.update(collaboration="Buy."),
        lambda: rows.update(brand_shown="Buy."),
    )
    return post


@way(AROUND[3], "form")
def _(one: Tries) -> Post:
    post, anna = one.post("scheduled"), one.browser(one.city.anna)
    edit = reverse("editorial:post_edit", args=[post.pk])
    assert anna.post(edit, one.form(post, base_text="Buy.")).status_code == 302
    post.refresh_from_db()
    assert (post.state, post.current) == ("draft", None)
    soon = f"{timezone.localtime(one.at + timedelta(hours=2)):%Y-%m-%dT%H:%M}"
    assert move(anna, post, "schedule", planned_at=soon) == 409
    return post


@way(AROUND[3], "call")
def _(one: Tries) -> Post:
    post, anna = one.post("scheduled"), one.browser(one.city.anna)
    saved = {
        "base_text": "Buy.",
        "title": "T",
        f"on_{one.city.channel.pk}": "on",
        "by_itself": "1",
        "save": "itself",
    }
    anna.post(reverse("editorial:post_edit", args=[post.pk]), saved, headers={"HX-Request": "true"})
    assert agreed(post)
    assert one.browser(one.city.karin).post(
        reverse("editorial:post_edit", args=[post.pk]), saved
    ).status_code in {
        403,
        404,
    }
    return post


@way(AROUND[3], "admin")
def _(one: Tries) -> Post:
    post, erik = one.post("scheduled"), one.staff(one.city.erik)
    for page in ("change", "delete"):
        address = reverse(f"admin:editorial_post_{page}", args=[post.pk])
        assert erik.post(address, {"base_text": "Buy.", "post": "yes"}).status_code == 403
    version = reverse("admin:editorial_postversion_change", args=[post.current_id])
    assert erik.post(version, {"sha": "x"}).status_code == 403
    assert (state_of(post), Post.objects.get(pk=post.pk).base_text) == ("scheduled", post.base_text)
    return post


@way(AROUND[3], "shell")
def _(one: Tries) -> Post:
    post = one.post("scheduled")
    rows, old = Post.objects.filter(pk=post.pk), post.current
    other = PostVersion.objects.create(
        post=post, number=9, sha="x", content={}, saved_by=one.city.anna, saved_at=one.at
    )
    changed = rows.get()
    changed.base_text = "Buy."
    assert refuses(
        lambda: changed.save(),
        lambda: rows.update(base_text="Buy."),
        lambda: rows.update(current=other),
        lambda: rows.update(current=None),
        lambda: PostVersion.objects.filter(pk=old.pk).update(content={"text": "Buy."}),
        lambda: Review.objects.filter(version=old).update(version=other),
        lambda: Review.objects.filter(version=old).delete(),
    )
    return post


def _drafts(one: Tries) -> list[Post]:
    return [one.post(state) for state in ("draft", "changes_asked", "in_review", "approved")]


@way(AROUND[4], "form")
def _(one: Tries) -> Post:
    for post in _drafts(one):
        state, when = post.state, timezone.localtime(one.at + timedelta(days=3))
        typed = {"when": f"{when:%Y-%m-%dT%H:%M}", "seen": post.version}
        answer = one.browser(one.city.anna).post(reverse("editorial:post_time", args=[post.pk]), typed)
        assert answer.status_code == 302
        after = Post.objects.get(pk=post.pk)
        assert (after.state, after.planned_at, after.wanted_at.date()) == (state, None, when.date())
    return post


@way(AROUND[4], "call")
def _(one: Tries) -> Post:
    for post in _drafts(one):
        state = post.state
        drag = {
            "on": f"{one.at + timedelta(days=3):%Y-%m-%d}",
            "state": "scheduled",
            "planned_at": "2026-11-27T12:00",
        }
        one.browser(one.city.anna).post(
            reverse("editorial:post_time", args=[post.pk]), drag, headers={"HX-Request": "true"}
        )
        after = Post.objects.get(pk=post.pk)
        assert (after.state, after.planned_at) == (state, None)
    return post


@way(AROUND[4], "admin")
def _(one: Tries) -> Post:
    erik = one.staff(one.city.erik)
    for post in _drafts(one)[:3]:
        change = reverse("admin:editorial_post_change", args=[post.pk])
        assert erik.post(change, {"planned_at_0": "2026-11-27", "state": "scheduled"}).status_code == 403
        assert in_admin(erik, post, "schedule") == 409
        assert Post.objects.get(pk=post.pk).planned_at is None
    return post


@way(AROUND[4], "shell")
def _(one: Tries) -> Post:
    later = one.at + timedelta(days=4)
    for post in _drafts(one)[:3]:
        rows, state = Post.objects.filter(pk=post.pk), post.state
        change_time(rows.get(), actor=one.city.anna, at=one.at, when=later)
        assert (state_of(post), rows.get().planned_at) == (state, None)
        assert refuses(
            lambda rows=rows: perform(
                rows.get(), "schedule", actor=one.city.anna, at=one.at, planned_at=later
            ),
            lambda rows=rows: rows.update(state="scheduled", planned_at=later),
            lambda rows=rows: change_time(rows.get(), actor=one.city.olle, at=one.at, when=later),
        )
    return post


def test_every_way_is_tried_through_every_door():
    assert set(WALKS) == set(product(AROUND, DOORS))


@pytest.mark.rule("R10", "R23", "R39")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("around", AROUND)
def test_nobody_walks_around_the_approval(city, at, new_post, client_of, time_machine, around, door):
    time_machine.move_to(at, tick=False)
    post = WALKS[around, door](Tries(city, at, new_post, client_of))
    assert agreed(post)
