"""What the forms about channels share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from channels_registry.addresses import NotRecognised
from channels_registry.register import read_address
from core.models import User


def active_users() -> Any:
    return User.objects.filter(is_active=True)


def long_text(label: Any, *, rows: int, most: int, **more: Any) -> forms.CharField:
    """This will make a field for some sentences."""
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


class AddressField(forms.CharField):
    """A pasted address; clean data is an Address. `read` makes one of the text, or raises NotRecognised."""

    read = staticmethod(read_address)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Address"))
        kwargs.setdefault("help_text", gettext_lazy("Paste the address of the channel's own page."))
        super().__init__(max_length=500, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except NotRecognised as unknown:
            raise ValidationError(str(unknown.reason)) from unknown


def named(form: Any, **words: Any) -> None:
    """This will let each empty choice say what it means, instead of a row of dashes."""
    for name, word in words.items():
        field = form.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = word
        else:
            field.choices = [("", word), *(choice for choice in field.choices if choice[0])]


NOBODY = gettext_lazy("nobody named")
CHOOSE_UNIT = gettext_lazy("choose a unit")
CHOOSE_PERSON = gettext_lazy("choose a person")
