"""Posts and empty places as chips. A month has a hundred of them, so they are written here and not by a template each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.models import Slot
from calendar_app.places import Mark
from calendar_app.queries import Entry, address
from core.templatetags.parts import clock, icon, short_day

register = template.Library()

CHIP = (
    '<li class="chip chip--{state}"{ident} data-seen="{version}"><span class="chip__time">{time}</span> '
    '<a class="chip__link" href="{url}">{title}</a> <span class="chip__where">{where}</span>{handle}</li>'
)
HANDLE = '<a class="chip__move" href="{}" aria-label="{}" aria-describedby="move-help">{}</a>'
PLACE = (
    '<li class="chip chip--place"><span class="chip__time">{time}</span> '
    '<a class="chip__link" href="{url}">{name}</a> <span class="chip__where">{words}</span>{button}</li>'
)
BUTTON = (
    '<button class="button button--secondary button--small no-print" form="write-form" formaction="{}" '
    'name="seen" value="{}" aria-label="{}">{}{}</button>'
)


@register.simple_tag
def chips(entries: Iterable[Entry], slots: Iterable[Slot], style: str = "short") -> SafeString:
    """Draw a day's posts and empty places; style is short, full (all channels, a button to write) or bare.

    Bare ones leave out the channels and have no id, for where a post stands more than once.
    """
    drawn = [_chip(entry, style) for entry in entries] + [_place(slot, style) for slot in slots]
    return mark_safe(f'<ul class="chips">{"".join(drawn)}</ul>') if drawn else mark_safe("")  # noqa: S308 - drawn above


@register.simple_tag
def marks(days: Iterable[Mark], *, every: bool = False) -> SafeString:
    """Draw the notes on a day. In the month only the first of a row has its words; the others have them for the ear."""
    drawn = [_mark(mark, every or mark.has_words) for mark in days]
    return mark_safe(f'<ul class="marks">{"".join(drawn)}</ul>') if drawn else mark_safe("")  # noqa: S308 - drawn above


def _mark(mark: Mark, has_words: bool) -> SafeString:
    words = format_html('<span class="hidden">{}</span>' if not has_words else "{}", mark.note.title)
    if has_words and mark.may_change and mark.note.kind == "note":
        words = format_html('<a href="{}">{}</a>', address("calendar_app:note_edit", mark.note.pk), words)
    return format_html('<li class="mark mark--{}">{}</li>', mark.note.kind, words)


@register.simple_tag
def more(cell: Any) -> SafeString:
    """Draw how many posts and places a day has beside those that are shown, each leading to all of them."""
    told = []
    if cell.places_more:
        words = ngettext("+%(count)s empty place", "+%(count)s empty places", cell.places_more)
        told.append((cell.url, words % {"count": cell.places_more}))
    if cell.day.more:
        told.append((cell.url, _("+%(count)s more") % {"count": cell.day.more}))
    return format_html_join("", '<a class="cell__more" href="{}">{}</a>', told)


def _chip(entry: Entry, style: str) -> SafeString:
    where = {"short": entry.where_short, "full": entry.where, "bare": ""}[style]
    return format_html(
        CHIP,
        state=entry.state,
        ident="" if style == "bare" else format_html(' id="post-{}"', entry.pk),
        version=entry.version,
        time=entry.clock,
        url=entry.url,
        title=entry.title,
        where=f"{where} · {entry.state_label}" if where else entry.state_label,
        handle=_handle(entry),
    )


def _handle(entry: Entry) -> SafeString | str:
    words = _("Move “%(title)s”") % {"title": entry.title}
    return format_html(HANDLE, entry.move_url, words, icon("clock")) if entry.move_url else ""


def _place(slot: Slot, style: str) -> SafeString:
    return format_html(
        PLACE,
        time=clock(slot.starts_at),
        url=address("calendar_app:slot_page", slot.pk),
        name=slot.series.name,
        words=_("empty place"),
        button="" if style == "short" else _button(slot),
    )


def _button(slot: Slot) -> SafeString:
    named = {"series": slot.series.name, "day": short_day(slot.starts_at)}
    return format_html(
        BUTTON,
        address("calendar_app:slot_write", slot.pk),
        slot.version,
        _("Write the post here: %(series)s, %(day)s") % named,
        icon("pencil"),
        _("Write the post here"),
    )
