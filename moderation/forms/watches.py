"""What is typed about the watch on days off."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.models import User
from core.templatetags.parts import day as format_day
from editorial.models import Team


class HolidayForm(forms.Form):
    """Who looks on which day off."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())
    day = forms.TypedChoiceField(label=gettext_lazy("Day"), coerce=date.fromisoformat)
    user = forms.ModelChoiceField(label=gettext_lazy("Who looks"), queryset=User.objects.none())

    def __init__(self, *args: Any, user: User, days: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["user"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            memberships__team__in=teams, is_active=True
        ).distinct()
        self.fields["day"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), format_day(day)) for day in days
        ]
