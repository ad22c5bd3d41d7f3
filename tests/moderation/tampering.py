"""What somebody does who gets past the guards, and what the archive says then."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from core import triggers


def guards_off(*tables: str) -> None:
    with connection.cursor() as cursor:
        for name, table in triggers.installed(connection).items():
            if table in tables:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on_table}")


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def verified() -> str:
    try:
        call_command("verify_archive", stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        return str(error)
    return ""
