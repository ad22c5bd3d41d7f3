"""Writes the commonest fields of a form without a template for each of their parts, as Django's templates would write them.

A list of ten states takes Django twenty templates; they took longer than the rest of a page with filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Widget = Mapping[str, Any]
_FOLDER = "django/forms/widgets/"
_INPUTS = (
    "checkbox",
    "date",
    "datetime",
    "email",
    "hidden",
    "number",
    "password",
    "search",
    "tel",
    "text",
    "time",
    "url",
)


def _attributes(given: Mapping[str, Any]) -> SafeString:
    """One that is True is only named; one that is False is left out."""
    return SafeString(
        "".join(
            format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
            for name, value in given.items()
            if value is not False
        )
    )


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else format_html(' value="{}"', str(value))
    parts = widget["type"], widget["name"], shown, _attributes(widget["attrs"])
    return format_html('<input type="{}" name="{}"{}{}>', *parts)


def _textarea(widget: Widget) -> SafeString:
    parts = widget["name"], _attributes(widget["attrs"]), widget["value"] or ""
    return format_html('<textarea name="{}"{}>\n{}</textarea>', *parts)


def _select(widget: Widget) -> SafeString:
    groups = [
        format_html('<optgroup label="{}">{}</optgroup>', name, _options(options))
        if name
        else _options(options)
        for name, options, _number in widget["optgroups"]
    ]
    inside = format_html_join("", "{}", ((group,) for group in groups))
    return format_html(
        '<select name="{}"{}>{}</select>', widget["name"], _attributes(widget["attrs"]), inside
    )


def _options(options: Iterable[Widget]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((str(one["value"]), _attributes(one["attrs"]), _words(one["label"])) for one in options),
    )


def _words(label: Any) -> Any:
    """A model's choice of nothing is a row of dashes, which says nothing."""
    return _("Choose …") if label == "---------" else label


# The template that Django would draw, and what writes the same.
WRITERS: dict[str, Callable[[Widget], SafeString]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}
