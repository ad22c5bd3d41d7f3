"""What is typed about channels, their opening and their rest, into clean values. No rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import register
from channels_registry.addresses import UNKNOWN, NotRecognised
from channels_registry.forms.parts import (
    CHOOSE_PERSON,
    CHOOSE_UNIT,
    NOBODY,
    AddressField,
    active_users,
    long_text,
    named,
)
from channels_registry.models import (
    Channel,
    Dormancy,
    Opening,
    Platform,
)
from channels_registry.register import read_address
from core.forms import DateInput
from core.models import Unit, User
from core.uploads import HoldingForm, ImageUploadField


class FilterForm(forms.Form):
    """What the register shows; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Name, handle or unit"), required=False)
    platform = forms.ModelChoiceField(
        label=gettext_lazy("Platform"),
        required=False,
        queryset=Platform.objects.all(),
        empty_label=gettext_lazy("all"),
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        required=False,
        queryset=Unit.objects.filter(channels__isnull=False).distinct(),
        empty_label=gettext_lazy("all"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("all")), *Channel.State.choices],
    )
    needs = forms.ChoiceField(
        label=gettext_lazy("Needs"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("silent", gettext_lazy("silent for 90 days")),
            ("editors", gettext_lazy("fewer than two editors")),
            ("look", gettext_lazy("to be looked over")),
            ("two_factor", gettext_lazy("two-factor login not on")),
        ],
    )


class FactsForm(forms.ModelForm):
    """The facts of a channel that its people keep."""

    class Meta:
        model = Channel
        fields = [
            "name",
            "unit",
            "owner",
            "purpose",
            "audience",
            "comment_mode",
            "keys_kept",
            "two_factor",
            "platform_ref",
        ]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = active_users()  # type: ignore[attr-defined]
        named(self, owner=NOBODY, unit=CHOOSE_UNIT)
        if self.instance.state == Channel.State.DORMANT:
            self.fields["comment_mode"].disabled = True
            self.fields["comment_mode"].help_text = _("The rest says so. Wake the channel to change it.")
            return
        # “Watched while resting” is set by the rest itself.
        self.fields["comment_mode"].choices = [  # type: ignore[attr-defined]
            choice for choice in Channel.CommentMode.choices if choice[0] != "watched"
        ]


class RegisterForm(FactsForm):
    """A channel that exists, put into the register; its platform is recognised, or given by name."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Paste the address of the channel's own page."),
    )
    platform_name = forms.CharField(
        label=gettext_lazy("The platform's name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Only when the address is not recognised."),
    )
    field_order = ["address", "platform_name"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["platform"], text = None, values.get("address", "")
        name = " ".join(values.pop("platform_name", "").split())
        try:
            if text:
                values["address"] = read_address(text)
        except NotRecognised as unknown:
            if unknown.reason is not UNKNOWN:
                self.add_error("address", str(unknown.reason))
                return values
            if not name:
                self.add_error("platform_name", _("The platform is not known. Write its name."))
                return values
            values["address"], host = register.read_address_on(text, name)
            values["platform"] = (name, host)
        return values


class HandleForm(forms.Form):
    address = AddressField(label=gettext_lazy("New address"))
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class EditorForm(forms.Form):
    user = forms.ModelChoiceField(
        label=gettext_lazy("Person"), queryset=User.objects.none(), empty_label=CHOOSE_PERSON
    )
    holds_keys = forms.BooleanField(label=gettext_lazy("Holds the keys"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = active_users()  # type: ignore[attr-defined]


class LookOverForm(HoldingForm):
    """The yearly look: each thing is answered, and the pictures are put on record."""

    follows_profile = forms.BooleanField(
        label=gettext_lazy("Name and pictures follow the graphic profile"), required=False
    )
    purpose_holds = forms.BooleanField(label=gettext_lazy("Purpose and audience still hold"), required=False)
    people_right = forms.BooleanField(
        label=gettext_lazy("Owner and editors are the right people"), required=False
    )
    comments_right = forms.BooleanField(label=gettext_lazy("Comments are as they should be"), required=False)
    remarks = long_text(
        gettext_lazy("Remarks"),
        rows=3,
        most=2000,
        required=False,
        help_text=gettext_lazy("Say what is not as it should be, and who changes it."),
    )
    profile = ImageUploadField(label=gettext_lazy("Profile picture, as it looks now"), required=False)
    cover = ImageUploadField(label=gettext_lazy("Cover picture, as it looks now"), required=False)


class ProofForm(forms.Form):
    posted_on = forms.DateField(label=gettext_lazy("Day of the last post"), widget=DateInput)
    proof = forms.CharField(
        label=gettext_lazy("Proof"),
        max_length=500,
        help_text=gettext_lazy("The post's address, or what shows when it was posted."),
    )


class OpeningForm(forms.ModelForm):
    """The wish for a new channel, on a platform of the list or on another by its name."""

    platform = forms.ChoiceField(label=gettext_lazy("Platform"), required=False)
    platform_name = forms.CharField(
        label=gettext_lazy("The platform's name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Only when it is not in the list."),
    )
    field_order = ["name", "platform", "platform_name"]

    class Meta:
        model = Opening
        fields = ["name", "unit", "purpose", "audience", "watched_by", "owner"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = active_users()  # type: ignore[attr-defined]
        self.fields["platform"].choices = register.wanted_platforms()  # type: ignore[attr-defined]
        named(self, owner=CHOOSE_PERSON, unit=CHOOSE_UNIT, platform=gettext_lazy("choose a platform"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        code, name = values.pop("platform", ""), " ".join(values.pop("platform_name", "").split())
        if not code and not name and "platform" not in self.errors:
            self.add_error("platform", _("Choose a platform, or write the name of another."))
        return values | {"platform": (code, name)}


class OpenedForm(forms.Form):
    address = AddressField(label=gettext_lazy("The channel's address"))

    def __init__(self, data: Any = None, *, opening: Opening) -> None:
        super().__init__(data)
        self.fields["address"].read = lambda text: register.read_address_for(text, opening.platform)  # type: ignore[attr-defined]


class RestForm(forms.ModelForm):
    """A rest to be planned."""

    class Meta:
        model = Dormancy
        fields = ["starts_on", "ends_on", "comments", "why", "told_how"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput, "why": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named(self, comments=gettext_lazy("choose how"))

    def _post_clean(self) -> None:
        """This will leave the days to the rule below, which answers with a sentence."""
