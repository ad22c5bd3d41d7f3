"""A plan from a spreadsheet: what each row would do, and doing all of them or none.

A row without a number is a new draft. A row with the number of a post moves that post; its text is changed on its page.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calendar_app.exports import unguarded
from calendar_app.models import CsvImport
from calendar_app.windows import FIRST_YEAR, LAST_YEAR
from channels_registry.models import Channel
from core import trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused
from core.templatetags.parts import moment
from editorial.models import Post, Team
from editorial.queries import approval_ends_on
from editorial.states import FIXED, PostState
from editorial.transitions import change_time, save_post

trail.WORDS |= {"csvimport.done": gettext_lazy("Plan imported")}

MOST_ROWS = 500
MOST_BYTES = 2 * 1024 * 1024
MORNING = time(9)
LONGEST = {"title": 120, "kind": 60, "text": 20_000}

# The words a column may go by; those of our own export are among them.
NAMES = {
    "number": ("number", "nummer", "nr"),
    "day": ("day", "date", "dag", "datum"),
    "time": ("time", "tid", "klockslag"),
    "title": ("title", "titel", "rubrik", "arbetstitel", "working title"),
    "kind": ("kind or series", "kind", "series", "slag eller serie", "slag", "serie"),
    "channels": ("channels", "channel", "kanaler", "kanal"),
    "text": ("text", "base text"),
    "": (
        "team",
        "redaktion",
        "state",
        "status",
        "läge",
        "tillstånd",
    ),  # of our own export, and read by nobody
}
COLUMN_OF = {word: name for name, words in NAMES.items() for word in words}


class FileRefused(Exception):
    """The file as a whole cannot be read: its sentence says why."""


@dataclass
class RowPlan:
    """What a row would do, or why it cannot."""

    number: int
    title: str
    does: str = ""
    refused: str = ""
    post: Post | None = None
    when: datetime | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.fields) or self.when is not None


def read_table(data: bytes) -> list[list[str]]:
    """This will read a CSV file, header first, whatever of the usual ways it is written in. Raises FileRefused.

    UTF-8 with or without a mark, UTF-16 with one, otherwise Windows' Latin 1; semicolons, commas or tabs.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(_("The file is larger than 2 MB."))
    text = _decoded(data)
    if "\x00" in text:
        raise FileRefused(_("This is not a CSV file. Save the sheet as CSV first."))
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    rows = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in cells):
                rows.append([unguarded(cell) for cell in cells])
            if len(rows) > MOST_ROWS + 1:
                raise FileRefused(
                    _("The file has more than %(most)s rows. Import a part at a time.") % {"most": MOST_ROWS}
                )
    except csv.Error as error:
        raise FileRefused(
            _("The file cannot be read as CSV: a quotation mark or a cell does not end.")
        ) from error
    if len(rows) < 2:
        raise FileRefused(_("The file has no rows under its header."))
    if "title" not in columns_of(rows[0]):
        raise FileRefused(_("The header needs a column “Title”, and “Day” for posts with a day."))
    return rows


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


def keep(*, owner: User, team: Team, name: str, rows: list[list[str]], at: datetime) -> CsvImport:
    """This will keep a file that was read, for its preview; the owner's earlier ones that were not done are let go."""
    CsvImport.objects.filter(owner=owner, done_at=None).delete()
    return CsvImport.objects.create(
        owner=owner, team=team, name=name[:120], rows=rows, made_at=at, row_count=len(rows) - 1
    )


def plan_rows(kept: CsvImport) -> list[RowPlan]:
    """This will say of each row what it would do, or why it cannot. Writes nothing."""
    header, *rows = kept.rows
    names = columns_of(header)
    channels = list(kept.team.channels.select_related("platform"))
    numbers = [int(value) for row in rows if _is_number(value := _cell(row, names, "number"))]
    posts = Post.objects.visible_to(kept.owner).filter(team=kept.team).select_related("team").in_bulk(numbers)
    return [_plan_row(number, row, names, channels, posts, numbers) for number, row in enumerate(rows, 2)]


def carry_out(kept: CsvImport, *, actor: User, at: datetime) -> int:
    """This will do all rows, or none when one is refused, and return how many posts came or moved.

    Raises MoveRefused with the first reason, ChangedMeanwhile when the file is imported already.
    """
    if not kept.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    with transaction.atomic():
        if not CsvImport.objects.filter(pk=kept.pk, done_at=None).update(done_at=at, rows=[]):
            raise ChangedMeanwhile(_("This file is imported already."))
        plans = plan_rows(kept)
        for plan in plans:
            if plan.refused:
                raise MoveRefused(
                    _("Row %(number)s: %(reason)s") % {"number": plan.number, "reason": plan.refused}
                )
        for plan in plans:
            _do(plan, kept.team, actor, at)
        count = sum(plan.changes for plan in plans)
        trail.record("csvimport.done", about=kept, actor=actor, at=at, data={"posts": count})
    return count


def _do(plan: RowPlan, team: Team, actor: User, at: datetime) -> None:
    if plan.post is not None:
        if plan.when is not None:
            change_time(plan.post, actor=actor, at=at, when=plan.when)
        return
    post, texts = Post(team=team), dict.fromkeys(plan.channels, "")
    save_post(post, actor=actor, at=at, fields=plan.fields, texts=texts, links=[])


def _plan_row(
    number: int,
    row: list[str],
    names: list[str | None],
    channels: list[Channel],
    posts: dict[int, Post],
    numbers: list[int],
) -> RowPlan:
    plan = RowPlan(number, _cell(row, names, "title")[:120])
    try:
        if any(cell.strip() for cell in row[len(names) :]):
            raise FileRefused(_("The row has more cells than the header."))
        when = read_time(_cell(row, names, "day"), _cell(row, names, "time"))
        if value := _cell(row, names, "number"):
            _plan_move(plan, value, when, posts, numbers)
        else:
            _plan_draft(plan, row, names, when, channels)
    except FileRefused as refused:
        plan.refused = str(refused)
    return plan


def _plan_move(
    plan: RowPlan, value: str, when: datetime | None, posts: dict[int, Post], numbers: list[int]
) -> None:
    post = posts.get(int(value)) if _is_number(value) else None
    if post is None:
        raise FileRefused(_("The team has no post with number %(number)s.") % {"number": value[:20]})
    if numbers.count(post.pk) > 1:
        raise FileRefused(_("The number %(number)s stands in several rows.") % {"number": post.pk})
    plan.post, stands = post, post.planned_at or post.wanted_at
    if when is None or (stands and stands.replace(second=0, microsecond=0) == when):
        plan.does = _("Nothing changes.")
        return
    if post.state in FIXED:
        raise FileRefused(_("The post is out, going out or dropped; its time stays as it is."))
    plan.when = when
    plan.does = _("Moves to %(time)s.") % {"time": moment(when)}
    if post.state in {PostState.APPROVED, PostState.SCHEDULED} and approval_ends_on(post):
        plan.does += " " + _("It loses its approval.")


def _plan_draft(
    plan: RowPlan, row: list[str], names: list[str | None], when: datetime | None, channels: list[Channel]
) -> None:
    values = {name: _cell(row, names, name) for name in LONGEST}
    if not values["title"]:
        raise FileRefused(_("The title is missing."))
    for name, longest in LONGEST.items():
        if len(values[name]) > longest:
            raise FileRefused(
                _("“%(column)s” has %(length)s characters; at most %(most)s fit.")
                % {"column": _column(name), "length": len(values[name]), "most": longest}
            )
    plan.channels = [_channel(name, channels) for name in _split(_cell(row, names, "channels"))]
    for channel in plan.channels:
        if len(values["text"]) > channel.platform.text_limit:
            raise FileRefused(
                _("The text has %(length)s characters; %(platform)s takes %(limit)s.")
                % {
                    "length": len(values["text"]),
                    "platform": channel.platform.name,
                    "limit": channel.platform.text_limit,
                }
            )
    plan.fields = {
        "title": values["title"],
        "kind": values["kind"],
        "base_text": values["text"],
        "wanted_at": when,
    }
    plan.does = (
        _("New draft for %(time)s.") % {"time": moment(when)} if when else _("New draft without a time.")
    )


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


def _channel(name: str, channels: list[Channel]) -> Channel:
    asked = name.casefold()
    found = [channel for channel in channels if str(channel).casefold() == asked] or [
        channel for channel in channels if asked in {channel.name.casefold(), channel.handle.casefold()}
    ]
    if not found:
        raise FileRefused(_("The team has no such channel: %(channel)s.") % {"channel": name[:80]})
    if len(found) > 1:
        raise FileRefused(
            _("Several channels are called %(channel)s. Write the platform too: %(example)s.")
            % {"channel": name[:80], "example": found[0]}
        )
    return found[0]


def _split(names: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in re.split(r"[,|\n]", names) if name.strip()))


def _cell(row: list[str], names: list[str | None], name: str) -> str:
    if name not in names or (place := names.index(name)) >= len(row):
        return ""
    return row[place].strip()


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 19


def _column(name: str) -> str:
    return {"title": _("Title"), "kind": _("Kind or series"), "text": _("Text")}[name]


def in_words(plans: list[RowPlan]) -> str:
    """This will say in one sentence what the import comes to."""
    new = sum(1 for plan in plans if plan.fields)
    moved = sum(1 for plan in plans if plan.when is not None and plan.post)
    parts = [
        ngettext("%(count)s new draft", "%(count)s new drafts", new) % {"count": new},
        ngettext("%(count)s post that moves", "%(count)s posts that move", moved) % {"count": moved},
    ]
    return ", ".join(parts)
