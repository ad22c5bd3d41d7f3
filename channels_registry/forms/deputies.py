"""Who decides in the place of a chief, as typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from channels_registry.deputies import possible
from channels_registry.forms.parts import CHOOSE_PERSON, active_users
from channels_registry.models import Role
from channels_registry.models.closures import chief_of
from core.forms import DateInput
from core.models import Unit, User


class DeputyForm(forms.Form):
    """A deputy for one of the seats the person may fill."""

    seat = forms.ChoiceField(label=gettext_lazy("In the place of"))
    deputy = forms.ModelChoiceField(
        label=gettext_lazy("Deputy"), queryset=User.objects.none(), empty_label=CHOOSE_PERSON
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput)
    why = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Such as “leave”. Nothing about health."),
    )

    def __init__(self, data: Any, *, seats: list[tuple[Unit, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.seats = seats
        # Anybody can be sent, and is answered with a sentence; only those who can be deputy are offered.
        people = self.fields["deputy"]
        people.queryset = active_users()  # type: ignore[attr-defined]
        people.choices = [("", CHOOSE_PERSON), *((one.pk, one.name) for one in possible(seats))]  # type: ignore[attr-defined]
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (f"{unit.pk}-{role}", f"{Role(role).label.capitalize()}, {unit.name} ({chief_of(unit, role)})")
            for unit, role in seats
        ]

    def facts(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        wanted = values.pop("seat")
        unit, role = next(seat for seat in self.seats if f"{seat[0].pk}-{seat[1]}" == wanted)
        return values | {"unit": unit, "role": role}
