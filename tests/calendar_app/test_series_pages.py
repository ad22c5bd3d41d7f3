"""The doors to series, places, notes, saved filters and what is out already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calendar_app.models import DayNote, SavedView, Series, Slot
from calendar_app.notes import keep_note
from calendar_app.transitions import change_rule, write_post
from core.models import Event
from core.moves import MoveIncomplete, perform
from core.workdays import instant, local_day
from editorial.models import Membership, Post
from editorial.transitions import change_time, save_post
from tests.editorial.test_post_moves import walk
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db

RULE = {"starts_on": "2026-12-01", "clock": "09:00", "rhythm": "weekly", "interval": "2", "red_days": "move"}


@pytest.fixture(autouse=True)
def _now(at, time_machine):
    time_machine.move_to(at, tick=False)


def url(name, *args):
    return reverse(f"calendar_app:{name}", args=args)


def typed(city, **changes):
    who = {
        "name": "Did you know",
        "owner": city.anna.pk,
        "channels": [city.channel.pk],
        "template_text": "Hi",
    }
    return who | RULE | changes


@pytest.mark.rule("R7", "R38")
def test_series_is_begun_through_the_page_and_says_its_rule_in_words(city, client_of):
    anna = client_of(city.anna)
    response = anna.post(url("series_new"), typed(city))
    series = Series.objects.get()
    assert response["Location"] == url("series_page", series.pk)
    words = anna.get(response["Location"]).content.decode()
    assert "Every second Tuesday at 09:00" in words
    assert "Move to the next working day" in words
    type(city.anna).objects.update(language="sv")
    assert "Varannan tisdag kl. 09:00" in anna.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"starts_on": "2026-02-30"}, 422, "Enter a valid date"),
        ({"starts_on": "1999-12-31"}, 422, "between 2000 and 2100"),
        ({"ends_on": "2150-12-31"}, 422, "between 2000 and 2100"),
        ({"ends_on": "2026-11-01"}, 422, "before the first"),
        ({"interval": "1000000"}, 422, "less than or equal to 52"),
        ({"interval": "0"}, 422, "greater than or equal to 1"),
        ({"interval": "often"}, 422, "whole number"),
        ({"rhythm": "secondly"}, 422, "valid choice"),
        ({"clock": "25:00"}, 422, "valid time"),
        ({"name": "x" * 61}, 422, "at most 60"),
        ({"template_text": "x" * 20_001}, 422, "at most 20000"),
        ({"channels": []}, 422, "required"),
        ({"channels": ["999"]}, 422, "999"),
        ({"owner": "1e9"}, 422, "valid choice"),
        ({"name": "nul\x00"}, 422, "Null characters"),
        (
            {"rhythm": "yearly", "starts_on": "2026-12-24", "red_days": "leave_out", "interval": "1"},
            409,
            "no day ever comes",
        ),
    ],
)
def test_what_a_series_cannot_be_is_said_and_what_was_typed_stays(city, client_of, changes, status, words):
    response = client_of(city.anna).post(url("series_new"), typed(city, **changes))
    page = response.content.decode()
    assert (response.status_code, words in page, 'value="09:00"' in page) == (
        status,
        True,
        "clock" not in changes,
    )
    assert not Series.objects.exists()


def test_faults_of_the_series_and_of_its_rule_stand_in_one_summary(city, client_of):
    answer = client_of(city.anna).post(url("series_new"), typed(city, name="", clock="25:00"))
    page = answer.content.decode()
    for ident in ("id_name", "id_clock"):
        assert f'<li><a href="#{ident}">' in page
    assert page.count('id="error-summary"') == 1


def test_series_ends_only_after_a_question_that_says_what_goes(city, at, new_series, client_of):
    series, anna = new_series(ends_on=date(2026, 12, 31)), client_of(city.anna)
    write_post(series.slots.select_related("series__team").first(), actor=city.anna, at=at)
    address = url("series_move", series.pk, "end")
    asked = anna.post(address, {"seen": series.version, "note": "Nobody reads it."})
    words = asked.content.decode()
    left = series.slots.filter(state="open").count()
    assert (asked.status_code, series.slots.filter(state="withdrawn").count()) == (409, 0)
    assert f"{left} empty places go away. 1 post stays planned." in words
    assert 'name="note" value="Nobody reads it."' in words
    assert anna.post(address, {"seen": series.version, "sure": "1"}).status_code == 302
    series.refresh_from_db()
    assert (series.state, series.slots.filter(state="withdrawn").count()) == ("ended", left)


def test_pages_of_a_series_are_its_teams(city, new_series, client_of):
    series = new_series()
    slot = series.slots.first()
    addresses = [
        url("series_page", series.pk),
        url("series_edit", series.pk),
        url("rule_edit", series.pk),
        url("rule_edit_from", series.pk, slot.pk),
        url("slot_page", slot.pk),
    ]
    for address in addresses:
        assert client_of(city.olle).get(address).status_code == 404
        assert client_of(city.anna).get(address).status_code == 200
        changes = "edit" in address or "rule" in address
        assert client_of(city.karin).get(address).status_code == (403 if changes else 200)
    for address in (
        url("slot_write", slot.pk),
        url("slot_move", slot.pk, "skip"),
        url("series_move", series.pk, "end"),
    ):
        assert client_of(city.olle).post(address).status_code == 404
        assert client_of(city.karin).post(address, {"note": "x"}).status_code == 403
    assert client_of(city.anna).post(url("slot_move", slot.pk, "withdraw")).status_code == 404


@pytest.mark.rule("R7")
def test_place_is_filled_from_the_page_and_the_second_is_told(city, new_series, client_of):
    slot = new_series().slots.first()
    anna, erik = client_of(city.anna), client_of(city.erik)
    response = anna.post(url("slot_write", slot.pk), {"seen": slot.version})
    post = Post.objects.get()
    assert response["Location"] == reverse("editorial:post_edit", args=[post.pk])
    late = erik.post(url("slot_write", slot.pk), {"seen": slot.version})
    assert (late.status_code, Post.objects.count()) == (409, 1)
    assert "the state is “filled”" in late.content.decode()
    assert str(post) in anna.get(url("slot_page", slot.pk)).content.decode()
    assert anna.post(url("slot_move", slot.pk, "free")).status_code == 302
    put = anna.post(url("slot_move", slot.pk, "fill"), {"post": post.pk})
    assert (put.status_code, Slot.objects.get(pk=slot.pk).post) == (302, post)


def test_place_is_skipped_with_a_reason_and_moved_by_itself(city, new_series, client_of):
    first, second = new_series().slots.all()[:2]
    anna = client_of(city.anna)
    refused = anna.post(url("slot_move", first.pk, "skip"), {"note": " "})
    assert (refused.status_code, "needs a reason" in refused.content.decode()) == (422, True)
    assert anna.post(url("slot_move", first.pk, "skip"), {"note": "The council meets."}).status_code == 302
    assert "The council meets." in anna.get(url("series_page", first.series_id)).content.decode()
    bad = anna.post(url("slot_move", second.pk, "shift"), {"starts_at": "2027-03-28T02:30"})
    assert (bad.status_code, "2027-03-28T02:30" in bad.content.decode()) == (422, True)
    anna.post(url("slot_move", second.pk, "shift"), {"starts_at": "2026-12-10T13:00"})
    assert Slot.objects.get(pk=second.pk).starts_at == datetime(2026, 12, 10, 12, tzinfo=UTC)


@pytest.mark.rule("R7")
def test_changed_rule_asks_how_far_it_reaches(city, at, new_series, client_of):
    series = new_series(ends_on=date(2026, 12, 31))
    slots = {slot.rule_on.day: slot for slot in series.slots.select_related("series__team")}
    write_post(slots[22], actor=city.anna, at=at)
    anna, address = client_of(city.anna), url("rule_edit_from", series.pk, slots[8].pk)
    new = RULE | {"starts_on": "2026-12-10", "clock": "13:00", "interval": "1", "ends_on": "2026-12-31"}
    asked = anna.post(address, new | {"seen": series.version})
    words = asked.content.decode()
    assert asked.status_code == 200
    assert "every Thursday at 13:00, until 31 December 2026" in words
    assert [choice["reach"] for choice in asked.context["choices"]] == ["this", "later", "all"]
    assert "It moves to Thu 10 Dec 2026, 13:00." in words
    assert "3 new places, 3 places go away, 1 post stays instead of a new place." in words
    assert series.slots.filter(state="withdrawn").count() == 0  # asking changes nothing
    anna.post(address, new | {"seen": series.version, "reach": "later"})
    # The last Thursday is New Year's Eve, so its place stands on the fourth of January. The 24th has its post.
    held = {
        state: sorted(local_day(slot.starts_at).day for slot in series.slots.filter(state=state))
        for state in ("open", "filled", "withdrawn")
    }
    assert held == {"open": [1, 4, 10, 17], "filled": [22], "withdrawn": [8, 15, 29]}
    late = anna.post(address, new | {"seen": series.version, "reach": "all"})
    assert (late.status_code, "Somebody else changed" in late.content.decode()) == (409, True)


def test_only_this_place_is_moved_and_the_rule_stays(city, new_series, client_of):
    series = new_series()
    slot = series.slots.all()[1]
    new = RULE | {"starts_on": "2026-12-10", "clock": "13:00", "interval": "1", "reach": "this"}
    client_of(city.anna).post(url("rule_edit_from", series.pk, slot.pk), new)
    assert Slot.objects.get(pk=slot.pk).starts_at == datetime(2026, 12, 10, 12, tzinfo=UTC)
    assert Series.objects.get().in_words == "every Tuesday at 09:00"
    assert series.slots.filter(state="withdrawn").count() == 0


def test_rule_for_all_begins_today_though_it_was_changed_from_a_later_place(city, new_series, client_of):
    series = new_series(starts_on=date(2026, 11, 3), ends_on=date(2026, 12, 31))
    last = series.slots.last()
    new = RULE | {"starts_on": "2026-12-31", "interval": "1", "ends_on": "2026-12-31", "red_days": "keep"}
    client_of(city.anna).post(url("rule_edit_from", series.pk, last.pk), new | {"reach": "all"})
    days = [local_day(slot.starts_at) for slot in series.slots.filter(state="open")]
    assert days == [date(2026, 11, 26), *(date(2026, 12, day) for day in (3, 10, 17, 24, 31))]


@pytest.mark.rule("R7")
def test_rule_for_all_lays_out_nothing_before_the_series_begins(city, new_series, client_of):
    series = new_series(starts_on=date(2027, 3, 2), ends_on=date(2027, 3, 30), interval=1)
    anna, new = client_of(city.anna), RULE | {"interval": "1", "ends_on": "2027-03-30", "red_days": "keep"}

    def change(place, day, reach):
        typed = new | {"starts_on": day, "reach": reach}
        anna.post(url("rule_edit_from", series.pk, place.pk), typed)
        return [str(local_day(slot.starts_at)) for slot in series.slots.filter(state="open")]

    third = series.slots.all()[2]
    late = ["2027-03-18", "2027-03-25"]
    assert change(third, "2027-03-18", "later") == ["2027-03-02", "2027-03-09", *late]
    last = series.slots.filter(state="open").last()
    assert change(last, "2027-03-25", "all") == ["2027-03-04", "2027-03-11", *late]


@pytest.mark.rule("R5", "R6", "R7")
def test_empty_places_stand_in_all_four_views_with_their_day(city, new_series, client_of):
    new_series(name="Breakfast", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 1))
    anna, on = client_of(city.anna), {"on": "2026-12-01"}
    month = anna.get(url("month_page"), on).context["weeks"]
    assert [whole.day.day for week in month for whole in week["days"] for slot in whole.places] == [
        date(2026, 12, 1)
    ]
    week = anna.get(url("week_page"), on)
    assert [whole.day.day for whole in week.context["days"] if whole.places] == [date(2026, 12, 1)]
    assert "Write the post here" in week.content.decode()
    assert [slot.series.name for slot in anna.get(url("list_page"), on).context["empty_places"]] == [
        "Breakfast"
    ]
    (row,) = anna.get(url("year_page"), on).context["empty_rows"]
    assert (row.name, row.months) == ("Breakfast", [0] * 11 + [1])
    for other in ({"team": city.team.pk}, {"unit": city.unit.pk}, {"kind": "breakfast"}, {"text": "fast"}):
        assert anna.get(url("list_page"), on | other).context["empty_places"]
    for other in ({"state": "draft"}, {"kind": "other"}, {"person": city.erik.pk}):
        assert not anna.get(url("list_page"), on | other).context["empty_places"]
    assert not client_of(city.olle).get(url("list_page"), on).context["empty_places"]


@pytest.mark.rule("R6")
def test_week_by_channel_has_a_row_for_each(city, at, new_post, new_series, client_of):
    new_post(wanted_at=at)
    post = Post(team=city.team, title="Nowhere", created_by=city.anna, created_at=at, wanted_at=at)
    post.save()
    new_series(starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 26))
    response = client_of(city.anna).get(url("week_page"), {"on": at.date(), "by": "channel"})
    rows = {
        row.label: [(len(its), len(places)) for _day, its, places in row.days]
        for row in response.context["rows"]
    }
    assert rows["Parks on Facebook (Facebook)"] == [(0, 0), (1, 0), (0, 0), (0, 1), (0, 0), (0, 0), (0, 0)]
    assert rows["No channel yet"][1] == (1, 0)


@pytest.mark.rule("R5")
def test_year_says_which_channels_are_silent_also_those_with_no_post_at_all(city, new_post, client_of):
    for day in (date(2026, 1, 5), date(2026, 3, 2), date(2026, 12, 28)):
        new_post(wanted_at=instant(day, "09:00"))
    anna = client_of(city.anna)
    words = anna.get(url("year_page"), {"on": "2026-05-01"}).content.decode()
    assert "No post on Parks on Facebook (Facebook) for 42 weeks, Tue 3/3–Sun 27/12." in words
    words = anna.get(url("year_page"), {"on": "2025-05-01"}).content.decode()
    assert "No post on Parks on Facebook (Facebook) in the whole year." in words


def test_notes_stand_on_their_days_and_are_seen_by_those_they_are_for(city, client_of):
    anna, erik = client_of(city.anna), client_of(city.erik)
    assert anna.get(url("note_new")).context["form"]["team"].value() == city.team.pk
    note = {"title": "Autumn fair", "kind": "note", "first_on": "2026-11-27", "team": city.team.pk}
    assert anna.post(url("note_new"), note | {"last_on": "2026-12-01"}).status_code == 302
    breaks = note | {"title": "Half-term", "kind": "school_break", "for_all": "on"}
    refused = anna.post(url("note_new"), breaks)
    assert (refused.status_code, "Only an editor" in refused.content.decode()) == (403, True)
    assert erik.post(url("note_new"), breaks).status_code == 302
    month = anna.get(url("month_page"), {"on": "2026-11-27"})
    on = {
        whole.day.day: [mark.note.title for mark in whole.marks]
        for week in month.context["weeks"]
        for whole in week["days"]
        if whole.marks
    }
    assert on[date(2026, 11, 27)] == ["Autumn fair", "Half-term"]
    assert set(on) == {*(date(2026, 11, day) for day in (27, 28, 29, 30)), date(2026, 12, 1)}
    seen_by_olle = client_of(city.olle).get(url("week_page"), {"on": "2026-11-27"}).content.decode()
    assert ("Half-term" in seen_by_olle, "Autumn fair" in seen_by_olle) == (True, False)
    fair = DayNote.objects.get(title="Autumn fair")
    assert client_of(city.olle).get(url("note_edit", fair.pk)).status_code == 404
    half_term = DayNote.objects.get(title="Half-term")
    assert client_of(city.olle).get(url("note_edit", half_term.pk)).status_code == 403
    assert anna.post(url("note_remove", half_term.pk)).status_code == 403
    assert anna.post(url("note_edit", fair.pk), note | {"last_on": "2026-11-01"}).status_code == 422
    assert anna.post(url("note_remove", fair.pk)).status_code == 302
    assert Event.objects.filter(kind="daynote.remove", about_label="Autumn fair").exists()


def test_filters_are_saved_by_name_and_shared_with_a_team(city, client_of):
    anna, erik = client_of(city.anna), client_of(city.erik)
    saved = {
        "name": "Swans",
        "view": "week",
        "query": "text=swan&on=2026-01-01&evil=<x>",
        "team": city.team.pk,
    }
    response = anna.post(url("view_save"), saved)
    assert response["Location"].startswith(url("week_page") + "?text=swan")
    view = SavedView.objects.get()
    assert "on=" not in view.query
    assert "Swans" in erik.get(url("month_page")).content.decode()
    assert "Swans" not in client_of(city.olle).get(url("month_page")).content.decode()
    anna.post(url("view_save"), saved | {"query": "text=duck", "team": ""})
    assert SavedView.objects.get().query == "text=duck"
    assert "Swans" not in erik.get(url("month_page")).content.decode()
    assert erik.post(url("view_remove", view.pk)).status_code == 404
    assert anna.post(url("view_save"), saved | {"name": ""}).status_code == 422
    assert anna.post(url("view_save"), saved | {"view": "life"}).status_code == 422
    assert anna.post(url("view_save"), saved | {"team": city.other_team.pk}).status_code == 422
    assert anna.post(url("view_remove", view.pk), {"next": "https://evil.example"})["Location"] == url(
        "month_page"
    )


@pytest.mark.rule("R6")
def test_moving_what_is_out_asks_and_makes_a_new_draft(city, at, new_post, client_of):
    post = walk(new_post(wanted_at=at), city, at, "published")
    before = (post.planned_at, post.state)
    anna, address = client_of(city.anna), url("post_again", post.pk)
    asked = anna.post(address, {"on": "2026-12-24", "seen": post.version})
    assert (asked.status_code, "that stays so" in asked.content.decode()) == (409, True)
    assert Post.objects.count() == 1
    anna.post(address, {"when": "2026-12-24T09:00", "sure": "1"})
    new = Post.objects.get(state="draft")
    assert (new.base_text, new.wanted_at) == (post.base_text, datetime(2026, 12, 24, 8, tzinfo=UTC))
    post.refresh_from_db()
    assert (post.planned_at, post.state) == before
    assert client_of(city.olle).get(address).status_code == 404
    assert client_of(city.karin).post(address, {"when": "2026-12-24T09:00", "sure": "1"}).status_code == 403
    assert anna.get(url("post_again", new.pk)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_pages_do_not_grow(city, at, new_series, client_of, count):
    Membership.objects.create(team=city.other_team, user=city.anna, role="communicator")
    for number in range(count):
        series = new_series(name=f"Series {number}")
    slot = series.slots.first()
    anna, made = client_of(city.anna), {}
    for name, address in {
        "list": url("series_list"),
        "series": url("series_page", series.pk),
        "slot": url("slot_page", slot.pk),
        "by channel": url("week_page") + "?on=2026-12-01&by=channel",
        "feeds": url("feeds_page"),
    }.items():
        with CaptureQueriesContext(connection) as caught:
            assert anna.get(address).status_code == 200
        made[name] = len(caught)
    assert made == {"list": 8, "series": 13, "slot": 15, "by channel": 14, "feeds": 10}


def test_slot_in_the_past_is_told_of_and_offered_no_more(city, at, new_series, client_of, time_machine):
    series = new_series(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 8))
    time_machine.move_to(at + timedelta(days=10), tick=False)
    words = client_of(city.anna).get(url("series_page", series.pk)).content.decode()
    assert "1 place went by empty." in words


def test_admin_moves_places_only_as_the_rules_say(city, at, new_series, client_of):
    slot = new_series().slots.first()
    admin = client_of(city.admin)
    moves = reverse("admin:calendar_app_slot_moves", args=[slot.pk])
    refused = admin.post(moves, {"move": "skip", "seen": slot.version, "note": "x"})
    assert (refused.status_code, "team" in refused.content.decode()) == (403, True)
    perform(slot, "skip", actor=city.anna, at=at, note="x")
    assert admin.get(reverse("admin:calendar_app_slot_change", args=[slot.pk])).status_code == 200


@pytest.mark.parametrize("kind", DayNote.Kind.values)
def test_note_leads_to_its_page_only_for_those_who_may_change_it(city, at, client_of, kind):
    days = {"first_on": local_day(at), "last_on": local_day(at)}
    note = DayNote(title="Council meets", kind=kind, team=city.team, for_all=True, **days)
    keep_note(note, actor=city.erik, at=at)
    address = reverse("calendar_app:note_edit", args=[note.pk])
    month = f"{reverse('calendar_app:month_page')}?on={local_day(at)}"
    for who, leads in ((city.erik, True), (city.anna, False), (city.olle, False)):
        page = client_of(who).get(month).content.decode()
        assert ("Council meets" in page, address in page) == (True, leads), who


@pytest.mark.rule("R6", "R7")
def test_place_tells_of_a_time_that_is_over_of_a_crowd_and_of_a_channel_at_rest(
    city, at, new_series, new_post, client_of, time_machine
):
    series = new_series(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 8))
    first, second = series.slots.all()
    new_post(title="Ducks", wanted_at=second.starts_at + timedelta(minutes=20))
    anna = client_of(city.anna)
    assert "“Ducks” goes to" in anna.get(url("slot_page", second.pk)).content.decode()
    late = anna.post(
        url("slot_move", second.pk, "shift"), {"starts_at": "2026-11-23T09:00", "seen": second.version}
    )
    assert (late.status_code, "Choose a time from now on." in late.content.decode()) == (409, True)
    written = anna.post(url("slot_write", second.pk), {"seen": second.version}, follow=True)
    assert "“Ducks” goes to" in written.content.decode()
    put_to_rest(city.channel, city.anna, at)
    time_machine.move_to(at + timedelta(days=10), tick=False)
    words = client_of(city.anna).get(url("slot_page", first.pk)).content.decode()
    assert "The time is in the past." in words
    assert "Nothing is published on Parks on Facebook (Facebook) now." in words


def test_rule_may_put_a_place_of_today_where_the_clock_has_been(city, at, new_series):
    series = new_series(starts_on=local_day(at), clock=time(15))
    rule = replace(series.rule, clock=time(9))
    change = change_rule(series, rule, since=local_day(at), actor=city.anna, at=at)
    assert change.moved[0][1] == instant(local_day(at), "09:00")
    assert series.slots.first().starts_at == instant(local_day(at), "09:00")


@pytest.mark.rule("R7")
def test_series_offers_to_move_a_post_to_where_its_changed_rule_has_the_turn(city, at, new_series, client_of):
    series = new_series(ends_on=date(2026, 12, 31))
    slot = series.slots.select_related("series__team").all()[1]
    post = write_post(slot, actor=city.anna, at=at)
    anna, address = client_of(city.anna), url("series_page", series.pk)
    assert "as the rule has it now" not in anna.get(address).content.decode()
    rule = replace(series.rule, starts_on=date(2026, 12, 2))
    change_rule(series, rule, since=local_day(at), actor=city.anna, at=at)
    offer = reverse("editorial:post_time", args=[post.pk]) + "?when=2026-12-09T09:00"
    assert f'<a href="{offer}">Move the post to Wed 9 Dec 2026, 09:00' in anna.get(address).content.decode()
    assert 'value="2026-12-09T09:00"' in anna.get(offer).content.decode()
    assert offer not in client_of(city.karin).get(address).content.decode()
    for odd in ("soon", "0001-01-01T00:00", "9999-12-31T23:59", '"><b>'):
        assert anna.get(reverse("editorial:post_time", args=[post.pk]), {"when": odd}).status_code == 200
    anna.post(offer, {"when": "2026-12-09T09:00", "seen": post.version})
    words = anna.get(address).content.decode()
    assert ("as the rule has it now" in words, "Stands at Wed 9 Dec 2026, 09:00" in words) == (False, True)


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00", "1999-12-31T23:59", "2101-01-01T00:00", "9999-12-31T23:59"]
)
def test_no_post_or_place_goes_to_a_year_the_calendar_does_not_have(city, at, new_series, client_of, when):
    series = new_series(ends_on=date(2026, 12, 8))
    filled, empty = series.slots.select_related("series__team").all()
    post, anna = write_post(filled, actor=city.anna, at=at), client_of(city.anna)
    time_page, edit_page = (reverse(f"editorial:post_{name}", args=[post.pk]) for name in ("time", "edit"))
    tries = [
        (time_page, {"when": when}),
        (time_page, {"on": when[:10]}),
        (edit_page, {"title": "Swans", "base_text": "Swans.", "wanted_at": when}),
        (url("slot_move", empty.pk, "shift"), {"starts_at": when}),
    ]
    for address, sent in tries:
        answer = anna.post(address, sent | {"seen": post.version})
        words = answer.content.decode()
        assert (answer.status_code, "between 2000 and 2100" in words) == (422, True), address
    far = datetime.fromisoformat(when).replace(tzinfo=UTC)
    for refused in (
        lambda: change_time(post, actor=city.anna, at=at, when=far),
        lambda: save_post(post, actor=city.anna, at=at, fields={"wanted_at": far}, texts={}, links=None),
        lambda: perform(empty, "shift", actor=city.anna, at=at, starts_at=far),
    ):
        with pytest.raises(MoveIncomplete, match="between 2000 and 2100"):
            refused()
