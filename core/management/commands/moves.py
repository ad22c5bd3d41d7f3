"""Draws the tables of moves for docs/moves.md, from the tables themselves."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core.moves import Movable

PAGE = settings.BASE_DIR / "docs" / "moves.md"


class Command(BaseCommand):
    help = "Write docs/moves.md from the tables of moves; --check fails when it is out of date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        with translation.override("en"):
            text = "\n".join(
                ["# Moves", "", "Written by `manage.py moves` from the tables in each app's `states.py`."]
            )
            text += (
                "".join(drawing(model) for model in apps.get_models() if issubclass(model, Movable)) + "\n"
            )
        if not check:
            PAGE.write_text(text)
        elif PAGE.read_text() != text:
            raise CommandError("docs/moves.md is out of date: run “manage.py moves”.")


def drawing(model: type[Movable]) -> str:
    """This will draw one noun's moves as a diagram and as a table."""
    lines = ["", "", f"## {str(model._meta.verbose_name).capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"  {source} --> {move.target}: {move.name}" for move in model.MOVES for source in move.sources]
    lines += [
        "```",
        "",
        "| move | what the trail says | from | to | who may | asks for |",
        "|---|---|---|---|---|---|",
    ]
    for move in model.MOVES:
        who = "the clock" if move.by_clock else f"`{move.rule.__module__}.{move.rule.__name__}`"
        asks = ", ".join(
            [
                *move.needs,
                *(["a reason"] if move.needs_note else ["a note, if one likes"] if move.takes_note else []),
            ]
        )
        lines.append(
            f"| {move.label} | {move.done} | {', '.join(move.sources)} | {move.target} | {who} | {asks} |"
        )
    return "\n".join(lines)
