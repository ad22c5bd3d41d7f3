"""What is asked of the calendar, into clean values."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.windows import FIRST_YEAR, LAST_YEAR
from channels_registry.models import Channel
from core.forms import DateInput
from core.models import User
from editorial.models import Team
from editorial.states import PostState


class CalendarForm(forms.Form):
    """Which day, and which posts. Everything stands in the address, so that it can be kept and shared."""

    on = forms.DateField(label=_("Day"), required=False, widget=DateInput())
    span = forms.ChoiceField(required=False, choices=[("", ""), ("day", "")], widget=forms.HiddenInput())
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("Channel"), required=False, empty_label=_("All")
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label=_("All"))
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Written by"), required=False, empty_label=_("All")
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *PostState.choices])
    kind = forms.CharField(label=_("Kind or series"), required=False, max_length=60)
    text = forms.CharField(
        label=_("Words"), required=False, max_length=120, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        choices = self.fields
        choices["team"].queryset = teams.order_by("name")  # type: ignore[attr-defined]
        choices["channel"].queryset = (  # type: ignore[attr-defined]
            Channel.objects.filter(teams__in=teams).select_related("platform").order_by("name").distinct()
        )
        choices["person"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(memberships__team__in=teams).order_by("name").distinct()
        )

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("The calendar has the years %(first)s to %(last)s."),
                params={"first": FIRST_YEAR, "last": LAST_YEAR},
            )
        return day

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name not in {"on", "span"})

    def address(self, **changes: Any) -> str:
        """This will return the query of an address with the same filters, changed by keywords."""
        asked = {name: value for name, value in self.data.items() if value and name in self.fields}
        return "?" + urlencode(asked | {name: str(value) for name, value in changes.items()})
