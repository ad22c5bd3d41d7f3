"""What is typed about posts, into clean values. No rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.forms import DayField, MomentField
from core.models import User
from core.workdays import instant
from editorial.models import Team
from editorial.states import PostState

MORNING = "09:00"  # when a post is placed on a day and had no time


class TeamChoiceForm(forms.Form):
    """Which team a new post belongs to, for people in several."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.of_member(user)  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    planned_at = MomentField(label=gettext_lazy("Time"))


class ConfirmForm(forms.Form):
    url = forms.URLField(
        label=gettext_lazy("Address of the published post"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Paste it from the platform."),
    )


class FilterForm(forms.Form):
    """What the list of posts shows; an unknown value filters nothing."""

    done = forms.ChoiceField(
        label=gettext_lazy("Which posts"),
        required=False,
        choices=[("", gettext_lazy("under way")), ("1", gettext_lazy("out or dropped"))],
    )
    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("all")), *PostState.choices]
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        required=False,
        queryset=Team.objects.none(),
        empty_label=gettext_lazy("all"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """When a post is wanted or planned instead: a time, or another day at the time of day it has."""

    when = MomentField(label=gettext_lazy("New time"), error_messages={"required": gettext_lazy("Say when.")})
    on = DayField(label=gettext_lazy("Day"), required=False, widget=forms.HiddenInput())

    def __init__(
        self, data: Any = None, *, shown: datetime | None, offered: str = "", may_be_none: bool = False
    ) -> None:
        super().__init__(data, initial={"when": offered or shown})
        self.shown, when = shown, cast(MomentField, self.fields["when"])
        when.stands = shown
        when.required = not (may_be_none or (data and data.get("on")))

    def clean(self) -> dict[str, Any]:
        """This will fill `when`: from the day, if one is given, otherwise from the time."""
        if day := self.cleaned_data.get("on"):
            clock = f"{timezone.localtime(self.shown):%H:%M}" if self.shown else MORNING
            self.cleaned_data["when"] = instant(day, clock)
        return self.cleaned_data
