"""The fields that are written without templates read as Django's templates would have written them."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import override

from core.forms import DateInput, DateTimeInput, FormRenderer

UGLY = "\"><script>alert('x')</script> & å"
CHOICES = [("", "All"), ("a", UGLY), ("Group", [("b&", "B"), (3, "Three")])]
WIDGETS = [
    forms.TextInput({"class": "x", "maxlength": 9, "required": True, "disabled": False, "data-x": UGLY}),
    forms.TextInput({"type": "search"}),
    forms.NumberInput(),
    forms.EmailInput(),
    forms.URLInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.CheckboxInput(),
    forms.Textarea({"rows": 3}),
    DateInput(),
    DateTimeInput(),
    forms.Select({"id": "x"}, choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
]


def tight(html: str) -> str:
    return re.sub(r">\s+<", "><", html.strip())


@pytest.mark.parametrize("value", [None, "", "a", UGLY, 3, ["a", "3"], True])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_each_field_reads_as_django_writes_it(widget, value):
    asked = {"attrs": {"aria-describedby": UGLY}}
    ours = widget.render(UGLY, value, renderer=FormRenderer(), **asked)
    assert tight(ours) == tight(widget.render(UGLY, value, renderer=DjangoTemplates(), **asked))


def test_a_choice_of_nothing_has_words():
    written = forms.Select(choices=[("", "---------")]).render("x", None, renderer=FormRenderer())
    assert written == '<select name="x"><option value="" selected>Choose …</option></select>'
    with override("sv"):
        assert "Välj …" in forms.Select(choices=[("", "---------")]).render(
            "x", None, renderer=FormRenderer()
        )
