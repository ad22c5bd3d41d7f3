"""What is typed to find a channel. No rules."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel, Platform
from core.models import Unit


class FilterForm(forms.Form):
    """What the register shows; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Name, handle or unit"), required=False)
    platform = forms.ModelChoiceField(
        label=gettext_lazy("Platform"),
        required=False,
        queryset=Platform.objects.all(),
        empty_label=gettext_lazy("all"),
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        required=False,
        queryset=Unit.objects.filter(channels__isnull=False).distinct(),
        empty_label=gettext_lazy("all"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("all")), *Channel.State.choices],
    )
