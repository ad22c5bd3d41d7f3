"""How people in a picture are asked: who can be, in which words, and what the picture's page says of it (R15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from channels_registry.models import Channel
from consent import links
from consent.asking import answer, call_back
from consent.letters import send_letters
from consent.models import ConsentEvent, ConsentRequest, Person, Picture
from consent.people import add_guardian, protect
from consent.transitions import add_person, list_person
from core.moves import MoveIncomplete, MoveRefused
from tests.conftest import City
from tests.consent.asked import Asked, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def test_called_back_link_takes_no_answer(asked: Asked, city: City, client: Client, at: datetime) -> None:
    request = asked()
    call_back(request, actor=city.anna, at=at)
    assert client.post(path_of(request) + "say/", {"answer": "yes", "seen": 2}).status_code == 409
    with pytest.raises(MoveRefused, match="called back already"):
        call_back(request, actor=city.anna, at=at)
    with pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        connection.cursor().execute("UPDATE consent_consentrequest SET cancelled_at = NULL")


@pytest.mark.rule("R15")
def test_asking_again_ends_the_earlier_link_and_keeps_what_was_answered(
    asked: Asked, client: Client, at: datetime
) -> None:
    first, second = asked(), asked()
    assert ConsentRequest.objects.get(cancelled_at=None) == second
    ended = client.get(path_of(first) + "answer/").content.decode()
    assert "The link has ended" in ended
    assert client.post(path_of(first) + "say/", {"answer": "yes", "seen": 2}).status_code == 409
    client.post(path_of(second) + "say/", {"answer": "yes", "seen": 1})
    third = asked()
    assert ConsentRequest.objects.get(cancelled_at=None) == third
    for old in (first, second):  # also the link from before leads to the yes, and takes it back
        receipt = client.get(path_of(old), follow=True).content.decode()
        assert "Take my yes back" in receipt
    client.post(path_of(second) + "withdraw/")
    assert ConsentEvent.objects.last().said == "withdrawn"
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentRequest.objects.create(
            picture=third.picture,
            person=third.person,
            signer=third.signer,
            text=third.text,
            token_hash="x",
            asked_by=third.asked_by,
            asked_at=at,
            ends_at=at,
        )


def test_question_whose_link_ended_before_it_was_sent_is_not_sent(
    asked: Asked, city: City, at: datetime
) -> None:
    asked(email=True)
    call_back(asked(email=True), actor=city.anna, at=at)
    last = asked(email=True)
    assert send_letters(at) == 1
    assert links.url_of(last) in mail.outbox[0].body


@pytest.mark.rule("R15")
def test_ask_page_says_who_was_asked_and_wants_the_channels_in_so_many_words(
    asked: Asked, city: City, client_of: Callable[..., Client], maja: Person, client: Client
) -> None:
    picture = Picture.objects.get()
    page, url = client_of(city.anna), reverse("consent:picture_ask", args=[picture.pk])
    box = f"ask_{maja.pk}-{maja.pk}"
    assert f'name="{box}" id="id_{box}" checked' in page.get(url).content.decode()
    request = asked()
    again = page.get(url).content.decode()
    assert "Asked Tue 24 Nov 2026, no answer yet." in again
    assert f'name="{box}" id="id_{box}" checked' not in again
    ended = Channel.objects.create(
        platform=city.channel.platform,
        name="Not open yet",
        handle="new",
        url="https://www.facebook.com/new",
        unit=city.unit,
        state="proposed",
    )
    assert "Not open yet" not in page.get(url).content.decode()
    sent = {box: "on", "how": "qr", "language": "en"}
    for wrong in ({}, {"where": "some"}, {"where": "all", "channels": [city.channel.pk]}):
        assert page.post(url, sent | wrong).status_code == 422
    assert page.post(url, sent | {"where": "some", "channels": [ended.pk]}).status_code == 422
    assert ConsentRequest.objects.get(cancelled_at=None) == request
    assert page.post(url, sent | {"where": "some", "channels": [city.channel.pk]}).status_code == 302
    assert ConsentRequest.objects.get(cancelled_at=None).channel_ids == [city.channel.pk]
    assert page.post(url, sent | {"where": "all"}).status_code == 302
    assert ConsentRequest.objects.get(cancelled_at=None).channel_ids == []


@pytest.mark.rule("R16")
def test_those_nobody_can_be_asked_about_stand_on_the_ask_page_with_what_is_missing(
    city: City, at: datetime, maja: Person, listed: Callable[..., Person], client_of: Callable[..., Client]
) -> None:
    picture = Picture.objects.get()
    child = listed(picture, name="Lo Ek", born_on=date(2019, 5, 1))
    list_person(picture, actor=city.anna, at=at, place="by the door")
    url = reverse("consent:picture_ask", args=[picture.pk])
    page = client_of(city.anna).get(url).content.decode()
    assert "Lo Ek is a child, and no guardian is noted. Add all guardians." in page
    assert f"{reverse('consent:person_page', args=[child.pk])}#guardians" in page
    assert "Somebody is unknown (by the door)." in page
    assert f"ask_{maja.pk}-{maja.pk}" in page
    mother = add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Ek")
    add_guardian(child, mother, actor=city.anna, at=at)
    protect(maja, actor=city.anna, at=at)
    page = client_of(city.anna).get(url).content.decode()
    assert f"ask_{child.pk}-{mother.pk}" in page
    assert "no guardian is noted" not in page
    assert ("The picture must not be used." in page, f"ask_{maja.pk}-" in page) == (True, False)


def test_asking_is_refused_with_its_reason(
    asked: Asked, city: City, maja: Person, at: datetime, new_picture: Callable[..., Picture]
) -> None:
    other = add_person(actor=city.anna, at=at, unit=city.unit, name="Nora Ek")
    with pytest.raises(MoveRefused, match="neither Maja Lind nor a guardian"):
        asked(signer=other)
    with pytest.raises(MoveRefused, match="not listed"):
        asked(person=other, signer=other)
    with pytest.raises(MoveRefused, match="no information text"):
        asked(language="xx")
    with pytest.raises(MoveRefused, match="over already"):
        asked(until=date(2026, 11, 23))
    Person.objects.filter(pk=maja.pk).update(email="")
    maja.refresh_from_db()
    with pytest.raises(MoveIncomplete, match="No e-mail address"):
        asked(email=True)
    protect(maja, actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="must not be used"):
        asked()
    assert not ConsentRequest.objects.exists()


@pytest.mark.parametrize("column", ["token_hash = 'x'", "signer_id = 0", "ends_at = asked_at"])
def test_what_was_asked_is_never_changed_by_raw_sql(asked: Asked, column: str) -> None:
    asked()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        connection.cursor().execute(f"UPDATE consent_consentrequest SET {column}")


def test_other_languages_can_be_added_and_every_version_stays(
    asked: Asked, city: City, client_of: Callable[..., Client], client: Client
) -> None:
    from consent.models import NoticeText

    text = {
        "language": "fi",
        "language_name": "suomi",
        "why": "Kysymme ensin.",
        "rights": "Sinä päätät.",
        "contact": "Kysy meiltä.",
        "yes": "Kyllä",
        "no": "Ei",
        "some": "Vain jotkut",
        "withdraw": "Peru",
    }
    admin = client_of(city.admin)
    for why in ("Kysymme ensin.", "Kysymme aina ensin."):
        assert admin.post(reverse("admin:consent_noticetext_add"), text | {"why": why}).status_code == 302
    rows = NoticeText.objects.filter(language="fi")
    assert [row.number for row in rows] == [2, 1]
    assert len({row.sha for row in rows}) == 2
    request = asked(language="fi")
    assert "Kysymme aina ensin." in client.get(path_of(request)).content.decode()
    assert "Kyllä" in client.get(path_of(request) + "answer/").content.decode()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        connection.cursor().execute("UPDATE consent_noticetext SET why = 'other'")


def test_picture_page_shows_who_waits_and_who_answered(
    asked: Asked, client: Client, city: City, client_of: Callable[..., Client], maja: Person
) -> None:
    page = reverse("consent:picture_page", args=[Picture.objects.get().pk])
    request = asked()
    assert "Call back the link to Maja Lind" in client_of(city.anna).get(page).content.decode()
    client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1})
    shown = client_of(city.anna).get(page).content.decode()
    assert "by their own link" in shown
    assert "Call back the link" not in shown
    codes = reverse("consent:picture_links", args=[Picture.objects.get().pk])
    assert "Nobody is left to answer" in client_of(city.anna).get(codes).content.decode()


@pytest.mark.rule("R15")
def test_who_was_asked_is_waited_for_and_the_history_says_what_was_said(
    asked: Asked, city: City, client_of: Callable[[Any], Client], at: datetime
) -> None:
    page = reverse("consent:picture_page", args=[Picture.objects.get().pk])
    anna = client_of(city.anna)
    assert "The consent of Maja Lind is missing. Ask first." in anna.get(page).content.decode()
    request = asked()
    shown = anna.get(page).content.decode()
    assert "Maja Lind has not answered yet. Wait, or ask again." in shown
    assert ("Consent asked for" in shown, "Consent given" in shown) == (True, False)
    answer(request, at=at, seen=request.version, says_yes=True)
    shown = anna.get(page).content.decode()
    assert ("has not answered yet" in shown, "Consent given" in shown) == (False, True)
    asked()
    assert "has not answered yet" not in anna.get(page).content.decode()
