from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import LegalBasis, MediaBankCheck, Picture
from consent.models.sight import units_of
from consent.states import PeopleState, Source
from core.forms import DateInput
from core.models import Unit, User
from core.uploads import TYPES

AT_ONCE = 10  # without script all come in one request; with it, each comes in its own


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; clean data is the list of uploads, not opened yet: they are opened one at a time."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        chosen = [super(ManyFilesField, self).clean(one, initial) for one in files if one] or [
            super().clean(None, initial)
        ]
        return [one for one in chosen if one]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ",".join(TYPES.values())}


class NewPicturesForm(forms.ModelForm):
    """One or many pictures at once; what is typed holds for all of them."""

    # An empty file is refused by itself, with its name: it does not take the good ones with it.
    images = ManyFilesField(
        label=gettext_lazy("Pictures"),
        allow_empty_file=True,
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=100,
        help_text=gettext_lazy("What is in it, when and where. Many get a number each."),
    )

    class Meta:
        model = Picture
        fields = [
            "title",
            "alt_text",
            "source",
            "reference",
            "credit",
            "taken_on",
            "taken_at",
            "licence",
            "unit",
        ]
        widgets = {"alt_text": forms.Textarea(attrs={"rows": 2}), "taken_on": DateInput()}

    field_order = ["images", "title", "alt_text", "source", "reference"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: forms.ModelChoiceField[Unit] = self.fields["unit"]  # type: ignore[assignment]
        units.queryset = units_of(user)
        units.initial = user.unit_id
        size = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        self.fields["images"].help_text = _(
            "JPEG, PNG or WebP, at most %(size)s MB each. Choose one or many."
        ) % {"size": size}
        self.fields["alt_text"].help_text = _("For one picture. Many are described on the next page.")

    def facts(self, number: int, count: int) -> dict[str, Any]:
        """This will return what `add_picture` takes for the picture with that number among so many."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if count > 1:
            values |= {"title": f"{values['title']} {number}", "alt_text": ""}
        return values


class FactsForm(forms.ModelForm):
    class Meta:
        model = Picture
        fields = ["title", "alt_text", "source", "reference", "credit", "taken_on", "taken_at", "licence"]
        widgets = {"alt_text": forms.Textarea(attrs={"rows": 2}), "taken_on": DateInput()}

    def clean(self) -> dict[str, Any]:
        """This will leave the instance as it is stored: the change goes through `correct_facts`."""
        values = super().clean() or {}
        if values.get("source") == Source.MEDIA_BANK and not values.get("reference"):
            self.add_error("reference", _("Give the media bank's number."))
        return values


class DescribeForm(forms.Form):
    """Title and alternative text of one among several new pictures."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What somebody who cannot see it needs to know."),
    )


class FilterForm(forms.Form):
    """What the list of pictures shows; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("People in it"),
        required=False,
        choices=[("", gettext_lazy("all")), *PeopleState.choices],
    )


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
