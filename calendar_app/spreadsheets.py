"""Reading a CSV file as spreadsheets write it: its encoding, its columns, its days and times."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, time

from django.utils import timezone
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from calendar_app.exports import unguarded
from core.workdays import FIRST_YEAR, LAST_YEAR

MOST_ROWS = 2000
MOST_EMPTY = 20_000  # rows with the empty ones
MOST_BYTES = 4 * 1024 * 1024
MORNING = time(9)

# The words a column may go by; those of our own export are among them.
NAMES = {
    "number": ("number", "nummer", "nr"),
    "day": ("day", "date", "dag", "datum"),
    "time": ("time", "tid", "klockslag"),
    "title": ("title", "titel", "rubrik", "arbetstitel", "working title"),
    "kind": ("kind or series", "kind", "series", "slag eller serie", "slag", "serie"),
    "channels": ("channels", "channel", "kanaler", "kanal"),
    "text": ("text", "base text"),
    "team": ("team", "redaktion"),
    "state": ("state", "status", "läge", "tillstånd"),
}
COLUMN_OF = {word: name for name, words in NAMES.items() for word in words}


class FileRefused(Exception):
    """The file, or one of its rows, cannot be read: its sentence says why."""


def read_table(data: bytes) -> list[list[str]]:
    """This will read a CSV file, header first, whatever of the usual ways it is written in. Raises FileRefused.

    UTF-8 with or without a mark, UTF-16 with one, otherwise Windows' Latin 1; semicolons, commas or tabs.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(_("The file is larger than 4 MB."))
    text = _decoded(data)
    if "\x00" in text:
        raise FileRefused(_("This is not a CSV file. Save the sheet as CSV first."))
    told = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
    text = text[told.end() :] if told else text.lstrip("\r\n")
    first = text.split("\n", 1)[0]
    delimiter = told[1] if told else max(";,\t", key=first.count)
    rows: list[list[str]] = []
    count = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            said = any(cell.strip() for cell in cells)
            # Empty rows are kept, so that the others are told of by the numbers they have in the sheet.
            rows.append([unguarded(cell) for cell in cells] if said else [])
            count += said
            if count > MOST_ROWS + 1 or len(rows) > MOST_EMPTY:
                raise FileRefused(
                    _("The file has more than %(most)s rows. Import a part at a time.") % {"most": MOST_ROWS}
                )
    except csv.Error as error:
        raise FileRefused(
            _("The file cannot be read as CSV: a quotation mark or a cell does not end.")
        ) from error
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) < 2:
        raise FileRefused(_("The file has no rows under its header."))
    if "title" not in columns_of(rows[0]):
        raise FileRefused(_("The header needs a column “Title”, and “Day” for posts with a day."))
    if twice := _said_twice(rows[0]):
        raise FileRefused(_("The header has the same column twice: %(columns)s.") % {"columns": twice})
    return rows


def _said_twice(header: list[str]) -> str:
    """This will return the headings that name one column, as “Day, Date”; empty when each names its own."""
    names = columns_of(header)
    return ", ".join(
        cell.strip() for cell, name in zip(header, names, strict=True) if name and names.count(name) > 1
    )


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def columns_of(header: list[str]) -> list[str | None]:
    """This will name each column; None is one that is not known."""
    return [COLUMN_OF.get(" ".join(cell.split()).lower()) for cell in header]


def unknown_columns(header: list[str]) -> list[str]:
    return [
        cell.strip()
        for cell, name in zip(header, columns_of(header), strict=True)
        if name is None and cell.strip()
    ]


def read_time(day: str, clock: str) -> datetime | None:
    """This will read a day and a time of day, nine when there is none, as local time. Raises FileRefused."""
    day, _gap, inside = day.strip().replace("T", " ").partition(" ")
    clock = clock.strip() or inside.strip()
    if not day:
        if clock:
            raise FileRefused(_("The row has a time but no day."))
        return None
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?", clock) if clock else None
    try:
        on = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
        at = time(int(found[1]), int(found[2])) if found else MORNING
    except ValueError:
        on, at = None, MORNING
    if on is None or (clock and not found):
        raise FileRefused(_("The day is written as 2026-12-01 and the time as 09:00."))
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise FileRefused(
            _("The calendar has the years %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    local = datetime.combine(on, at, tzinfo=get_current_timezone())
    if timezone.localtime(local.astimezone(UTC)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise FileRefused(_("That night has no such time: the clock skips it."))
    return local.astimezone(UTC)


def cell_of(row: list[str], names: list[str | None], name: str) -> str:
    if name not in names or (place := names.index(name)) >= len(row):
        return ""
    return row[place].strip()


def is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 19
