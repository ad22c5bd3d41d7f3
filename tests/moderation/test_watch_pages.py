"""The pages of the watch: coverage, and long closures planned beforehand."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.urls import reverse

from core.letters import may_still_see
from core.models import Event, Notice
from core.moves import perform
from core.workdays import instant
from moderation.models import HolidayWatch, Watch
from moderation.queries import coverage
from moderation.watching import long_closures, plan_holiday_watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.mark.rule("R18", "R21")
def test_coverage_counts_each_unit_and_shows_gaps_and_what_was_filled_in(city, sweep_at, anna):
    for day in (23, 24):
        sweep_at(instant(date(2026, 11, day), "08:00"))
        for watch in Watch.objects.filter(day=date(2026, 11, day), channel=city.channel):
            if day == 23:
                perform(watch, "confirm", actor=city.anna, at=instant(watch.day, "14:05"))
    sweep_at(instant(date(2026, 11, 24), "17:00"))
    late = Watch.objects.get(day=date(2026, 11, 24), channel=city.channel)
    perform(late, "fill_in", actor=city.anna, at=instant(date(2026, 11, 25), "09:00"), note="I was ill.")
    [row] = coverage(city.anna, date(2026, 11, 1), date(2026, 11, 27))
    assert (row.unit, row.confirmed, row.filled, row.missed, row.absent) == (city.unit, 1, 1, 0, 2)
    assert row.percent == 25
    [early] = coverage(city.anna, date(2026, 11, 1), date(2026, 11, 25))
    assert early.absent == 0
    page = anna.get(reverse("moderation:coverage_page"), {"month": "2026-11"}).content.decode()
    assert "Parks" in page
    assert "Library" not in page
    days = anna.get(reverse("moderation:watches_page")).content.decode()
    assert "25 Nov 2026, 09:00" in days
    assert anna.get(reverse("moderation:coverage_page"), {"month": "x'"}).status_code == 200


@pytest.mark.rule("R21")
def test_long_closures_are_found_planned_watched_and_announced(city, at, anna, sweep_at):
    christmas = [date(2026, 12, day) for day in (24, 25, 26, 27)]
    assert long_closures(date(2026, 12, 1), date(2026, 12, 30))[0] == tuple(christmas)
    form = {"team": city.team.pk, "day": "2026-12-25", "user": city.anna.pk}
    assert anna.post(reverse("moderation:holiday_plan"), form).status_code == 302
    assert anna.post(reverse("moderation:holiday_plan"), form).status_code == 409
    assert anna.post(reverse("moderation:holiday_plan"), form | {"day": "2026-12-28"}).status_code == 422
    sweep_at(instant(date(2026, 12, 24), "12:00"))
    assert not Watch.objects.filter(day=date(2026, 12, 24)).exists()
    sweep_at(instant(date(2026, 12, 25), "11:00"))
    watch = Watch.objects.get(day=date(2026, 12, 25))
    assert watch.channel == city.channel

    told = Notice.objects.filter(about_type="moderation.watch", about_id=watch.pk)
    assert [notice.recipient for notice in told] == [city.anna]
    # The library team has planned nothing: its editor was told two weeks before.
    announced = Notice.objects.filter(
        about_type="editorial.team", subject__contains="from Thursday 24 December"
    )
    assert [notice.recipient for notice in announced] == [city.olle]
    plan = HolidayWatch.objects.get()
    late = anna.post(reverse("moderation:holiday_cancel", args=[plan.pk]))
    assert late.status_code == 302
    plan_holiday_watch(team=city.team, day=date(2026, 12, 26), user=city.erik, actor=city.anna, at=at)


@pytest.mark.rule("R21")
def test_plan_of_a_day_off_is_asked_about_before_it_is_taken_back_and_whoever_looks_is_told(city, at, anna):
    form = {"team": city.team.pk, "day": "2026-12-25", "user": city.erik.pk}
    anna.post(reverse("moderation:holiday_plan"), form)
    page = anna.get(reverse("moderation:watches_page")).content.decode()
    question = page.split("Take back<span")[1].split("</details>")[0]
    assert "Nobody looks at the team's channels on that day then." in html.unescape(question)
    assert "Take the day back</button>" in question
    anna.post(reverse("moderation:holiday_cancel", args=[HolidayWatch.objects.get().pk]))
    told = list(Notice.objects.filter(recipient=city.erik, key__contains="plan:").order_by("pk"))
    assert [notice.subject for notice in told] == [
        "You look at the channels of Park team on Friday 25 December",
        "You need not look at the channels of Park team on Friday 25 December",
    ]
    assert told[0].email_state == "moot"
    # A letter that waits for the morning is not left out because the plan is gone.
    assert may_still_see(city.erik, told[1:]) == told[1:]
    kinds = Event.objects.filter(kind__startswith="watch.").values_list("kind", "actor__name")
    assert sorted(kinds) == [("watch.plan", "Anna"), ("watch.unplan", "Anna")]
