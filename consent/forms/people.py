from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import Appearance, Person
from consent.models.pictures import Box
from core.forms import DateInput
from core.models import User

MOST_OFFERED = 40
SIDES = ("left", "top", "width", "height")


def _side(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=100, decimal_places=1)


class BoxForm(forms.Form):
    """A place in the picture, in hundredths of it; all four or none."""

    left = _side(gettext_lazy("From the left, %"))
    top = _side(gettext_lazy("From the top, %"))
    width = _side(gettext_lazy("Width, %"))
    height = _side(gettext_lazy("Height, %"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [side for side in SIDES if values.get(side) is not None]
        if given and len(given) < len(SIDES):
            missing = next(side for side in SIDES if side not in given)
            self.add_error(missing, _("Give all four numbers, or none."))
        return values

    def box(self) -> Box | None:
        """This will return the place in thousandths, or None when it is only listed."""
        sides = [self.cleaned_data.get(side) for side in SIDES]
        if any(side is None for side in sides):
            return None
        left, top, width, height = (int(side * 10) for side in sides if side is not None)
        return left, top, width, height


class NamedForm(BoxForm):
    """Somebody known already, somebody new, or nobody knows yet."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("unknown, or new below"),
    )
    name = forms.CharField(label=gettext_lazy("New person's name"), max_length=120, required=False)
    born_on = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=DateInput(),
        help_text=gettext_lazy("Needed for children. Empty means grown up."),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    guardians = forms.CharField(
        label=gettext_lazy("Guardians"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "For a child: all guardians, one on each line. A name, or name, comma and e-mail address. Or a known number."
        ),
    )
    others = forms.BooleanField(
        label=gettext_lazy("They are other people than those with the same name"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = Person.objects.visible_to(user).filter(erased_at=None)
        choices: forms.ModelChoiceField[Person] = self.fields["person"]  # type: ignore[assignment]
        choices.queryset = self.known
        # Thousands would make the page slow: the latest are offered, the others are found by name.
        latest = self.known.order_by("-pk")[:MOST_OFFERED]
        offered = sorted(latest, key=lambda person: (person.name, person.pk))
        choices.widget.choices = [
            ("", choices.empty_label),
            *((person.pk, described(person)) for person in offered),
        ]

    def clean_guardians(self) -> list[Person | tuple[str, str]]:
        """This will return each line as a known person, or as a name and an address of somebody new."""
        lines = [line.strip() for line in self.cleaned_data["guardians"].splitlines() if line.strip()]
        return [self._guardian(line) for line in lines]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        name = values.get("name", "").strip()
        if values.get("person") and name:
            self.add_error("name", _("Choose a person or give a new name, not both."))
        if values.get("guardians") and not name:
            self.add_error("guardians", _("Guardians belong to a new person. Give the name."))
        if values.get("others"):
            return values
        if name and not values.get("person"):
            self._ask_namesakes("name", [name])
        new = [one[0] for one in values.get("guardians") or [] if isinstance(one, tuple)]
        self._ask_namesakes("guardians", new)
        return values

    def _guardian(self, line: str) -> Person | tuple[str, str]:
        if line.isdecimal():
            if found := self.known.filter(pk=int(line[:18])).first():
                return found
            raise forms.ValidationError(_("Nobody known has the number %(number)s."), params={"number": line})
        if "@" not in line:
            return line[:120], ""
        name, _comma, address = line.rpartition(",")
        if "<" in line:  # as it is copied from an e-mail
            name, address = parseaddr(line)
        validate_email(address.strip())
        return name.strip()[:120] or address.strip(), address.strip()

    def _ask_namesakes(self, field: str, names: list[str]) -> None:
        """This will stop a name that somebody known has: the same person is chosen, or said to be another."""
        if names and (same := list(self.known.filter(name__in=names)[:5])):
            self.add_error(
                field,
                _("There is already: %(people)s. Choose them, or tick that these are others.")
                % {"people": "; ".join(described(person) for person in same)},
            )


class AppearanceForm(NamedForm):
    place = forms.CharField(
        label=gettext_lazy("Where in the picture"),
        max_length=120,
        help_text=gettext_lazy("For example: to the left, red jacket."),
    )
    is_identifiable = forms.BooleanField(
        label=gettext_lazy("Can be recognised"), required=False, initial=True
    )

    field_order = [
        "place",
        "person",
        "name",
        "born_on",
        "email",
        "guardians",
        "others",
        "is_identifiable",
        *SIDES,
    ]


class PlaceForm(NamedForm):
    """A place that is listed already: who it is, whether they can be recognised, and where."""

    place = forms.CharField(label=gettext_lazy("Where in the picture"), max_length=120)
    is_identifiable = forms.BooleanField(label=gettext_lazy("Can be recognised"), required=False)

    field_order = AppearanceForm.field_order

    def __init__(self, *args: Any, appearance: Appearance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(place=appearance.place, is_identifiable=appearance.is_identifiable)
        if appearance.box:
            self.initial.update(zip(SIDES, (side / 10 for side in appearance.box), strict=True))
        if appearance.person_id:  # a name once given is not exchanged
            for name in ("person", "name", "born_on", "email", "guardians", "others"):
                del self.fields[name]


class PersonForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["name", "born_on", "email"]
        widgets = {"born_on": DateInput()}


class GuardianForm(forms.Form):
    guardian = forms.CharField(
        label=gettext_lazy("Guardian"),
        max_length=200,
        help_text=gettext_lazy("A name, or a name, a comma and an e-mail address. Or a known number."),
    )
    others = forms.BooleanField(
        label=gettext_lazy("It is another person than those with the same name"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """This will make `guardian` a known person, or a name and an address."""
        values = super().clean() or {}
        line = values.get("guardian", "")
        if not line:
            return values
        inner = NamedForm({"name": "-", "guardians": line, "others": values.get("others")}, user=self.user)
        inner.is_valid()
        for error in inner.errors.get("guardians", []):
            self.add_error("guardian", error)
        if not self.errors:
            values["guardian"] = inner.cleaned_data["guardians"][0]
        return values


def described(person: Person) -> str:
    """This will tell somebody apart from others with the same name: number, year of birth."""
    born = f", {person.born_on.year}" if person.born_on else ""
    return _("%(name)s (number %(number)s%(born)s)") % {"name": person, "number": person.pk, "born": born}
