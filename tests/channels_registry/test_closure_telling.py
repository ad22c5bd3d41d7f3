"""The followers are told: notices proposed, published, counted, or not needed (R33)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from channels_registry import closing, ending, plans
from channels_registry.models import (
    Channel,
    Dormancy,
)
from channels_registry.register import prove_post
from core.models import Event, Notice
from core.moves import MoveRefused, perform
from core.workdays import instant, local_day
from editorial.models import FarewellPost, Post
from tests.channels_registry.closures import WHERE

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R33")
def test_system_proposes_notices_that_say_when_why_and_where(journey):
    closure = journey.planned()
    notices = list(closure.notices.all())
    assert [(closure.closes_on - local_day(row.planned_at)).days for row in notices] == [
        30,
        16,
        4,
    ]  # red days give way
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
    Channel.objects.filter(pk=city.channel.pk).update(name="P" * 120)
    city.channel.refresh_from_db()
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
    with pytest.raises(MoveRefused, match="Nobody knows when the channel last posted"):
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
    journey.keep(closure)
    prove_post(
        closure.channel, actor=city.anna, at=at, posted_on=local_day(at), proof="https://x.com/parks/2"
    )
    with pytest.raises(MoveRefused, match="so its followers have to be told"):
        perform(journey.fresh(closure), "make_ready", actor=city.anna, at=at)


@pytest.mark.rule("R33")
@pytest.mark.parametrize(("posted_after", "rested"), [(-10, 30), (10, 20), (40, 0)])
def test_days_of_rest_after_the_last_post_are_no_silence(city, at, posted_after, rested):
    """The rest of thirty days began before, around or after the last post."""
    last = date(2026, 2, 10)
    begun = last - timedelta(days=posted_after)
    Channel.objects.filter(pk=city.channel.pk).update(last_post_on=last)
    rest = Dormancy.objects.create(
        channel=city.channel,
        starts_on=begun,
        ends_on=begun + timedelta(days=30),
        comments="watched",
        why="Winter.",
        told_how="A post.",
        asked_by=city.anna,
        asked_at=at,
    )
    Dormancy.objects.filter(pk=rest.pk).update(started_on=begun, woken_on=begun + timedelta(days=30))
    channel, first = Channel.objects.get(pk=city.channel.pk), date(2026, 8, 10) + timedelta(days=rested)
    days = (first - timedelta(days=1), first)
    assert [plans.silent_long_enough(channel, on) for on in days] == [False, True]


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


@pytest.mark.rule("R33")
def test_step_shows_how_far_each_notice_has_come_who_published_it_and_which_is_late(
    journey, city, client_of, time_machine
):
    closure = journey.telling()
    first, second, _last = FarewellPost.objects.order_by("notice__planned_at")
    step = reverse("channels_registry:closure_step", args=[closure.pk, "telling"])
    page = client_of(city.anna).get(step).content.decode()
    assert (page.count("In review"), "Scheduled" in page) == (3, False)
    journey.publish(first)
    closure_page = reverse("channels_registry:closure_page", args=[closure.pk])
    (told,) = [
        row for row in client_of(city.anna).get(closure_page).context["steps"] if row.slug == "telling"
    ]
    assert (told.who, told.text) == ("Anna", "1 published.")
    time_machine.move_to(second.notice.planned_at + timedelta(hours=1), tick=False)
    assert "1 notice is late." in client_of(city.anna).get(step).content.decode()


@pytest.mark.rule("R33", "R35")
def test_handler_is_told_when_the_closing_day_is_here_and_when_the_order_is_forgotten(
    journey, city, sweep_at
):
    closure = journey.archiving()
    here, order = "The closing day of Parks on Facebook", "Order the deregistration of Parks on Facebook"

    def told(words):
        return Notice.objects.filter(recipient=city.anna, subject__startswith=words).count()

    sweep_at(instant(closure.closes_on, "07:59"))
    assert told(here) == 0
    sweep_at(instant(closure.closes_on, "08:01"))
    assert told(here) == 1
    journey.keep(closure)
    at = instant(closure.closes_on, "10:00")
    perform(journey.fresh(closure), "make_ready", actor=city.anna, at=at)
    sweep_at(at + timedelta(days=3))
    assert told(here) == 2
    facts = {"how": "deleted", "handle_kept": "The vault"}
    perform(journey.fresh(closure), "close", actor=city.anna, at=at + timedelta(days=4), **facts)
    sweep_at(at + timedelta(days=8))
    assert (told(here), told(order)) == (2, 1)
    perform(journey.fresh(closure), "order", actor=city.anna, at=at + timedelta(days=9))
    sweep_at(at + timedelta(days=20))
    assert told(order) == 1


@pytest.mark.rule("R33")
def test_closing_day_is_told_later_when_the_first_notice_came_late(journey, city, sweep_at):
    closure = journey.telling()
    for farewell in FarewellPost.objects.order_by("notice__planned_at"):
        journey.publish(farewell, days_late=5)
    closure = journey.fresh(closure)
    earliest = plans.earliest_end(closure)
    assert earliest > closure.closes_on
    subject = "The closing day of Parks on Facebook (Facebook) is here"
    sweep_at(instant(closure.closes_on, "08:01"))
    assert not Notice.objects.filter(subject=subject).exists()
    sweep_at(instant(earliest, "08:01"))
    assert Notice.objects.filter(subject=subject, recipient=city.anna).exists()


@pytest.mark.rule("R33")
def test_plan_can_be_changed_after_a_notice_is_out_which_then_counts_no_more(journey, city, client_of):
    closure = journey.telling()
    first = FarewellPost.objects.order_by("notice__planned_at").first()
    journey.at = at = journey.publish(first) + timedelta(days=1)
    perform(journey.fresh(closure), "change_plan", actor=city.anna, at=at, note="We need longer.")
    closure = journey.fresh(closure)

    def close_on(days):
        values = {"closes_on": local_day(at) + timedelta(days=days)}
        closing.save_plan(closure, actor=city.anna, at=at, seen=None, values=values)

    with pytest.raises(MoveRefused, match="30 days ahead"):
        close_on(20)
    close_on(60)
    assert closure.notices.filter(published_at=None).count() == 3
    perform(closure, "ask_decision", actor=city.anna, at=at)
    journey.sign(closure, city.karin)
    journey.sign(closure, city.ulf)
    step = reverse("channels_registry:closure_step", args=[closure.pk, "telling"])
    page = client_of(city.anna).get(step).content.decode()
    assert page.count("so it is not counted") == 1
    again = FarewellPost.objects.exclude(pk=first.pk).exclude(post__state="dropped")
    assert again.count() == 3
    for farewell in again.order_by("notice__planned_at"):
        assert journey.fresh(closure).state == "telling"
        journey.at = journey.publish(farewell)
    assert journey.fresh(closure).state == "archiving"
    assert plans.earliest_end(journey.fresh(closure)) == closure.closes_on


@pytest.mark.rule("R33")
def test_plan_changed_after_all_were_told_goes_on_to_the_archiving_when_both_have_signed_again(journey, city):
    closure = journey.archiving()
    perform(closure, "change_plan", actor=city.anna, at=journey.at, note="Keep more.")
    perform(journey.fresh(closure), "ask_decision", actor=city.anna, at=journey.at)
    journey.sign(closure, city.karin)
    journey.sign(closure, city.ulf)
    assert journey.fresh(closure).state == "archiving"
