"""What somebody typed is never counted out by the spreadsheet of whoever opens the table."""

from __future__ import annotations

import pytest

from core.spreadsheets import harmless


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+46",
        "-1",
        "@x",
        "\tx",
        "\r=1",
        "  =1",
        "\n=1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\n\t＝1",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Parks", "a=1", "'x", "12,5", "2026-11-24", "Åsa\n- one"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell
