"""Runs the sections one after the other and saves var/bench.json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from benchmarks.measure import Figure

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


def main(only: str) -> int:
    """This will run the sections that are built, and return 1 when a target is missed, 2 when there is nothing to run."""
    if only and only not in SECTIONS:
        print(f"There is no section “{only}”; choose one of {', '.join(SECTIONS)}.")
        return 2
    chosen = [only] if only else [name for name in SECTIONS if find_spec(f"benchmarks.{name}")]
    if not find_spec(f"benchmarks.{chosen[0]}"):
        print(f"The section “{only}” is not built yet, so there is nothing to measure.")
        return 2
    setup_test_environment()
    settings.ROOT_URLCONF = "benchmarks.urls"
    figures = [figure for name in chosen for figure in measured(name)]
    target = settings.BASE_DIR / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(figure) | {"ok": figure.ok} for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


def measured(section: str) -> Iterator[Figure]:
    """This will yield the figures of one section, in a database of its own, printing each as it comes."""
    print(f"== {section}")
    old = setup_databases(verbosity=0, interactive=False)
    try:
        for figure in import_module(f"benchmarks.{section}").figures():
            print(figure, flush=True)
            yield figure
    finally:
        teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
