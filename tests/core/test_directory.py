"""Logging in with the city's directory, over real HTTP against a provider of the tests' own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from core.models import Event, User
from tests.conftest import PASSWORD
from tests.core.oidc import CLIENT, SECRET, Provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _strangers_read_english(settings):
    settings.LANGUAGE_CODE = "en"


GROUPS = {"administrators": "g-admin", "records_officers": "g-records", "people": "g-people"}


@pytest.fixture
def provider(settings):
    running = Provider()
    app = {
        "provider_id": "directory",
        "name": "Avinge",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": running.issuer, "fetch_userinfo": False, "uid_field": "sub"},
    }
    own = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": own | {"APPS": [app]}}
    settings.OIDC_ROLE_GROUPS = GROUPS
    yield running
    running.close()


def go(client: Client, provider: Provider, process: str = "login"):
    """This will press the button, follow to the provider and come back; returns our last answer."""
    start = client.post(f"{reverse('openid_connect_login', args=['directory'])}?process={process}")
    there = start["Location"] if start.status_code == 302 else start.context["redirect_to"]
    assert there.startswith(f"{provider.issuer}/authorize"), there
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    return client.get(urlsplit(back)._replace(scheme="", netloc="").geturl())


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def maja(**claims):
    return {
        "sub": "s-1",
        "name": "Maja Lind",
        "email": "maja@avinge.example",
        "groups": ["g-people"],
    } | claims


def test_somebody_in_a_named_group_gets_an_account_with_the_roles_of_the_groups(city, client, provider):
    provider.person = maja(groups=["g-people", "g-records"])
    go(client, provider)
    assert is_in(client)
    user = User.objects.get(email="maja@avinge.example")
    assert (user.name, user.is_records_officer, user.is_staff) == ("Maja Lind", True, False)
    assert not user.has_usable_password()
    assert SocialAccount.objects.get().uid == "s-1"
    assert set(Event.objects.filter(about_id=user.pk).values_list("kind", flat=True)) == {
        "user.from_directory",
        "user.roles_changed",
        "login.in",
    }


def test_the_way_there_carries_a_challenge_a_state_and_our_own_address(city, client, provider):
    provider.person = maja()
    go(client, provider)
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 16
    assert asked["redirect_uri"] == "http://testserver/account/oidc/directory/login/callback/"


def test_somebody_in_no_named_group_is_refused_with_a_sentence_and_gets_no_account(city, client, provider):
    provider.person = maja(groups=["g-other"])
    answer = go(client, provider)
    assert answer.status_code == 403
    assert "No group of the directory gives you access" in answer.content.decode()
    assert not is_in(client)
    assert not User.objects.filter(email="maja@avinge.example").exists()


def test_a_first_password_that_is_over_keeps_nobody_out_who_comes_by_the_directory(city, provider):
    provider.person = maja()
    go(Client(), provider)
    user, anew = User.objects.get(email="maja@avinge.example"), Client()
    user.set_password(PASSWORD)
    user.has_first_password = True
    user.save()
    typed = {"login": user.email, "password": PASSWORD}
    assert anew.post(reverse("account_login"), typed).status_code == 403
    go(anew, provider)
    assert is_in(anew)


def test_a_role_that_the_directory_takes_away_is_gone_and_its_other_logins_end(city, provider):
    first, second = Client(), Client()
    provider.person = maja(groups=["g-people", "g-records"])
    go(first, provider)
    assert first.get(reverse("trail_page")).status_code == 200
    provider.person = maja()
    go(second, provider)
    assert is_in(second)
    assert second.get(reverse("trail_page")).status_code == 404
    assert not is_in(first)


def test_somebody_whose_groups_are_gone_is_let_in_no_more(city, provider):
    provider.person = maja()
    go(Client(), provider)
    provider.person = maja(groups=[])
    client = Client()
    assert go(client, provider).status_code == 403
    assert not is_in(client)


def test_a_person_is_their_sub_and_not_their_address(city, client, provider):
    provider.person = maja()
    go(Client(), provider)
    provider.person = maja(email="maja.berg@avinge.example", name="Maja Berg")
    go(client, provider)
    assert is_in(client)
    assert User.objects.filter(email__startswith="maja").count() == 1


def test_an_address_that_has_an_account_is_not_taken_over(city, client, provider):
    provider.person = maja(sub="s-2", email="Anna+x@avinge.example", email_verified=True)
    answer = go(client, provider)
    assert answer.status_code == 403
    assert "connect it" in answer.content.decode()
    assert not is_in(client)


def test_an_account_is_connected_by_its_owner_and_then_opens_with_the_directory(city, provider):
    provider.person = maja(sub="s-3", email="anna@avinge.example", groups=["g-people"])
    anna = Client()
    anna.post(reverse("account_login"), {"login": city.anna.email, "password": PASSWORD})
    answer = go(anna, provider, process="connect")
    assert answer.status_code == 302
    client = Client()
    go(client, provider)
    assert is_in(client)
    assert SocialAccount.objects.get().user == city.anna


def test_a_token_meant_for_another_program_is_refused(city, client, provider):
    provider.person, provider.audience = maja(), "another-program"
    assert go(client, provider).status_code in (200, 401, 403)
    assert not is_in(client)


def test_a_state_that_we_did_not_give_is_refused(city, client, provider):
    provider.person = maja()
    start = client.post(reverse("openid_connect_login", args=["directory"]))
    there = start["Location"] if start.status_code == 302 else start.context["redirect_to"]
    back = urlsplit(requests.get(there, allow_redirects=False, timeout=5).headers["Location"])
    stranger = Client()
    stranger.get(f"{back.path}?{back.query}")
    assert not is_in(stranger)
    assert parse_qs(back.query)["state"]


@pytest.mark.parametrize("reason", ["access_denied", "server_error"])
def test_a_refusal_by_the_directory_is_a_page_and_not_an_error(city, client, provider, reason):
    provider.refuses = reason
    answer = go(client, provider)
    assert answer.status_code in (200, 302, 401, 403)
    assert not is_in(client)


def test_a_directory_that_does_not_answer_is_told_as_such(city, client, provider):
    provider.close()
    answer = client.post(reverse("openid_connect_login", args=["directory"]))
    assert answer.status_code == 502
    assert "did not succeed" in answer.content.decode()


@pytest.mark.parametrize(
    "broken", [{"sub": None}, {"groups": 7}, {"name": ["Maja"]}, {"email": 5}, {"email": ""}]
)
def test_claims_of_the_wrong_kind_never_make_an_error(city, client, provider, broken):
    provider.person = {key: value for key, value in maja(**broken).items() if value is not None}
    assert go(client, provider).status_code in (302, 403, 502)


def test_without_a_directory_there_is_no_button_and_no_door(city, client):
    assert "directory" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("openid_connect_login", args=["directory"])).status_code == 404
