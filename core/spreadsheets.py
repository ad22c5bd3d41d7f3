"""Cells of tables that are handed out: none that a spreadsheet would count out as a formula."""

from __future__ import annotations

# What Excel, LibreOffice or Google's sheets begin a formula with; the wide ones are read so too where they are typed.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def begins_formula(cell: str) -> bool:
    """This will tell whether a spreadsheet may take the cell for a formula, also after spaces and empty lines."""
    return cell.lstrip(" ").startswith(FORMULA) or cell.lstrip().startswith(FORMULA)


def harmless(cell: str) -> str:
    """This will return the cell, with an apostrophe before what would be a formula."""
    return f"'{cell}" if begins_formula(cell) else cell
