"""A signer's link: what is asked, what is answered, and everything that happens to links (R15, R16)."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from consent import links
from consent.asking import answer, withdraw
from consent.letters import send_letters
from consent.lights import light_of
from consent.models import ConsentEvent, ConsentRequest, Letter, Person, Picture
from core.logs import masked
from core.moves import ChangedMeanwhile
from tests.conftest import City
from tests.consent.asked import Asked, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def green(day: date = date(2026, 11, 24), *channels: int) -> bool:
    return light_of(Picture.objects.for_light().get(), channels, day).is_green


@pytest.mark.rule("R15")
def test_signer_reads_page_by_page_and_says_yes(asked: Asked, client: Client) -> None:
    request = asked()
    page = client.get(path_of(request))
    for words in ("May we show this picture?", "This question is for you, Maja Lind", "Anna at Parks asks."):
        assert words in page.content.decode()
    where = client.get(path_of(request) + "where/").content.decode()
    assert "Parks on Facebook" in where
    assert "until you take your yes back" in where
    assert (
        "You can take a yes back whenever you want"
        in client.get(path_of(request) + "rights/").content.decode()
    )
    assert "Yes, you may show the picture" in client.get(path_of(request) + "answer/").content.decode()
    assert not green()
    done = client.post(path_of(request) + "say/", {"answer": "yes", "seen": request.version})
    assert (done.status_code, done["Location"]) == (302, path_of(request) + "receipt/")
    word = ConsentEvent.objects.last()
    assert (word.said, word.way, word.noted_by, word.text, word.request) == (
        "given",
        "link",
        None,
        request.text,
        request,
    )
    assert green()


@pytest.mark.rule("R15")
def test_reading_changes_nothing_whoever_reads(asked: Asked, client: Client) -> None:
    request = asked()

    def everything() -> list[Any]:
        return [
            list(ConsentEvent.objects.values()),
            list(ConsentRequest.objects.values()),
            list(Letter.objects.values()),
        ]

    before = everything()
    for step in ("", "picture/", "small/", "where/", "rights/", "answer/", "some/", "receipt/", "withdraw/"):
        for method in (client.get, client.head, client.options):
            method(path_of(request) + step)
    assert everything() == before


def test_pages_of_a_link_are_secrets(asked: Asked, client: Client) -> None:
    request = asked()
    for step in ("", "where/", "picture/", "small/", "receipt/", "nothing-there/"):
        headers = client.get(path_of(request) + step).headers
        assert headers["Cache-Control"] == "no-store, private"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "Set-Cookie" not in headers
    page = client.get(path_of(request)).content.decode()
    assert "<script" not in page
    assert 'name="robots" content="noindex' in page


@pytest.mark.rule("R15")
def test_link_is_kept_as_a_hash_only(asked: Asked, at: datetime) -> None:
    request = asked(email=True)
    token = path_of(request).split("/")[2]
    assert len(token) == 32
    for model in (ConsentRequest, ConsentEvent, Letter):
        assert token not in str(list(model.objects.values()))
    from core.models import Event, Notice

    assert token not in str(list(Event.objects.values())) + str(list(Notice.objects.values()))
    assert links.find(token) == request


def test_changed_secret_key_keeps_old_links_and_says_when_it_cannot_show_one(
    asked: Asked, settings: Any, client: Client
) -> None:
    request = asked()
    path, old = path_of(request), settings.SECRET_KEY
    settings.SECRET_KEY = "only-another-key-that-is-long-enough-to-be-one-0123456789"
    assert client.get(path).status_code == 200
    with pytest.raises(links.LinkLost):
        links.url_of(request)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert path_of(request) == path


def test_guessed_link_leads_nowhere_and_many_have_to_wait(
    asked: Asked, client: Client, settings: Any, at: datetime, time_machine: Any
) -> None:
    settings.LINK_GUESSES = 3
    request = asked()
    for guess in ("x" * 32, "short", "å" * 32):
        assert client.get(f"/s/{guess}/").status_code == 404
    assert client.get(f"/s/{'y' * 32}/").status_code == 429
    assert client.get(path_of(request)).status_code == 429
    assert client.get(path_of(request), REMOTE_ADDR="192.0.2.7").status_code == 200
    time_machine.move_to(at + timedelta(minutes=11), tick=False)
    assert client.get(path_of(request)).status_code == 200


def test_ended_link_takes_no_yes_but_takes_a_yes_back(
    asked: Asked, client: Client, at: datetime, time_machine: Any
) -> None:
    request = asked()
    client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1})
    time_machine.move_to(at + timedelta(days=31), tick=False)
    late = client.post(path_of(request) + "say/", {"answer": "yes", "seen": 2})
    assert late.status_code == 409
    assert "The link has ended" in late.content.decode()
    client.post(path_of(request) + "withdraw/")
    assert ConsentEvent.objects.last().said == "withdrawn"
    assert not green()


@pytest.mark.rule("R15")
def test_only_these_channels(asked: Asked, client: Client, city: City) -> None:
    request = asked()
    none = client.post(path_of(request) + "say/", {"answer": "some", "seen": 1})
    assert none.status_code == 422
    assert "Choose at least one channel, or say no." in none.content.decode()
    other = client.post(
        path_of(request) + "say/", {"answer": "some", "seen": 1, "channels": [city.channel.pk, 99999]}
    )
    assert other.status_code == 422
    client.post(path_of(request) + "say/", {"answer": "some", "seen": 1, "channels": [city.channel.pk]})
    day = date(2026, 11, 24)
    assert green(day, city.channel.pk)
    assert not green(day, city.other_channel.pk)
    assert "Parks on Facebook" in client.get(path_of(request) + "receipt/").content.decode()


@pytest.mark.rule("R15")
def test_same_answer_twice_is_one_answer_and_two_at_once_meet(asked: Asked, at: datetime) -> None:
    request = asked()
    mine, theirs = (ConsentRequest.objects.get(pk=request.pk) for _ in range(2))
    answer(mine, at=at, seen=1, says_yes=True)
    assert answer(mine, at=at, seen=1, says_yes=True) is None
    with pytest.raises(ChangedMeanwhile, match="answered with this link just now"):
        answer(theirs, at=at, seen=1, says_yes=False)
    assert [word.said for word in ConsentEvent.objects.all()] == ["asked", "given"]
    answer(mine, at=at, seen=2, says_yes=False)
    assert ConsentEvent.objects.last().said == "withdrawn"


def test_two_answers_with_different_content_show_what_the_other_did(asked: Asked, client: Client) -> None:
    request = asked()
    client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1})
    late = client.post(path_of(request) + "say/", {"answer": "no", "seen": 1})
    assert late.status_code == 409
    assert "Somebody answered with this link just now" in late.content.decode()
    assert client.post(path_of(request) + "say/", {"answer": "maybe", "seen": 2}).status_code == 422
    assert client.post(path_of(request) + "say/", {"answer": "no"}).status_code == 422


def test_link_used_too_often_has_to_wait(asked: Asked, client: Client, settings: Any) -> None:
    settings.LINK_ANSWERS = 2
    request = asked()
    for turn in ("yes", "no"):
        request.refresh_from_db()
        client.post(path_of(request) + "say/", {"answer": turn, "seen": request.version})
    request.refresh_from_db()
    data = {"answer": "yes", "seen": request.version}
    assert client.post(path_of(request) + "say/", data).status_code == 429
    assert client.post(path_of(request) + "withdraw/").status_code == 302


def test_withdrawing_twice_is_once_and_without_a_yes_is_nothing(asked: Asked, at: datetime) -> None:
    request = asked()
    assert withdraw(request, at=at) is None
    answer(request, at=at, seen=1, says_yes=True)
    assert withdraw(request, at=at) is not None
    assert withdraw(request, at=at) is None


@pytest.mark.rule("R15")
def test_receipt_has_the_same_link_and_says_what_was_answered(
    asked: Asked, client: Client, sweep_at: Any, at: datetime
) -> None:
    request = asked(email=True)
    client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1})
    sweep_at(at)
    question, receipt = (letter for letter in mail.outbox if letter.to == ["maja@home.example"])
    assert (question.to, question.subject) == (["maja@home.example"], "May we show a picture?")
    assert "Maja" not in question.subject
    for letter in (question, receipt):
        assert links.url_of(request) in letter.body
        assert len(re.findall(r"https?://", letter.body)) == 1
    assert "You said yes" in receipt.body
    sweep_at(at)
    assert len([letter for letter in mail.outbox if letter.to == ["maja@home.example"]]) == 2


def test_address_given_with_the_answer_gets_the_receipt(asked: Asked, client: Client, maja: Person) -> None:
    Person.objects.filter(pk=maja.pk).update(email="")
    request = asked()
    bad = client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1, "email": "not one"})
    assert bad.status_code == 422
    assert 'value="not one"' in bad.content.decode()
    client.post(path_of(request) + "say/", {"answer": "yes", "seen": 1, "email": "m@home.example"})
    assert Letter.objects.get().to == "m@home.example"


def test_letter_the_mail_server_refuses_is_tried_again_and_told_nowhere_else(
    asked: Asked, at: datetime, settings: Any
) -> None:

    asked(email=True)
    settings.EMAIL_BACKEND = "tests.consent.refusing.Backend"
    assert send_letters(at) == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts, letter.error) == ("pending", 1, "SMTPServerDisconnected")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_letters(at) == 0
    assert send_letters(at + timedelta(minutes=3)) == 1


@pytest.mark.rule("R15")
def test_question_is_read_in_the_language_chosen_and_the_answer_says_which_text_it_was(
    asked: Asked, client: Client, at: datetime
) -> None:
    from consent.models import NoticeText

    request = asked(language="sv")
    swedish, english = (NoticeText.objects.current()[language] for language in ("sv", "en"))
    for step, part in (("picture", "why"), ("rights", "rights")):
        page = client.get(path_of(request) + f"{step}/?language=en").content.decode()
        assert getattr(english, part).split(".")[0] in page
        assert getattr(swedish, part).split(".")[0] not in page
    page = client.get(path_of(request) + "answer/?language=en").content.decode()
    assert (english.yes in page, swedish.yes in page) == (True, False)
    sent = {"answer": "yes", "seen": 1, "text": english.pk}
    answer = client.post(path_of(request) + "say/?language=en", sent)
    assert answer["Location"].endswith("?language=en")
    word = ConsentEvent.objects.last()
    assert (word.said, word.text, word.request.text) == ("given", english, swedish)
    send_letters(at)
    assert mail.outbox[-1].subject == "Your answer about a picture"
    assert client.post(path_of(request) + "say/", {"answer": "yes", "seen": 2, "text": 99}).status_code == 422


def test_secret_of_a_link_reaches_no_log(asked: Asked, client: Client, caplog: Any) -> None:
    request = asked()
    token = path_of(request).split("/")[2]
    assert masked(f'"GET /s/{token}/where/ HTTP/1.1" 200') == '"GET /s/…/where/ HTTP/1.1" 200'
    console = next(handler for handler in logging.root.handlers if handler.filters)
    said: list[str] = []
    emit, console.emit = console.emit, lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    try:
        client.post(path_of(request) + "say/", {"answer": "maybe"})
        logging.getLogger("django.request").warning("Not Found: %s", path_of(request))
    finally:
        console.emit = emit  # type: ignore[method-assign]
    assert said
    assert token not in " ".join(said)
