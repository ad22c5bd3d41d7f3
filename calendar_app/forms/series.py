"""What is typed about series and their places, into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Series
from calendar_app.recurrence import MOST_BETWEEN, RedDays, Rhythm, Rule
from channels_registry.models import Channel
from core.forms import DayField, MomentField, TimeInput
from core.models import User
from core.templatetags.parts import moment
from editorial.models import Post, Team
from editorial.states import FIXED, PostState

NEWEST_POSTS = 200


class SeriesForm(forms.Form):
    """What a series is, beside its rule."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Posts written in its places get it as their kind.")
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Owner"),
        help_text=_("Is reminded of empty places 10 and 3 days before."),
    )
    channels = forms.ModelMultipleChoiceField(
        Channel.objects.none(), label=_("Channels"), widget=forms.CheckboxSelectMultiple
    )
    template_text = forms.CharField(
        label=_("Text to start from"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Channel.objects.filter(teams=team).select_related("platform").order_by("name")
        self.fields["owner"].queryset = User.objects.filter(memberships__team=team)  # type: ignore[attr-defined]
        self.fields["channels"].queryset = own  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(series: Series) -> dict[str, Any]:
        return {
            "name": series.name,
            "owner": series.owner_id,
            "channels": list(series.channels.values_list("pk", flat=True)),
            "template_text": series.template_text,
        }


class RuleForm(forms.Form):
    """When a series comes."""

    starts_on = DayField(
        label=_("First day"),
        help_text=_("Says which weekday, which day of the month or which day of the year it is."),
    )
    clock = forms.TimeField(label=_("Time of day"), widget=TimeInput())
    rhythm = forms.ChoiceField(label=_("Comes on"), choices=Rhythm.choices)
    interval = forms.IntegerField(
        label=_("How often"),
        min_value=1,
        max_value=MOST_BETWEEN,
        initial=1,
        help_text=_("1 is every time, 2 every second week, month or year."),
    )
    red_days = forms.ChoiceField(
        label=_("On red days"),
        choices=RedDays.choices,
        initial=RedDays.KEEP,
        help_text=_("Sundays are red too, unless the series comes on Sundays."),
    )
    ends_on = DayField(label=_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return values

    def rule(self) -> Rule:
        values = {name: self.cleaned_data[name] for name in RuleForm.base_fields}
        if values["rhythm"] == Rhythm.WORKDAYS:
            values["interval"] = 1
        return Rule(**values)

    @staticmethod
    def initial_of(rule: Rule) -> dict[str, Any]:
        return {name: getattr(rule, name) for name in RuleForm.base_fields}


class PostChoice(forms.ModelChoiceField):
    """A post by its title and time: those of a series begin with the same title."""

    def label_from_instance(self, obj: Post) -> str:
        when = obj.planned_at or obj.wanted_at
        return f"{obj}, {moment(when)}" if when else str(obj)


class PlacePostForm(forms.Form):
    """A post that is there, for a place: one of the newest, old drafts are no list to choose from."""

    post = PostChoice(Post.objects.none(), label=_("A post that is there"))

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Post.objects.filter(team=team, slot=None).exclude(state__in=[*FIXED, PostState.SCHEDULED])
        newest = waiting.order_by("-pk").values("pk")[:NEWEST_POSTS]
        self.fields["post"].queryset = Post.objects.filter(pk__in=newest).order_by("-pk")  # type: ignore[attr-defined]


class ShiftForm(forms.Form):
    starts_at = MomentField(label=_("New time"))
