"""Planning in a real browser: by key with what is announced, by mouse, and on a phone without script."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from calendar_app import imports
from calendar_app.feeds import make_feed
from calendar_app.models import DayNote, Series
from calendar_app.notes import keep_note, save_view
from calendar_app.recurrence import Rule
from calendar_app.transitions import begin_series, write_post
from core.moves import perform
from core.workdays import instant, local_day
from editorial.models import Post
from editorial.transitions import save_post
from tests.stories.looking import faults_of_pages, faults_wide_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def planned(live_city):
    """A draft wanted at nine on the 10th of a month ahead, so that it stands in the midst of the table."""
    today = local_day(timezone.now())
    day = (today.replace(day=1) + timedelta(days=40)).replace(day=10)
    post = Post(team=live_city.team)
    save_post(
        post,
        actor=live_city.anna,
        at=timezone.now(),
        fields={"title": "Swans", "base_text": "The swans are back.", "wanted_at": instant(day, "09:00")},
        texts={live_city.channel: ""},
        links=[],
    )
    return post, day


def stands_on(page, post, day):
    cell = page.locator(".cell", has=page.locator(f"time[datetime='{day}']"))
    expect(cell.locator(f"#post-{post.pk}")).to_be_visible()


@pytest.mark.rule("R5", "R6", "R38")
def test_post_is_moved_by_key_and_the_move_undone(live_city, planned, page_of):
    post, day = planned
    page = page_of(live_city.anna)
    page.goto(f"{reverse('calendar_app:month_page')}?on={day}")
    handle = page.get_by_role("link", name="Move “Swans”")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    target = day + timedelta(days=8)
    expect(page.locator("p[role=status]").last).to_contain_text(f"To {target.day}")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("“Swans” now stands at")
    stands_on(page, post, target)
    expect(page.get_by_role("link", name="Move “Swans”")).to_be_focused()
    assert Post.objects.get(pk=post.pk).wanted_at == instant(target, "09:00")
    page.get_by_role("button", name="Undo the move").click()
    stands_on(page, post, day)
    handle = page.get_by_role("link", name="Move “Swans”")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.locator("p[role=status]").last).to_contain_text("stays where it was")
    assert Post.objects.get(pk=post.pk).wanted_at == instant(day, "09:00")


@pytest.mark.rule("R6")
def test_post_is_dragged_to_another_day(live_city, planned, page_of):
    post, day = planned
    page = page_of(live_city.erik)
    page.goto(f"{reverse('calendar_app:week_page')}?on={day}")
    monday = day - timedelta(days=day.weekday())
    target = monday if monday != day else day + timedelta(days=1)
    cell = page.locator(".cell", has=page.locator(f"time[datetime='{target}']"))
    page.locator(f"#post-{post.pk}").drag_to(cell)
    expect(page.locator("#messages")).to_contain_text("“Swans” now stands at")
    stands_on(page, post, target)
    assert Post.objects.get(pk=post.pk).wanted_at == instant(target, "09:00")


@pytest.mark.rule("R38")
def test_post_is_moved_by_tap_without_script(live_city, planned, page_of):
    post, day = planned
    page = page_of(live_city.anna, width=320, script=False)
    page.goto(f"{reverse('calendar_app:month_page')}?on={day}")
    page.get_by_role("link", name="Move “Swans”").click()
    page.get_by_role("button", name="A week later").click()
    expect(page.locator("#messages")).to_contain_text("“Swans” now stands at")
    assert "/calendar/month/" in page.url
    assert Post.objects.get(pk=post.pk).wanted_at == instant(day + timedelta(days=7), "09:00")


@pytest.mark.rule("R4", "R5", "R6", "R7", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_idea_from_a_phone_fills_a_place_is_moved_and_read_by_a_calendar_program(
    live_city, live_server, page_of, script
):
    today = local_day(timezone.now())
    day = (today.replace(day=1) + timedelta(days=40)).replace(day=10)
    phone = page_of(live_city.stranger, width=320, script=script)
    phone.goto(reverse("editorial:idea_new"))
    phone.locator("[name=what]").fill("Swans are back")
    phone.locator("[name=team]").select_option(str(live_city.team.pk))
    phone.get_by_role("button", name="Send the idea").click()
    page = page_of(live_city.anna, width=1440 if script else 320, script=script)
    page.goto(reverse("editorial:ideas_page"))
    page.get_by_role("link", name="Swans are back").first.click()
    page.get_by_role("button", name="Write a post from it").click()
    post = Post.objects.get()
    series = begin_on(page, day)
    page.goto(reverse("calendar_app:slot_page", args=[series.slots.get().pk]))
    page.get_by_label("A post that is there").select_option(str(post.pk))
    page.get_by_role("button", name="Put it here").click()
    expect(page.locator("#messages")).to_contain_text("stands in its place")
    page.goto(f"{reverse('calendar_app:month_page')}?on={day}")
    handle = page.get_by_role("link", name=f"Move “{post.title}”")
    if script:
        handle.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    else:
        handle.click()
        page.get_by_role("button", name="A day later").click()
    target = day + timedelta(days=1)
    stands_on(page, post, target)
    page.goto(f"{reverse('calendar_app:week_page')}?on={target}")
    stands_on(page, post, target)
    page.goto(f"{reverse('calendar_app:list_page')}?on={target}")
    expect(page.locator(f"#post-{post.pk} time")).to_have_attribute(
        "datetime", instant(target, "09:00").isoformat()
    )
    page.goto(f"{reverse('calendar_app:year_page')}?on={target}&text=swans")
    page.get_by_role("link", name=f"{target.day} {target:%B}: 1").click()
    expect(page.locator(f"#post-{post.pk}")).to_be_visible()
    page.goto(reverse("calendar_app:feeds_page"))
    page.get_by_label("One series").select_option(label="Did you know")
    page.get_by_role("button", name="Make the address").click()
    secret = page.locator("#feed-address").inner_text().rpartition("/")[2]
    # As a calendar program reads it: over HTTP, with the address and nothing else.
    with urlopen(f"{live_server.url}/calendar/feeds/{secret}") as feed:  # noqa: S310  (our own address)
        assert feed.headers["Content-Type"] == "text/calendar; charset=utf-8"
        found = recurring_ical_events.of(Calendar.from_ical(feed.read())).at(target)
    assert [(event["dtstart"].dt, str(event["summary"])) for event in found] == [
        (instant(target, "09:00"), post.title)
    ]


def begin_on(page, day):
    """This will begin a series through its page that has one place, on that day."""
    page.goto(reverse("calendar_app:series_new"))
    page.get_by_label("Name", exact=True).fill("Did you know")
    page.get_by_label("Parks on Facebook (Facebook)").check()
    page.get_by_label("First day").fill(str(day))
    page.get_by_label("Last day").fill(str(day))
    page.get_by_label("Text to start from").fill("Did you know that …")
    page.get_by_role("button", name="Lay out the series").click()
    expect(page.locator("#messages")).to_contain_text("twelve months ahead")
    return Series.objects.get()


@pytest.mark.rule("R6", "R7", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_post_is_written_in_a_place_from_the_week(live_city, page_of, script):
    day = local_day(timezone.now()) + timedelta(days=14)
    page = page_of(live_city.anna, script=script)
    series = begin_on(page, day)
    page.goto(f"{reverse('calendar_app:week_page')}?on={day}")
    page.get_by_role("button", name="Write the post here: Did you know").click()
    expect(page.locator("#messages")).to_contain_text("stands in its place")
    assert (series.slots.get().post, Post.objects.get().base_text) == (
        Post.objects.get(),
        "Did you know that …",
    )


@pytest.mark.rule("R7", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_series_goes_over_a_change_of_summer_time_and_its_rule_is_changed_from_one_place(
    live_city, page_of, script
):
    change = next(day for day in changes_of_summer_time() if day > local_day(timezone.now()))
    first = change - timedelta(days=7)
    page = page_of(live_city.anna, width=320 if not script else 1440, script=script)
    page.goto(reverse("calendar_app:series_new"))
    page.get_by_label("Name", exact=True).fill("Breakfast")
    page.get_by_label("Parks on Facebook (Facebook)").check()
    page.get_by_label("First day").fill(str(first))
    page.get_by_label("Last day").fill(str(first + timedelta(days=21)))
    page.get_by_role("button", name="Lay out the series").click()
    links = page.get_by_role("table").get_by_role("link")
    expect(links).to_have_count(4)
    assert all("09:00" in words for words in links.all_inner_texts())
    series = Series.objects.get()
    page.get_by_role("table").get_by_role("link").nth(1).click()
    page.get_by_role("link", name="Change the rule from here").click()
    page.get_by_label("Time of day").fill("12:30")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("Places with a post are never touched.")).to_be_visible()
    page.get_by_role("button", name="This and later").click()
    expect(page.locator("#messages")).to_contain_text("3 places move")
    held = [timezone.localtime(slot.starts_at) for slot in series.slots.all()]
    assert [f"{at:%H:%M}" for at in held] == ["09:00", "12:30", "12:30", "12:30"]
    assert len({at.utcoffset() for at in held}) == 2
    page.get_by_role("table").get_by_role("link").first.click()
    page.locator("summary", has_text="Skip the place").click()
    page.get_by_label("Reason").fill("The hall is booked.")
    page.get_by_role("button", name="Skip the place").click()
    expect(page.get_by_text("The hall is booked.").first).to_be_visible()


def changes_of_summer_time():
    """The next days on which the clock changes, the first first."""
    day, zone = local_day(timezone.now()), ZoneInfo("Europe/Stockholm")
    for _number in range(400):
        noon = datetime.combine(day, time(12), tzinfo=zone)
        if noon.utcoffset() != (noon - timedelta(days=1)).utcoffset():
            yield day
        day += timedelta(days=1)


@pytest.mark.rule("R38")
def test_axe_finds_nothing_in_the_calendar(live_city, page_of):
    city, now = live_city, timezone.now()
    day = local_day(now) + timedelta(days=1)
    series = Series(team=city.team)
    begin_series(
        series,
        actor=city.erik,
        at=now,
        fields={"name": "Visste du att", "owner": city.erik, "template_text": "Visste du …"},
        channels=[city.channel],
        rule=Rule(rhythm="workdays", starts_on=day, clock=time(9)),
    )
    slots = list(series.slots.select_related("series__team")[:3])
    write_post(slots[0], actor=city.erik, at=now)
    perform(slots[1], "skip", actor=city.erik, at=now, note="Lokalen är bokad.")
    for kind in ("note", "school_break"):
        note = DayNote(team=city.team, title="Lov", kind=kind, first_on=day, last_on=day + timedelta(days=9))
        keep_note(note, actor=city.erik, at=now)
    save_view(owner=city.erik, name="Utkast", view="list", query="state=draft", team=city.team)
    make_feed(owner=city.erik, at=now, series=series)
    rows = [["Titel", "Dag", "Väder"], ["Svanar", str(day), ""], ["", "i morgon", ""]]
    kept = imports.keep(owner=city.erik, team=city.team, name="plan.csv", rows=rows, at=now)
    one = {"series": [series.pk], "slot": [slots[2].pk], "kept": [kept.pk]}
    addresses = [
        *[reverse(f"calendar_app:{view}_page") + f"?on={day}" for view in ("year", "month", "week", "list")],
        reverse("calendar_app:week_page") + f"?on={day}&by=channel",
        reverse("calendar_app:year_page") + "?by=theme&text=svan",
        *[
            reverse(f"calendar_app:{name}")
            for name in ("series_list", "series_new", "note_new", "feeds_page")
        ],
        reverse("calendar_app:series_page", args=one["series"]),
        reverse("calendar_app:series_edit", args=one["series"]),
        reverse("calendar_app:slot_page", args=one["slot"]),
        reverse("calendar_app:slot_page", args=[slots[0].pk]),
        reverse("calendar_app:import_new"),
        reverse("calendar_app:import_page", args=one["kept"]),
        reverse("calendar_app:note_edit", args=[note.pk]),
        reverse("calendar_app:rule_edit_from", args=[series.pk, slots[2].pk]),
    ]
    page = page_of(city.erik)
    wrong = faults_of_pages(page, addresses)
    # The last page is asked how far the rule reaches.
    page.locator("form.form button.button").last.click()
    expect(page.locator(".reaches li")).to_have_count(3)
    wrong += faults_wide_and_narrow(page, "rule asked")
    assert wrong == []
