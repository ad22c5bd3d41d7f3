"""Year, month, week and list show the same posts, at every edge of the clock and the calendar."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app import queries
from calendar_app.windows import Window, day_of, month_of, week_of, year_of
from core.workdays import instant, local_day
from editorial.models import Membership, Post
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

VIEWS = ("month", "week", "list", "year")
EDGES = [
    ("the first second of a month", datetime(2026, 10, 31, 23, 0, tzinfo=UTC), date(2026, 11, 1)),
    ("the last minute of a month", datetime(2026, 10, 31, 22, 59, tzinfo=UTC), date(2026, 10, 31)),
    ("the hour autumn has twice", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
    ("the last minute of the long day", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
    ("the hour spring skips", datetime(2027, 3, 28, 1, 0, tzinfo=UTC), date(2027, 3, 28)),
    ("the last minute of the short day", datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
    ("the turn of the year, before", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
    ("the turn of the year, after", datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ("a leap day", datetime(2028, 2, 29, 12, 0, tzinfo=UTC), date(2028, 2, 29)),
]


def page(client, view, **query):
    return client.get(reverse(f"calendar_app:{view}_page"), query)


def where_it_stands(client, on: date, title: str) -> dict[str, set[date]]:
    """This will return the days on which each view, opened at `on`, shows the title."""
    found = {}
    for view in ("month", "week"):
        context = page(client, view, on=on).context
        cells = (
            [whole.day for week in context["weeks"] for whole in week["days"]]
            if view == "month"
            else [whole.day for whole in context["days"]]
        )
        found[view] = {cell.day for cell in cells if any(entry.title == title for entry in cell.entries)}
    rows = page(client, "list", on=on, text=title).context["entries"]
    found["list"] = {local_day(entry.at) for entry in rows}
    months = page(client, "year", on=on, text=title).context["months"]
    found["year"] = {cell.day for month in months for cell in month["days"] if cell.count}
    return found


@pytest.mark.rule("R5", "R6")
@pytest.mark.parametrize(("edge", "at", "day"), EDGES, ids=[edge for edge, _at, _day in EDGES])
def test_four_views_put_a_post_on_the_same_day(city, new_post, client_of, edge, at, day):
    new_post(title="Swans", wanted_at=at)
    anna = client_of(city.anna)
    expected = {view: {day} for view in VIEWS}
    assert where_it_stands(anna, day, "Swans") == expected
    for other in (day - timedelta(days=1), day + timedelta(days=1)):
        assert page(anna, "list", on=other, span="day").context["entries"] == []


@pytest.mark.rule("R5", "R6")
def test_views_count_the_same_posts(city, at, new_post, client_of):
    for number in range(60):
        new_post(title=f"Post {number}", wanted_at=at + timedelta(hours=13 * number - 300))
    dropped = new_post(title="Dropped", wanted_at=at)
    Post.objects.filter(pk=dropped.pk).update(state="dropped")
    new_post(title="Without a time")
    anna, month = client_of(city.anna), month_of(at.date())
    own = Post.objects.filter(wanted_at__gte=month.begins, wanted_at__lt=month.ends).exclude(state="dropped")
    expected = own.count()
    cells = [
        whole.day for week in page(anna, "month", on=at.date()).context["weeks"] for whole in week["days"]
    ]
    days = [
        whole.day
        for monday in {week_of(day).first for day in month.days()}
        for whole in page(anna, "week", on=monday).context["days"]
    ]
    year = page(anna, "year", on=at.date()).context
    assert expected > 30
    assert sum(cell.count for cell in cells if cell.day.month == month.first.month) == expected
    assert sum(cell.count for cell in days if cell.day.month == month.first.month) == expected
    assert page(anna, "list", on=at.date()).context["page_obj"].paginator.count == expected
    assert sum(cell.count for cell in year["months"][10]["days"]) == expected
    assert sum(row.months[10] for row in year["rows"]) == expected
    assert page(anna, "list", on=at.date(), state="dropped").context["entries"][0].title == "Dropped"
    assert [post.title for post in page(anna, "week").context["undated"]] == ["Without a time"]


STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Midnights by which views may part: of a month, of both changes of the clock, of the year, of a leap day.
CORNERS = [
    datetime(2026, 10, 25, tzinfo=STOCKHOLM),
    datetime(2026, 10, 26, tzinfo=STOCKHOLM),
    datetime(2027, 1, 1, tzinfo=STOCKHOLM),
    datetime(2027, 3, 28, tzinfo=STOCKHOLM),
    datetime(2027, 3, 29, tzinfo=STOCKHOLM),
    datetime(2028, 2, 29, tzinfo=STOCKHOLM),
    datetime(2028, 3, 1, tzinfo=STOCKHOLM),
]
NEAR = st.builds(
    lambda corner, minutes, seconds: corner.astimezone(UTC) + timedelta(minutes=minutes, seconds=seconds),
    st.sampled_from(CORNERS),
    st.integers(-200, 200),
    st.sampled_from([0, 0, 59]),
)


@pytest.mark.rule("R5", "R6")
@given(instants=st.lists(NEAR, min_size=1, max_size=40), planned=st.integers(0, 40))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_views_agree_to_the_post_wherever_posts_stand(city, at, client_of, instants, planned):
    anna = client_of(city.anna)
    with transaction.atomic():
        Post.objects.bulk_create(
            Post(
                team=city.team,
                title=f"Post {number}",
                created_by=city.anna,
                created_at=at,
                wanted_at=when if number >= planned else when - timedelta(days=40),
                planned_at=when if number < planned else None,
            )
            for number, when in enumerate(instants)
        )
        days = Counter(when.astimezone(STOCKHOLM).date() for when in instants)
        for first in {day.replace(day=1) for day in days}:
            weeks = page(anna, "month", on=first).context["weeks"]
            cells = [whole.day for week in weeks for whole in week["days"]]
            assert {cell.day: cell.count for cell in cells if cell.count} == {
                day: count for day, count in days.items() if cells[0].day <= day <= cells[-1].day
            }
        for monday in {week_of(day).first for day in days}:
            cells = [whole.day for whole in page(anna, "week", on=monday).context["days"]]
            assert {cell.day: cell.count for cell in cells if cell.count} == {
                day: count for day, count in days.items() if week_of(day).first == monday
            }
        for year in {day.year for day in days}:
            months = page(anna, "year", on=date(year, 6, 1)).context["months"]
            assert {one.day: one.count for month in months for one in month["days"] if one.count} == {
                day: count for day, count in days.items() if day.year == year
            }
        for day, count in days.items():
            assert page(anna, "list", on=day, span="day").context["page_obj"].paginator.count == count
        transaction.set_rollback(True)


def test_a_day_with_25_hours_is_one_day():
    long, short = day_of(date(2026, 10, 25)), day_of(date(2027, 3, 28))
    assert long.ends - long.begins == timedelta(hours=25)
    assert short.ends - short.begins == timedelta(hours=23)
    assert year_of(date(2028, 5, 1)).ends - year_of(date(2028, 5, 1)).begins == timedelta(days=366)


def test_full_day_says_how_many_more_and_leads_to_them(city, at, new_post, client_of):
    for number in range(16):
        new_post(title=f"Post {number:02}", wanted_at=at + timedelta(minutes=number))
    anna = client_of(city.anna)
    words = page(anna, "month", on=at.date()).content.decode()
    assert "+13 more" in words
    address = re.search(r'href="([^"]+)">\+13 more', words)[1].replace("&amp;", "&")
    assert len(anna.get(address).context["entries"]) == 16


def test_red_days_and_weeks_are_named(city, client_of):
    words = page(client_of(city.anna), "month", on="2026-12-24").content.decode()
    assert "Christmas Eve" in words
    assert 'aria-label="Week 52"' in words
    city.anna.__class__.objects.update(language="sv")
    assert "Julafton" in page(client_of(city.anna), "month", on="2026-12-24").content.decode()


def test_filters_combine_and_stand_in_every_address(city, at, new_post, client_of):
    new_post(title="Swans", kind="Did you know", wanted_at=at)
    new_post(title="Ducks", kind="Work", wanted_at=at)
    anna = client_of(city.anna)
    asked = {"on": "2026-11-24", "kind": "did you know", "channel": city.channel.pk, "text": "swan"}
    shown = page(anna, "list", **asked)
    assert [entry.title for entry in shown.context["entries"]] == ["Swans"]
    assert page(anna, "list", **asked | {"text": "duck"}).context["entries"] == []
    for _name, _label, address in shown.context["tabs"]:
        assert "kind=did+you+know" in address
    assert "kind=did+you+know" in shown.context["after_url"]


@pytest.mark.parametrize(
    "query",
    [
        {"on": "yesterday"},
        {"on": "2026-02-30"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"channel": "x"},
        {"team": "999999999999999999999"},
        {"state": "gone"},
        {"text": "a" * 121},
        {"text": "\x00"},
        {"span": "life"},
    ],
)
@pytest.mark.parametrize("view", ["year", "month", "week", "list"])
def test_what_cannot_be_read_is_said_and_the_page_still_stands(city, new_post, at, client_of, view, query):
    new_post(wanted_at=at)
    response = page(client_of(city.anna), view, **query)
    assert response.status_code == 422
    assert response.context["filters"].errors.keys() == query.keys()


def test_posts_of_other_teams_are_not_in_the_calendar(city, at, new_post, client_of):
    new_post(wanted_at=at)
    day = at.date()
    nothing = {view: set() for view in VIEWS}
    assert where_it_stands(client_of(city.olle), day, "Swans") == nothing
    assert where_it_stands(client_of(city.stranger), day, "Swans") == nothing


@pytest.mark.rule("R5")
def test_silence_is_told_in_words(city, new_post, client_of):
    for day in (date(2026, 1, 5), date(2026, 1, 12), date(2026, 3, 2), date(2026, 12, 28)):
        new_post(kind="Did you know", wanted_at=instant(day, "09:00"))
    (row,) = page(client_of(city.anna), "year", on="2026-05-01").context["rows"]
    assert (row.label, row.total, row.months[0], row.quiet_weeks) == ("Did you know", 4, 2, 42)
    assert (row.silent_from, row.silent_to) == (date(2026, 3, 3), date(2026, 12, 27))
    words = page(client_of(city.anna), "year", on="2026-05-01", by="channel").content.decode()
    assert "Nothing for 42 weeks, Tue 3/3–Sun 27/12" in words
    assert "Parks on Facebook (Facebook)" in words
    # A channel goes by its name with every filter.
    for asked in ({"team": city.team.pk}, {"unit": city.unit.pk}, {"channel": city.channel.pk}):
        (row,) = page(client_of(city.anna), "year", on="2026-05-01", by="channel", **asked).context["rows"]
        assert (row.label, row.total, row.quiet_weeks) == ("Parks on Facebook (Facebook)", 4, 42), asked


@pytest.mark.rule("R5")
def test_silence_over_the_turn_of_the_year_is_told_by_both_years(city, new_post, client_of):
    for week in range(0, 50, 2):
        new_post(wanted_at=instant(date(2026, 1, 5) + timedelta(weeks=week), "09:00"))
    last = date(2026, 1, 5) + timedelta(weeks=48)
    for week in range(5, 61, 2):
        new_post(wanted_at=instant(last + timedelta(weeks=week), "09:00"))
    for year in (2026, 2027):
        rows = page(client_of(city.anna), "year", on=f"{year}-05-01").context["gaps"]
        (told,) = [(row.silent_from, row.silent_to) for row in rows if row.silent_to == date(2027, 1, 10)]
        assert told[0] == (date(2026, 12, 8) if year == 2026 else date(2026, 12, 11))  # three weeks back
    (row,) = page(client_of(city.anna), "year", on="2026-05-01", by="channel").context["rows"]
    assert row.total == 25


def test_longest_silence_needs_three_weeks():
    window = Window(date(2026, 1, 1), date(2026, 1, 31), date(2025, 12, 1), date(2026, 2, 1))
    assert queries.longest_silence([date(2026, 1, 10), date(2026, 1, 20)], window) == (None, None)
    assert queries.longest_silence([date(2026, 1, 25)], window) == (date(2025, 12, 31), date(2026, 1, 25))


@pytest.mark.parametrize(("view", "queries_made"), [("year", 14), ("month", 14), ("week", 14), ("list", 13)])
def test_queries_do_not_grow_with_the_posts(city, at, new_post, client_of, view, queries_made):
    Membership.objects.create(team=city.other_team, user=city.anna, role="communicator")
    anna, counts = client_of(city.anna), []
    for round_ in range(3):
        for number in range(4 * round_ + 1):
            new_post(title=f"Post {round_} {number}", wanted_at=at + timedelta(hours=number))
        with CaptureQueriesContext(connection) as caught:
            assert page(anna, view, on=at.date()).status_code == 200
        counts.append(len(caught))
    assert counts == [queries_made] * 3


@pytest.mark.rule("R6")
@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_what_is_out_is_not_offered_to_be_moved_but_to_be_said_again(city, at, new_post, client_of, view):
    out = walk(new_post(title="Out", wanted_at=at), city, at, "published")
    new_post(title="Draft", wanted_at=at)
    words = page(client_of(city.anna), view, on=at.date()).content.decode()
    assert "Move “Draft”" in words
    assert "Move “Out”" not in words
    again = reverse("calendar_app:post_again", args=[out.pk])
    assert f'href="{again}" aria-label="Say “Out” again on another day"' in words


def test_day_of_the_year_leads_to_its_posts_with_the_same_filters(city, at, new_post, client_of):
    new_post(title="Swans", kind="Did you know", wanted_at=at)
    new_post(title="Ducks", kind="Work", wanted_at=at)
    anna = client_of(city.anna)
    words = page(anna, "year", on=at.date(), kind="Work").content.decode()
    address = html.unescape(re.search(r'href="([^"]+)" aria-label="24 November: 1"', words)[1])
    assert [entry.title for entry in anna.get(address).context["entries"]] == ["Ducks"]


def test_tray_keeps_to_the_filters_and_says_when_there_are_more(city, new_post, client_of):
    for number in range(9):
        new_post(title=f"Swans {number}", kind="Birds")
    new_post(title="Ducks", kind="Work")
    anna = client_of(city.anna)
    everything = page(anna, "month")
    assert len(everything.context["undated"]) == 8
    more = re.search(r'href="([^"]+)">There are more posts without a time', everything.content.decode())
    assert len(anna.get(html.unescape(more[1])).context["undated"]) == 10
    assert [post.title for post in page(anna, "week", kind="work").context["undated"]] == ["Ducks"]
    words = page(anna, "month", text="ducks").content.decode()
    assert ("Ducks" in words, "Swans" in words, "There are more" in words) == (True, False, False)


@pytest.mark.parametrize(("view", "by"), [("week", "channel"), ("year", "theme")])
def test_how_a_page_is_sorted_goes_along_to_earlier_later_and_through_the_filters(city, client_of, view, by):
    shown = page(client_of(city.anna), view, on="2026-12-01", by=by, text="swans")
    for way in ("before_url", "after_url", "today_url"):
        assert f"by={by}" in shown.context[way]
    words = shown.content.decode()
    assert f'<input type="hidden" name="by" value="{by}">' in words
    assert f'href="?on=2026-12-01&amp;span=&amp;by={by}"' in words
    plain = page(client_of(city.anna), view, on="2026-12-01")
    assert "by=" not in plain.context["after_url"]


def test_week_by_channel_says_what_it_does_not_show(city, at, client_of, new_post):
    for number in range(18):
        new_post(title=f"Swans {number}", wanted_at=at)
    assert "+2 more" in page(client_of(city.anna), "week", on=local_day(at), by="channel").content.decode()


def test_long_list_is_shown_on_one_page_to_print_it(city, at, client_of, new_post):
    for number in range(51):
        new_post(title=f"Swans {number}", wanted_at=at)
    anna = client_of(city.anna)
    first = page(anna, "list", on=local_day(at), text="swans")
    assert len(first.context["entries"]) == 50
    address = html.unescape(re.search(r'href="([^"]+)">All on one page', first.content.decode())[1])
    whole = anna.get(address)
    assert (len(whole.context["entries"]), "All on one page" in whole.content.decode()) == (51, False)


def test_part_of_a_kind_or_theme_is_enough_to_find_posts_and_places(
    city, at, client_of, new_post, new_series, time_machine
):
    time_machine.move_to(at, tick=False)
    new_post(title="Swans", kind="Did you know", theme="Autumn in the parks", wanted_at=at)
    new_series(starts_on=local_day(at), clock=time(23))
    anna, day = client_of(city.anna), local_day(at)
    found = page(anna, "list", on=day, kind="you", theme="")
    assert [entry.title for entry in found.context["entries"]] == ["Swans"]
    assert {slot.series.name for slot in found.context["empty_places"]} == {"Did you know"}
    assert [entry.title for entry in page(anna, "list", on=day, theme="autumn").context["entries"]] == [
        "Swans"
    ]
    nothing = page(anna, "list", on=day, kind="_")
    assert not nothing.context["entries"]
    assert not nothing.context["empty_places"]


def test_filters_are_shared_only_with_teams_one_is_in(city, client_of):
    words = page(client_of(city.karin), "list", text="swans").content.decode()
    choices = re.search(r'id="save-team".*?</select>', words, re.DOTALL)[0]
    assert (choices.count("<option"), "only me" in choices) == (1, True)
