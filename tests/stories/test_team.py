"""A swap and a handover in a real browser, with and without script, and the pages of the team read by axe."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.workdays import instant, local_day
from editorial.handovers import prepare_handovers
from editorial.models import Handover, Shift, Swap
from editorial.rota import WEEK
from editorial.staffing import monday_of, propose_rota, publish_rota
from tests.stories.looking import faults_of_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def running(live_city):
    """A published rota, held together by three people."""
    city, now = live_city, timezone.now()
    city.team.holding = "together"
    city.team.save()
    propose_rota(city.team, actor=city.erik, at=now)
    publish_rota(city.team, actor=city.erik, at=now)
    return city.team


@pytest.mark.rule("R3", "R38")
@pytest.mark.parametrize("script", [True, False])
def test_swap_is_offered_by_one_and_taken_by_another(live_city, running, page_of, script):
    anna, sara = page_of(live_city.anna, script=script), page_of(live_city.sara, script=script)
    anna.goto(reverse("editorial:teams_page"))
    anna.get_by_role("link", name="Park team:").last.click()
    anna.get_by_role("button", name="Offer the shift").click()
    expect(anna.locator("#messages")).to_contain_text("It is yours until somebody takes it.")
    sara.goto("/")
    sara.get_by_role("button", name="Take the shift").click()
    expect(sara.locator("#messages")).to_contain_text("Swap taken")
    assert Swap.objects.get().taker == live_city.sara
    anna.reload()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Sara took the shift")
    anna.get_by_role("button", name="Undo the swap").click()
    expect(anna.locator("#messages")).to_contain_text("Swap undone")
    assert Swap.objects.get().state == "undone"
    assert (
        not Shift.objects.filter(pk__in=Swap.objects.get().shifts.all()).exclude(user=live_city.anna).exists()
    )


@pytest.mark.rule("R3", "R38")
def test_handover_is_written_read_and_acknowledged(live_city, running, page_of):
    monday = instant(monday_of(local_day(timezone.now())) + WEEK, "00:00")
    shift = Shift.objects.filter(starts_at=monday, duty="watch").get()
    running.rota_from = local_day(monday)
    running.save()
    prepare_handovers(monday - WEEK / 7)
    handover = Handover.objects.get(at=monday)
    assert handover.taker == shift.user
    url = reverse("editorial:handover_page", args=[handover.pk])
    other = next(user for user in running.everyone() if user != shift.user)
    leaves, begins = page_of(other), page_of(shift.user)
    leaves.goto(url)
    leaves.get_by_role("button", name="Add the note").click()
    assert leaves.get_by_label("Add a line").evaluate("field => field.validationMessage") == "Fill this in."
    leaves.get_by_label("Add a line").fill("The bridge is closed until Friday.")
    leaves.get_by_role("button", name="Add the note").click()
    now = timezone.now()
    Shift.objects.create(team=running, duty="watch", user=shift.user, starts_at=now, ends_at=monday)
    begins.goto(reverse("help_page"))
    begins.locator(".duty summary").click()
    expect(begins.locator(".duty").get_by_role("link", name="Handover")).to_be_visible()
    begins.goto(url)
    expect(begins.locator("main")).to_contain_text("The bridge is closed until Friday.")
    begins.get_by_role("button", name="I have read it").click()
    expect(begins.locator("main")).to_contain_text("has read it.")
    handover.refresh_from_db()
    assert handover.state == "acknowledged"


def test_day_whose_login_is_over_leads_to_the_login_as_a_whole(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto("/")
    page.context.clear_cookies()
    page.locator("#day").dispatch_event("day:fresh")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("input[name=login]")).to_be_visible()
    assert page.url.endswith("?next=/")


@pytest.mark.parametrize("width", [1440, 320])
def test_search_is_one_key_away(live_city, page_of, width):
    page = page_of(live_city.anna, width=width)
    page.goto(reverse("help_page"))
    page.keyboard.press("Control+k")
    if width == 320:
        page.wait_for_url("**/search/#q")
        expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("parks")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Parks on Facebook")


@pytest.mark.rule("R38")
def test_axe_finds_nothing_on_the_pages_of_the_team(live_city, running, page_of):
    city, now = live_city, timezone.now()
    propose_rota(city.team, actor=city.erik, at=now + 4 * WEEK)
    shift = Shift.objects.settled().filter(user__isnull=False).first()
    monday = instant(monday_of(local_day(now)) + WEEK, "00:00")
    prepare_handovers(monday - WEEK / 7)
    addresses = (
        "/",
        reverse("editorial:teams_page"),
        reverse("editorial:team_page", args=[city.team.pk]),
        reverse("editorial:rota_page", args=[city.team.pk]),
        reverse("editorial:shift_page", args=[shift.pk]),
        reverse("editorial:handover_page", args=[Handover.objects.all()[0].pk]),
        reverse("editorial:team_handover", args=[city.team.pk]),
        reverse("follow_up_page"),
        reverse("search_page") + "?q=park",
        reverse("notice_settings"),
        reverse("help_page"),
    )
    assert faults_of_pages(page_of(city.erik), addresses) == []
