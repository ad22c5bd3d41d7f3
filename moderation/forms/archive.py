"""What is typed about the archive."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import DayField


class PeriodForm(forms.Form):
    """From one day to another, both included."""

    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("Until"))
