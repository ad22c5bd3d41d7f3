"""The second step of the login: who has to have one, and that nothing opens before."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.models import Event, Notice
from core.second_factor import MFAAdapter
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _strangers_read_english(settings):
    settings.LANGUAGE_CODE = "en"


ALL = ["chiefs", "records_officers", "administrators"]


def code_of(secret: str, at: float | None = None) -> str:
    """The code an authenticator app shows: RFC 6238 with 30 seconds and six digits."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return str((struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6).zfill(6)


def log_in(client: Client, user, **extra):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **extra})


def set_up(client: Client) -> str:
    """This will set up an app as one does in the browser, and return its secret."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="login-secret">(\w+)<', page).group(1)
    assert client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}).status_code == 302
    return secret


def _with_no_token(client: Client) -> HttpResponse:
    asked = Client(enforce_csrf_checks=True)
    asked.cookies = client.cookies
    return asked.post(reverse("my_day"), {"what": "x"}, headers={"Origin": "http://testserver"})


@pytest.mark.parametrize("who", ["karin", "ulf", "rut", "admin"])
def test_a_role_that_needs_a_second_step_reaches_nothing_before_it_is_set_up(city, settings, who):
    settings.SECOND_FACTOR_FOR = ALL
    client = Client()
    log_in(client, getattr(city, who))
    for name in ("my_day", "trail_page", "editorial:posts_page", "admin:index", "account_change_password"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index")), name
    posted = client.post(reverse("moderation:comment_new"), {"text": "x"})
    assert posted.status_code == 403
    assert "second step" in posted.content.decode()
    assert client.post(reverse("still_here")).status_code == 204
    assert client.get(reverse("mfa_index")).context["page"].nav == []
    for other in (client.get("/no/such/page/"), _with_no_token(client)):
        assert other.status_code in (403, 404)
        assert "has-nav" not in other.content.decode(), (
            "what is refused before is surrounded by nothing either"
        )
    set_up(client)
    assert client.get(reverse("my_day")).context["page"].nav


@pytest.mark.parametrize(("who", "roles"), [("anna", ALL), ("erik", ALL), ("rut", ["chiefs"]), ("admin", [])])
def test_other_roles_come_in_with_a_password_alone(city, settings, who, roles):
    settings.SECOND_FACTOR_FOR = roles
    client = Client()
    log_in(client, getattr(city, who))
    assert client.get(reverse("my_day")).status_code == 200


@pytest.mark.parametrize(("late", "status"), [(29, 302), (75, 200)])
def test_a_code_that_changed_while_it_was_typed_still_counts_but_not_an_old_one(city, late, status):
    client = Client()
    log_in(client, city.anna)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="login-secret">(\w+)<', page).group(1)
    typed = {"code": code_of(secret, time.time() - late)}
    assert client.post(reverse("mfa_activate_totp"), typed).status_code == status


def test_once_set_up_the_password_alone_opens_nothing_and_the_code_works_once(city):
    first = Client()
    log_in(first, city.anna)
    secret = set_up(first)
    second = Client()
    asked = log_in(second, city.anna)
    assert asked["Location"] == reverse("mfa_authenticate")
    assert second.get(reverse("my_day")).status_code == 302
    wrong = second.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "The code is wrong or too old" in wrong.content.decode()
    code = code_of(secret)
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert second.get(reverse("my_day")).status_code == 200
    third = Client()
    log_in(third, city.anna)
    again = third.post(reverse("mfa_authenticate"), {"code": code})
    assert again.status_code == 200, "the same code has been used already"


def test_a_recovery_code_lets_in_once(city):
    client = Client()
    log_in(client, city.anna)
    set_up(client)
    codes = re.findall(r"<code>(\d+)</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    for expected in (302, 200):
        other = Client()
        log_in(other, city.anna)
        assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == expected


def test_the_secrets_are_not_readable_in_the_database(city):
    client = Client()
    log_in(client, city.anna)
    secret = set_up(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert MFAAdapter().decrypt(stored) == secret


def test_five_minutes_after_a_login_no_connection_to_the_directory_is_taken_away(city, time_machine):
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    client, page = Client(), reverse("socialaccount_connections")
    connected = SocialAccount.objects.create(user=city.anna, provider="directory", uid="x")
    log_in(client, city.anna)
    time_machine.move_to("2026-05-04T10:05:01Z", tick=False)
    answer = client.post(page, {"account": connected.pk})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert SocialAccount.objects.exists()


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_five_minutes_after_a_login_the_password_is_asked_for_again(city, time_machine, name):
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    client, page = Client(), reverse(name)
    log_in(client, city.anna)
    assert client.get(page).status_code == 200
    time_machine.move_to("2026-05-04T10:05:01Z", tick=False)
    for answer in (client.get(page), client.post(page, {"action": "x"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(page).status_code == 200


def test_setting_up_and_taking_away_ends_other_logins_and_is_told(city):
    mine, other = Client(), Client()
    log_in(mine, city.anna)
    log_in(other, city.anna)
    set_up(mine)
    assert mine.get(reverse("my_day")).status_code == 200
    assert other.get(reverse("my_day")).status_code == 302
    assert Notice.objects.filter(recipient=city.anna).count() == 1
    assert mine.post(reverse("mfa_deactivate_totp")).status_code == 302
    kinds = list(
        Event.objects.filter(about_id=city.anna.pk, kind__startswith="login.step").values_list(
            "kind", flat=True
        )
    )
    assert sorted(kinds) == ["login.step_added", "login.step_removed"]


def test_who_needs_a_second_step_cannot_take_away_the_last_one(city, settings):
    settings.SECOND_FACTOR_FOR = ALL
    client = Client()
    log_in(client, city.karin)
    set_up(client)
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "Your role needs a second step" in answer.content.decode()
    assert Authenticator.objects.filter(user=city.karin, type="totp").exists()


def test_who_becomes_a_chief_logs_in_anew_and_sets_up_a_second_step(city, settings):
    settings.SECOND_FACTOR_FOR = ALL
    client = Client()
    log_in(client, city.anna)
    assert client.get(reverse("my_day")).status_code == 200
    city.unit.responsible_chief = city.anna
    city.unit.save()
    assert reverse("account_login") in client.get(reverse("my_day"))["Location"]
    log_in(client, city.anna)
    assert client.get(reverse("my_day"))["Location"] == reverse("mfa_index")


@pytest.mark.rule("R41")
def test_an_administrator_takes_away_a_lost_second_step_and_it_is_written_down(city, client_of):
    client = Client()
    log_in(client, city.anna)
    set_up(client)
    admin = client_of(city.admin)
    posted = {"action": "reset_second_step", "_selected_action": [city.anna.pk]}
    assert admin.post(reverse("admin:core_user_changelist"), posted).status_code == 302
    assert not Authenticator.objects.filter(user=city.anna).exists()
    event = Event.objects.get(kind="login.step_removed")
    assert (event.about_id, event.actor) == (city.anna.pk, city.admin)
    assert client.get(reverse("my_day")).status_code == 302


def test_the_admin_shows_no_secret_of_a_second_step(city, client_of):
    client = Client()
    log_in(client, city.anna)
    set_up(client)
    factor = Authenticator.objects.get(type="totp")
    page = (
        client_of(city.admin)
        .get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
        .content.decode()
    )
    assert "Anna" in page
    assert factor.data["secret"] not in page


def test_what_one_came_for_is_offered_once_the_second_step_is_there(city, settings):
    settings.SECOND_FACTOR_FOR = ALL
    client, wanted = Client(), reverse("channels_registry:closures_page") + "?page=1"
    page = client.get(wanted)
    login = client.post(page["Location"], {"login": city.karin.email, "password": PASSWORD, "next": wanted})
    assert login["Location"] == wanted
    assert client.get(wanted)["Location"] == reverse("mfa_index")
    client.get(
        reverse("notices_page"), headers={"HX-Request": "true"}
    )  # a part of a page is not what one came for
    set_up(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert f'href="{wanted}">Go on to what you came for' in codes
    assert client.get(wanted).status_code == 200
    assert "Go on to what" not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
