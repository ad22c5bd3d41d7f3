"""What is chosen about feeds and imports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Series
from channels_registry.models import Channel
from core.models import User
from editorial.models import Team


class FeedForm(forms.Form):
    """What a feed shows; nothing chosen means all that one writes."""

    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("no team")
    )
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("Channel"), required=False, empty_label=_("no channel")
    )
    series = forms.ModelChoiceField(
        Series.objects.none(), label=_("One series"), required=False, empty_label=_("no series")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        channels = Channel.objects.filter(teams__in=teams).select_related("platform").distinct()
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["channel"].queryset = channels.order_by("name")  # type: ignore[attr-defined]
        self.fields["series"].queryset = Series.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if sum(1 for value in values.values() if value) > 1:
            raise forms.ValidationError(_("Choose one: a team, a channel or a series."))
        return values


class ImportForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=_("At most 2 000 rows and 4 MB."))
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team of new drafts"),
        help_text=_("For rows that name no team. A post that is there stays in its team."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if len(teams) == 1:
            self.fields["team"].initial = teams[0]
