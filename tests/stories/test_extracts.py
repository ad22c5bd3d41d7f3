"""Extracts of what is stored: found and taken out, also without a script; read wide, narrow and on paper."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from core import privacy
from core.models import User
from moderation.transitions import register_comment
from tests.doors import House
from tests.stories.looking import faults_wide_and_narrow
from tests.stories.test_every_page import last_working_noon

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False])
def test_a_name_is_found_chosen_and_taken_out(live_city, page_of, script):
    now = last_working_noon()
    house = House(live_city, now)
    for noun in ("evidence", "reply", "complaint"):  # on comments by K
        house[noun]
    long = "https://avinge.example/" + "long" * 40
    register_comment(
        actor=live_city.anna,
        at=now,
        channel=live_city.channel,
        kind="praise",
        author_name="Kim " * 40,
        text=long,
    )
    page, seen = page_of(live_city.rut, script=script), set[str]()
    for language in ("sv", "en") if script and connection.vendor == "sqlite" else ("sv",):
        User.objects.update(language=language)
        page.goto(reverse("extracts_page"))
        page.locator("#id_name").fill("Kim")
        page.locator("input[value=within]").check()
        page.locator(f"form[action='{reverse('extract_names')}'] button").click()
        assert script is False or faults_wide_and_narrow(page, "names", seen=seen) == []
        page.locator("#id_name").fill("K")
        page.locator("input[value=exactly]").check()
        page.locator(f"form[action='{reverse('extract_names')}'] button").click()
        assert page.locator("input[name=place]").is_checked()  # the only one there is
        page.locator(f"form[action='{reverse('extract_comments')}'] button").click()
        assert page.locator("blockquote").count() == 2
        assert script is False or faults_wide_and_narrow(page, "comments", seen=seen) == []
        page.emulate_media(media="print")
        assert not page.locator(".callout").is_visible()
        assert not page.locator("main button").first.is_visible()
        assert page.locator("code.hash").first.is_visible()
        page.emulate_media(media="screen")
    assert {event.kind for event in privacy.looks()} == {"comments.extract"}


def test_what_is_stored_about_oneself_is_found_from_every_page_and_fits_on_paper(live_city, page_of):
    now = last_working_noon()
    house = House(live_city, now)
    for noun in ("post", "absence", "swap", "evidence", "remark", "series", "closing", "published"):
        house[noun]
    page = page_of(live_city.anna)
    page.goto(reverse("help_page"))
    page.locator(".header details.menu").last.click()
    page.locator(f".header a[href='{reverse('my_extract')}']").click()
    assert page.locator("main table").count() > 5
    assert faults_wide_and_narrow(page, "mine") == []
    with page.expect_download() as download:
        page.locator("main a[href='?format=json']").click()
    assert download.value.suggested_filename == f"account-{live_city.anna.pk}.json"
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    assert not page.locator("main a[href='?format=json']").is_visible()
    assert page.locator("thead").first.bounding_box()["height"] > 10  # a table on paper, however narrow
