"""Planning in a real browser: by key with what is announced, by mouse, and on a phone without script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.workdays import instant, local_day
from editorial.models import Post
from editorial.transitions import save_post

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
