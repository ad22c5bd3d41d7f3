"""E-mail that comes back: delivery reports (RFC 3464) read and handed to whose letter it was."""

from __future__ import annotations

import email
import email.policy
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from django.dispatch import Signal

from core.models import Notice
from core.notices import note_bounce

MOST = 4 * 1024 * 1024

# report, at → the name of the letter that came back, when it is one of the room's; else nothing.
letter_came_back = Signal()


@dataclass(frozen=True)
class Report:
    """What a delivery report says: which letters, for whom, what became of them and in which words."""

    message_ids: tuple[str, ...]
    action: str = "failed"
    recipient: str = ""
    words: str = ""

    @property
    def is_final(self) -> bool:
        return self.action == "failed"


def read_report(data: bytes) -> Report:
    """This will read a delivery report. What is none names no letter; broken encodings are read as far as they go."""
    message = email.message_from_bytes(data[:MOST], policy=email.policy.compat32)
    statuses = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    facts = [block for part in statuses for block in _blocks(part)]
    wanted = next((block for block in facts if block.get("Action")), None)
    return Report(
        tuple(dict.fromkeys(_message_ids(message))),
        action=_plain(wanted, "Action").lower() or "failed",
        recipient=_plain(wanted, "Final-Recipient").rpartition(";")[2].strip(),
        words=" ".join(part for part in (_plain(wanted, "Status"), _diagnosis(wanted)) if part)[:1000],
    )


def take_report(report: Report, at: datetime) -> str:
    """This will note what came back and return its name, or nothing when it is no letter of ours."""
    answers: list[tuple[Any, Any]] = letter_came_back.send(Report, report=report, at=at)
    if name := next((answer for _receiver, answer in answers if answer), ""):
        return str(name)
    notice = Notice.objects.select_related("recipient").filter(message_id__in=numbers(report)).first()
    if notice is None:
        return ""
    if report.is_final:
        note_bounce(notice, at)
    return f"notice {notice.pk}"


def numbers(report: Report) -> Iterator[uuid.UUID]:
    """This will yield the numbers by which letters of ours are known, of those the report names."""
    for one in report.message_ids:
        try:
            yield uuid.UUID(one.strip("<> ").partition("@")[0].removeprefix("digest-"))
        except ValueError:
            continue


def _message_ids(message: Any) -> Iterator[str]:
    """Find the identities of the returned letters: headers alone, the whole letter, or what the report answers to."""
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            data = part.get_payload(decode=True) or b""
            part = email.message_from_bytes(data, policy=email.policy.compat32)
        for name in ("Message-ID", "Original-Message-ID", "In-Reply-To"):
            if one := _plain(part, name):
                yield one


def _blocks(part: Any) -> list[Any]:
    payload = part.get_payload()
    return [block for block in payload if hasattr(block, "get")] if isinstance(payload, list) else []


def _diagnosis(block: Any) -> str:
    return _plain(block, "Diagnostic-Code").partition(";")[2].strip()


def _plain(block: EmailMessage | Any, name: str) -> str:
    return " ".join(str(block.get(name, "")).split()) if block is not None else ""
