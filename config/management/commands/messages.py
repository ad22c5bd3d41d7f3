"""Gathers what users read into the Swedish catalogue, checks that it is complete, and compiles it: in Python alone."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

ROOMS = (
    "config",
    "core",
    "channels_registry",
    "consent",
    "editorial",
    "moderation",
    "calendar_app",
    "templates",
)
CATALOGUE = settings.BASE_DIR / "locale" / "sv" / "LC_MESSAGES" / "django.po"
# It tells no time, so that gathering twice writes the same file.
HEADER = r"""# What users read, in Swedish.
msgid ""
msgstr ""
"Language: sv\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
QUOTED = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(rf"\b(?:(?:np?|p)?gettext|_)\((?:u?{QUOTED}|[^()'\"])*\)")

Text = str | tuple[str, ...] | list[str] | None
Message = tuple[str | tuple[str, ...], str | None]


class Command(BaseCommand):
    help = "Gather what users read into the Swedish catalogue; --check says what is missing; --compile makes it usable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--compile", action="store_true")

    def handle(self, *args: Any, check: bool, compile: bool, **options: Any) -> None:  # noqa: A002
        stored = load()
        if compile:
            with CATALOGUE.with_suffix(".mo").open("wb") as out:
                write_mo(out, stored)
            return
        wanted = set(gather())
        if check:
            problems = list(faults(stored, wanted))
            if problems:
                raise CommandError("\n".join(problems))
            self.stdout.write(f"{len(wanted)} messages, all in Swedish.")
            return
        merged = merge(stored, wanted)
        with CATALOGUE.open("wb") as out:
            out.write(HEADER.encode())
            write_po(
                out,
                merged,
                width=120,
                no_location=True,
                sort_output=True,
                ignore_obsolete=True,
                omit_header=True,
            )
        empty = len([message for message in merged if message.id and not translated(message.string)])
        self.stdout.write(f"{len(wanted)} messages, {empty} without Swedish.")


def load() -> Catalog:
    """This will read the stored catalogue, or begin an empty one."""
    if not CATALOGUE.exists():
        return Catalog(locale="sv")
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="sv")


def gather() -> Iterator[Message]:
    """This will yield each message that Python code and templates name, with its context."""
    for room in ROOMS:
        folder: Path = settings.BASE_DIR / room
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]):
            yield from messages_in(path)


def messages_in(path: Path) -> Iterator[Message]:
    """This will yield the messages of one file."""
    source = path.read_text()
    if path.suffix != ".py":
        # Django writes a template as calls of gettext between noise; only the calls are read, a line each.
        source = "\n".join(CALL.findall(templatize(source)))
    for _line, message, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        yield message, context


def merge(stored: Catalog, wanted: set[Message]) -> Catalog:
    """This will make the catalogue of what is wanted, with the Swedish that is there."""
    merged = Catalog(locale="sv")
    for identity, context in wanted:
        known = stored.get(identity, context)
        merged.add(identity, string=known.string if known else "", context=context)
    return merged


def faults(stored: Catalog, wanted: set[Message]) -> Iterator[str]:
    """This will say, a line each, which messages lack Swedish, are used no more, or lost a placeholder."""
    for identity, context in sorted(wanted, key=str):
        known = stored.get(identity, context)
        if known is None or not translated(known.string):
            yield f"No Swedish for: {identity!r}"
        elif any(placeholders(identity) != placeholders(text) for text in texts(known.string)):
            yield f"Other placeholders in the Swedish for: {identity!r}"
    names = {(key(identity), context) for identity, context in wanted}
    for message in stored:
        if message.id and (key(message.id), message.context) not in names:
            yield f"Used no more: {message.id!r}"


def key(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def texts(value: Text) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [""])


def translated(value: Text) -> bool:
    return all(text.strip() for text in texts(value))


def placeholders(value: Text) -> set[str]:
    return {found for text in texts(value) for found in PLACEHOLDER.findall(text)}
