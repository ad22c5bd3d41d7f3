"""Fields that several of the room's forms have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from moderation.models import Ground


def long_text(label: Any, *, rows: int, most: int = 5000, **kwargs: Any) -> forms.CharField:
    """This will make a field for a text of several lines."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def facts(**kwargs: Any) -> forms.CharField:
    """This will make the field for what in the comment makes it a case."""
    return long_text(
        gettext_lazy("What it is about"),
        help_text=gettext_lazy("What in the comment makes it a case?"),
        **kwargs,
    )


def context(rows: int, **kwargs: Any) -> forms.CharField:
    """This will make the field for the context of a screenshot."""
    help_text = gettext_lazy("What did the comment answer, who could see it, what happened around it?")
    return long_text(gettext_lazy("Context"), rows=rows, most=10_000, help_text=help_text, **kwargs)


def author_name() -> forms.CharField:
    """This will make the field for whoever wrote the comment, by the name the platform shows."""
    return forms.CharField(label=gettext_lazy("Author, as shown"), max_length=200)


def grounds_in_force() -> QuerySet[Ground]:
    """This will find the grounds that may be chosen today."""
    today = timezone.localdate()
    return Ground.objects.exclude(valid_from__gt=today).exclude(valid_to__lt=today)


class GroundField(forms.ModelChoiceField):
    """A ground in force on the day the form is shown or sent, named with its citation."""

    needed = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Ground.objects.all(),
            label=gettext_lazy("Ground"),
            empty_label=gettext_lazy("choose"),
            **kwargs,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> GroundField:
        # Each form gets a copy of its fields; here the copy also learns which day it is.
        field: GroundField = super().__deepcopy__(memo)
        field.queryset = grounds_in_force()
        return field

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.citation})"
