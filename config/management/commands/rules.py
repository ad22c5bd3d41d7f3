"""Says of each rule of the guidance where it is kept and which tests prove it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.rulebook import RULES, tests_by_rule

PAGE = settings.BASE_DIR / "docs" / "rules.md"


class Command(BaseCommand):
    help = "Write docs/rules.md; --json prints it as data; --check fails when a kept rule has no test or no place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        tests = tests_by_rule()
        rows = [
            {"rule": rule.number, "asks": rule.asks, "kept": list(rule.kept), "tests": tests[rule.number]}
            for rule in RULES
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=1))
        elif options["check"]:
            self.check_rows(rows)
        else:
            PAGE.write_text(page(rows))

    def check_rows(self, rows: list[dict[str, Any]]) -> None:
        problems = [
            f"{row['rule']} is kept but has no test." for row in rows if row["kept"] and not row["tests"]
        ]
        problems += [
            f"{row['rule']}: there is no {place}."
            for row in rows
            for place in row["kept"]
            if not exists(place)
        ]
        if PAGE.read_text() != page(rows):
            problems.append("docs/rules.md is out of date: run “manage.py rules”.")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("Kept and tested: " + ", ".join(row["rule"] for row in rows if row["kept"]))


def exists(place: str) -> bool:
    """This will tell whether a dotted name leads to a module or to something in one."""
    try:
        import_module(place)
    except ModuleNotFoundError:
        module, _dot, name = place.rpartition(".")
        return bool(module) and hasattr(import_module(module), name)
    return True


def page(rows: list[dict[str, Any]]) -> str:
    """This will write the rules as a page."""
    lines = [
        "# Rules of the guidance",
        "",
        "Written by `manage.py rules`. A rule without a place is not kept yet.",
        "",
        "| rule | what it asks | where it is kept | tests |",
        "|---|---|---|---|",
    ]
    for row in rows:
        places = "<br>".join(f"`{place}`" for place in row["kept"]) or "not yet"
        tests = "<br>".join(f"`{name}`" for name in row["tests"])
        lines.append(f"| {row['rule']} | {row['asks']} | {places} | {tests} |")
    return "\n".join(lines) + "\n"
