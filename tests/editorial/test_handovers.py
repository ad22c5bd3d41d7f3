"""What the one who leaves a shift tells the one who begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.handovers import add_note, open_for
from editorial.models import Handover, Shift, Swap
from editorial.staffing import give
from tests.editorial.rotas import first_of, offered_to, told, week_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R3")
def test_handover_is_built_reminded_of_and_acknowledged_by_who_begins(city, running, at, sweep_at, new_post):
    shift = Shift.objects.filter(duty="watch").order_by("starts_at")[1]
    sweep_at(shift.starts_at - timedelta(days=3, hours=20))
    handover = Handover.objects.get(at=shift.starts_at)
    assert (handover.taker, handover.giver.name) == (
        shift.user,
        Shift.objects.filter(duty="watch").order_by("starts_at")[0].user.name,
    )
    friday = instant(local_day(shift.starts_at) - timedelta(days=3), "13:00")
    sweep_at(friday)
    assert handover.giver.name in told(key=f"handover:{handover.pk}:write")
    post = new_post()
    perform(post, "submit", actor=city.anna, at=friday)
    assert "1 post to review" in [line.text for line in open_for(running, friday)]
    with pytest.raises(MoveForbidden):
        add_note(handover, actor=city.olle, at=friday, text="Hello")
    with pytest.raises(MoveRefused, match="Write what"):
        add_note(handover, actor=city.anna, at=friday, text="  ")
    add_note(handover, actor=city.anna, at=friday, text="The bridge is closed.")
    sweep_at(instant(local_day(shift.starts_at), "08:00"))
    assert told(key=f"handover:{handover.pk}:read") == [shift.user.name]
    other = next(user for user in running.everyone() if user != shift.user)
    with pytest.raises(MoveForbidden, match="Only the one who begins"):
        perform(handover, "acknowledge", actor=other, at=friday)
    perform(handover, "acknowledge", actor=shift.user, at=friday)
    assert handover.read[0] == "1 post to review"
    sweep_at(instant(local_day(shift.starts_at), "12:00"))
    assert told(key=f"handover:{handover.pk}:remind") == []


def handover_at(moment):
    return Handover.objects.get(at=moment, state="open")


def test_handover_goes_along_when_the_shift_changes_hands(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    start = shifts[0].starts_at
    now = start - timedelta(days=3)
    sweep_at(now)
    handover = handover_at(start)
    add_note(handover, actor=city.erik, at=now, text="The bridge is closed.")
    monday = local_day(start)
    add_absence(city.anna, actor=city.anna, at=now, starts_on=monday, ends_on=monday + timedelta(days=6))
    # She who is away is neither reminded nor shown it.
    assert list(Handover.objects.open().held().filter(taker=city.anna, at=start)) == []
    cover = Swap.objects.get(is_cover=True)
    taker = next(
        user for user in (city.sara, city.erik) if user != handover.giver and cover in offered_to(user, now)
    )
    perform(cover, "take", actor=taker, at=now)
    handover.refresh_from_db()
    assert (handover.taker, handover.notes.count()) == (taker, 1)


def test_who_leaves_the_shift_writes_the_handover(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    end = shifts[0].ends_at
    after = Shift.objects.get(starts_at=end, duty="watch").user
    third = next(user for user in (city.erik, city.sara) if user != after)
    now = end - timedelta(days=3)
    sweep_at(now)
    assert (handover_at(end).giver, handover_at(end).taker) == (city.anna, after)
    add_absence(city.anna, actor=city.anna, at=now, starts_on=local_day(now), ends_on=local_day(end))
    assert handover_at(end).giver is None
    perform(Swap.objects.get(is_cover=True), "take", actor=third, at=now)
    assert (handover_at(end).giver, handover_at(end).taker) == (third, after)


def test_shift_taken_in_the_middle_gets_its_handover_at_once(city, running, at, sweep_at):
    shifts = first_of(city.anna)
    now = instant(week_of(shifts[0]) + timedelta(days=2), "13:30")
    add_absence(city.anna, actor=city.anna, at=now, starts_on=local_day(now), ends_on=local_day(now))
    later = now + timedelta(minutes=20)
    perform(Swap.objects.get(is_cover=True), "take", actor=city.sara, at=later)
    handover = handover_at(later)
    assert handover.taker == city.sara
    # What was nobody's stays nobody's.
    assert running.on_duty("watch", now + timedelta(minutes=5)) == []
    sweep_at(later)
    assert told(key=f"handover:{handover.pk}:read") == ["Sara"]
    assert told(key=f"handover:{handover.pk}:write") == []
    sweep_at(later + timedelta(hours=2))
    assert told(key=f"handover:{handover.pk}:remind") == ["Sara"]


def test_editor_who_takes_a_shift_that_has_begun_has_it_from_then(city, running, at):
    shifts = first_of(city.anna)
    now = instant(week_of(shifts[0]) + timedelta(days=2), "13:30")
    add_absence(city.anna, actor=city.anna, at=now, starts_on=local_day(now), ends_on=local_day(now))
    gap = Shift.objects.uncovered().filter(duty="watch").get(starts_at=now)
    later = now + timedelta(minutes=20)
    give(gap, "reassign", actor=city.erik, at=later, user=city.erik)
    assert running.on_duty("watch", later) == [city.erik]
    assert running.on_duty("watch", now + timedelta(minutes=5)) == []
    assert handover_at(later).taker == city.erik
