"""What is written about the house is true: settings, moves, rules, templates, translations."""

from __future__ import annotations

import ast
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

from core.moves import TABLES

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
INLINE = re.compile(
    r"\sstyle=|\son(click|change|submit|input|load)=|<script(?![^>]*\ssrc=)|<style", re.IGNORECASE
)


def test_every_setting_is_documented_and_nothing_else():
    tree = ast.parse((settings.BASE_DIR / "config" / "settings.py").read_text())
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    read = {
        call.args[0].value
        for call in calls
        if ast.unparse(call.func.value) == "env" and isinstance(call.args[0], ast.Constant)
    }
    page = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    described = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert described == read | {"PORT", "PYTHON", "WORKERS"}


@pytest.mark.parametrize("command", ["moves", "messages"])
def test_written_pages_and_translations_are_complete(command):
    call_command(command, check=True, stdout=StringIO())


def test_every_kept_rule_has_a_place_and_a_test():
    out = StringIO()
    call_command("rules", check=True, stdout=out)
    kept = out.getvalue().removeprefix("Kept and tested: ").strip().split(", ")
    assert kept == [f"R{number}" for number in range(1, 42)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_compiles_without_inline_style_or_script(path):
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
    assert not INLINE.search(path.read_text())
    assert len(path.read_text().splitlines()) <= 200


def test_every_move_says_in_past_words_what_happened():
    silent = [f"{name}.{move.name}" for name, table in TABLES.items() for move in table if not move.done]
    assert TABLES
    assert not silent
