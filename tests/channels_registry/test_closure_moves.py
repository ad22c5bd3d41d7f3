"""Closures: every state, every move, every role; and what the database refuses by itself (R28, R31–R35, R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from channels_registry import closing, ending, plans
from channels_registry.models import (
    Channel,
    Closure,
    Decision,
    Deputyship,
    Dormancy,
    FollowerNotice,
    PlatformClosure,
)
from channels_registry.register import prove_post
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core.models import Event, Notice
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.workdays import local_day
from editorial.models import FarewellPost, FollowUp, Post
from tests.channels_registry.closures import WHERE
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

DETAILS = {
    "sign": {"plan_sha": "x"},
    "close": {"how": "deleted", "handle_kept": "The vault"},
    "acknowledge": {"answer": "Done."},
}
CHIEFS, TEAM, NOBODY = {"karin", "ulf"}, {"anna", "tove"}, {"olle", "stranger", "rut"}
MAY = {
    "ask_decision": TEAM | CHIEFS,
    "sign": CHIEFS,
    "make_ready": TEAM | CHIEFS,
    "close": TEAM | CHIEFS,
    "order": TEAM | CHIEFS,
    "order_again": TEAM | CHIEFS,
    "acknowledge": TEAM | CHIEFS,
    "change_plan": TEAM | CHIEFS,
    "reject": CHIEFS,
    "cancel": TEAM | CHIEFS,
}


def outcome(closure, move, actor, at):
    """This will try a move and tell how it was met, leaving nothing behind."""
    details = dict(DETAILS.get(move, {}))
    if move == "sign":
        details["plan_sha"] = closure.plan_sha or "x"
    try:
        with transaction.atomic():
            perform(Closure.objects.get(pk=closure.pk), move, actor=actor, at=at, note="Why.", **details)
            transaction.set_rollback(True)
    except MoveForbidden:
        return "forbidden"
    except MoveRefused:
        return "refused"
    except IntegrityError:
        return "guarded"
    return "done"


@pytest.mark.rule("R32", "R40")
@pytest.mark.parametrize("state", ClosureState.values)
def test_every_move_from_every_state_by_every_role(journey, state):
    closure = journey.at_state(state)
    assert closure.state == state
    for move in CLOSURE_MOVES:
        for name in ("anna", "tove", "karin", "ulf", "olle", "stranger", "rut", None):
            actor = journey.tove if name == "tove" else getattr(journey.city, name) if name else None
            said = outcome(closure, move.name, actor, journey.at)
            where = (state, move.name, name)
            if state not in move.sources:
                assert said == "refused", where
            elif move.by_clock:
                assert said == "forbidden" if name else said in {"refused", "guarded"}, where
            elif name is None:
                assert said in {"forbidden", "refused"} or move.name == "order_again", where
            elif name in MAY[move.name]:
                assert said != "forbidden", where
            else:
                assert said == "forbidden", where


@pytest.mark.rule("R28", "R31", "R34")
def test_plan_lacks_each_thing_in_words_before_the_chiefs_are_asked(journey, city, at):
    closure = journey.opened()
    with pytest.raises(MoveRefused) as refused:
        perform(closure, "ask_decision", actor=city.anna, at=at)
    for words in (
        "closing day",
        "told about why",
        "merged into",
        "web strategists",
        "What is kept",
        "3 notices",
        "sent",
    ):
        assert words in refused.value.reason
    closure = journey.fresh(closure)
    assert closure.state == "preparing"


@pytest.mark.rule("R33")
def test_system_proposes_notices_that_say_when_why_and_where(journey):
    closure = journey.planned()
    notices = list(closure.notices.all())
    assert [(closure.closes_on - local_day(row.planned_at)).days for row in notices] == [30, 14, 2]
    assert all(plans.lacks(row.text, closure) == [] for row in notices)
    assert plans.missing(closure, journey.at) == []


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("Goodbye.", {"when", "why", "where"}),
        ("We close on 3 januari 2027. Few of you read us here.", {"where"}),
        (f"We close on 3 January 2027. {WHERE}", {"why"}),
        (f"Few of you read us here. {WHERE}", {"when"}),
        (f"FEW of you  read us here. 2027-01-03 {WHERE}", set()),
    ],
)
def test_notice_that_leaves_something_out_is_named(journey, text, left_out):
    closure = journey.planned()
    assert {words.split()[0] for words in plans.lacks(text, closure)} == left_out


@pytest.mark.rule("R32", "R40")
def test_two_chiefs_sign_and_the_notices_become_posts_to_review(journey, city):
    closure = journey.awaiting()
    told = Notice.objects.filter(key__startswith=f"closure:{closure.pk}:sign")
    assert {(notice.recipient.name, notice.url) for notice in told} == {
        ("Karin", f"/channels/closures/{closure.pk}/decide/"),
        ("Ulf", f"/channels/closures/{closure.pk}/decide/"),
    }
    journey.sign(closure, city.karin)
    assert journey.fresh(closure).state == "awaiting_decision"
    assert not Post.objects.exists()
    journey.sign(closure, city.ulf)
    closure = journey.fresh(closure)
    assert closure.state == "telling"
    assert {row.plan_sha for row in closure.decisions.all()} == {closure.plan_sha}
    posts = [row.post for row in FarewellPost.objects.order_by("notice__planned_at")]
    assert [post.state for post in posts] == ["in_review"] * 3
    assert [post.wanted_at for post in posts] == [row.planned_at for row in closure.notices.all()]


@pytest.mark.rule("R32", "R40")
def test_one_person_cannot_be_both_chiefs(journey, city):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    city.unit.communications_chief = city.karin
    city.unit.save()
    with pytest.raises(MoveRefused, match=r"the same person holds|signed already"):
        journey.sign(closure, city.karin)
    with pytest.raises(IntegrityError):
        Decision.objects.create(
            closure=closure,
            role="communications",
            signer=city.karin,
            said="yes",
            plan_sha=closure.plan_sha,
            decided_on=local_day(journey.at),
            decided_at=journey.at,
        )


@pytest.mark.rule("R32", "R40")
def test_chief_who_also_is_deputy_for_the_other_signs_once(journey, city, at):
    day = local_day(at)
    days = {"starts_on": day, "ends_on": day + timedelta(days=9)}
    Deputyship.objects.create(unit=city.unit, role="communications", deputy=city.karin, why="Leave.", **days)
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    with pytest.raises(MoveRefused, match="You have signed already"):
        journey.sign(closure, city.karin)
    assert closure.decisions.count() == 1
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"


def test_unit_with_one_person_as_both_chiefs_is_named_before_asking(journey, city, at):
    city.unit.communications_chief = city.karin
    city.unit.save()
    closure = journey.planned()
    assert any("same person" in words for words in plans.missing(closure, at))


@pytest.mark.rule("R40")
def test_handler_cannot_sign_even_as_a_chief(journey, city, at):
    closure = journey.awaiting()
    city.unit.responsible_chief = city.anna
    city.unit.save()
    with pytest.raises(MoveForbidden, match="handle"):
        journey.sign(closure, city.anna)
    with pytest.raises(IntegrityError, match="handles"):
        Decision.objects.create(
            closure=closure,
            role="responsible",
            signer=city.anna,
            said="yes",
            plan_sha=closure.plan_sha,
            decided_on=local_day(at),
            decided_at=at,
        )


@pytest.mark.rule("R40")
def test_who_has_signed_cannot_take_over_and_so_become_the_handler(journey, city, at):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    with pytest.raises(MoveRefused, match="You have signed"):
        closing.take_over(journey.fresh(closure), actor=city.karin, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(handler=city.karin)
    with pytest.raises(MoveRefused, match="You decide about this closure as chief"):
        closing.take_over(journey.fresh(closure), actor=city.ulf, at=at)
    assert journey.fresh(closure).handler == city.anna


@pytest.mark.rule("R40")
def test_chief_who_changed_role_between_plan_and_signature_is_refused_and_the_new_one_signs(journey, city):
    closure = journey.awaiting()
    city.unit.responsible_chief = city.sara
    city.unit.save()
    with pytest.raises(MoveForbidden):
        journey.sign(closure, city.karin)
    journey.sign(closure, city.sara)
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"


@pytest.mark.rule("R40")
def test_deputy_signs_on_the_days_of_the_deputyship_and_it_is_recorded(journey, city, at):
    Deputyship.objects.create(
        unit=city.unit,
        role="communications",
        deputy=city.sara,
        starts_on=local_day(at) + timedelta(days=1),
        ends_on=local_day(at) + timedelta(days=2),
        why="Leave.",
    )
    closure = journey.awaiting()
    with pytest.raises(MoveForbidden, match="today"):
        journey.sign(closure, city.sara)
    journey.sign(closure, city.sara, at=at + timedelta(days=1))
    assert closure.decisions.get().deputy_for == city.ulf
    with pytest.raises(MoveRefused, match="Sara has signed"):
        journey.sign(closure, city.ulf, at=at + timedelta(days=1))


@pytest.mark.rule("R32")
def test_changed_plan_voids_both_signatures_and_takes_the_posts_back(journey, city, at):
    closure = journey.telling()
    with pytest.raises(MoveRefused, match="signatures fall"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"motive": "Other."})
    perform(closure, "change_plan", actor=city.anna, at=at, note="New day.")
    closure = journey.fresh(closure)
    assert closure.state == "preparing"
    assert all(row.voided_at for row in closure.decisions.all())
    assert set(Post.objects.values_list("state", flat=True)) == {"dropped"}
    assert Notice.objects.filter(key__contains=":void:").count() == 2
    perform(closure, "ask_decision", actor=city.anna, at=at)
    journey.sign(closure, city.karin)
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "telling"
    assert Post.objects.filter(state="in_review").count() == 3


@pytest.mark.rule("R32")
def test_signature_on_a_plan_that_is_not_the_one_read_is_refused(journey, city, at):
    closure = journey.awaiting()
    old = closure.plan_sha
    perform(closure, "change_plan", actor=city.anna, at=at, note="New words.")
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"motive": "Other."})
    perform(closure, "ask_decision", actor=city.anna, at=at)
    with pytest.raises(ChangedMeanwhile, match="Read it again"):
        perform(journey.fresh(closure), "sign", actor=city.karin, at=at, plan_sha=old)


def test_plan_whose_first_notice_time_is_over_cannot_be_signed(journey, city, at):
    closure = journey.awaiting()
    with pytest.raises(MoveRefused, match="time that is over"):
        journey.sign(closure, city.karin, at=at + timedelta(days=11))


@pytest.mark.rule("R31")
def test_merger_into_a_channel_that_is_itself_closing_or_a_circle_is_refused(journey, city, at, tove):
    closure = journey.planned()
    city.other_channel.refresh_from_db()
    other = closing.open_closure(city.other_channel, actor=tove, at=at, reason="goals", motive="Unread.")
    values = {"merge_into": Channel.objects.get(pk=city.other_channel.pk)}
    with pytest.raises(MoveRefused, match="itself closing"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=values)
    with pytest.raises(MoveRefused, match="into itself"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"merge_into": closure.channel})
    perform(other, "cancel", actor=tove, at=at, note="No.")
    target = Channel.objects.get(pk=city.other_channel.pk)
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"merge_into": target})
    with pytest.raises(MoveRefused, match="being merged into this channel"):
        closing.open_closure(target, actor=tove, at=at, reason="goals", motive="Unread.")


@pytest.mark.rule("R33")
def test_notices_are_counted_when_published_and_the_third_ends_the_telling(journey, city):
    closure = journey.telling()
    for number, farewell in enumerate(FarewellPost.objects.order_by("notice__planned_at"), start=1):
        assert journey.fresh(closure).state == "telling"
        journey.publish(farewell)
        assert journey.fresh(closure).notices.exclude(published_at=None).count() == number
    assert journey.fresh(closure).state == "archiving"
    city.channel.refresh_from_db()
    assert city.channel.last_post_on == local_day(closure.notices.last().planned_at)


@pytest.mark.rule("R33")
def test_notice_that_its_platform_does_not_take_as_it_is_waits_as_a_draft(journey, city, at):
    city.channel.platform.code = "instagram"
    city.channel.platform.save()
    journey.telling()
    waiting = FarewellPost.objects.select_related("post")
    assert {farewell.post.state for farewell in waiting} == {"draft"}
    author = waiting[0].post.created_by
    told = Notice.objects.filter(recipient=author, subject__startswith="A notice to the followers lacks")
    assert told.count() == waiting.count() >= 3
    assert "A picture or a film is needed here." in told[0].body
    with pytest.raises(MoveRefused, match="A picture or a film is needed here"):
        perform(waiting[0].post, "submit", actor=author, at=journey.at)


@pytest.mark.rule("R33")
def test_first_notice_published_late_moves_the_day_the_account_may_close(journey, city):
    closure = journey.telling()
    first, *rest = FarewellPost.objects.order_by("notice__planned_at")
    journey.publish(first, days_late=3)
    for farewell in rest:
        journey.at = journey.publish(farewell)
    closure = journey.fresh(closure)
    assert plans.earliest_end(closure) == closure.closes_on + timedelta(days=3)
    journey.keep(closure)
    perform(closure, "make_ready", actor=city.anna, at=journey.at)
    with pytest.raises(MoveRefused, match="promised time"):
        perform(
            closure,
            "close",
            actor=city.anna,
            at=journey.at + timedelta(days=4),
            how="deleted",
            handle_kept="The vault",
        )


@pytest.mark.rule("R33")
def test_published_text_that_leaves_something_out_is_not_counted_and_the_handler_is_told(journey):
    closure = journey.telling()
    notice = closure.notices.first()
    ending.note_told(notice, at=journey.at, text="Goodbye everybody.", url="https://www.facebook.com/parks/1")
    notice.refresh_from_db()
    assert notice.published_at is None
    assert Event.objects.filter(kind="closure.notice_short").count() == 1
    assert Notice.objects.filter(recipient=closure.handler, subject__contains="does not say").exists()


@pytest.mark.rule("R33")
def test_channel_silent_for_six_months_needs_no_notices_and_one_day_less_does(journey, city, at):
    closure = journey.planned()
    with pytest.raises(MoveRefused, match="silent for 6 months"):
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"tells_nobody": True})
    prove_post(
        closure.channel,
        actor=city.anna,
        at=at,
        posted_on=local_day(at) - timedelta(days=185),
        proof="https://www.facebook.com/parks/posts/1",
    )
    closure = journey.fresh(closure)
    day_before = at - timedelta(days=3)
    with pytest.raises(MoveRefused, match="silent for 6 months"):
        closing.save_plan(closure, actor=city.anna, at=day_before, seen=None, values={"tells_nobody": True})
    closing.save_plan(closure, actor=city.anna, at=at, seen=None, values={"tells_nobody": True})
    perform(closure, "ask_decision", actor=city.anna, at=at)
    journey.sign(closure, city.karin)
    journey.sign(closure, city.ulf)
    closure = journey.fresh(closure)
    assert (closure.state, closure.notices.count(), Post.objects.count()) == ("archiving", 0, 0)


@pytest.mark.rule("R34")
def test_not_ready_before_everything_is_kept_and_opened(journey, city):
    closure = journey.archiving()
    with pytest.raises(MoveRefused, match="platform's own export, screenshots"):
        perform(closure, "make_ready", actor=city.anna, at=journey.at)
    with pytest.raises(IntegrityError, match="step of the closure"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="ready")
    journey.keep(closure)
    perform(closure, "make_ready", actor=city.anna, at=journey.at)


def not_by_itself(closure, reason):
    """The database refuses as well, whoever asks it."""
    with pytest.raises(IntegrityError, match=reason), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="ready")


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
    assert journey.opened(channel).state == "preparing"


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    "change",
    [
        {"state": "telling"},
        {"state": "archiving"},
        {"state": "ready"},
        {"state": "closed"},
        {"state": "ordered"},
        {"state": "deregistered"},
    ],
)
def test_database_refuses_to_skip_a_step_of_a_closure(journey, change):
    closure = journey.awaiting()
    with pytest.raises(IntegrityError):
        Closure.objects.filter(pk=closure.pk).update(**change)


@pytest.mark.parametrize("state", ["dormant", "closing", "closed", "deregistered", "proposed"])
def test_database_refuses_to_set_a_channels_state_without_its_case(city, state):
    with pytest.raises(IntegrityError):
        Channel.objects.filter(pk=city.channel.pk).update(state=state)


@pytest.mark.rule("R32")
def test_database_keeps_the_plan_the_decisions_and_the_notices_as_signed(journey):
    closure = journey.telling()
    for work in (
        lambda: Closure.objects.filter(pk=closure.pk).update(motive="Other."),
        lambda: Closure.objects.filter(pk=closure.pk).update(closes_on=None),
        lambda: Closure.objects.filter(pk=closure.pk).update(plan_sha="0" * 64),
        lambda: closure.decisions.update(signer=journey.city.sara),
        lambda: closure.decisions.all().delete(),
        lambda: closure.notices.update(text="Other."),
        lambda: closure.notices.filter(published_at=None)._raw_delete("default"),
        lambda: FollowerNotice.objects.create(closure=closure, planned_at=journey.at, text="More."),
        lambda: closure.consultations.update(advice="Other."),
        lambda: closure.archive_decisions.update(level="samples"),
        lambda: Closure.objects.filter(pk=closure.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            work()


def test_two_people_finishing_the_same_step_are_met_with_a_sentence(journey, city, at):
    closure = journey.planned()
    mine, theirs = journey.fresh(closure), journey.fresh(closure)
    closing.save_plan(theirs, actor=city.erik, at=at, seen=theirs.version, values={"motive": "Erik's."})
    with pytest.raises(ChangedMeanwhile):
        closing.save_plan(mine, actor=city.anna, at=at, seen=mine.version, values={"motive": "Anna's."})
    assert journey.fresh(closure).motive == "Erik's."


def test_second_closure_of_a_channel_is_refused(journey, city):
    journey.opened()
    with pytest.raises(MoveRefused, match="closing already"):
        journey.opened(Channel.objects.get(pk=city.channel.pk))


def test_chiefs_are_asked_again_after_three_and_seven_days(journey, city, sweep_at, at):
    closure = journey.awaiting()
    journey.sign(closure, city.karin)
    sweep_at(at + timedelta(days=3, minutes=1))
    again = Notice.objects.filter(key__startswith=f"closure:{closure.pk}:rung:")
    assert [notice.recipient.name for notice in again] == ["Ulf"]


@pytest.mark.rule("R33")
def test_closing_day_that_no_first_notice_can_come_before_is_refused(city, at):
    closure = closing.open_closure(
        city.channel, actor=city.anna, at=at, reason="audience", motive="Few follow us."
    )
    today = local_day(at)

    def save(days):
        values = {"closes_on": today + timedelta(days=days)}
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=values)

    with pytest.raises(MoveRefused, match="30 days ahead"):
        save(29)
    save(30)
    assert closure.closes_on == today + timedelta(days=30)


@pytest.mark.rule("R31", "R34")
def test_strategist_and_records_officer_find_on_min_dag_what_waits_for_their_word(city, at):
    strategist = make_user("Tove", is_web_strategist=True)
    closure = closing.open_closure(
        city.channel, actor=city.anna, at=at, reason="audience", motive="Few follow us."
    )
    for person in (strategist, city.rut):
        assert list(Closure.objects.to_advise_by(person)) == [closure]
    assert not Closure.objects.to_advise_by(city.erik).exists()


@pytest.mark.rule("R33")
def test_database_refuses_an_end_before_thirty_days_and_silence_that_is_none(journey, city, at):
    closure = journey.ready()
    PlatformClosure.objects.create(
        closure=closure,
        how="deleted",
        handle_kept="The vault",
        closed_by=city.anna,
        closed_at=at,
        closed_on=min(row.published_on for row in closure.notices.all()) + timedelta(days=29),
    )
    with pytest.raises(IntegrityError, match="thirty days"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="closed")
    assert journey.fresh(closure).state == "ready"


@pytest.mark.rule("R33")
def test_database_refuses_a_signature_without_notices_on_a_channel_that_spoke(journey, city, at):
    closure = journey.planned()
    Closure.objects.filter(pk=closure.pk).update(tells_nobody=True, plan_sha="a" * 64)
    Channel.objects.filter(pk=closure.channel_id).update(last_post_on=local_day(at) - timedelta(days=180))
    Closure.objects.filter(pk=closure.pk).update(state="awaiting_decision")
    facts = {"closure": closure, "role": "responsible", "signer": city.karin, "said": "yes"}
    row = Decision(**facts, plan_sha="a" * 64, decided_on=local_day(at), decided_at=at)
    with pytest.raises(IntegrityError, match="six months"), transaction.atomic():
        row.save()
    row.decided_on += timedelta(days=1)
    row.save()


@pytest.mark.rule("R34")
def test_database_refuses_to_ask_the_chiefs_before_the_records_officer_has_spoken(journey, city, at):
    closure = journey.planned()
    closing.propose_archive(
        closure,
        actor=city.anna,
        at=at,
        officer=city.rut,
        level="all",
        keeps_content=True,
        keeps_layout=False,
        motive="Of interest.",
    )
    with pytest.raises(MoveRefused, match="own word on what is kept: Rut is asked"):
        perform(journey.fresh(closure), "ask_decision", actor=city.anna, at=at)
    with pytest.raises(IntegrityError, match="own word"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(state="awaiting_decision", plan_sha="a" * 64)


@pytest.mark.parametrize("days", [365, 367])
def test_database_refuses_a_rest_of_more_than_a_year(city, at, days):
    today = local_day(at)
    row = Dormancy(
        channel=city.channel,
        starts_on=today,
        ends_on=today + timedelta(days=days),
        comments="off",
        asked_by=city.anna,
        asked_at=at,
    )
    if days > 366:
        with pytest.raises(IntegrityError, match="at most a year"):
            row.save()
    else:
        row.save()
        assert row.pk
