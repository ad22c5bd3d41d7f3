"""What people give the rota, as clean values; no rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DateInput
from core.models import User
from editorial.models import Duty, Membership, Team


class AbsenceForm(forms.Form):
    """Days away, of oneself or, for an editor, of `people`. Why is not asked."""

    user = forms.ChoiceField(label=_("Who"), required=False)
    starts_on = forms.DateField(label=_("First day away"), widget=DateInput)
    ends_on = forms.DateField(label=_("Last day away"), widget=DateInput)

    def __init__(self, *args: Any, actor: User, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in [actor, *people]}
        self.actor = actor
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(key, user.name) for key, user in self.people.items()]
        if len(self.people) == 1:
            field.widget = forms.HiddenInput()

    def clean_user(self) -> User:
        return self.people[self.cleaned_data.get("user") or str(self.actor.pk)]


class PersonForm(forms.Form):
    """One of the team, or with `all` everybody in it."""

    person = forms.ModelChoiceField(
        label=_("Offer to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("everybody in the team"),
    )

    def __init__(self, *args: Any, team: Team, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (for the type checker)
        field.queryset = User.objects.filter(is_active=True, memberships__team=team).exclude(pk=but or 0)


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["holding", "rota_from"]
        widgets = {"holding": forms.RadioSelect, "rota_from": DateInput}


class MemberForm(forms.ModelForm):
    duties = forms.MultipleChoiceField(
        label=_("Duties"), choices=Duty, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Membership
        fields = ["share", "duties", "joined_on"]
        widgets = {"joined_on": DateInput}
