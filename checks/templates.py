"""Looks at every template: it compiles, keeps style and script out of the markup, and is short enough to be read."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import django
from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.loader import get_template

INLINE = re.compile(
    r"\sstyle=|\son(click|change|submit|input|load)=|<script(?![^>]*\ssrc=)|<style", re.IGNORECASE
)
MOST_LINES = 200


def templates() -> list[Path]:
    return sorted(path for path in (settings.BASE_DIR / "templates").rglob("*.*") if path.is_file())


def faults(path: Path) -> list[str]:
    """This will name each fault of the template; a template that does not compile is only told that."""
    name = str(path.relative_to(settings.BASE_DIR / "templates"))
    try:
        get_template(name)
    except TemplateSyntaxError as error:
        return [f"{name}: {error}"]
    text = path.read_text()
    found = []
    if INLINE.search(text):
        found.append(f"{name}: style or script in the markup, which the content security policy forbids")
    if len(text.splitlines()) > MOST_LINES:
        found.append(f"{name}: longer than {MOST_LINES} lines")
    return found


def main() -> int:
    """This will print the faults of all templates, and return 1 when there is one."""
    django.setup()
    found = [fault for path in templates() for fault in faults(path)]
    sys.stdout.write("".join(f"{line}\n" for line in found) or f"{len(templates())} templates are whole.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
