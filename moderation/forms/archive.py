"""What is typed about the archive."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import DateInput


class PeriodForm(forms.Form):
    """From one day to another, both included."""

    first = forms.DateField(label=gettext_lazy("From"), widget=DateInput())
    last = forms.DateField(label=gettext_lazy("Until"), widget=DateInput())
