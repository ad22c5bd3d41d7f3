"""Writes what the calendar has a hundred of: chips, cells, rows. A template for each would cost more than the page.

`fill` writes each, so that whatever is put in is escaped unless it was written the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

from django.forms import BoundField
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from calendar_app.forms.calendar import CalendarForm
from calendar_app.models import Slot
from calendar_app.places import Mark
from calendar_app.queries import CITY, Entry, address
from core.templatetags.parts import icon, moment, short_day, tag

CHIP = (
    '<li class="chip chip--{state}"{ident} data-seen="{version}"><span class="chip__time">{time}</span> '
    '<a class="chip__link" href="{url}">{title}</a> <span class="chip__where">{where}</span>{handle}</li>'
)
HANDLE = '<a class="chip__move" href="{url}" aria-label="{words}" aria-describedby="move-help">{icon}</a>'
PLACE = (
    '<li class="chip chip--place"><span class="chip__time">{time}</span> '
    '<a class="chip__link" href="{url}">{name}</a> <span class="chip__where">{words}</span>{button}</li>'
)
BUTTON = (
    '<button class="button button--secondary button--small no-print" form="write-form" formaction="{url}" '
    'name="seen" value="{version}" aria-label="{words}">{icon}{label}</button>'
)
CELL = (
    '<td class="{classes}"><p class="cell__day"><span class="cell__number"><time datetime="{iso}">{number}'
    '<span class="cell__words"> {words}</span></time></span>{notes}</p>{marks}{chips}{more}</td>'
)
WEEK = '<tr><th scope="row"><a href="{url}" aria-label="{words}">{number}</a></th>{cells}</tr>'
ROW = (
    '<tr id="post-{pk}"><td data-label="{time_word}"><time datetime="{iso}">{time}</time>{wanted}</td>'
    '<th scope="row"><a href="{url}">{title}</a></th><td data-label="{state_word}">{state}</td>'
    '<td data-label="{channels_word}">{where}</td><td data-label="{kind_word}">{kind}</td>'
    '<td data-label="{team_word}">{team}</td><td class="no-print">{handle}</td></tr>'
)
FIELD = '<div>{errors}<label class="field__label" for="{ident}">{label}</label>{field}</div>'
ERROR = '<p class="field__error" id="{ident}_error">{icon}{words}</p>'
HEAT_DAY = '<td class="heat__day heat__day--{}">{}</td>'
HEAT_MONTH = '<tr class="heat__month heat__month--{}"><th scope="row"><a href="{}">{}</a></th>{}</tr>'
HEAT_COUNT = '<a href="{url}" aria-label="{day}: {count}">{count}</a>'
COUNT = '<td class="number{}" data-label="{}">{}</td>'
ROW_HANDLE = '<a href="{url}" aria-label="{words}">{label}</a>'


@dataclass(frozen=True)
class Words:
    """What chips and rows say beside what was typed, in one language."""

    move: str
    again: str
    move_it: str
    say_it_again: str
    empty_place: str
    write_here: str
    write_here_on: str
    today: str
    wanted: str


def _safe(part: object) -> str:
    """What is written by us as it is, and everything else escaped: as Django does it, for words that are read already."""
    return (
        part
        if isinstance(part, SafeString)
        else part.__html__()
        if hasattr(part, "__html__")
        else escape(str(part))
    )


def fill(pattern: str, *parts: object, **named: object) -> SafeString:
    """This will put the parts into a pattern of ours, escaped."""
    return SafeString(
        pattern.format(*map(_safe, parts), **{name: _safe(part) for name, part in named.items()})
    )


def _joined(parts: Iterable[object]) -> SafeString:
    """Put the parts one after the other; one that is no markup of ours is escaped."""
    return SafeString("".join(map(_safe, parts)))


NOTHING = SafeString("")


def words() -> Words:
    return _words(get_language() or "sv")


@lru_cache(maxsize=4)
def _words(language: str) -> Words:
    return Words(
        move=_("Move “%(title)s”"),
        again=_("Say “%(title)s” again on another day"),
        move_it=_("Move"),
        say_it_again=_("Say it again"),
        empty_place=_("empty place"),
        write_here=_("Write the post here"),
        write_here_on=_("Write the post here: %(series)s, %(day)s"),
        today=_("today"),
        wanted=_("wanted"),
    )


@dataclass(frozen=True, slots=True)
class DayWords:
    """A day as the pages write it: 2026-12-01 · december, tisdag · 1 december."""

    iso: str
    month_and_weekday: str
    day_and_month: str


def day_words(day: date) -> DayWords:
    return _day_words(day, get_language() or "sv")


@lru_cache(maxsize=2000)
def _day_words(day: date, language: str) -> DayWords:
    month, weekday = str(MONTHS[day.month]), str(WEEKDAYS[day.weekday()])
    return DayWords(day.isoformat(), f"{month}, {weekday}", f"{day.day} {month}")


def chips(entries: Iterable[Entry], slots: Iterable[Slot], style: str = "short") -> SafeString:
    """This will write a day's posts and empty places; style is short, full (all channels, a button to write) or bare.

    Bare ones leave out the channels and have no id, for where a post stands more than once.
    """
    said = words()
    drawn = [_chip(entry, style, said) for entry in entries] + [_place(slot, style, said) for slot in slots]
    return fill('<ul class="chips">{}</ul>', _joined(drawn)) if drawn else NOTHING


def _chip(entry: Entry, style: str, said: Words) -> SafeString:
    where = "" if style == "bare" else entry.where_short if style == "short" else entry.where
    url = entry.move_url
    return fill(
        CHIP,
        state=entry.state,
        ident="" if style == "bare" else fill(' id="post-{}"', entry.pk),
        version=entry.version,
        time=entry.clock,
        url=entry.url,
        title=entry.title,
        where=f"{where} · {entry.state_label}" if where else entry.state_label,
        handle=fill(HANDLE, url=url, words=_to_move(entry, said), icon=_handle_icon(entry)) if url else "",
    )


def _to_move(entry: Entry, said: Words) -> str:
    """This will say what the handle does: what is out does not move, it is said again."""
    return (said.again if entry.is_out else said.move) % {"title": entry.title}


def _handle_icon(entry: Entry) -> SafeString:
    return _icon("copy" if entry.is_out else "clock")


@lru_cache(maxsize=16)
def _icon(name: str) -> SafeString:
    return icon(name)


def _place(slot: Slot, style: str, said: Words) -> SafeString:
    return fill(
        PLACE,
        time=f"{slot.starts_at.astimezone(CITY):%H:%M}",
        url=address("calendar_app:slot_page", slot.pk),
        name=slot.series.name,
        words=said.empty_place,
        button="" if style == "short" else _button(slot, said),
    )


def _button(slot: Slot, said: Words) -> SafeString:
    named = {"series": slot.series.name, "day": short_day(slot.starts_at)}
    return fill(
        BUTTON,
        url=address("calendar_app:slot_write", slot.pk),
        version=slot.version,
        words=said.write_here_on % named,
        icon=_icon("pencil"),
        label=said.write_here,
    )


def marks(days: Iterable[Mark], *, every: bool = False) -> SafeString:
    """This will write the notes on a day. In the month only the first of a row has its words; the others, for the ear."""
    drawn = [_mark(mark, every or mark.has_words) for mark in days]
    return fill('<ul class="marks">{}</ul>', _joined(drawn)) if drawn else NOTHING


def _mark(mark: Mark, has_words: bool) -> SafeString:
    shown = mark.note.title if has_words else fill('<span class="hidden">{}</span>', mark.note.title)
    if has_words and mark.may_change:
        shown = fill('<a href="{}">{}</a>', address("calendar_app:note_edit", mark.note.pk), shown)
    return fill('<li class="mark mark--{}">{}</li>', mark.note.kind, shown)


def more(cell: Any) -> SafeString:
    """This will say how many posts and places a day has beside those that are shown, each leading to all of them."""
    told = []
    if cell.places_more:
        places = ngettext("+%(count)s empty place", "+%(count)s empty places", cell.places_more)
        told.append(places % {"count": cell.places_more})
    if cell.day.more:
        told.append(_("+%(count)s more") % {"count": cell.day.more})
    return _joined(fill('<a class="cell__more" href="{}">{}</a>', cell.url, one) for one in told)


def month_rows(weeks: Iterable[dict[str, Any]]) -> SafeString:
    """This will write the rows of a month: a week's number and its seven days."""
    week_word = _("Week")
    return _joined(
        fill(
            WEEK,
            url=week["url"],
            words=f"{week_word} {week['number']}",
            number=week["number"],
            cells=_joined(map(_cell, week["days"])),
        )
        for week in weeks
    )


def _cell(cell: Any) -> SafeString:
    day = cell.day
    named = day_words(day.day)
    return fill(
        CELL,
        classes=cell.classes,
        iso=named.iso,
        number=day.day.day,
        words=named.month_and_weekday,
        notes=day_notes(day),
        marks=marks(cell.marks),
        chips=chips(day.entries, cell.places),
        more=more(cell),
    )


def day_notes(day: Any) -> SafeString:
    """This will say that a day is today, and which red day it is."""
    told = [words().today] if day.is_today else []
    told += [day.red] if day.red else []
    return _joined(fill(' <span class="cell__note">{}</span>', one) for one in told)


def list_rows(entries: Iterable[Entry], heads: dict[str, str]) -> SafeString:
    """This will write the rows of the list; `heads` are the words over its columns, which a phone shows in each row."""
    said, drawn = words(), {}
    rows = []
    for entry in entries:
        if entry.state not in drawn:
            drawn[entry.state] = tag(entry.state, entry.state_label)
        label = said.say_it_again if entry.is_out else said.move_it
        url = entry.move_url
        rows.append(
            fill(
                ROW,
                **heads,
                pk=entry.pk,
                iso=entry.at.isoformat(),
                time=moment(entry.at),
                wanted="" if entry.is_planned else fill(' <span class="meta">{}</span>', said.wanted),
                url=entry.url,
                title=entry.title,
                state=drawn[entry.state],
                where=entry.where,
                kind=entry.kind or "–",
                team=entry.team,
                handle=fill(ROW_HANDLE, url=url, words=_to_move(entry, said), label=label) if url else "",
            )
        )
    return _joined(rows)


def heat_rows(months: Iterable[dict[str, Any]]) -> SafeString:
    """This will write the year's heat: a row for each month, a cell for each day, which leads to its posts."""
    return _joined(map(_heat_month, months))


def _heat_month(month: dict[str, Any]) -> SafeString:
    first: date = month["first"]
    cells = _joined(fill(HEAT_DAY, one.heat, _heat_count(one, month["day_url"])) for one in month["days"])
    return fill(HEAT_MONTH, first.weekday(), month["url"], short_month(first), cells)


def _heat_count(one: Any, day_url: str) -> SafeString:
    if not one.count:
        return NOTHING
    named = day_words(one.day)
    return fill(HEAT_COUNT, url=day_url + named.iso, day=named.day_and_month, count=one.count)


def month_counts(counts: Iterable[int], months: Iterable[dict[str, Any]]) -> SafeString:
    """This will write a row's count for each month; a phone shows the month's name in each."""
    return _joined(
        fill(COUNT, "" if count else " heat-rows__none", short_month(month["first"]), count)
        for count, month in zip(counts, months, strict=True)
    )


def short_month(first: date) -> str:
    name = str(MONTHS_3[first.month])
    return name[:1].upper() + name[1:]


def filter_fields(form: CalendarForm) -> SafeString:
    """This will write the filters with what is wrong about each; what is hidden comes last."""
    return _joined(
        [*map(_filter_field, form.visible_fields()), *(field.as_widget() for field in form.hidden_fields())]
    )


def _filter_field(field: BoundField) -> SafeString:
    ident = field.id_for_label
    errors = (fill(ERROR, ident=ident, icon=_icon("triangle-alert"), words=one) for one in field.errors)
    return fill(FIELD, ident=ident, errors=_joined(errors), label=field.label, field=field.as_widget())
