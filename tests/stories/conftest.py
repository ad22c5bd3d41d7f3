"""A real Chromium: Debian's or the user's own. Missing, the tests are skipped and say so; in CI that is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from core.models import User
from tests.conftest import City, build_city

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# The first is Chromium without a window to draw, which takes less of the processors.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        if os.environ.get("CI_REQUIRE_ALL"):
            pytest.fail("No Chromium was found; here the browser tests must run.")
        pytest.skip("No Chromium was found; install it to run the browser tests.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def live_city(transactional_db: None, live_server: Any) -> City:
    """The cast in a database that the browser's server sees too."""
    return build_city()


@pytest.fixture
def page_of(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A page with somebody logged in, in a window of its own."""
    opened = []

    def open_page(user: User, *, width: int = 1440, script: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 1000}, java_script_enabled=script
        )
        client = Client()
        user.refresh_from_db(fields=["session_round"])
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()
