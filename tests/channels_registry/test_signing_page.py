"""The chiefs' own page: one screen, one password, one word (R40)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NS = "channels_registry:"


def url(name, *args):
    return reverse(NS + name, args=args)


def text(response):
    return response.content.decode()


@pytest.mark.rule("R40")
def test_chief_signs_on_one_page_with_the_password_once_more(journey, city, client_of, time_machine):
    time_machine.move_to(journey.at, tick=False)
    closure, karin = journey.awaiting(), client_of(city.karin)
    address = url("closure_sign", closure.pk)
    page = text(karin.get(address))
    for said in (
        "Too little for the work.",
        "Send them to Instagram.",
        "Keep everything.",
        "Everything · content · layout.",
        closure.plan_sha,
        "Anna",
    ):
        assert said in page
    form = {"plan_sha": closure.plan_sha, "note": "", "say": "yes"}
    wrong = karin.post(address, form | {"password": "wrong"})
    assert (wrong.status_code, "password is not right" in text(wrong)) == (422, True)
    stale = karin.post(address, form | {"password": PASSWORD, "plan_sha": "0" * 64})
    assert (stale.status_code, "Read it again before you sign" in text(stale)) == (409, True)
    assert not closure.decisions.exists()
    assert karin.post(address, form | {"password": PASSWORD}).status_code == 302
    assert closure.decisions.get().signer == city.karin
    again = karin.post(address, form | {"password": PASSWORD})
    assert (again.status_code, "signed already" in text(again)) == (409, True)


@pytest.mark.rule("R40")
def test_chief_says_no_with_a_reason_and_everybody_can_read_it(journey, city, client_of, time_machine):
    time_machine.move_to(journey.at, tick=False)
    closure, ulf = journey.awaiting(), client_of(city.ulf)
    address = url("closure_sign", closure.pk)
    form = {"plan_sha": closure.plan_sha, "password": PASSWORD, "say": "no"}
    silent = ulf.post(address, form | {"note": " "})
    assert (silent.status_code, "Say why you say no" in text(silent)) == (422, True)
    assert ulf.post(address, form | {"note": "The winter season needs it."}).status_code == 302
    assert journey.fresh(closure).state == "rejected"
    assert "The winter season needs it." in text(client_of(city.anna).get(url("closure_page", closure.pk)))


@pytest.mark.rule("R40")
@pytest.mark.parametrize("who", ["anna", "erik", "rut", "tove"])
def test_who_is_no_chief_reads_the_plan_and_cannot_sign(journey, city, client_of, who):
    closure = journey.awaiting()
    client = client_of(journey.tove if who == "tove" else getattr(city, who))
    address = url("closure_sign", closure.pk)
    assert "Sign the plan" not in text(client.get(address))
    form = {"plan_sha": closure.plan_sha, "password": PASSWORD, "say": "yes"}
    assert client.post(address, form).status_code == 403
    assert not closure.decisions.exists()


def test_guessing_the_password_is_slowed(journey, city, client_of):
    closure, karin = journey.awaiting(), client_of(city.karin)
    form = {"plan_sha": closure.plan_sha, "password": "wrong", "say": "yes"}
    for _ in range(12):
        last = karin.post(url("closure_sign", closure.pk), form)
    assert "Too many tries" in text(last)
    right = karin.post(url("closure_sign", closure.pk), form | {"password": PASSWORD})
    assert right.status_code == 422


def test_link_in_the_chiefs_mail_leads_to_login_and_then_to_the_plan(journey, city, client):
    closure = journey.awaiting()
    address = url("closure_sign", closure.pk)
    asked = client.get(address)
    assert (asked.status_code, asked["Location"]) == (302, f"{reverse('account_login')}?next={address}")
    back = client.post(asked["Location"], {"login": city.karin.email, "password": PASSWORD})
    assert back["Location"] == address
    assert "Sign the plan" in text(client.get(address))
