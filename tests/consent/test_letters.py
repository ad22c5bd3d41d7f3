"""E-mail to signers that does not arrive: it is marked, shown where one waits for the answer, and told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from consent.asking import ask_by_link
from consent.letters import MAX_ATTEMPTS, send_letters
from consent.models import ConsentRequest, Letter, Picture
from core.models import Notice
from core.returned import read_report, take_report
from tests import returned
from tests.conftest import City

pytestmark = pytest.mark.django_db

TOLD = "E-mail that did not arrive (question): A teal pond"


@pytest.fixture
def request_of(city: City, at: datetime, new_picture: Any, listed: Any) -> ConsentRequest:
    """A question to Maja by e-mail, sent."""
    picture = new_picture()
    maja = listed(picture, email="maja@home.example")
    request = ask_by_link(picture, actor=city.anna, at=at, person=maja, signer=maja, email=True)
    assert send_letters(at) == 1
    return request


def picture_page(city: City, client_of: Any) -> str:
    url = reverse("consent:picture_page", args=[Picture.objects.get().pk])
    return str(client_of(city.anna).get(url).content.decode()).lower()


def test_letter_that_comes_back_is_told_and_shown_where_one_waits(
    city: City, at: datetime, request_of: ConsentRequest, client_of: Any, time_machine: Any
) -> None:
    time_machine.move_to(at)
    sent = mail.outbox[0].extra_headers["Message-ID"]
    assert "the e-mail did not arrive" not in picture_page(city, client_of)
    late = returned.postfix(sent, to="maja@home.example", action="delayed", status="4.7.1")
    letter = Letter.objects.get()
    assert take_report(read_report(late), at) == f"letter {letter.pk}"
    assert not Notice.objects.filter(subject=TOLD).exists()
    for _twice in range(2):
        take_report(read_report(returned.postfix(sent, to="maja@home.example")), at)
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("refused", "returned")
    told = Notice.objects.filter(subject=TOLD)
    assert {notice.recipient for notice in told} == {city.anna, city.erik, city.sara}
    assert "maja" not in str(list(told.values())).lower()
    assert "the e-mail did not arrive" in picture_page(city, client_of)
    ask_by_link(
        request_of.picture, actor=city.anna, at=at, person=request_of.person, signer=request_of.signer
    )
    assert "the e-mail did not arrive" not in picture_page(city, client_of)


def test_letter_that_no_mail_server_takes_is_given_up_and_told(
    city: City, at: datetime, new_picture: Any, listed: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.consent.refusing.Backend"
    picture = new_picture()
    maja = listed(picture, email="maja@home.example")
    ask_by_link(picture, actor=city.anna, at=at, person=maja, signer=maja, email=True)
    for attempt in range(MAX_ATTEMPTS):
        assert not Notice.objects.filter(subject=TOLD).exists()
        assert send_letters(at + timedelta(hours=5 * attempt)) == 0
    assert Letter.objects.get().state == "refused"
    assert Notice.objects.filter(subject=TOLD).count() == 3
