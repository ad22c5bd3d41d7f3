"""The pages that belong to no room, and the commands that an administrator types."""

from __future__ import annotations

import json
import sys
from io import StringIO
from types import ModuleType

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.management import call_command
from django.test import Client
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import override

from config import urls
from config.celery import app
from core import trail
from core.models import Notice
from core.notices import Message, tell
from editorial.models import Post, Team

pytestmark = pytest.mark.django_db


def told(person, at, url="/posts/") -> Notice:
    tell(
        [Message(recipient=person, key="k", subject="Look", body="Please.", url=url, why="you wrote it")], at
    )
    return Notice.objects.get(recipient=person)


def test_opening_a_notice_marks_it_as_read_and_leads_to_what_it_is_about(city, at, client_of):
    notice = told(city.anna, at)
    page = reverse("notices_page")
    assert ">Unread<" in client_of(city.anna).get(page).content.decode()
    response = client_of(city.anna).post(reverse("notice_open", args=[notice.pk]))
    notice.refresh_from_db()
    assert (response["Location"], notice.read_at is not None) == ("/posts/", True)
    shown = client_of(city.anna).get(page).content.decode()
    assert ("Look" in shown, ">Unread<" in shown) == (True, False)


def test_administration_is_led_to_from_the_menu_of_administrators_only(city, client_of):
    there = f'href="{reverse("admin:index")}"'
    assert there in client_of(city.admin).get("/").content.decode()
    assert there not in client_of(city.erik).get("/").content.decode()
    refused = client_of(city.erik).get(reverse("admin:index"), follow=True)
    assert refused.status_code == 403
    assert "Only administrators come into the administration." in refused.content.decode()
    assert Client().get(reverse("admin:index"), follow=True).status_code == 200  # the login
    assert "Django administration" not in client_of(city.admin).get(reverse("admin:index")).content.decode()


def test_notices_of_others_are_neither_shown_nor_opened(city, at, client_of):
    notice = told(city.anna, at)
    erik = client_of(city.erik)
    assert "Look" not in erik.get(reverse("notices_page")).content.decode()
    assert erik.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize(("who", "status"), [("rut", 200), ("admin", 200), ("anna", 404), ("karin", 404)])
def test_the_trail_is_for_records_officers_and_administrators(city, at, client_of, who, status):
    trail.record("test.happened", about=city.team, actor=city.anna, at=at, note="Between us.")
    response = client_of(getattr(city, who)).get(reverse("trail_page"))
    assert response.status_code == status
    assert ("Between us." in response.content.decode()) == (status == 200)


def test_language_is_kept_with_the_user_and_in_a_cookie(city, client_of):
    anna = client_of(city.anna)
    response = anna.post(reverse("language"), {"language": "sv", "next": "/posts/"})
    city.anna.refresh_from_db()
    assert (response["Location"], city.anna.language) == ("/posts/", "sv")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "sv"
    assert "Min dag" in anna.get("/").content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_language_switch_leads_to_no_other_site_and_knows_its_languages(city, client_of, back):
    response = client_of(city.anna).post(reverse("language"), {"language": "xx", "next": back})
    city.anna.refresh_from_db()
    assert (response["Location"], city.anna.language) == ("/", "en")


def test_stranger_is_spoken_to_in_swedish(client):
    page = client.get(reverse("account_login"), headers={"Accept-Language": "de,en"})
    assert page["Content-Language"] == "sv"


@pytest.mark.rule("R36", "R37")
def test_sweep_by_hand_says_what_each_job_did(city):
    out = StringIO()
    call_command("sweep", stdout=out)
    done = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    assert {"watches", "climb", "send", "seal"} <= set(done)
    assert all(count.isdecimal() for count in done.values()), done


def test_rules_are_told_as_data():
    out = StringIO()
    call_command("rules", json=True, stdout=out)
    rows = {row["rule"]: row for row in json.loads(out.getvalue())}
    assert len(rows) == 41
    assert "moderation.guards" in rows["R20"]["kept"]
    assert any("::test_screenshot_is_sealed" in name for name in rows["R20"]["tests"])


def test_broker_that_does_not_answer_is_told_on_the_health_page(client, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    response = client.get(reverse("health"))
    assert (response.status_code, response.json()["broker"]["ok"]) == (503, False)


def test_only_those_in_a_team_are_shown_the_way_to_a_new_post(city, client_of):
    door = reverse("editorial:post_new")
    pages = ["editorial:posts_page", "calendar_app:week_page", "calendar_app:list_page"]
    for name in pages:
        assert door in client_of(city.anna).get(reverse(name)).content.decode()
        for outside in (city.karin, city.ulf):
            assert door not in client_of(outside).get(reverse(name)).content.decode()


@pytest.mark.parametrize("storage", ["StaticFilesStorage", "ManifestStaticFilesStorage"])
def test_an_error_of_ours_tells_nothing_of_the_inside_and_can_be_found_in_the_log(
    client, settings, monkeypatch, storage
):
    """Also where static files were never collected, which breaks every other page."""
    backend = f"django.contrib.staticfiles.storage.{storage}"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}

    @login_not_required
    def fails(request):
        raise ValueError("SECRETKEY of anna@avinge.example")

    broken = ModuleType("tests.broken_urls")
    broken.handler500, broken.urlpatterns = urls.handler500, [path("fails/", fails)]
    monkeypatch.setitem(sys.modules, broken.__name__, broken)
    settings.ROOT_URLCONF = broken.__name__
    client.raise_request_exception = False
    page = client.get("/fails/")
    assert page.status_code == 500
    assert page.headers["X-Request-ID"]
    assert ("tokens.css" in page.content.decode()) is (storage == "StaticFilesStorage")
    for inside in ("SECRETKEY", "anna@", "ValueError", "Traceback", ".py"):
        assert inside not in page.content.decode()


@pytest.mark.parametrize("hour", range(24))
def test_the_check_is_silent_at_every_hour(time_machine, hour):
    time_machine.move_to(f"2026-11-24T{hour:02}:00:00+00:00", tick=False)
    call_command("check", fail_level="WARNING")


def test_columns_of_the_back_office_are_named_in_the_pages_language():
    plain = [
        f"{model._meta.label}.{name}"
        for model, shown in admin.site._registry.items()
        if not model.__module__.startswith(("django.", "allauth."))
        for name in shown.list_display
        if name != "id"
        for field in model._meta.get_fields()
        if field.name == name and not isinstance(field.verbose_name, Promise)
    ]
    assert plain == []
    assert str(Post._meta.get_field("team").verbose_name) == str(Team._meta.verbose_name)
    with override("sv"):
        assert str(Post._meta.get_field("created_by").verbose_name) == "påbörjat av"


def test_what_nobody_with_an_account_did_is_not_said_of_the_clock(city, at, client_of):
    trail.record("tip.give", about=city.team, actor=None, at=at)
    page = client_of(city.admin).get(reverse("trail_page")).content.decode()
    assert ("no account" in page, "the clock" in page) == (True, False)


@pytest.mark.parametrize(("language", "word"), [("sv", "Status"), ("en", "State")])
def test_what_is_sent_line_by_line_is_in_the_readers_language(city, client_of, language, word):
    city.anna.language = language
    city.anna.save()
    with override("en" if language == "sv" else "sv"):  # of whoever was answered before
        for name in ("calendar_app:export", "channels_registry:channels_csv"):
            text = client_of(city.anna).get(reverse(name)).getvalue().decode()
            assert f'"{word}"' in text.partition("\n")[0], name
