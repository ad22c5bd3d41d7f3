"""A form that comes when the login or its page is over: what was typed stays, and is sent again by whoever typed it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from core.accounts import end_sessions
from editorial.ideas import make_tip_form
from editorial.models import Idea
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

HERE = {"Origin": "http://testserver"}
WHAT = 'The swans are back.\nWho has a <picture>? “Somebody” & "more"'


@pytest.fixture
def browser(settings):
    """A client that is asked for the token of a form, as browsers are, and reads English."""
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def log_in(browser, user):
    token = str(browser.get(reverse("account_login")).context["csrf_token"])
    sent = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post(reverse("account_login"), sent, headers=HERE).status_code == 302


def begun(browser, address):
    """The token of the form at an address."""
    return str(browser.get(address).context["csrf_token"])


def carried(answer):
    """Where the shown page sends what, by its only form in the middle of the page."""
    assert answer.status_code == 403
    (form,) = html.fromstring(answer.content.decode()).get_element_by_id("content").forms
    return form.action, dict(form.form_values())


@pytest.mark.parametrize("too_early", [False, True])
def test_what_was_typed_when_the_login_ended_is_saved_after_the_next_one(city, browser, too_early):
    log_in(browser, city.anna)
    address = reverse("editorial:idea_new")
    typed = {"csrfmiddlewaretoken": begun(browser, address), "what": WHAT, "team": city.team.pk}
    end_sessions([city.anna.pk])
    late = browser.post(address, typed, headers=HERE)
    assert "Your login is over" in late.content.decode()
    where, fields = carried(late)
    assert (where, fields["what"]) == (address, WHAT)
    assert "csrfmiddlewaretoken" not in fields, (
        "whoever has yet to log in only goes on to the button that sends"
    )
    if too_early:
        where, fields = carried(browser.post(where, fields, headers=HERE))
        assert "csrfmiddlewaretoken" not in fields
    log_in(browser, city.anna)
    where, fields = carried(browser.post(where, fields, headers=HERE))
    assert not Idea.objects.exists()
    assert browser.post(where, fields, headers=HERE).status_code == 302
    assert Idea.objects.get().what.splitlines() == WHAT.splitlines()


def test_a_page_from_before_another_login_loses_nothing_either(city, browser):
    log_in(browser, city.anna)
    address = reverse("editorial:idea_new") + "?from=menu"
    typed = {"csrfmiddlewaretoken": begun(browser, address), "what": WHAT, "team": city.team.pk}
    browser.post(reverse("account_logout"), {"csrfmiddlewaretoken": begun(browser, address)}, headers=HERE)
    log_in(browser, city.anna)
    late = browser.post(address, typed, headers=HERE)
    assert "The page was open too long" in late.content.decode()
    where, fields = carried(late)
    assert where == address
    assert browser.post(where, fields, headers=HERE).status_code == 302
    assert Idea.objects.count() == 1


def test_a_stranger_s_tip_from_an_old_page_is_sent_again_without_a_login(city, browser, settings):
    _form, secret = make_tip_form(city.team, actor=city.erik, at=timezone.now())
    address = reverse("editorial:tip_form", args=[secret])
    typed = {"csrfmiddlewaretoken": begun(browser, address), "what": WHAT}
    del browser.cookies[settings.CSRF_COOKIE_NAME]
    late = browser.post(address, typed, headers=HERE)
    assert "log in" not in late.content.decode().lower()
    where, fields = carried(late)
    assert browser.post(where, fields, headers=HERE).status_code == 200
    assert Idea.objects.count() == 1


def test_passwords_and_files_are_not_handed_back_and_files_are_named(city, client):
    picture = SimpleUploadedFile("swan <1>.png", b"bytes", "image/png")
    typed = {
        "what": WHAT,
        "picture": picture,
        "password": "a secret of mine",
        "oldpassword": "another of mine",
    }
    late = client.post(reverse("editorial:idea_new"), typed, headers=HERE)
    text = late.content.decode()
    assert "swan &lt;1&gt;.png" in text
    assert carried(late)[1] == {"what": WHAT}
    assert "a secret of mine" not in text, "also not among what was written, though it is of more than a word"
    assert "another of mine" not in text


def test_what_was_chosen_twice_is_handed_back_twice_in_its_order(city, client):
    typed = {"channels": ["3", "1", "2"], "Credential": "{}"}
    late = client.post(reverse("editorial:idea_new"), typed, headers=HERE)
    (form,) = html.fromstring(late.content.decode()).get_element_by_id("content").forms
    assert form.form_values() == [("channels", "3"), ("channels", "1"), ("channels", "2")]


def test_nothing_of_it_is_kept_on_a_shared_computer(city, client):
    late = client.post(reverse("editorial:idea_new"), {"what": WHAT}, headers=HERE)
    assert late["Cache-Control"] == "private, no-store"


def test_site_behind_a_proxy_that_names_no_port_knows_its_own_forms(city, client, settings):
    settings.BASE_URL = "https://testserver:8443"
    where, late = reverse("editorial:idea_new"), {"Origin": "https://testserver:8443"}
    assert carried(client.post(where, {"what": WHAT}, headers=late)) == (where, {"what": WHAT})


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "https://testserver"}],
    ids=["none", "another site", "nobody's", "another scheme"],
)
def test_nothing_that_another_site_sends_is_shown_on_a_page_of_ours(city, browser, headers):
    typed = {"what": "Words of somebody else", "team": city.team.pk}
    assert browser.post(reverse("editorial:idea_new"), typed, headers=headers).status_code == 403
    log_in(browser, city.anna)
    late = browser.post(reverse("editorial:idea_new"), typed, headers=headers)
    assert late.status_code == 403
    assert "Words of" not in late.content.decode()
    plain = Client().post(reverse("editorial:idea_new"), typed, headers=headers)
    assert plain["Location"].startswith(reverse("account_login"))


def test_what_is_no_form_is_led_to_the_login(city, client):
    encoded = "application/x-www-form-urlencoded"
    put = client.put(reverse("editorial:idea_new"), "what=x+y", content_type=encoded, headers=HERE)
    assert put["Location"].startswith(reverse("account_login"))
    sent = client.post(reverse("editorial:idea_new"), b"{}", content_type="application/json", headers=HERE)
    assert sent["Location"].startswith(reverse("account_login"))
