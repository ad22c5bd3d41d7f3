"""The small parts that pages are built from; each is shown in every state on the living page."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from django import template
from django.forms import BaseForm, BaseFormSet
from django.template.defaultfilters import date as format_date
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from lucide import IconDoesNotExist, _load_icon

register = template.Library()

# Drawn once a page, so only what pages have in common; any other lucide icon is drawn where it stands.
ICONS = frozenset(
    {
        "ban",
        "bell",
        "calendar-days",
        "chart-column",
        "check",
        "check-check",
        "chevron-down",
        "chevron-left",
        "chevron-right",
        "circle-check",
        "clock",
        "copy",
        "external-link",
        "eye",
        "file-text",
        "globe",
        "image",
        "inbox",
        "info",
        "life-buoy",
        "lightbulb",
        "log-out",
        "megaphone",
        "menu",
        "message-square",
        "pencil",
        "plus",
        "radio",
        "printer",
        "search",
        "shield",
        "sun",
        "triangle-alert",
        "upload",
        "user",
        "users",
        "x",
    }
)

TAG_ICONS = {"late": "triangle-alert", "approved": "check", "published": "check", "done": "check"}
TAG_KINDS = {"late", "review", "approved", "scheduled", "draft", "idea", "neutral", "published", "done"}
# What the states of the floors above look like; anything not named here is neutral.
KIND_OF_STATE = {
    "in_review": "review",
    "changes_asked": "review",
    "under_review": "review",
    "second_read": "review",
    "awaiting_decision": "review",
    "planned": "scheduled",
    "due": "scheduled",
    "sealed": "approved",
    "active": "approved",
    "lapsed": "late",
    "missed": "late",
    "removal_failed": "late",
    "breach": "late",
    "checked": "done",
    "taken_down": "done",
    "found": "review",
    "gathering": "review",
    "removal_ordered": "review",
    "open": "review",
    "changes": "review",
    "closing": "review",
    "removed": "done",
    "kept": "done",
    "closed": "done",
    "confirmed": "done",
    "sent": "done",
    "handled": "done",
    "deregistered": "done",
    "dormant": "draft",
    "taken": "scheduled",
    "used": "approved",
    "parked": "draft",
    "shut": "draft",
    "settled": "done",
    "no_answers": "done",
    "proposed": "idea",
    "new": "idea",
}
SOON = timedelta(hours=4)


@functools.cache
def _drawing(name: str) -> str:
    """Return the shapes inside one lucide icon as markup, or nothing when there is no such icon."""
    try:
        svg = _load_icon(name)
    except IconDoesNotExist:
        return ""
    return "".join(ElementTree.tostring(shape, encoding="unicode").strip() for shape in svg).replace(
        " />", "/>"
    )


@functools.cache
def _sprite() -> SafeString:
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{_drawing(name)}</symbol>' for name in ICONS
    )
    return mark_safe(f'<svg class="sprite" aria-hidden="true">{symbols}</svg>')  # noqa: S308 - drawn by lucide


@register.simple_tag
def icon_sprite() -> SafeString:
    """Draw, unseen, the icons that `icon` points at."""
    return _sprite()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a lucide icon, for decoration only: the words beside it carry the meaning."""
    if name in ICONS:
        return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>', name)
    drawing = mark_safe(_drawing(name))  # noqa: S308 - drawn by lucide
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def tag(state: Any, label: Any = "") -> SafeString:
    """Show a state as a word on its colour; `state` is a kind of tag or any object's state."""
    value = str(state)
    kind = value if value in TAG_KINDS else KIND_OF_STATE.get(value, "neutral")
    mark = icon(TAG_ICONS[kind]) if kind in TAG_ICONS else ""
    words = capfirst(str(label or getattr(state, "label", value)))
    return format_html('<span class="tag tag--{}">{}{}</span>', kind, mark, words)


@register.simple_tag
def button(
    label: Any, kind: str = "primary", href: str = "", symbol: str = "", **attributes: Any
) -> SafeString:
    """Draw a submit button, or a link that looks like one when `href` is given; underscores become dashes."""
    if symbol:
        label = format_html("{}<span data-label>{}</span>", icon(symbol), label)
    extra = format_html_join("", ' {}="{}"', ((k.replace("_", "-"), v) for k, v in attributes.items()))
    if href:
        return format_html('<a class="button button--{}" href="{}"{}>{}</a>', kind, href, extra, label)
    return format_html('<button class="button button--{}"{}>{}</button>', kind, extra, label)


def span_in_words(span: timedelta) -> str:
    """Return a length of time in its two largest units, never less than a minute."""
    minutes = max(1, int(abs(span).total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    named = [(_("{n} d"), days), (_("{n} h"), hours), (_("{n} min"), rest)]
    parts = named[:2] if days else named[1:]
    return " ".join(words.format(n=count) for words, count in parts if count)


def span_in_full(span: timedelta) -> str:
    """Return a length of time as it is read aloud, in its two largest units: “2 days and 3 hours”."""
    minutes = max(1, int(abs(span).total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    named = [
        (ngettext("%(n)s day", "%(n)s days", days), days),
        (ngettext("%(n)s hour", "%(n)s hours", hours), hours),
        (ngettext("%(n)s minute", "%(n)s minutes", rest), rest),
    ]
    parts = named[:2] if days else named[1:]
    return _(" and ").join(words % {"n": count} for words, count in parts if count)


def time_left_in_words(due_at: datetime, at: datetime) -> str:
    """Return "3 h 20 min left" or "Late by 2 h"."""
    words = _("{time} left") if due_at > at else _("Late by {time}")
    return words.format(time=span_in_words(due_at - at))


@register.simple_tag
def countdown(due_at: datetime | None, at: datetime | None = None) -> SafeString:
    """Show the time left in words; script keeps it fresh. Nothing when there is no deadline."""
    if not due_at:
        return mark_safe("")
    at = at or timezone.now()
    state = "late" if due_at <= at else "soon" if due_at - at <= SOON else "calm"
    return format_html(
        '<span class="countdown countdown--{}">{}'
        '<time data-countdown datetime="{}" title="{}">{}</time></span>',
        state,
        icon("triangle-alert" if state == "late" else "clock"),
        due_at.isoformat(timespec="seconds"),
        moment(due_at),
        time_left_in_words(due_at, at),
    )


@dataclass(frozen=True)
class Fault:
    """Something wrong in a form: in words, and the field to go to, when it is one that is seen."""

    text: str
    label: str = ""
    ident: str = ""


@register.simple_tag
def faults(form: Any, forms: Any = ()) -> list[Fault]:
    """List what is wrong in a form, or in several and in sets of rows, in the order they stand on the page."""
    found: list[Fault] = []
    for one in forms or [form]:
        if isinstance(one, BaseFormSet):
            found += [Fault(str(error)) for error in one.non_form_errors()] if one.is_bound else []
            rows = enumerate(one.forms, 1)
            found += [fault for number, row in rows for fault in _faults_of(row, f" {number}")]
        elif one:
            found += _faults_of(one)
    return found


def _faults_of(form: BaseForm, number: str = "") -> Iterator[Fault]:
    if not form.errors:
        return
    yield from (Fault(str(error)) for error in form.non_field_errors())
    for field in form.visible_fields():
        ident = f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
        yield from (Fault(str(error), f"{field.label}{number}", ident) for error in field.errors)
    for field in form.hidden_fields():
        yield from (Fault(str(error)) for error in field.errors)


@register.simple_tag
def page_words() -> SafeString:
    """Give the script its words in the page's language, as data attributes."""
    words = {
        "left": _("{time} left"),
        "late": _("Late by {time}"),
        "days": _("{n} d"),
        "hours": _("{n} h"),
        "minutes": _("{n} min"),
        "copied": _("Copied."),
        "chosen": _("Picture chosen: {name}"),
        "missing": _("Fill this in."),
        "choose": _("Choose something here."),
        "address": _("Write the whole address, for example https://avinge.se."),
        "email": _("Write the whole e-mail address, for example maja@avinge.se."),
        "unfit": _("This cannot be read as it stands. Write it in another way."),
    }
    return format_html_join("", ' data-{}="{}"', words.items())


@register.simple_tag
def page_language() -> str:
    """Return the language that the page is written in."""
    return get_language() or "sv"


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _said(value: date, pattern: str) -> str:
    """Write a day or an instant, in local time, the way the page's language does."""
    return _written(value, pattern, page_language(), timezone.get_current_timezone_name())


@functools.lru_cache(maxsize=4096)
def _written(value: date, pattern: str, language: str, _zone: str) -> str:
    """Return what `_said` says. Pages say the same few times over and over, and dates are slow to write.

    Days and months are written as the language does: Swedish begins them with a small letter.
    """
    words = format_date(_local(value), pattern)
    return words.lower() if language == "sv" else words


@register.filter
def number(value: Any) -> Any:
    """Write a number as the language does, thousands apart and a whole one without decimals; text is left as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return floatformat(value, "-1g")


@register.filter
def moment(value: Any) -> str:
    """Format an instant as day and time, in local time; text is left as it is."""
    return _said(value, "D j M Y, H:i") if isinstance(value, datetime) else str(value or "")


@register.filter
def day(value: Any) -> str:
    """Format a day; text is left as it is."""
    return _said(value, "D j M Y") if isinstance(value, date) else str(value or "")


@register.filter
def short_day(value: Any) -> str:
    """Format a day without its year; text is left as it is."""
    return _said(value, "D j/n") if isinstance(value, date) else str(value or "")


@register.filter
def long_day(value: Any) -> str:
    """Format a day as one says it, without its year; text is left as it is."""
    return _said(value, "l j F") if isinstance(value, date) else str(value or "")


@register.filter
def clock(value: Any) -> str:
    """Format an instant as its time of day; text is left as it is."""
    return _said(value, "H:i") if isinstance(value, datetime) else str(value or "")


@register.simple_tag
def when(value: date | None, style: str = "moment") -> SafeString:
    """Show an instant or a day as a `time` element; style is moment, day, short or clock."""
    if not value:
        return mark_safe("")
    return _when(value, style, page_language(), timezone.get_current_timezone_name())


@register.simple_tag
def days(first: date, last: date, style: str = "day") -> SafeString:
    """Show the days from one to another; one day is said once."""
    starts, ends = when(first, style), when(last, style)
    alike = {"day": day, "short": short_day}[style]
    return starts if alike(first) == alike(last) else format_html("{} – {}", starts, ends)


@functools.lru_cache(maxsize=4096)
def _when(value: date, style: str, _language: str, _zone: str) -> SafeString:
    """Return what `when` draws. Pages say the same few times over and over, and dates are slow to write."""
    words = {"moment": moment, "day": day, "short": short_day, "clock": clock}[style](value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, ident: str, title: str) -> SafeString:
    """Wrap what stands inside in a modal window, opened by `data-dialog` with its id."""
    return format_html(
        '<dialog class="dialog" id="{0}" aria-labelledby="{0}-title"><div class="dialog__head">'
        '<h2 id="{0}-title">{1}</h2><form method="dialog">'
        '<button class="button button--quiet" aria-label="{2}">{3}</button></form></div>{4}</dialog>',
        ident,
        title,
        _("Close the window"),
        icon("x"),
        content,
    )
