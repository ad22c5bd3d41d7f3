"""Lists of choices drawn in one go: Django draws each option from a template of its own, and forty of them take long."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """A select without groups of options."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, _mark("selected", str(key) in chosen), label) for key, label in self.choices),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options
        )


class PlainChecks(forms.CheckboxSelectMultiple):
    """A box to tick for each choice, as Django lays them out."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen, ident = set(self.format_value(value)), (attrs or {}).get("id", "")
        boxes = format_html_join(
            "",
            '<div><label for="{0}_{1}"><input type="checkbox" name="{2}" value="{3}" id="{0}_{1}"{4}> {5}</label></div>',
            (
                (ident, number, name, key, _mark("checked", str(key) in chosen), label)
                for number, (key, label) in enumerate(self.choices)
            ),
        )
        return format_html('<div id="{}">{}</div>', ident, boxes)


def _mark(word: str, wanted: bool) -> SafeString:
    return SafeString(f" {word}" if wanted else "")
