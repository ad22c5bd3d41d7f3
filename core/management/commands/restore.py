"""Lays a copy into an empty machine."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import backup


class Command(BaseCommand):
    help = "Lay a copy made by “backup” into an empty database and an empty folder of files, and check every hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = backup.restore(folder)
        except (backup.BackupProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Laid back the database of {manifest['at']} and {len(manifest['files'])} files; "
            f"every seal, guard and hash holds. The last seal written down with the copy is {manifest['head']}."
        )
