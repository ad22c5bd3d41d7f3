"""Fields in which nobody has typed look the same to everybody, so they are drawn once for each language."""

from __future__ import annotations

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# What belongs to a person, a picture or the city's channels: drawn each time.
OWN_FIELDS = frozenset({"person", "who", "channels"})

_blank: dict[tuple[type[forms.BaseForm], str, str | None, str], SafeString] = {}


def drawn(form: forms.BaseForm) -> dict[str, SafeString]:
    """This will draw a form's fields, each by its name; only those of its own when nothing was typed in it."""
    if form.is_bound:
        return {name: form[name].as_field_group() for name in form.fields}
    return {name: _once(form, name) for name in form.fields}


def _once(form: forms.BaseForm, name: str) -> SafeString:
    if name in OWN_FIELDS:
        return form[name].as_field_group()
    key = (type(form), name, get_language(), str(form.auto_id))
    if key not in _blank:
        _blank[key] = form[name].as_field_group()
    return _blank[key]
