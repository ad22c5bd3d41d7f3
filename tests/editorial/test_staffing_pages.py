"""The doors to teams, rotas, swaps, handovers and feeds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import recurring_ical_events
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.models import Absence, Handover, Membership, Shift, Swap, Team
from editorial.rota import WEEK
from editorial.staffing import monday_of, propose_rota, publish_rota

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine, at):
    time_machine.move_to(at, tick=False)


def secret_in(page):
    return re.search(r"/feeds/([\w-]{30,})\.ics", page).group(1)


def text_of(response):
    return response.content.decode()


@pytest.mark.rule("R3", "R38")
def test_editor_proposes_changes_and_publishes_through_the_pages(city, client_of):
    erik, anna, team = client_of(city.erik), client_of(city.anna), city.team
    page = reverse("editorial:rota_page", args=[team.pk])
    assert "Propose the rota" in text_of(erik.get(page))
    assert "Propose the rota" not in text_of(anna.get(page))
    for name in ("editorial:rota_propose", "editorial:rota_publish"):
        assert anna.post(reverse(name, args=[team.pk])).status_code == 403
        assert client_of(city.olle).post(reverse(name, args=[team.pk])).status_code == 404
    assert erik.post(reverse("editorial:rota_publish", args=[team.pk])).status_code == 409
    assert erik.post(reverse("editorial:rota_propose", args=[team.pk])).status_code == 302
    assert "because the load over the last twelve weeks is the lightest" in text_of(erik.get(page))
    shift = Shift.objects.filter(duty="watch").first()
    other = next(user for user in (city.anna, city.sara, city.erik) if user != shift.user)
    give = reverse("editorial:shift_give", args=[shift.pk])
    assert erik.post(give, {"person": "x"}).status_code == 422
    held = Shift.objects.filter(user=other, starts_at=shift.starts_at)
    answer = erik.post(give, {"person": other.pk})
    assert answer.status_code == 302, held
    shift.refresh_from_db()
    assert (shift.user, shift.why) == (other, {"reason": "hand", "by": "Erik"})
    assert erik.post(reverse("editorial:rota_publish", args=[team.pk])).status_code == 302
    assert Shift.objects.settled().count() == 48


@pytest.mark.rule("R3", "R38")
def test_swap_is_offered_and_taken_through_the_pages(city, client_of, running):
    shift = Shift.objects.filter(user=city.anna, duty="watch").order_by("starts_at").first()
    anna, sara = client_of(city.anna), client_of(city.sara)
    assert anna.get(reverse("editorial:shift_page", args=[shift.pk])).status_code == 200
    url = reverse("editorial:shift_offer", args=[shift.pk])
    assert anna.post(url, {"person": city.olle.pk}).status_code == 422
    assert sara.post(url, {}).status_code == 403
    answer = anna.post(url, {"person": ""})
    swap = Swap.objects.get()
    assert answer["Location"] == reverse("editorial:swap_page", args=[swap.pk])
    assert "You could take these" in text_of(sara.get(reverse("editorial:teams_page")))
    take = reverse("editorial:swap_move", args=[swap.pk, "take"])
    assert client_of(city.olle).post(take).status_code == 404
    assert anna.post(take).status_code == 403
    assert sara.post(take).status_code == 302
    assert client_of(city.erik).post(take).status_code == 409
    shift.refresh_from_db()
    assert shift.user == city.sara
    assert "Sara took the shift" in text_of(anna.get(reverse("editorial:swap_page", args=[swap.pk])))
    assert anna.post(reverse("editorial:swap_move", args=[swap.pk, "nonsense"])).status_code == 404


def test_absence_keeps_what_was_typed_when_it_is_refused(city, client_of, at):
    anna, url = client_of(city.anna), reverse("editorial:absence_new")
    today = local_day(at)
    bad = anna.post(url, {"starts_on": "2026-13-40", "ends_on": "2026-12-01"})
    assert (bad.status_code, "2026-12-01" in text_of(bad)) == (422, True)
    past = anna.post(url, {"starts_on": "2026-01-01", "ends_on": "2026-01-02"})
    assert (past.status_code, "2026-01-02" in text_of(past)) == (409, True)
    # An address that names somebody else is no way round: the form knows only the own teams' people.
    other = anna.post(url, {"user": city.erik.pk, "starts_on": today, "ends_on": today})
    assert other.status_code == 422
    assert not Absence.objects.exists()
    assert anna.post(url, {"starts_on": today, "ends_on": today + WEEK}).status_code == 302
    absence = Absence.objects.get()
    assert absence.user == city.anna
    end = reverse("editorial:absence_end", args=[absence.pk])
    assert client_of(city.sara).post(end).status_code == 302
    assert client_of(city.olle).post(end).status_code == 404


def test_absences_are_seen_by_the_person_and_the_teams_editors_only(city, client_of, at):
    add_absence(city.erik, actor=city.erik, at=at, starts_on=local_day(at), ends_on=local_day(at) + WEEK)
    assert list(Absence.objects.visible_to(city.anna)) == []
    assert list(Absence.objects.visible_to(city.olle)) == []
    assert len(Absence.objects.visible_to(city.sara)) == len(Absence.objects.visible_to(city.erik)) == 1


@pytest.mark.rule("R2")
def test_team_shows_its_units_and_warns_when_it_draws_on_one(city, client_of):
    type(city.unit)
    for user in (city.anna, city.erik, city.sara):
        user.unit = city.unit
        user.save()
    page = reverse("editorial:teams_page")
    said = text_of(client_of(city.anna).get(page))
    assert "Everybody here is from the same unit" in said
    assert "Draws on: Parks" in said
    city.anna.unit = city.other_team.unit
    city.anna.save()
    said = text_of(client_of(city.anna).get(page))
    assert "Everybody here is from the same unit" not in said
    assert "Draws on: Library, Parks" in said
    Membership.objects.filter(team=city.team).exclude(user=city.anna).delete()
    said = text_of(client_of(city.anna).get(page))
    assert "The team is one person" in said
    assert "The team has no editor" in said


@pytest.mark.rule("R3")
def test_editor_sets_how_duties_are_held_and_each_share(city, client_of):
    url = reverse("editorial:team_page", args=[city.team.pk])
    rows = list(city.team.memberships.all())
    data = {"holding": "pairs", "rota_from": ""}
    for row in rows:
        data |= {
            f"m{row.pk}-share": "50",
            f"m{row.pk}-duties": ["watch", "remove"],
            f"m{row.pk}-joined_on": "",
        }
    read_only = text_of(client_of(city.anna).get(url))
    assert ("disabled" in read_only, "Save the team" in read_only) == (True, False)
    assert "disabled" not in text_of(client_of(city.erik).get(url))
    assert client_of(city.anna).post(url, data).status_code == 403
    assert client_of(city.olle).post(url, data).status_code == 404
    bad = client_of(city.erik).post(url, data | {f"m{rows[0].pk}-share": "500"})
    assert (bad.status_code, "500" in text_of(bad)) == (422, True)
    assert client_of(city.erik).post(url, data).status_code == 302
    city.team.refresh_from_db()
    assert city.team.holding == "pairs"
    assert {(row.share, tuple(row.duties)) for row in city.team.memberships.all()} == {
        (50, ("watch", "remove"))
    }


def test_feed_is_read_by_a_real_client_until_it_is_revoked(city, client_of, running, at):
    anna = client_of(city.anna)
    page = text_of(anna.post(reverse("editorial:feed_new")))
    secret = secret_in(page)
    outside = Client()
    url = reverse("editorial:feed", args=[secret])
    answer = outside.get(url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    monday = monday_of(local_day(at)) + WEEK
    (event,) = recurring_ical_events.of(calendar).between(instant(monday, "12:00"), instant(monday, "13:00"))
    shift = Shift.objects.filter(starts_at=instant(monday, "00:00"))[0]
    who = "You" if shift.user == city.anna else shift.user.name
    assert event["SUMMARY"] == f"{who}: Park team"
    assert event["DTSTART"].dt == shift.starts_at
    assert len({str(e["UID"]) for e in calendar.walk("VEVENT")}) == 12
    assert outside.get(reverse("editorial:feed", args=["guess"])).status_code == 404
    assert secret not in str(list(city.anna.feeds.values()))
    renewed = secret_in(text_of(anna.post(reverse("editorial:feed_new"))))
    assert outside.get(url).status_code == 404
    Team.objects.filter(pk=city.team.pk).update(name="Park\\New; team")  # as it was typed, no line break
    again = outside.get(reverse("editorial:feed", args=[renewed]))
    assert (again.status_code, rb": Park\\New\; team" in again.content) == (200, True)
    anna.post(reverse("editorial:feed_revoke"))
    assert outside.get(reverse("editorial:feed", args=[renewed])).status_code == 404


def test_feed_shows_only_the_readers_teams(city, client_of, running):
    page = text_of(client_of(city.olle).post(reverse("editorial:feed_new")))
    secret = secret_in(page)
    assert b"Park team" not in Client().get(reverse("editorial:feed", args=[secret])).content


@pytest.mark.rule("R3", "R38")
def test_handover_is_added_to_and_acknowledged_through_the_pages(city, client_of, running, at, sweep_at):
    first = Shift.objects.filter(duty="watch").order_by("starts_at").first()
    sweep_at(first.starts_at - timedelta(days=3))
    handover = Handover.objects.get(at=first.starts_at)
    other = next(user for user in (city.anna, city.erik, city.sara) if user != first.user)
    page = reverse("editorial:handover_page", args=[handover.pk])
    note = reverse("editorial:handover_note", args=[handover.pk])
    read = reverse("editorial:handover_move", args=[handover.pk, "acknowledge"])
    assert client_of(city.olle).get(page).status_code == 404
    assert client_of(other).post(note, {"text": ""}).status_code == 422
    too_long = client_of(other).post(note, {"text": "å" * 5000})
    assert (too_long.status_code, "ååå" in text_of(too_long)) == (422, True)
    assert client_of(other).post(note, {"text": "<b>The bridge</b>"}).status_code == 302
    assert "&lt;b&gt;The bridge" in text_of(client_of(first.user).get(page))
    assert client_of(other).post(read).status_code == 403
    assert client_of(first.user).post(read).status_code == 302
    assert "has read it" in text_of(client_of(other).get(page))


@pytest.mark.rule("R3", "R38")
def test_handover_is_found_from_the_strip_the_rota_and_min_dag(
    city, client_of, running, at, time_machine, sweep_at
):
    monday = instant(monday_of(local_day(at)) + WEEK, "12:00")
    sweep_at(monday - timedelta(days=3))
    time_machine.move_to(monday, tick=False)
    url = reverse("editorial:team_handover", args=[running.pk])
    on_duty = Shift.objects.at(monday)[0].user
    for page in (reverse("help_page"), reverse("editorial:rota_page", args=[running.pk]), reverse("my_day")):
        assert url in text_of(client_of(on_duty).get(page)), page
    # A chief of the unit sees who is on duty, a stranger does not.
    assert url in text_of(client_of(city.karin).get(reverse("help_page")))
    assert url not in text_of(client_of(city.olle).get(reverse("help_page")))
    said = text_of(client_of(on_duty).get(url))
    assert "Open right now" in said
    assert reverse("editorial:handover_page", args=[Handover.objects.latest("at").pk]) in said
    assert client_of(city.olle).get(url).status_code == 404


def test_offer_one_cannot_take_says_why_and_has_no_button(city, client_of, running, at):
    shift = Shift.objects.filter(user=city.anna, duty="watch").order_by("starts_at").first()
    client_of(city.anna).post(reverse("editorial:shift_offer", args=[shift.pk]), {"person": ""})
    swap, page = Swap.objects.get(), reverse("editorial:teams_page")
    day = local_day(shift.starts_at)
    sara = client_of(city.sara)
    assert "You could take these" in text_of(sara.get(page))
    add_absence(city.sara, actor=city.sara, at=at, starts_on=day, ends_on=day)
    assert "You could take these" not in text_of(sara.get(page))
    said = text_of(sara.get(reverse("editorial:swap_page", args=[swap.pk])))
    assert "Sara is away then." in said
    assert reverse("editorial:swap_move", args=[swap.pk, "take"]) not in said


def test_part_of_a_week_is_shown_with_its_days_in_the_rota(city, client_of, running, at):
    shift = Shift.objects.filter(user=city.anna, duty="watch").order_by("starts_at").last()
    monday = local_day(shift.starts_at)
    page = reverse("editorial:rota_page", args=[running.pk])
    tuesday = monday + timedelta(days=1)
    day = f'<time datetime="{instant(tuesday, "00:00").isoformat()}">'
    assert day not in text_of(client_of(city.anna).get(page))
    add_absence(city.anna, actor=city.anna, at=at, starts_on=tuesday, ends_on=tuesday)
    shown = text_of(client_of(city.anna).get(page))
    assert day in shown
    assert re.search(re.escape(day) + "[^<]*</time>(?! –)", shown)  # one day is said once


@pytest.mark.parametrize("weeks", [1, 3])
def test_rota_pages_take_the_same_queries_however_many_weeks(
    city, at, client_of, django_assert_num_queries, weeks
):
    propose_rota(city.team, actor=city.erik, at=at, weeks=weeks)
    publish_rota(city.team, actor=city.erik, at=at)
    erik = client_of(city.erik)
    for name, args, queries in (
        ("editorial:rota_page", [city.team.pk], 14),
        ("editorial:teams_page", [], 15),
    ):
        with django_assert_num_queries(queries):
            erik.get(reverse(name, args=args))


@pytest.mark.rule("R3", "R38")
def test_swap_page_says_who_has_the_shift_now_and_why_it_cannot_be_undone(
    city, client_of, running, at, time_machine
):
    shifts = Shift.objects.filter(user=city.anna, duty="watch").order_by("starts_at")
    anna, sara = client_of(city.anna), client_of(city.sara)
    anna.post(reverse("editorial:shift_offer", args=[shifts[1].pk]), {"person": city.sara.pk})
    swap = Swap.objects.get()
    page, undo = (
        reverse("editorial:swap_page", args=[swap.pk]),
        reverse("editorial:swap_move", args=[swap.pk, "undo"]),
    )
    take = reverse("editorial:swap_move", args=[swap.pk, "take"])
    assert sara.post(take, {"seen": swap.version}).status_code == 302
    assert undo in text_of(anna.get(page))
    time_machine.move_to(swap.starts_at - timedelta(hours=23), tick=False)
    late = text_of(client_of(city.anna).get(page))
    assert ("until 24 hours before" in late, undo in late) == (True, False)
    time_machine.move_to(at, tick=False)
    swap.refresh_from_db()
    anna.post(undo, {"seen": swap.version})
    shown = text_of(anna.get(page))
    assert "The swap is undone" in shown
    assert "Sara took the shift" not in shown
    assert "Who had it" not in shown


@pytest.mark.rule("R3", "R38")
def test_swap_page_has_for_each_person_the_buttons_that_concern_them(city, client_of, running):
    Membership.objects.filter(user=city.sara).update(role=Membership.Role.COMMUNICATOR)
    shift = Shift.objects.filter(user=city.anna, duty="watch").order_by("starts_at").first()
    clients = {user: client_of(user) for user in (city.anna, city.erik, city.sara, city.karin, city.admin)}
    clients[city.anna].post(reverse("editorial:shift_offer", args=[shift.pk]), {"person": ""})
    swap = Swap.objects.get()
    page = reverse("editorial:swap_page", args=[swap.pk])

    def buttons(user):
        shown = text_of(clients[user].get(page))
        return [
            words for words in ("Take the shift", "Withdraw the offer", "Undo the swap") if words in shown
        ]

    assert buttons(city.anna) == ["Withdraw the offer"]
    assert buttons(city.erik) == ["Take the shift", "Withdraw the offer"]
    assert buttons(city.sara) == ["Take the shift"]
    assert buttons(city.karin) == []
    take = reverse("editorial:swap_move", args=[swap.pk, "take"])
    assert clients[city.sara].post(take).status_code == 302
    for user in (city.erik, city.sara):
        late = clients[user].post(take)
        assert late.status_code == 409
        assert "Sara has taken the shift already." in text_of(late)
    assert buttons(city.anna) == buttons(city.erik) == buttons(city.sara) == ["Undo the swap"]
    assert buttons(city.karin) == []


def test_absence_that_ends_tells_what_came_back(city, client_of, running, at):
    anna = client_of(city.anna)
    day = local_day(Shift.objects.filter(user=city.anna).order_by("starts_at")[4].starts_at)
    anna.post(reverse("editorial:absence_new"), {"starts_on": day, "ends_on": day})
    answer = anna.post(reverse("editorial:absence_end", args=[Absence.objects.get().pk]), follow=True)
    assert "1 shift that nobody took came back." in text_of(answer)
    far = {"starts_on": "2199-12-30", "ends_on": "2199-12-31"}
    assert anna.post(reverse("editorial:absence_new"), far).status_code == 409
