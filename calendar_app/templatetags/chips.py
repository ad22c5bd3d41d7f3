"""The calendar's chips, cells and rows in templates; `drawing` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from calendar_app import drawing
from calendar_app.forms.calendar import CalendarForm
from calendar_app.models import Slot
from calendar_app.places import Mark
from calendar_app.queries import Entry

register = template.Library()


@register.simple_tag
def chips(entries: Iterable[Entry], slots: Iterable[Slot], style: str = "short") -> SafeString:
    return drawing.chips(entries, slots, style)


@register.simple_tag
def filter_fields(form: CalendarForm) -> SafeString:
    return drawing.filter_fields(form)


@register.simple_tag
def marks(days: Iterable[Mark], *, every: bool = False) -> SafeString:
    return drawing.marks(days, every=every)


@register.simple_tag
def more(cell: Any) -> SafeString:
    return drawing.more(cell)


@register.simple_tag
def month_rows(weeks: Iterable[dict[str, Any]]) -> SafeString:
    return drawing.month_rows(weeks)


@register.simple_tag
def list_rows(entries: Iterable[Entry], **heads: str) -> SafeString:
    return drawing.list_rows(entries, heads)


@register.simple_tag
def month_counts(counts: list[int], months: list[dict[str, Any]]) -> SafeString:
    return drawing.month_counts(counts, months)


@register.simple_tag
def heat_rows(months: Iterable[dict[str, Any]]) -> SafeString:
    return drawing.heat_rows(months)
