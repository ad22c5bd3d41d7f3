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
from editorial.models import Post

BOM = "\ufeff"
BATCH = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


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
            yield str(writer.writerow(guarded(_cells(entry, row["base_text"]))))


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
    """This will put an apostrophe before cells that a spreadsheet would count out as a formula."""
    return [f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell for cell in cells]


def unguarded(cell: str) -> str:
    """This will take away the apostrophe that `guarded` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(FORMULA) else cell


def _cells(entry: Entry, text: str) -> list[str]:
    at = timezone.localtime(entry.at)
    channels = ", ".join(map(str, entry.channels))
    return [
        str(entry.pk),
        f"{at:%Y-%m-%d}",
        f"{at:%H:%M}",
        entry.title,
        entry.kind,
        channels,
        entry.team,
        entry.state_label,
        text,
    ]
