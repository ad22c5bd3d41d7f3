"""Proposing, publishing and changing a rota; being away; swaps; gaps that are told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from core.models import Notice
from core.moves import MoveForbidden, MoveRefused, perform
from core.workdays import instant, local_day
from editorial.absences import add_absence, end_absence
from editorial.models import Absence, Handover, Membership, Shift, Swap
from editorial.rota import WEEK
from editorial.staffing import candidates, give, monday_of, propose_rota, publish_rota
from editorial.swaps import offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(city):
    city.team.holding = "together"
    city.team.save()
    return city.team


@pytest.fixture
def running(city, team, at):
    """A published rota, held together by three people."""
    propose_rota(team, actor=city.erik, at=at)
    publish_rota(team, actor=city.erik, at=at)
    team.refresh_from_db()
    return team


def week_of(shift):
    return monday_of(local_day(shift.starts_at))


def first_of(user, number=0):
    starts = sorted(set(Shift.objects.filter(user=user).values_list("starts_at", flat=True)))
    return list(Shift.objects.filter(user=user, starts_at=starts[number]).select_related("team", "user"))


def told(**wanted):
    return sorted(Notice.objects.filter(**wanted).values_list("recipient__name", flat=True))


@pytest.mark.rule("R3")
def test_proposal_is_nobodys_duty_until_an_editor_publishes_it(city, team, at):
    with pytest.raises(MoveForbidden, match="Only an editor"):
        propose_rota(team, actor=city.anna, at=at)
    propose_rota(team, actor=city.erik, at=at)
    assert Shift.objects.count() == 12 * 4
    later = instant(monday_of(local_day(at)) + WEEK, "12:00")
    assert team.on_duty("watch", later) == []
    with pytest.raises(MoveForbidden, match="Only an editor"):
        publish_rota(team, actor=city.anna, at=at)
    assert publish_rota(team, actor=city.erik, at=at) == 48
    (on_duty,) = team.on_duty("watch", later)
    assert team.on_duty("remove", later) == [on_duty]
    assert told(key__startswith="rota:") == ["Anna", "Erik", "Sara"]
    with pytest.raises(MoveRefused, match="Nothing is proposed"):
        publish_rota(team, actor=city.erik, at=at)


@pytest.mark.rule("R3")
def test_proposing_again_replaces_proposals_and_leaves_what_is_published(city, running, at):
    before = set(Shift.objects.values_list("pk", "user"))
    propose_rota(running, actor=city.erik, at=at + 2 * WEEK)
    assert set(Shift.objects.filter(state="settled").values_list("pk", "user")) == before
    assert Shift.objects.filter(state="proposed").count() == 2 * 4
    propose_rota(running, actor=city.erik, at=at + 2 * WEEK)
    assert Shift.objects.filter(state="proposed").count() == 2 * 4


def test_who_became_absent_since_the_proposal_gets_no_shift_when_it_is_published(city, team, at):
    propose_rota(team, actor=city.erik, at=at)
    shift = Shift.objects.filter(user=city.anna).order_by("starts_at").first()
    add_absence(city.anna, actor=city.anna, at=at, starts_on=week_of(shift), ends_on=week_of(shift))
    publish_rota(team, actor=city.erik, at=at)
    shift.refresh_from_db()
    assert (shift.state, shift.user) == ("settled", None)


@pytest.mark.rule("R3")
def test_within_14_days_nobody_is_moved_by_hand(city, running, at):
    soon = Shift.objects.order_by("starts_at").first()
    far = Shift.objects.order_by("-starts_at").first()
    for shift, refused in ((soon, True), (far, False)):
        other = next(user for user in running.everyone() if user != shift.user)
        Shift.objects.filter(user=other, starts_at=shift.starts_at).delete()
        if refused:
            with pytest.raises(MoveRefused, match="Within 14 days nobody is moved"):
                give(shift, "reassign", actor=city.erik, at=at, user=other)
        else:
            give(shift, "reassign", actor=city.erik, at=at, user=other)
            assert set(Shift.objects.filter(starts_at=shift.starts_at).values_list("user", flat=True)) == {
                other.pk
            }
    with pytest.raises(MoveForbidden):
        give(Shift.objects.get(pk=far.pk), "reassign", actor=city.anna, at=at, user=city.anna)


def test_nobody_gets_a_shift_by_hand_who_is_away_elsewhere_or_outside(city, running, at):
    far = Shift.objects.order_by("-starts_at").first()
    other = next(user for user in running.everyone() if user != far.user)
    Absence.objects.create(user=other, starts_on=week_of(far), ends_on=week_of(far))
    with pytest.raises(MoveRefused, match="is away then"):
        give(far, "reassign", actor=city.erik, at=at, user=other)
    with pytest.raises(MoveRefused, match="is not in the team"):
        give(far, "reassign", actor=city.erik, at=at, user=city.olle)
    third = next(user for user in running.everyone() if user not in (far.user, other))
    Shift.objects.create(
        team=city.other_team, duty="watch", user=third, starts_at=far.starts_at, ends_at=far.ends_at
    )
    with pytest.raises(MoveRefused, match="already on duty then"):
        give(far, "reassign", actor=city.erik, at=at, user=third)


@pytest.mark.rule("R3")
def test_absence_opens_its_days_at_once_and_asks_the_lightest_load_first(city, running, at, sweep_at):
    Notice.objects.all().delete()
    shifts = first_of(city.anna, 1)
    monday = week_of(shifts[0])
    # Erik has had many weeks before this rota, so Sara is asked first.
    for weeks in range(1, 6):
        start = instant(monday_of(local_day(at)) - weeks * WEEK, "00:00")
        for duty in ("publish", "watch", "answer", "remove"):
            Shift.objects.create(
                team=running, duty=duty, user=city.erik, starts_at=start, ends_at=start + timedelta(days=7)
            )
    add_absence(
        city.anna,
        actor=city.anna,
        at=at,
        starts_on=monday + timedelta(days=1),
        ends_on=monday + timedelta(days=2),
    )
    start, end = instant(monday, "00:00"), instant(monday + WEEK, "00:00")
    parts = Shift.objects.filter(team=running, duty="watch").between(start, end)
    names = [
        (local_day(part.starts_at).weekday(), part.user and part.user.name)
        for part in parts.order_by("starts_at")
    ]
    assert names == [(0, "Anna"), (1, None), (3, "Anna")]
    swap = Swap.objects.get()
    assert (swap.is_cover, swap.giver, swap.shifts.count()) == (True, city.anna, 4)
    order = [one.user.name for one in candidates(running, list(swap.shifts.all())) if not one.hindrance]
    assert order == ["Sara", "Erik"]
    sweep_at(at)
    assert told(about_type="editorial.swap") == order[:1]
    sweep_at(at + timedelta(hours=2))
    assert told(about_type="editorial.swap") == sorted(order[:2])
    perform(swap, "take", actor=city.sara, at=at + timedelta(hours=3))
    assert running.on_duty("remove", instant(monday + timedelta(days=1), "12:00")) == [city.sara]
    assert running.on_duty("remove", instant(monday + timedelta(days=3), "12:00")) == [city.anna]


def test_illness_in_the_middle_of_a_shift_leaves_the_past_as_it_was(city, running, at, sweep_at):
    shifts = first_of(city.anna)
    monday = week_of(shifts[0])
    now = instant(monday + timedelta(days=2), "09:30")
    add_absence(
        city.anna, actor=city.erik, at=now, starts_on=local_day(now), ends_on=monday + timedelta(days=9)
    )
    assert running.on_duty("watch", now - timedelta(minutes=1)) == [city.anna]
    assert running.on_duty("watch", now) == []
    assert set(running.to_tell("watch", now)) == {city.erik, city.sara}
    sweep_at(now)
    assert told(key__startswith="uncovered:", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    # It is near, so everybody who can is asked at once.
    assert told(key__endswith=":ask") == ["Erik", "Sara"]


def test_leaver_in_the_middle_of_a_shift_is_off_duty_at_once_and_told_about(city, running, at, sweep_at):
    shifts = first_of(city.anna)
    now = instant(week_of(shifts[0]) + timedelta(days=1), "10:00")
    city.anna.is_active = False
    city.anna.save()
    assert running.on_duty("watch", now) == []
    sweep_at(now)
    assert not Shift.objects.filter(user=city.anna, ends_at__gt=now).exists()
    assert Shift.objects.filter(user=city.anna, ends_at=now).count() == 4
    assert Swap.objects.filter(giver=city.anna, is_cover=True).exists()
    before = Shift.objects.count()
    sweep_at(now)
    assert Shift.objects.count() == before


def test_member_who_left_the_team_has_its_shifts_no_more(city, running, at, sweep_at):
    Membership.objects.filter(team=running, user=city.anna).delete()
    sweep_at(at)
    assert not Shift.objects.settled().filter(user=city.anna).exists()


def test_absence_is_refused_in_past_double_or_by_strangers(city, at):
    today = local_day(at)
    with pytest.raises(MoveForbidden):
        add_absence(city.anna, actor=city.olle, at=at, starts_on=today, ends_on=today)
    for first, last, words in (
        (today - WEEK, today - timedelta(days=1), "are over"),
        (today + WEEK, today, "before the first"),
        (today, today + timedelta(days=500), "400 days"),
    ):
        with pytest.raises(MoveRefused, match=words):
            add_absence(city.anna, actor=city.anna, at=at, starts_on=first, ends_on=last)
    absence = add_absence(city.anna, actor=city.anna, at=at, starts_on=today, ends_on=today + WEEK)
    with pytest.raises(MoveRefused, match="noted already"):
        add_absence(city.anna, actor=city.anna, at=at, starts_on=today + WEEK, ends_on=today + WEEK)
    with pytest.raises(MoveForbidden):
        end_absence(absence, actor=city.olle, at=at)
    end_absence(absence, actor=city.erik, at=at + timedelta(days=2))
    assert Absence.objects.get().ends_on == today + timedelta(days=1)
    assert {field.name for field in Absence._meta.fields} == {"id", "user", "starts_on", "ends_on"}


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
    with pytest.raises(MoveRefused, match="not possible now"):
        perform(swap, "take", actor=city.sara, at=at)
    again = offer(shifts, actor=city.anna, at=at, asked=None)
    sweep_at(shifts[0].ends_at + timedelta(minutes=1))
    again.refresh_from_db()
    assert again.state == "lapsed"


@pytest.mark.rule("R3")
def test_uncovered_shift_is_told_at_14_7_2_and_1_days_and_is_an_alarm_when_the_day_starts(
    city, running, at, sweep_at
):
    shift = Shift.objects.filter(duty="watch").order_by("-starts_at").first()
    Notice.objects.all().delete()
    Shift.objects.exclude(starts_at=shift.starts_at).delete()
    running.rota_from = None
    running.save()
    for row in Shift.objects.filter(starts_at=shift.starts_at):
        perform(row, "open", actor=None, at=at, starts_at=row.starts_at, ends_at=row.ends_at)
    counted = []
    for days in (15, 14, 8, 7, 3, 2, 1, 0):
        sweep_at(shift.starts_at - timedelta(days=days))
        counted.append(Notice.objects.filter(key__startswith="uncovered:").count())
    # Four duties, one notice for each of the two editors at each step; midnight of the day is not yet its start.
    assert counted == [0, 2, 2, 4, 4, 6, 8, 8]
    assert not Notice.objects.filter(key__startswith="uncovered:", urgent=True).exists()
    sweep_at(instant(local_day(shift.starts_at), "08:00"))
    assert told(key__startswith="uncovered:", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    assert ["publish", "remove and archive", "answer", "watch"][0] in Notice.objects.latest("pk").body


def test_gap_in_a_running_rota_is_laid_open_14_days_ahead(city, running, at, sweep_at):
    last = Shift.objects.order_by("-starts_at").first()
    after = last.ends_at - timedelta(days=10)
    sweep_at(after)
    gap = Shift.objects.uncovered().filter(starts_at=last.ends_at)
    assert gap.count() == 4
    sweep_at(after + timedelta(minutes=1))
    assert gap.count() == 4
    assert told(key__startswith="uncovered:") == ["Erik", "Sara"]


def test_team_without_a_rota_is_left_in_peace(city, at, sweep_at):
    sweep_at(at)
    assert not Shift.objects.exists()


@pytest.mark.parametrize("monday", [date(2026, 10, 19), date(2027, 3, 22), date(2026, 12, 28)])
def test_weeks_meet_without_gap_over_both_clock_changes_and_week_53(city, team, monday):
    start = instant(monday - WEEK, "12:00")
    propose_rota(team, actor=city.erik, at=start, weeks=3)
    publish_rota(team, actor=city.erik, at=start)
    rows = list(Shift.objects.filter(duty="watch").order_by("starts_at"))
    assert [local_day(row.starts_at).weekday() for row in rows] == [0, 0, 0]
    assert all(a.ends_at == b.starts_at for a, b in pairwise(rows))
    hour = rows[0].starts_at
    while hour < rows[-1].ends_at:
        assert len(team.on_duty("watch", hour)) == 1
        hour += timedelta(hours=7)


def test_team_of_one_and_team_where_everyone_is_away(city, at):
    alone = city.other_team
    alone.holding = "together"
    alone.save()
    propose_rota(alone, actor=city.olle, at=at)
    assert set(Shift.objects.values_list("user__name", flat=True)) == {"Olle"}
    add_absence(city.olle, actor=city.olle, at=at, starts_on=local_day(at), ends_on=local_day(at) + 20 * WEEK)
    propose_rota(alone, actor=city.olle, at=at)
    assert set(Shift.objects.values_list("user", flat=True)) == {None}
    assert alone.warnings() == [
        "The team is one person. Nobody is there to check or to stand in.",
        "Everybody here is from the same unit. A team gains from several.",
    ]


@pytest.mark.rule("R3")
def test_handover_is_built_reminded_of_and_acknowledged_by_who_begins(city, running, at, sweep_at, new_post):
    from editorial.handovers import add_note, open_for

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


def opened_far_ahead(team, at):
    """Open the last time of the rota, and return one of its duties."""
    shift = Shift.objects.filter(duty="watch").order_by("-starts_at").first()
    for row in Shift.objects.filter(starts_at=shift.starts_at, state="settled"):
        perform(row, "open", actor=None, at=at, starts_at=row.starts_at, ends_at=row.ends_at)
    return shift


@pytest.mark.rule("R3")
def test_shift_that_is_opened_again_is_told_again(city, running, at, sweep_at):
    shift = opened_far_ahead(running, at)
    rows = list(Shift.objects.filter(starts_at=shift.starts_at).select_related("team", "user"))
    perform(offer(rows, actor=city.erik, at=at, asked=None), "take", actor=city.anna, at=at)
    sweep_at(shift.starts_at - timedelta(days=14))
    assert told(key__startswith="uncovered:") == []
    opened_far_ahead(running, at)
    sweep_at(shift.starts_at - timedelta(days=7))
    assert told(key__endswith=":days-7") == ["Erik", "Sara"]
    sweep_at(instant(local_day(shift.starts_at), "08:00"))
    alarm = f":day-{local_day(shift.starts_at)}"
    assert told(key__endswith=alarm, urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]


@pytest.mark.rule("R3")
def test_nobody_on_duty_is_an_alarm_also_when_the_shift_begins_on_a_saturday(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    saturday = week_of(shifts[0]) + timedelta(days=5)
    add_absence(city.anna, actor=city.anna, at=at, starts_on=saturday, ends_on=saturday + timedelta(days=1))
    sweep_at(instant(saturday, "08:00"))
    assert told(key__endswith=f":day-{saturday}", urgent=True) == ["Erik", "Karin", "Sara", "Ulf"]
    # It leads to the very shift, where it can be offered or taken.
    pages = set(Notice.objects.filter(key__startswith="uncovered:").values_list("url", flat=True))
    gaps = Shift.objects.uncovered().filter(starts_at=instant(saturday, "00:00"))
    assert pages <= {f"/shifts/{gap.pk}/" for gap in gaps}


def test_colleague_who_cannot_any_more_is_not_asked(city, running, at, sweep_at):
    shifts = first_of(city.anna, 1)
    offer(shifts, actor=city.anna, at=at, asked=None)
    first, second = (
        one.user for one in candidates(running, shifts) if not one.hindrance and one.user != city.anna
    )
    monday = week_of(shifts[0])
    add_absence(first, actor=first, at=at, starts_on=monday, ends_on=monday)
    sweep_at(at + timedelta(hours=2))
    assert told(key__endswith=":ask") == [second.name]


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


def offered_to(user, at):
    return list(Swap.objects.open_to(user, at))


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


def handover_at(moment):
    return Handover.objects.get(at=moment, state="open")


def test_handover_goes_along_when_the_shift_changes_hands(city, running, at, sweep_at):
    from editorial.handovers import add_note

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
