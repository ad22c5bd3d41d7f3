"""Takes a returned e-mail from the mail server's pipe, so that somebody sees that it came back."""

from __future__ import annotations

import email
import sys
import uuid
from email.message import Message
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.models import Notice
from core.notices import note_bounce


class Command(BaseCommand):
    help = "Read a delivery report (RFC 3464) from standard input, mark its notice as refused, tell the administrators."

    def handle(self, *args: Any, **options: Any) -> None:
        report = email.message_from_bytes(sys.stdin.buffer.read())
        notice = Notice.objects.select_related("recipient").filter(message_id__in=message_ids(report)).first()
        if notice is None:
            self.stdout.write("Not about an e-mail of ours.")
            return
        note_bounce(notice, timezone.now())
        self.stdout.write(f"Noted: notice {notice.pk} came back.")


def message_ids(report: Message) -> list[uuid.UUID]:
    """This will find the identities of our e-mails that the report returns."""
    found = []
    for part in report.walk():
        text = part.get_payload() if part.get_content_type() == "text/rfc822-headers" else ""
        headers = email.message_from_string(text) if isinstance(text, str) and text else part
        name = str(headers.get("Message-ID", "")).strip("<> ").partition("@")[0].removeprefix("digest-")
        try:
            found.append(uuid.UUID(name))
        except ValueError:
            continue
    return found
