"""What is written about the house is true: settings, moves, rules, templates, translations."""

from __future__ import annotations

import ast
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from checks import templates
from core.moves import TABLES


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


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{% if %}", "Unexpected end of expression"),
        ('<p style="color: red">', "style or script in the markup"),
        ("<button onclick='go()'>", "style or script in the markup"),
        ("<script>go()</script>", "style or script in the markup"),
        ("<br>\n" * 201, "longer than 200 lines"),
    ],
)
def test_templates_are_checked(settings, tmp_path, text, fault):
    found = [line for path in templates.templates() for line in templates.faults(path)]
    assert len(templates.templates()) > 150
    assert not found
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "bad.html").write_text(text)
    settings.BASE_DIR = tmp_path
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [folder]}]
    (line,) = templates.faults(folder / "bad.html")
    assert fault in line


def test_every_move_says_in_past_words_what_happened():
    silent = [f"{name}.{move.name}" for name, table in TABLES.items() for move in table if not move.done]
    assert TABLES
    assert not silent
