"""What is typed about a saved answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.models import User
from editorial.models import Team
from moderation.forms.parts import long_text


class SavedAnswerForm(forms.Form):
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    text = long_text(
        gettext_lazy("Text"),
        rows=5,
        help_text=gettext_lazy("{name}, {channel}, {me} and {unit} are filled in for each comment."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].initial = teams.first()
