"""What the room asks upwards. Who sends and who answers is listed in docs/architecture.md."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class OpenWork:
    """A line of a handover: what is open, and where it is."""

    text: str
    url: str


# Sent with team and at; each receiver returns a list of OpenWork: what of yours is open for this team?
open_work = Signal()
