"""The end of a closure: kept, nothing open, closed for good, or stopped with nothing half-done (R28, R34)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from channels_registry.models import (
    Channel,
    Closure,
)
from core.models import Notice
from core.moves import MoveIncomplete, MoveRefused, perform
from editorial.models import FarewellPost, FollowUp, Post, Publication

pytestmark = pytest.mark.django_db


def not_by_itself(closure, reason):
    """The database refuses as well, whoever asks it."""
    with pytest.raises(IntegrityError, match=reason), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="ready")


@pytest.mark.rule("R34")
def test_not_ready_before_everything_is_kept_and_opened(journey, city):
    closure = journey.archiving()
    with pytest.raises(MoveRefused, match="platform's own export, screenshots"):
        perform(closure, "make_ready", actor=city.anna, at=journey.at)
    with pytest.raises(IntegrityError, match="step of the closure"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="ready")
    journey.keep(closure)
    perform(closure, "make_ready", actor=city.anna, at=journey.at)


def test_not_ready_while_posts_comments_or_cases_are_open(journey, city, new_post):
    from moderation.models import Ground
    from moderation.transitions import open_case, register_comment

    closure = journey.archiving()
    journey.keep(closure)
    post = new_post(title="One more")
    perform(post, "submit", actor=city.anna, at=journey.at)
    comment = register_comment(
        actor=city.anna, at=journey.at, channel=city.channel, kind="question", author_name="K", text="When?"
    )
    threat = register_comment(
        actor=city.anna, at=journey.at, channel=city.channel, kind="illegal", author_name="K", text="!"
    )
    case = open_case(
        threat, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=journey.at
    )
    with pytest.raises(MoveRefused) as refused:
        perform(closure, "make_ready", actor=city.anna, at=journey.at)
    for words in ("One more", "question", case.ground.name):
        assert words in refused.value.reason
    not_by_itself(closure, "no case or comment|no post")
    perform(post, "drop", actor=city.anna, at=journey.at, note="Never mind.")
    not_by_itself(closure, "no case or comment")
    perform(comment, "handle", actor=city.anna, at=journey.at, note="Answered.")
    not_by_itself(closure, "no case or comment")
    perform(case, "keep", actor=city.anna, at=journey.at, note="Not that bad.")
    perform(closure, "make_ready", actor=city.anna, at=journey.at)


def test_not_ready_while_a_question_asked_on_the_channel_is_not_followed_up(journey, city):
    closure = journey.archiving()
    journey.keep(closure)
    post = city.channel.publications.first().post
    asked = FollowUp.objects.create(post=post, due_at=journey.at)
    with pytest.raises(MoveRefused, match="Question to follow up"):
        perform(closure, "make_ready", actor=city.anna, at=journey.at)
    not_by_itself(closure, "followed up")
    FollowUp.objects.filter(pk=asked.pk).update(state="no_answers")
    perform(journey.fresh(closure), "make_ready", actor=city.anna, at=journey.at)


def test_not_ready_while_a_picture_has_to_come_down(journey, city):
    from consent.models import Picture
    from editorial.models import Takedown, TakedownTask

    closure = journey.archiving()
    journey.keep(closure)
    picture = Picture.objects.create(
        unit=city.unit,
        title="Swans at dawn",
        alt_text="Swans.",
        sha="0" * 64,
        clean_sha="0" * 64,
        thumb_sha="0" * 64,
        content_type="image/png",
        width=1,
        height=1,
        size=1,
        added_by=city.anna,
        added_at=journey.at,
    )
    takedown = Takedown.objects.create(
        picture=picture, cause="A no.", opened_at=journey.at, due_at=journey.at
    )
    publication = city.channel.publications.first()
    TakedownTask.objects.create(takedown=takedown, publication=publication)
    with pytest.raises(MoveRefused, match="Swans at dawn"):
        perform(closure, "make_ready", actor=city.anna, at=journey.at)
    not_by_itself(closure, "come down")


@pytest.mark.rule("R28")
def test_end_keeps_who_has_the_handle_and_the_channel_is_read_only_and_found(journey, city, at):
    closure = journey.deregistered()
    channel = Channel.objects.get(pk=city.channel.pk)
    assert (closure.state, channel.state, channel.handle_parked) == (
        "deregistered",
        "deregistered",
        "The vault",
    )
    assert not channel.may_publish
    assert channel not in Channel.objects.to_watch()
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(name="Other")


@pytest.mark.parametrize("state", ["preparing", "awaiting_decision", "telling", "archiving", "ready"])
@pytest.mark.parametrize("move", ["cancel", "reject"])
def test_stopping_at_any_step_leaves_nothing_half_done(journey, city, state, move):
    closure = journey.at_state(state)
    actor = city.anna if move == "cancel" else city.karin
    with pytest.raises(MoveIncomplete):
        perform(journey.fresh(closure), move, actor=actor, at=journey.at)
    perform(closure, move, actor=actor, at=journey.at, note="We think again.")
    channel = Channel.objects.get(pk=city.channel.pk)
    assert channel.state == "active"
    assert not closure.decisions.filter(voided_at=None, said="yes").exists()
    assert not Post.objects.exclude(state__in=["dropped", "published"]).exists()
    followers_know = state in {"archiving", "ready"}
    assert Notice.objects.filter(subject__startswith="Tell the followers that").exists() is followers_know
    assert journey.opened(channel).state == "preparing"


@pytest.mark.rule("R33")
@pytest.mark.parametrize("move", ["cancel", "change_plan"])
def test_notice_that_is_on_its_way_out_when_the_closure_stops_is_not_asked_for_any_more(journey, city, move):
    closure = journey.telling()
    farewell = FarewellPost.objects.order_by("notice__planned_at").first()
    journey.fall_due(farewell)
    at = farewell.notice.planned_at + timedelta(minutes=5)
    perform(journey.fresh(closure), move, actor=city.anna, at=at, note="We think again.")
    publication = Publication.objects.get(post=farewell.post)
    assert (publication.state, Post.objects.get(pk=farewell.post_id).state) == ("missed", "dropped")
    told = Notice.objects.filter(key__startswith=f"post:{farewell.post_id}:called_back:")
    assert set(told.values_list("recipient__name", flat=True)) == {"Erik", "Sara"}
