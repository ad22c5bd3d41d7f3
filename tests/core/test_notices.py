"""Telling people: once in the page, and by e-mail through a real mail server, whatever it answers."""

from __future__ import annotations

import email
import socket
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from core.models import Notice
from core.notices import Message, send_notices, tell

pytestmark = pytest.mark.django_db


class Postbox:
    """Keeps what arrives; refuses the addresses it is told to."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content))
        return "250 taken"


@pytest.fixture
def postbox(settings):
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


def message(person, key="k", subject="Look"):
    return Message(recipient=person, key=key, subject=subject, body="Please.", url="/", why="you are on duty")


def test_same_key_tells_a_person_once(city, at):
    tell([message(city.anna), message(city.anna), message(city.erik)], at)
    tell([message(city.anna)], at)
    assert sorted(Notice.objects.values_list("recipient__name", flat=True)) == ["Anna", "Erik"]


def test_email_is_sent_once_under_its_message_id(city, at, postbox):
    tell([message(city.anna, subject="Case:\r\nBcc: all@avinge.example")], at)
    assert (send_notices(at), send_notices(at)) == (1, 0)
    (letter,) = postbox.letters
    notice = Notice.objects.get()
    assert letter["Message-ID"] == f"<{notice.message_id}@localhost>"
    assert letter["Subject"] == "Case: Bcc: all@avinge.example"
    assert letter["Bcc"] is None
    assert notice.email_state == "sent"


def test_one_refused_address_does_not_stop_the_others(city, at, postbox):
    postbox.refused = {city.anna.email}
    tell([message(city.anna), message(city.erik)], at)
    assert send_notices(at) == 1
    assert [letter["To"] for letter in postbox.letters] == [city.erik.email]
    postbox.refused = set()
    assert send_notices(at + timedelta(minutes=1)) == 0
    assert send_notices(at + timedelta(minutes=3)) == 1


def test_email_left_by_a_process_that_ended_is_sent_again_under_the_same_message_id(city, at, postbox):
    tell([message(city.anna)], at)
    Notice.objects.update(email_state="sending", try_at=at + timedelta(minutes=5))
    assert send_notices(at + timedelta(minutes=4)) == 0
    assert send_notices(at + timedelta(minutes=5)) == 1


def test_inactive_people_are_told_nothing(city, at):
    city.anna.is_active = False
    tell([message(city.anna)], at)
    assert not Notice.objects.exists()


def test_notice_speaks_the_recipients_language(city, at):
    from django.utils.translation import gettext_lazy

    city.anna.language = "sv"
    tell(
        [
            message(city.anna, subject=gettext_lazy("My day")),
            message(city.erik, subject=gettext_lazy("My day")),
        ],
        at,
    )
    assert sorted(Notice.objects.values_list("subject", flat=True)) == ["Min dag", "My day"]
