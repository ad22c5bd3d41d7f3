"""The calendar's chips, cells and rows in templates; `drawing` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from calendar_app import drawing
from calendar_app.forms.calendar import CalendarForm
from calendar_app.models import Slot
from calendar_app.places import Mark
from calendar_app.queries import Entry

register = template.Library()


@register.simple_tag
def chips(entries: Iterable[Entry], slots: Iterable[Slot], style: str = "short") -> SafeString:
    return mark_safe(drawing.chips(entries, slots, style))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def filter_fields(form: CalendarForm) -> SafeString:
    return mark_safe(drawing.filter_fields(form))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def marks(days: Iterable[Mark], *, every: bool = False) -> SafeString:
    return mark_safe(drawing.marks(days, every=every))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def more(cell: Any) -> SafeString:
    return mark_safe(drawing.more(cell))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def month_rows(weeks: Iterable[dict[str, Any]]) -> SafeString:
    return mark_safe(drawing.month_rows(weeks))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def list_rows(entries: Iterable[Entry], **heads: str) -> SafeString:
    return mark_safe(drawing.list_rows(entries, heads))  # noqa: S308 - escaped where it is drawn


@register.simple_tag
def month_counts(counts: list[int], months: list[dict[str, Any]]) -> SafeString:
    return mark_safe(drawing.month_counts(counts, months))  # noqa: S308 - numbers and names of months


@register.simple_tag
def heat_rows(months: Iterable[dict[str, Any]]) -> SafeString:
    return mark_safe(drawing.heat_rows(months))  # noqa: S308 - escaped where it is drawn
