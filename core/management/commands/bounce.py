"""Takes a returned e-mail from the mail server's pipe, so that somebody sees that it came back."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.returned import MOST, read_report, take_report


class Command(BaseCommand):
    help = "Read a delivery report (RFC 3464) from standard input, mark its letter, and tell who has to know."

    def handle(self, *args: Any, **options: Any) -> None:
        report = read_report(sys.stdin.buffer.read(MOST))
        name = take_report(report, timezone.now())
        if not name:
            self.stdout.write("Not about an e-mail of ours.")
        elif report.is_final:
            self.stdout.write(f"Noted: {name} came back.")
        else:
            self.stdout.write(f"Noted: {name} is {report.action}.")
