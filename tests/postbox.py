"""A real mail server for tests: keeps what arrives, and answers as it is told to."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Letterbox:
    """`refuses` are addresses answered with 550; `greylists` and `dies` say how often one is put off or the line breaks."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses: set[str] = set()
        self.greylists = 0
        self.dies = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox"
        if self.greylists:
            self.greylists -= 1
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content))
        if self.dies:
            self.dies -= 1
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[Any]:
        return [letter for letter in self.letters if letter["To"] == address]


@pytest.fixture
def letterbox(settings: Any) -> Iterator[Letterbox]:
    box = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEREGISTRATION_EMAIL = "register@avinge.example"
    yield box
    controller.stop()
