"""What is typed about pictures, into clean values. No rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import ConsentEvent, LegalBasis, MediaBankCheck, Person, Picture
from consent.models.sight import units_of
from consent.states import PeopleState, Said
from core.forms import DateInput
from core.models import Unit, User
from core.uploads import ImageUploadField


class PictureForm(forms.ModelForm):
    image = ImageUploadField(
        label=gettext_lazy("Picture"), help_text=gettext_lazy("JPEG, PNG or WebP, at most 15 MB.")
    )

    class Meta:
        model = Picture
        fields = ["image", "title", "alt_text", "source", "reference", "credit", "unit"]
        widgets = {"alt_text": forms.Textarea(attrs={"rows": 2})}

    field_order = ["image", "title", "alt_text", "source", "reference", "credit", "unit"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: forms.ModelChoiceField[Unit] = self.fields["unit"]  # type: ignore[assignment]
        units.queryset = units_of(user)
        units.initial = user.unit_id


class FilterForm(forms.Form):
    """What the list of pictures shows; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("People in it"),
        required=False,
        choices=[("", gettext_lazy("all")), *PeopleState.choices],
    )


class AppearanceForm(forms.Form):
    """Somebody in the picture: known already, new, or nobody knows yet."""

    place = forms.CharField(
        label=gettext_lazy("Where in the picture"),
        max_length=120,
        help_text=gettext_lazy("For example: to the left, red jacket."),
    )
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
    guardians = forms.CharField(
        label=gettext_lazy("Guardians"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For a child: all guardians, one name on each line."),
    )
    is_identifiable = forms.BooleanField(
        label=gettext_lazy("Can be recognised"), required=False, initial=True
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_guardians(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["guardians"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("person") and values.get("name"):
            self.add_error("name", _("Choose a person or give a new name, not both."))
        if values.get("guardians") and not values.get("name"):
            self.add_error("guardians", _("Guardians belong to a new person. Give the name."))
        return values


class ConsentForm(forms.ModelForm):
    """What a signer said; who may sign comes from the people in the picture."""

    who = forms.ChoiceField(label=gettext_lazy("Who said it"))
    channels = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Channels"),
        queryset=Channel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means all channels."),
    )

    class Meta:
        model = ConsentEvent
        fields = ["said", "way", "until", "note"]
        widgets = {"until": DateInput()}

    field_order = ["who", "said", "way", "until", "note", "channels"]

    def __init__(self, *args: Any, picture: Picture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = Channel.objects.select_related("platform")  # type: ignore[attr-defined]
        self.people: dict[str, tuple[Person, Person]] = {}
        for appearance in picture.appearances.all():
            if person := appearance.person:
                self.people[f"{person.pk}-{person.pk}"] = (person, person)
                for row in person.guardianships.all():
                    self.people[f"{person.pk}-{row.guardian_id}"] = (person, row.guardian)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (key, _label(person, signer)) for key, (person, signer) in self.people.items()
        ]
        self.fields["said"].initial = Said.GIVEN

    def values(self) -> dict[str, Any]:
        """This will return what `note_consent` takes."""
        values = dict(self.cleaned_data)
        person, signer = self.people[values.pop("who")]
        return values | {"person": person, "signer": signer}


class BasisForm(forms.ModelForm):
    class Meta:
        model = LegalBasis
        fields = ["basis", "motive"]
        widgets = {"motive": forms.Textarea(attrs={"rows": 2})}


class BankForm(forms.ModelForm):
    class Meta:
        model = MediaBankCheck
        fields = ["says", "until"]
        widgets = {"until": DateInput()}


def _label(person: Person, signer: Person) -> str:
    if person == signer:
        return person.name
    return _("%(guardian)s, guardian of %(name)s") % {"guardian": signer.name, "name": person.name}
