"""Every move of a post, and the ways around the approval that must not exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from channels_registry.models import Channel, Platform
from core.models import Event, Notice, User
from core.moves import ChangedMeanwhile, MoveRefused, perform
from core.workdays import instant
from editorial.models import Membership, Post, PostText, PostVersion, Publication, Review, Shift, TeamChannel
from editorial.reviewing import ALL_YES
from editorial.states import POST_MOVES, PostState
from editorial.transitions import save_post
from tests.conftest import make_user
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db


def walk(post: Post, city, at: datetime, state: str) -> Post:
    """This will bring a draft to `state` by its moves, Erik approving."""
    steps = {
        "draft": [],
        "in_review": ["submit"],
        "changes_asked": ["submit", "ask_changes"],
        "approved": ["submit", "approve"],
        "scheduled": ["submit", "approve", "schedule"],
        "due": ["submit", "approve", "schedule", "fall_due"],
        "dropped": ["drop"],
    }
    if state == "published":
        walk(post, city, at, "due")
        publication = post.publications.get()
        url = f"https://www.facebook.com/parks/posts/{post.pk}"
        perform(publication, "confirm", actor=city.anna, at=at, url=url)
        post.refresh_from_db()
        return post
    for name in steps[state]:
        details = {"planned_at": at + timedelta(hours=1)} if name == "schedule" else {}
        actor = {"approve": city.erik, "ask_changes": city.erik, "fall_due": None}.get(name, city.anna)
        perform(post, name, actor=actor, at=at, note="Because.", answers=ALL_YES, **details)
    return post


@pytest.mark.parametrize(
    ("state", "name"), list(product(PostState.values, [move.name for move in POST_MOVES]))
)
def test_every_move_in_every_state_is_open_or_refused_with_a_sentence(city, at, new_post, state, name):
    post, move = walk(new_post(), city, at, state), POST_MOVES[name]
    actor = {"approve": city.erik, "ask_changes": city.erik}.get(name, None if move.by_clock else city.anna)
    details = {"planned_at": at + timedelta(hours=2)} if "planned_at" in move.needs else {}
    before = Event.objects.count()
    if state in move.sources:
        perform(post, name, actor=actor, at=at, note="Because.", answers=ALL_YES, **details)
        assert post.state == move.target
        assert Event.objects.filter(kind=f"post.{name}", about_id=post.pk).exists()
    else:
        with pytest.raises(MoveRefused, match="not possible now"):
            perform(post, name, actor=actor, at=at, note="Because.", answers=ALL_YES, **details)
        assert Event.objects.count() == before


@pytest.mark.rule("R10", "R23", "R39")
@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("anna", "second person"),
        ("olle", "Only an editor"),
        ("karin", "Only an editor"),
        ("admin", "Only an editor"),
    ],
)
def test_approval_is_refused_with_its_reason(city, at, new_post, who, reason):
    post = walk(new_post(), city, at, "in_review")
    with pytest.raises(MoveRefused, match=reason):
        perform(post, "approve", answers=ALL_YES, actor=getattr(city, who), at=at)
    post.refresh_from_db()
    assert post.state == "in_review"


@pytest.mark.rule("R23")
def test_editor_who_changed_the_text_is_an_author(city, at, new_post):
    post = new_post()
    save_post(
        post, actor=city.erik, at=at, fields={"base_text": "Swans!"}, texts={city.channel: ""}, links=[]
    )
    perform(post, "submit", actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="second person"):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.sara, at=at)
    assert post.state == "approved"


@pytest.mark.rule("R23")
def test_one_mailbox_cannot_have_two_accounts(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("Anna+editor@avinge.example", "x", name="Anna again")


@pytest.mark.rule("R23")
@pytest.mark.parametrize("state", ["in_review", "approved", "scheduled"])
def test_edit_sends_the_post_back_to_draft_and_voids_the_approval(city, at, new_post, state):
    post = walk(new_post(), city, at, state)
    save_post(
        post, actor=city.anna, at=at, fields={"base_text": "Geese."}, texts={city.channel: ""}, links=[]
    )
    post.refresh_from_db()
    assert (post.state, post.current) == ("draft", None)
    perform(post, "submit", actor=city.anna, at=at)
    assert not post.current.reviews.exists()
    if state != "in_review":
        assert Notice.objects.filter(recipient=city.erik, subject__startswith="Back to draft").exists()


@pytest.mark.rule("R23")
def test_same_text_sent_again_needs_a_new_approval(city, at, new_post):
    post = walk(new_post(), city, at, "approved")
    perform(post, "reopen", actor=city.anna, at=at)
    perform(post, "submit", actor=city.anna, at=at)
    with pytest.raises(MoveRefused):
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    assert not post.current.reviews.exists()


FORGED = (
    "INSERT INTO editorial_review (version_id, reviewer_id, verdict, note, answers, findings, overruled, "
    "overrule_reason, at) SELECT current_id, {%s}, 'approved', '', '{%s}', '[]', '[]', '', created_at "
    "FROM editorial_post WHERE id = {post}"
)
RAW = {
    "state of a draft": "UPDATE editorial_post SET state = 'scheduled', planned_at = created_at WHERE id = {post}",
    "base text": "UPDATE editorial_post SET base_text = 'Buy swans' WHERE id = {post}",
    "channel's text": "UPDATE editorial_posttext SET own_text = 'Buy swans' WHERE post_id = {post}",
    "channel taken away": "DELETE FROM editorial_posttext WHERE post_id = {post}",
    "link added": "INSERT INTO editorial_postlink (post_id, url, position) VALUES ({post}, 'https://x.example', 0)",
    "version rewritten": "UPDATE editorial_postversion SET sha = 'x' WHERE post_id = {post}",
    "approval deleted": "DELETE FROM editorial_review",
    "approver exchanged": "UPDATE editorial_review SET reviewer_id = {sara}",
    "approval forged by the author": FORGED % ("anna", "answered"),
    "approval forged by a stranger": FORGED % ("olle", "answered"),
    "approval forged without reading": FORGED % ("erik", "unanswered"),
    "approval forged with a no": FORGED % ("erik", "refused"),
}
SAID = {
    "approval forged by the author": "An author cannot approve",
    "approval forged by a stranger": "Only the team's editors approve",
    "approval forged without reading": "has answered what a reader is asked",
    "approval forged with a no": "has answered what a reader is asked",
}


@pytest.mark.rule("R23", "R39")
@pytest.mark.parametrize("attack", RAW)
def test_raw_sql_cannot_walk_around_the_approval(city, at, new_post, attack):
    post = walk(
        new_post(), city, at, "in_review" if "state of" in attack or "forged" in attack else "approved"
    )
    if attack == "approval forged by the author":
        city.team.memberships.filter(user=city.anna).update(role="editor")
    people = {name: getattr(city, name).pk for name in ("anna", "erik", "olle", "sara")}
    said = {"answered": ALL_YES, "unanswered": {}, "refused": ALL_YES | {"tone": "no"}}
    sql = RAW[attack].format(post=post.pk, **people, **{name: json.dumps(one) for name, one in said.items()})
    with (
        pytest.raises(IntegrityError, match=SAID.get(attack, ".")),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


SETTLED = "who settled it and when, and stays as it was noted"
KEEPS = "keeps its post, its channel, its version and its time"
OUT = {
    "publication of what nobody approved": (
        "INSERT INTO editorial_publication (post_id, channel_id, post_version_id, state, due_at, url, version) "
        "SELECT {draft}, channel_id, {unread}, 'due', due_at, '', 0 FROM editorial_publication",
        "Only the approved version of a post that is due",
    ),
    "approval borrowed from another post": (
        "INSERT INTO editorial_publication (post_id, channel_id, post_version_id, state, due_at, url, version) "
        "SELECT {draft}, channel_id, post_version_id, 'due', due_at, '', 0 FROM editorial_publication",
        "Only the approved version of a post that is due",
    ),
    "an unread version under the approval of another": (
        "INSERT INTO editorial_publication (post_id, channel_id, post_version_id, state, due_at, url, version) "
        "SELECT {post}, channel_id, {unread}, 'due', due_at, '', 0 FROM editorial_publication",
        "Only the approved version of a post that is due",
    ),
    "a version that was approved and taken back": (
        "INSERT INTO editorial_publication (post_id, channel_id, post_version_id, state, due_at, url, version) "
        "SELECT {reopened}, channel_id, {approved}, 'due', due_at, '', 0 FROM editorial_publication",
        "Only the approved version of a post that is due",
    ),
    "an approved version before its time": (
        "INSERT INTO editorial_publication (post_id, channel_id, post_version_id, state, due_at, url, version) "
        "SELECT {early}, channel_id, (SELECT current_id FROM editorial_post WHERE id = {early}), 'due', due_at, '', 0 "
        "FROM editorial_publication",
        "Only the approved version of a post that is due",
    ),
    "another version": ("UPDATE editorial_publication SET post_version_id = {unread}", KEEPS),
    "another post": ("UPDATE editorial_publication SET post_id = {draft}", KEEPS),
    "another publisher": ("UPDATE editorial_publication SET settled_by_id = {sara}", SETTLED),
    "another address": (
        "UPDATE editorial_publication SET url = 'https://www.facebook.com/parks/posts/0'",
        SETTLED,
    ),
    "nobody's": ("UPDATE editorial_publication SET settled_by_id = NULL", SETTLED),
    "not out after all": ("UPDATE editorial_publication SET state = 'missed'", SETTLED),
    "gone": ("DELETE FROM editorial_publication", KEEPS),
    "opened again": (
        "UPDATE editorial_post SET state = 'draft', current_id = NULL WHERE id = {post}",
        "stays as it",
    ),
    "written by its approver": (
        "INSERT INTO editorial_postwriter (post_id, user_id, since) SELECT {post}, {erik}, created_at "
        "FROM editorial_post WHERE id = {post}",
        "Reopen the post first",
    ),
}


@pytest.mark.rule("R23", "R39")
@pytest.mark.parametrize("attack", OUT)
def test_raw_sql_cannot_rewrite_what_went_out(city, at, new_post, attack):
    post, draft = walk(new_post(), city, at, "published"), new_post()
    reopened, early = walk(new_post(), city, at, "approved"), walk(new_post(), city, at, "scheduled")
    perform(reopened, "reopen", actor=city.anna, at=at)
    sql, said = OUT[attack]
    named = {"post": post.pk, "draft": draft.pk, "unread": draft.versions.get().pk, "early": early.pk}
    named |= {"reopened": reopened.pk, "approved": reopened.versions.get(reviews__verdict="approved").pk}
    with pytest.raises(IntegrityError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(**named, sara=city.sara.pk, erik=city.erik.pk))


def test_publication_is_settled_by_somebody(city, at, new_post):
    due = walk(new_post(), city, at, "due").publications.filter(state="due")
    with pytest.raises(IntegrityError, match=SETTLED), transaction.atomic():
        due.update(state="published", url="https://www.facebook.com/parks/posts/0")


@pytest.mark.rule("R23")
def test_old_approval_cannot_be_put_on_a_changed_text(city, at, new_post):
    post = walk(new_post(), city, at, "approved")
    old = post.current
    perform(post, "reopen", actor=city.anna, at=at)
    PostText.objects.filter(post=post).update(own_text="Buy swans")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(current=old, state="approved")


def test_second_decision_is_met_with_changed_meanwhile(city, at, new_post):
    post = walk(new_post(), city, at, "in_review")
    sara_sees, erik_sees = Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)
    perform(erik_sees, "approve", answers=ALL_YES, actor=city.erik, at=at)
    with pytest.raises(ChangedMeanwhile):
        perform(sara_sees, "ask_changes", actor=city.sara, at=at, note="Shorter, please.")
    assert Review.objects.get().reviewer == city.erik


def test_text_changed_behind_a_reviewers_back_is_not_approved(city, at, new_post):
    post = new_post()
    version = PostVersion.objects.get(post=post)
    Post.objects.filter(pk=post.pk).update(base_text="Buy swans")
    Post.objects.filter(pk=post.pk).update(state="in_review", current=version)
    post.refresh_from_db()
    with pytest.raises(ChangedMeanwhile):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)


def test_post_falls_due_and_is_confirmed_with_its_address(city, at, new_post, sweep_at):
    post = walk(new_post(), city, at, "scheduled")
    sweep_at(at + timedelta(minutes=59))
    post.refresh_from_db()
    assert post.state == "scheduled"
    sweep_at(at + timedelta(minutes=60))
    publication = Publication.objects.get(post=post)
    with pytest.raises(MoveRefused, match="does not lead to Facebook"):
        perform(publication, "confirm", actor=city.anna, at=at, url="https://x.com/parks/1")
    perform(publication, "confirm", actor=city.anna, at=at, url="https://m.facebook.com/parks/posts/1")
    post.refresh_from_db()
    assert (post.state, publication.settled_by) == ("published", city.anna)


def test_unconfirmed_publication_reminds_the_shift_and_then_the_editors(city, at, new_post, sweep_at):
    walk(new_post(), city, at, "due")
    Shift.objects.create(
        team=city.team, duty="publish", user=city.anna, starts_at=at, ends_at=at + timedelta(hours=8)
    )
    reminders = Notice.objects.filter(subject__startswith="Not confirmed").order_by("id")
    told = {}
    for minutes in (119, 120, 149, 150):
        sweep_at(at + timedelta(minutes=minutes))
        told[minutes] = [notice.recipient.name for notice in reminders.all()]
    assert told == {119: [], 120: ["Anna"], 149: ["Anna"], 150: ["Anna", "Erik", "Sara"]}


@pytest.mark.rule("R36")
@pytest.mark.parametrize(
    ("day", "before"),
    # One o'clock in the night is followed by the hour that spring skips, or that autumn has twice.
    [(date(2026, 3, 29), "01:30"), (date(2026, 10, 25), "02:30")],
)
def test_hour_until_the_reminder_is_a_real_hour_on_the_night_of_the_clock_change(
    city, new_post, sweep_at, day, before
):
    planned_at = instant(day, before)
    post = walk(new_post(), city, planned_at - timedelta(hours=1), "scheduled")
    assert post.planned_at == planned_at
    sweep_at(planned_at - timedelta(seconds=1))
    assert not Publication.objects.exists()
    reminders = Notice.objects.filter(subject__startswith="Not confirmed")
    for minutes, told in ((0, 0), (59, 0), (60, 2)):
        sweep_at(planned_at + timedelta(minutes=minutes))
        assert (Publication.objects.count(), reminders.count()) == (1, told), minutes


def test_all_missed_lapses_back_to_approved(city, at, new_post):
    post = walk(new_post(), city, at, "due")
    perform(post.publications.get(), "miss", actor=city.anna, at=at, note="The platform was down.")
    post.refresh_from_db()
    assert post.state == "approved"


@pytest.mark.parametrize("what", ["channel", "care", "platform", "editor"])
def test_what_no_longer_holds_at_the_planned_time_is_stopped_and_told(
    city, at, new_post, sweep_at: Callable[[datetime], dict], what
):
    post = walk(new_post(), city, at, "scheduled")
    if what == "channel":
        put_to_rest(city.channel, city.anna, at)
    elif what == "care":
        TeamChannel.objects.filter(channel=city.channel).update(team=city.other_team)
    elif what == "platform":
        instagram = Platform.objects.create(code="instagram", name="Instagram", hosts=["instagram.com"])
        Channel.objects.filter(pk=city.channel.pk).update(platform=instagram)
    else:
        Membership.objects.filter(user=city.erik).update(role="communicator")
    sweep_at(at + timedelta(hours=1))
    post.refresh_from_db()
    assert post.state == "draft"
    assert not Publication.objects.exists()
    assert Notice.objects.filter(recipient=city.anna, subject="Back to draft: Swans").exists()


def test_who_has_the_shift_is_told_what_does_not_go_out_and_why(city, at, new_post, sweep_at):
    kalle = make_user("Kalle")
    Membership.objects.create(team=city.team, user=kalle, role="communicator")
    Shift.objects.create(
        team=city.team,
        user=kalle,
        duty="publish",
        state="settled",
        starts_at=at,
        ends_at=at + timedelta(hours=8),
    )
    post = walk(new_post(), city, at, "scheduled")
    put_to_rest(city.channel, city.anna, at)
    sweep_at(at + timedelta(hours=1))
    told = Notice.objects.get(subject="It does not go out: Swans")
    assert (told.recipient, told.urgent) == (kalle, True)
    assert "Nothing is published on these channels now" in told.body
    assert told.url == reverse("editorial:post_page", args=[post.pk])


def test_past_time_is_refused(city, at, new_post):
    post = walk(new_post(), city, at, "approved")
    with pytest.raises(MoveRefused, match="in the past"):
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at - timedelta(hours=1))
