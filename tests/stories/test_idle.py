"""Somebody leaves the desk in the middle of a sentence: the page asks, the login ends, and the sentence is there."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.accounts import end_sessions
from editorial.models import Idea
from tests.conftest import PASSWORD
from tests.stories.looking import faults_wide_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def in_english(live_server, settings):
    """Lets a page speak English also to whoever is not logged in."""

    def speak(page):
        page.context.add_cookies(
            [{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}]
        )
        return page

    return speak


def log_in(page, user):
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello Anna")).to_be_visible()


def test_page_asks_before_the_login_ends_and_a_key_says_that_somebody_is_here(live_city, page_of, in_english):
    page = in_english(page_of(live_city.anna))
    page.clock.install()
    page.goto(reverse("editorial:idea_new"))
    asks = page.get_by_role("dialog", name="Are you still here?")
    page.clock.fast_forward("57:00")
    expect(asks).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(asks).to_be_visible()
    assert faults_wide_and_narrow(page) == []
    with page.expect_response(lambda answer: answer.url.endswith(reverse("still_here"))) as told:
        page.keyboard.press("Enter")
    assert told.value.status == 204
    expect(asks).to_be_hidden()
    page.clock.fast_forward("57:00")
    expect(asks).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(asks).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith(reverse("still_here"))):
        asks.get_by_role("button", name="Stay logged in").evaluate(
            "button => button.click()"
        )  # as a screen reader does
    expect(asks).to_be_hidden()
    # To load the page while the server keeps the login would use it, and it would never end.
    page.evaluate("window.isTheSame = true")
    page.clock.fast_forward("01:01:00")
    expect(asks).to_be_visible()
    assert page.evaluate("window.isTheSame")
    # Nothing is typed here: the page does not stay on a screen that nobody looks at.
    end_sessions([live_city.anna.pk])
    page.clock.fast_forward("02:00")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_page_asks_where_the_browser_keeps_nothing_for_it(live_city, page_of, in_english):
    page = in_english(page_of(live_city.anna))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException(); } })"
    )
    page.clock.install()
    page.goto(reverse("editorial:idea_new"))
    asks = page.get_by_role("dialog", name="Are you still here?")
    page.clock.fast_forward("58:30")
    expect(asks).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith(reverse("still_here"))):
        page.keyboard.press("Enter")
    expect(asks).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_what_was_typed_outlives_the_login(live_city, page_of, in_english, script):
    page = in_english(page_of(live_city.anna, width=320, script=script))
    if script:
        page.clock.install()
    page.goto(reverse("editorial:idea_new"))
    page.locator("textarea[name=what]").fill("The swans are back.\nFive of them.")
    end_sessions([live_city.anna.pk])
    if script:
        page.clock.fast_forward("01:03:00")
        over = page.get_by_role("dialog", name="You are logged out")
        expect(over).to_be_visible()
        assert faults_wide_and_narrow(page) == []
        over.get_by_role("button", name="Go back to the page").click()
    page.locator("main form button.button").last.click()
    expect(page.get_by_role("heading", name="Your login is over")).to_be_visible()
    if script:
        assert faults_wide_and_narrow(page) == []
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Log in, in a new tab").click()
    log_in(opened.value, live_city.anna)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("What you wrote", exact=True).click()
    expect(page.locator(".copy__text")).to_contain_text("Five of them.")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#messages")).to_contain_text("Thank you.")
    assert Idea.objects.get().what.splitlines() == ["The swans are back.", "Five of them."]
