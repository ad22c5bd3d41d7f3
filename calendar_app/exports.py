"""The plan as CSV, as Swedish Excel opens it: a mark at the front, semicolons, every cell quoted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from calendar_app.queries import COLUMNS, Entry, entries
from core.spreadsheets import begins_formula
from editorial.models import Post

BOM = "\ufeff"
BATCH = 500


class _Line:
    """What a csv writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(posts: QuerySet[Post]) -> Iterator[str]:
    """This will write the posts line by line, reading five hundred at a time."""
    writer = csv.writer(_Line(), delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield BOM + str(writer.writerow(header()))
    rows: Iterator[Any] = iter(posts.values(*COLUMNS, "base_text").iterator(chunk_size=BATCH))
    while batch := list(islice(rows, BATCH)):
        for row, entry in zip(batch, entries(batch), strict=True):
            yield str(writer.writerow(guarded(cells_of(entry, row["base_text"]).values())))


def header() -> list[str]:
    return [
        _("Number"),
        _("Day"),
        _("Time"),
        _("Title"),
        _("Kind or series"),
        _("Channels"),
        _("Team"),
        _("State"),
        _("Text"),
    ]


def guarded(cells: Iterable[str]) -> list[str]:
    """This will put an apostrophe before cells that a spreadsheet would count out as a formula.

    One that was typed with an apostrophe before a formula gets another, so that it comes back as it was typed.
    """
    return [f"'{cell}" if begins_formula(cell) or _is_guarded(cell) else cell for cell in cells]


def unguarded(cell: str) -> str:
    """This will take away the apostrophe that `guarded` put there."""
    return cell[1:] if _is_guarded(cell) else cell


def _is_guarded(cell: str) -> bool:
    return cell.startswith("'") and begins_formula(cell.lstrip("'"))


def cells_of(entry: Entry, text: str) -> dict[str, str]:
    """This will write a post as a row, by the names of its columns; day and time are empty while it has none."""
    at = timezone.localtime(entry.at) if entry.at else None
    return {
        "number": str(entry.pk),
        "day": f"{at:%Y-%m-%d}" if at else "",
        "time": f"{at:%H:%M}" if at else "",
        "title": entry.title,
        "kind": entry.kind,
        "channels": ", ".join(map(str, entry.channels)),
        "team": entry.team,
        "state": entry.state_label,
        "text": text,
    }
