"""Runs the sections one after the other, prints every figure in one table beside an earlier run, and saves it as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from benchmarks.measure import Figure, as_served

SECTIONS = (
    "foundation",
    "calendar",
    "writing",
    "agreement",
    "comments",
    "pictures",
    "channels",
    "team",
    "holds",
)
Row = dict[str, Any]


def main(only: str = "", against: str = "") -> int:
    """This will run the sections that are built, and return 1 when a target is missed, 2 when there is nothing to run.

    `against` is the JSON of an earlier run; without it the figures stand beside the last one saved here.
    """
    if only and only not in SECTIONS:
        print(f"There is no section “{only}”; choose one of {', '.join(SECTIONS)}.")
        return 2
    chosen = [only] if only else [name for name in SECTIONS if find_spec(f"benchmarks.{name}")]
    if not find_spec(f"benchmarks.{chosen[0]}"):
        print(f"The section “{only}” is not built yet, so there is nothing to measure.")
        return 2
    target = Path(settings.BASE_DIR) / "var" / "bench.json"
    earlier = read(Path(against) if against else target)
    as_served()
    settings.ROOT_URLCONF = "benchmarks.urls"
    taken = [row for name in chosen for row in measured(name)]
    left = [] if against else [row for row in earlier if row["section"] not in chosen]
    rows = sorted(left + taken, key=lambda row: SECTIONS.index(row["section"]))
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1))
    print("\n" + table(rows, earlier))
    return 0 if all(row["ok"] for row in taken) else 1


def read(path: Path) -> list[Row]:
    """This will return the figures of an earlier run, or none when there was none, or one of an older form."""
    found = json.loads(path.read_text()) if path.exists() else []
    return found if isinstance(found, list) else []


def machine() -> Row:
    """What a figure says only together with: where and when it was taken."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "database": connection.vendor,
    }


def table(rows: list[Row], earlier: list[Row]) -> str:
    """This will write a line for each figure: its target, what it was in the earlier run, and whether it holds."""
    was = {(row["section"], row["name"]): row["value"] for row in earlier}
    lines = ["| section | figure | value | target | earlier | |", "|---|---|---|---|---|---|"]
    for row in rows:
        sign = "≥" if row["at_least"] else "≤"
        before = was.get((row["section"], row["name"]))
        lines.append(
            f"| {row['section']} | {row['name']} | {row['value']:g} {row['unit']} | {sign} {row['target']:g} "
            f"| {'–' if before is None else f'{before:g}'} | {'ok' if row['ok'] else 'MISSED'} |"
        )
    return "\n".join(lines)


def measured(section: str) -> Iterator[Row]:
    """This will yield the figures of one section, in a database of its own, printing each as it comes."""
    print(f"== {section}")
    old = setup_databases(verbosity=0, interactive=False)
    try:
        for figure in import_module(f"benchmarks.{section}").figures():
            print(figure, flush=True)
            yield row_of(section, figure)
    finally:
        teardown_databases(old, verbosity=0)


def row_of(section: str, figure: Figure) -> Row:
    return {"section": section} | asdict(figure) | {"ok": figure.ok, "measured": machine()}
