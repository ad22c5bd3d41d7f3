"""Reads everything that is sealed back and says which file, row or link does not hold."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from moderation import archive


class Command(BaseCommand):
    help = "Verify the archive: every stored file, every sealed row, every link of the chain."

    @no_translations  # the shell speaks English
    def handle(self, *args: Any, **options: Any) -> None:
        files, size = archive.how_much()
        if options["verbosity"]:
            self.stdout.write(f"About {files} files, {size / 1e6:.0f} MB of originals.")
        progress = Progress(self, files) if options["verbosity"] else None
        faults = archive.verify(progress)
        if faults:
            raise CommandError("\n".join([*map(str, faults), f"{len(faults)} faults."]))
        if options["verbosity"]:
            self.stdout.write("The archive is whole.")


class Progress:
    """Says now and then how far it has come."""

    def __init__(self, command: BaseCommand, files: int) -> None:
        self.command, self.wanted = command, max(files, 1)
        self.files = self.size = self.told = 0
        self.stage = ""

    def __call__(self, stage: str, finding: archive.Finding) -> None:
        if stage != self.stage:
            self.stage = stage
            self.command.stdout.write(f"Reading: {stage}")
        self.files += finding.files
        self.size += finding.size
        percent = min(100, 100 * self.files // self.wanted)
        if percent >= self.told + 10:
            self.told = percent
            self.command.stdout.write(f"{percent} %, {self.size / 1e6:.0f} MB")
        for fault in finding.faults:
            self.command.stderr.write(str(fault))
