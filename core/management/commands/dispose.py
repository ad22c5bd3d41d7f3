"""Removes what has been kept long enough, or only says what it would remove."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core import privacy


class Command(BaseCommand):
    help = "Say what has been kept longer than RETENTION_DAYS; with --really, remove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--really", action="store_true")

    def handle(self, *args: Any, really: bool, **options: Any) -> None:
        for kind, count in privacy.dispose(timezone.now(), really=really):
            self.stdout.write(
                f"{kind.name}: {count} older than {kind.days} days{' removed' if really else ''}"
            )
        if not really:
            self.stdout.write("Nothing was removed; --really removes it.")
