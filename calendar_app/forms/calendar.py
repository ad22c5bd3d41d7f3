"""What is asked of the calendar, into clean values."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from calendar_app.models import DayNote, SavedView
from channels_registry.models import Channel, Platform
from core.forms import DateInput, DayField
from core.models import User
from core.prepared import Prepared
from editorial.models import Team
from editorial.states import PostState

Choices = list[tuple[Any, Any]]


def one_of(label: Any) -> forms.TypedChoiceField:
    """This will make a field that chooses a row by its number; its choices are read with the form's others."""
    return forms.TypedChoiceField(label=label, required=False, coerce=int, empty_value=None)


class CalendarForm(forms.Form):
    """Which day, and which posts. Everything stands in the address, so that it can be kept and shared."""

    on = DayField(label=_("Day"), required=False)
    span = forms.ChoiceField(required=False, choices=[("", ""), ("day", "")], widget=forms.HiddenInput())
    channel = one_of(_("Channel"))
    team = one_of(_("Team"))
    unit = one_of(_("Unit"))
    person = one_of(_("Written by"))
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *PostState.choices])
    kind = forms.CharField(label=_("Kind or series"), required=False, max_length=60)
    theme = forms.CharField(label=_("Campaign or theme"), required=False, max_length=60)
    text = forms.CharField(
        label=_("Words"), required=False, max_length=120, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams, units, people, self.roles = _people(user)
        self.channels = [
            Channel(pk=pk, name=name, state=state, platform=Platform(name=platform))
            for pk, name, state, platform in _CHANNELS.rows(user)
        ]
        self.teams = teams
        own = [(channel.pk, str(channel)) for channel in self.channels]
        choices = {"channel": own, "team": teams, "unit": units, "person": people}
        for name, rows in choices.items():
            self.fields[name].choices = [("", _("All")), *rows]  # type: ignore[attr-defined]

    @property
    def own_teams(self) -> Choices:
        """The teams one is in: with them filters can be shared."""
        return [(pk, name) for pk, name in self.teams if pk in self.roles]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.narrowing())

    def narrowing(self) -> dict[str, str]:
        """This will return the filters that were asked for, without the day."""
        return {name: value for name, value in self._asked.items() if name not in {"on", "span"}}

    def address(self, **changes: Any) -> str:
        """This will return the query of an address with the same filters, changed by keywords."""
        return "?" + urlencode(self._asked | {name: str(value) for name, value in changes.items()})

    @cached_property
    def _asked(self) -> dict[str, str]:
        return {name: value for name, value in self.data.items() if value and name in self.fields}


_COLUMNS = (
    "pk",
    "name",
    "unit",
    "unit__name",
    "memberships__user",
    "memberships__user__name",
    "memberships__role",
)
_CHANNELS = Prepared(
    lambda user: (
        Channel.objects.filter(care__team__in=Team.objects.visible_to(user))
        .order_by("name")
        .values_list("pk", "name", "state", "platform__name")
    )
)
_MEMBERS = Prepared(lambda user: Team.objects.visible_to(user).values_list(*_COLUMNS))


def _people(user: User) -> tuple[Choices, Choices, Choices, dict[int, str]]:
    """This will read the teams one may see, their units and their members as choices, and one's own roles, in one query."""
    teams, units, people, roles = {}, {}, {}, {}
    for team, name, unit, unit_name, one, one_name, role in _MEMBERS.rows(user):
        teams[team], units[unit] = name, unit_name
        if one:
            people[one] = one_name
        if one == user.pk:
            roles[team] = role
    return _sorted(teams), _sorted(units), _sorted(people), roles


def _sorted(found: dict[int, str]) -> Choices:
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


class SavedViewForm(forms.Form):
    """A name for the filters that are on, and with whom they are shared."""

    name = forms.CharField(label=_("Name"), max_length=60)
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Share with"), required=False, empty_label=_("only me")
    )
    view = forms.ChoiceField(choices=[(view, view) for view in ("year", "month", "week", "list")])
    query = forms.CharField(label=_("Filters"), max_length=1000, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.of_member(user)  # type: ignore[attr-defined]


class DayNoteForm(forms.ModelForm):
    """A note on a day or a span of days."""

    class Meta:
        model = DayNote
        fields = ["title", "kind", "first_on", "last_on", "team", "for_all"]
        field_classes = {"first_on": DayField}
        widgets = {"first_on": DateInput()}

    last_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: the same day."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if self.instance.pk is None and (first := teams.first()):
            self.initial["team"] = first.pk

    def clean(self) -> dict[str, Any]:
        """This will fill in the last day when there is none, and refuse a span that ends before it begins."""
        values = super().clean() or {}
        first, last = values.get("first_on"), values.get("last_on")
        values["last_on"] = last or first
        if first and last and last < first:
            self.add_error("last_on", _("The last day is before the first."))
        return values


class Saved(NamedTuple):
    """A saved filter, as the pages list it."""

    pk: int
    name: str
    view: str
    query: str
    owner_id: int
    team_id: int | None


_SAVED = Prepared(
    lambda user: SavedView.objects.filter(
        Q(owner=user) | Q(team__in=Team.objects.visible_to(user))
    ).values_list("pk", "name", "view", "query", "owner", "team")
)


def shared_views(user: User) -> list[Saved]:
    """This will list the saved filters one may use, the own ones first."""
    views = [Saved(*row) for row in _SAVED.rows(user)]
    return sorted(views, key=lambda view: (view.owner_id != user.pk, view.name.casefold()))
