"""The whole house on one machine: web server, worker and beat, with an invented city to look around in."""

from __future__ import annotations

import errno
import shutil
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.reloader import translation_file_changed

from config.demo.build import ACCOUNTS, PASSWORD
from config.demo.folder import RunsAlready, take
from config.demo.programs import run
from core.models import User


class Command(BaseCommand):
    help = "Start the demo: migrate, build the city when there is none, and run everything until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = urlsplit(settings.BASE_URL).port
        refuse_taken(port)
        try:
            held = take(settings.VAR_DIR, settings.BASE_URL)
        except RunsAlready as running:
            raise CommandError(str(running)) from running
        with held:
            try:
                self.build()
            except KeyboardInterrupt:
                sys.exit("\nEnded before the city was built; the next start builds it.")
            sys.exit(run(port))

    def build(self) -> None:
        """This will bring database and files to where the programs can start, and say where they will be."""
        call_command("messages", compile=True)
        # On a fresh start there were no translations when the program began to read them.
        translation_file_changed(None, Path("django.mo"))
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        # What an earlier start left in the broker rang for rows that are still there.
        shutil.rmtree(settings.BROKER_DIR, ignore_errors=True)
        if not User.objects.exists():
            self.stdout.write("Building an invented city …")
            call_command("demo_data")
        self.stdout.write(welcome())
        self.stdout.flush()


def refuse_taken(port: int | None) -> None:
    """This will raise CommandError with one sentence when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CommandError(
                f"Port {port} is taken by another program; choose another: make demo PORT={(port or 0) + 1}"
            ) from error


def welcome() -> str:
    """This will tell where the demo is, who one can be, and what to try."""
    accounts = "\n".join(f"    {email:<34} {role}" for email, role in ACCOUNTS)
    return f"""
Redaktionen runs at {settings.BASE_URL} (Ctrl-C ends it)

  Log in as one of these, password {PASSWORD}
{accounts}

  Try this
    1. As the communicator: write a post, choose a channel, send it to review.
    2. As the editor: approve it under Granskning. As the communicator: plan it for the next minute.
    3. Wait for it to fall due, and confirm it with an address on the channel's platform.
    4. Register a comment under Moderering, open a case, paste a screenshot, seal it, order the removal, check it.
    5. As the communicator: take the shift that is offered on Min dag, and undo the swap under Bemanning.

  E-mail is written to {settings.VAR_DIR / "mail"}. The city and everybody in it are invented.
"""
