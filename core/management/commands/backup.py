"""Copies everything into one folder while people work."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import backup


class Command(BaseCommand):
    help = "Copy database and files into a new folder that nobody else can read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = backup.back_up(folder, timezone.now())
        except (backup.BackupProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Copied the database and {len(manifest['files'])} files to {folder}. The last seal is {manifest['head']}.\n"
            "SECRET_KEY is not in the copy: keep it elsewhere, or second steps have to be set up anew."
        )
