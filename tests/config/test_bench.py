"""A run of the benchmark stands beside an earlier one: every figure in one table, and as JSON."""

from __future__ import annotations

import json

from benchmarks.measure import Figure
from benchmarks.run import read, row_of, table


def test_a_figure_stands_beside_what_it_was_and_what_it_may_be(tmp_path):
    before = [row_of("team", Figure("page: queries", 9, "queries", 15))]
    (tmp_path / "bench.json").write_text(json.dumps(before))
    now = [
        row_of("team", Figure("page: queries", 16, "queries", 15)),
        row_of("team", Figure("rounds a minute", 12, "rounds", 10, at_least=True)),
    ]
    lines = table(now, read(tmp_path / "bench.json")).splitlines()
    assert lines[2] == "| team | page: queries | 16 queries | ≤ 15 | 9 | MISSED |"
    assert lines[3] == "| team | rounds a minute | 12 rounds | ≥ 10 | – | ok |"


def test_without_an_earlier_run_there_is_nothing_to_stand_beside(tmp_path):
    assert read(tmp_path / "bench.json") == []


def test_a_figure_says_on_which_machine_it_was_taken():
    row = row_of("team", Figure("page: queries", 9, "queries", 15))
    assert {"name", "value", "unit", "target", "ok"} <= row.keys()
    assert {"at", "processors", "load", "python", "database"} <= row["measured"].keys()
