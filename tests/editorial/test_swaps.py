"""A shift is offered, taken and given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import local_day
from editorial.absences import add_absence
from editorial.models import Absence, Membership, Shift, Swap
from editorial.swaps import offer
from tests.editorial.rotas import first_of, offered_to, told, week_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R3")
def test_swap_changes_nothing_until_it_is_taken_and_can_be_undone_until_24_hours_before(city, running, at):
    shifts = first_of(city.anna, 1)
    starts = shifts[0].starts_at
    swap = offer(shifts, actor=city.anna, at=at, asked=city.sara)
    assert {shift.user for shift in first_of(city.anna, 1)} == {city.anna}
    with pytest.raises(MoveForbidden, match="somebody else"):
        perform(swap, "take", actor=city.erik, at=at)
    with pytest.raises(MoveForbidden, match="your own offer"):
        perform(swap, "take", actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="offered already"):
        offer(shifts, actor=city.anna, at=at, asked=None)
    perform(swap, "take", actor=city.sara, at=at)
    assert running.on_duty("watch", starts) == [city.sara]
    assert told(key__startswith=f"swap:{swap.pk}:") == ["Anna"]
    with pytest.raises(MoveRefused, match="24 hours"):
        perform(Swap.objects.get(), "undo", actor=city.sara, at=starts - timedelta(hours=23))
    perform(Swap.objects.get(), "undo", actor=city.sara, at=starts - timedelta(hours=25))
    assert running.on_duty("watch", starts) == [city.anna]


@pytest.mark.rule("R3")
def test_filters_are_asked_again_when_a_swap_is_taken(city, running, at):
    shifts = first_of(city.anna, 1)
    swap = offer(shifts, actor=city.anna, at=at, asked=None)
    add_absence(city.sara, actor=city.sara, at=at, starts_on=week_of(shifts[0]), ends_on=week_of(shifts[0]))
    with pytest.raises(MoveRefused, match="Sara is away then"):
        perform(swap, "take", actor=city.sara, at=at)
    Shift.objects.create(
        team=city.other_team,
        duty="watch",
        user=city.erik,
        starts_at=shifts[0].starts_at,
        ends_at=shifts[0].ends_at,
    )
    with pytest.raises(MoveRefused, match="Erik is already on duty"):
        perform(swap, "take", actor=city.erik, at=at)
    Membership.objects.filter(user=city.sara).update(duties=["publish"])
    with pytest.raises(MoveForbidden, match="do not have these duties"):
        perform(swap, "take", actor=city.sara, at=at)
    with pytest.raises(MoveForbidden, match="Only the team"):
        perform(swap, "take", actor=city.olle, at=at)


def test_only_ones_own_shift_is_offered_and_an_editor_offers_what_nobody_has(city, running, at):
    shifts = first_of(city.anna, 1)
    with pytest.raises(MoveForbidden, match="your own shifts"):
        offer(shifts, actor=city.erik, at=at, asked=None)
    Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).update(user=None)
    empty = list(Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).select_related("team"))
    with pytest.raises(MoveForbidden, match="your own shifts"):
        offer(empty, actor=city.sara if False else city.anna, at=at, asked=None)
    swap = offer(empty, actor=city.erik, at=at, asked=None)
    perform(swap, "take", actor=city.anna, at=at)
    assert {shift.user for shift in first_of(city.anna, 1)} == {city.anna}


def test_withdrawn_and_lapsed_offers_are_gone(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    swap = offer(shifts, actor=city.anna, at=at, asked=None)
    with pytest.raises(MoveForbidden):
        perform(swap, "withdraw", actor=city.stranger, at=at)
    perform(swap, "withdraw", actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="offer has been withdrawn"):
        perform(swap, "take", actor=city.sara, at=at)
    again = offer(shifts, actor=city.anna, at=at, asked=None)
    sweep_at(shifts[0].ends_at + timedelta(minutes=1))
    again.refresh_from_db()
    assert again.state == "lapsed"


@pytest.mark.rule("R3")
def test_offer_is_shown_only_to_those_who_can_take_it(city, running, at):
    shifts = first_of(city.anna, 1)
    swap = offer(shifts, actor=city.anna, at=at, asked=None)
    start, end = shifts[0].starts_at, shifts[0].ends_at
    assert offered_to(city.sara, at) == [swap]
    assert offered_to(city.anna, at) == offered_to(city.olle, at) == []
    assert offered_to(city.sara, end) == []
    # Away on its last day, and on the days around it.
    sunday = local_day(end) - timedelta(days=1)
    absence = Absence.objects.create(user=city.sara, starts_on=sunday, ends_on=sunday)
    assert offered_to(city.sara, at) == []
    Absence.objects.filter(pk=absence.pk).update(
        starts_on=sunday + timedelta(days=1), ends_on=sunday + timedelta(days=1)
    )
    assert offered_to(city.sara, at) == [swap]
    # On duty elsewhere.
    elsewhere = Shift.objects.create(
        team=city.other_team, duty="watch", user=city.sara, starts_at=start, ends_at=start + timedelta(days=1)
    )
    assert offered_to(city.sara, at) == []
    Shift.objects.filter(pk=elsewhere.pk).update(ends_at=start, starts_at=start - timedelta(days=1))
    assert offered_to(city.sara, at) == [swap]
    Membership.objects.filter(user=city.sara).update(duties=["publish", "watch", "answer"])
    assert offered_to(city.sara, at) == []


def test_days_in_notices_are_said_as_people_say_them(city, running, at, sweep_at):
    city.sara.language = "sv"
    city.sara.save()
    shifts = first_of(city.anna, 1)
    monday = week_of(shifts[0])
    offer(shifts, actor=city.anna, at=at, asked=city.sara)
    sweep_at(at)
    (question,) = Notice.objects.filter(key__endswith=":ask")
    assert f"från måndag {monday.day} " in question.subject
    assert str(monday) not in question.subject
    perform(Swap.objects.get(), "take", actor=city.sara, at=at)
    assert (
        f"from Monday {monday.day} "
        in Notice.objects.get(recipient=city.anna, about_type="editorial.swap").body
    )


@pytest.mark.rule("R3")
def test_undone_swap_that_goes_back_to_nobody_is_offered_to_the_others_at_once(city, running, at, sweep_at):
    monday = week_of(first_of(city.anna, 1)[0])
    add_absence(city.anna, actor=city.anna, at=at, starts_on=monday, ends_on=monday)
    cover = Swap.objects.get()
    perform(cover, "take", actor=city.sara, at=at)
    Notice.objects.all().delete()
    perform(cover, "undo", actor=city.sara, at=at)
    again = Swap.objects.get(state="offered")
    assert (again.is_cover, again.giver, again.shifts.count()) == (True, city.anna, 4)
    assert Notice.objects.get(recipient=city.anna).body.endswith(
        "Nobody has the shift now; colleagues are asked."
    )
    sweep_at(at + timedelta(hours=3))
    # She who just gave it up is not asked to take it, and neither is she who is away.
    assert told(key=f"swap:{again.pk}:ask") == ["Erik"]


def test_who_undoes_a_swap_says_who_has_the_shift_now(city, running, at):
    swap = offer(first_of(city.anna, 1), actor=city.anna, at=at, asked=city.sara)
    perform(swap, "take", actor=city.sara, at=at)
    Notice.objects.all().delete()
    perform(swap, "undo", actor=city.sara, at=at)
    assert Notice.objects.get().body.endswith("Anna has the shift again.")
