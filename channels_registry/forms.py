"""What is typed about channels, their rest and their end, into clean values. No rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import plans, register
from channels_registry.addresses import UNKNOWN, NotRecognised
from channels_registry.deputies import chief_of
from channels_registry.models import (
    ArchiveDecision,
    Channel,
    Closure,
    Dormancy,
    Opening,
    Platform,
    PlatformClosure,
    Role,
)
from channels_registry.register import read_address
from channels_registry.states import ENDED, ChannelState
from core.forms import DateInput, DateTimeInput
from core.models import Unit, User
from core.uploads import ImageUploadField


def active_users() -> Any:
    return User.objects.filter(is_active=True)


class AddressField(forms.CharField):
    """A pasted address; clean data is an Address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Address"))
        kwargs.setdefault("help_text", gettext_lazy("Paste the address of the channel's own page."))
        super().__init__(max_length=500, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_address(text)
        except NotRecognised as unknown:
            raise ValidationError(str(unknown.reason)) from unknown


def named(form: Any, **words: Any) -> None:
    """This will let each empty choice say what it means, instead of a row of dashes."""
    for name, word in words.items():
        field = form.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = word
        else:
            field.choices = [("", word), *(choice for choice in field.choices if choice[0])]


NOBODY = gettext_lazy("nobody named")
CHOOSE_UNIT = gettext_lazy("choose a unit")
CHOOSE_PERSON = gettext_lazy("choose a person")


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


class LookOverForm(forms.Form):
    """The yearly look: each thing is answered, and the pictures are put on record."""

    follows_profile = forms.BooleanField(
        label=gettext_lazy("Name and pictures follow the graphic profile"), required=False
    )
    purpose_holds = forms.BooleanField(label=gettext_lazy("Purpose and audience still hold"), required=False)
    people_right = forms.BooleanField(
        label=gettext_lazy("Owner and editors are the right people"), required=False
    )
    comments_right = forms.BooleanField(label=gettext_lazy("Comments are as they should be"), required=False)
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
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
    """The wish for a new channel."""

    class Meta:
        model = Opening
        fields = ["name", "platform", "unit", "purpose", "audience", "watched_by", "owner"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = active_users()  # type: ignore[attr-defined]
        named(self, owner=CHOOSE_PERSON, unit=CHOOSE_UNIT, platform=gettext_lazy("choose a platform"))


class OpenedForm(forms.Form):
    address = AddressField(label=gettext_lazy("The channel's address"))


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


class ClosureForm(forms.Form):
    """Why a channel is to be closed."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Closure.Reason, widget=forms.RadioSelect)
    motive = forms.CharField(
        label=gettext_lazy("The reason in your own words"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The chiefs read this, and the archive keeps it."),
    )


class ReasonForm(ClosureForm):
    closes_on = forms.DateField(
        label=gettext_lazy("Closing day"),
        widget=DateInput,
        help_text=gettext_lazy("At least 30 days after the first notice. Leave time for the chiefs."),
    )
    public_reason = forms.CharField(
        label=gettext_lazy("What the followers are told about why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("One or two plain sentences. They stand in every notice."),
    )


class TargetField(forms.CharField):
    """Another channel of the register, by its address or its name; clean data is a Channel or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, widget=forms.TextInput(attrs={"list": "merge-targets"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        channel = Channel.objects.filter(pk=value).first() if isinstance(value, int) else value
        return channel.url if isinstance(channel, Channel) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = register.find(text)
        if len(found) > 1:
            raise ValidationError(
                _("Several channels have this name. Paste the address of the one you mean: %(addresses)s.")
                % {"addresses": ", ".join(channel.url for channel in found[:4])}
            )
        if not found:
            raise ValidationError(_("No channel in the register has this address or name."))
        return found[0]


class MergerForm(forms.Form):
    """Which channel takes over, or why none does, and where the followers are sent."""

    merge_into = TargetField(
        label=gettext_lazy("Merged into"),
        required=False,
        help_text=gettext_lazy("The other channel's address or name. Empty: it is not merged."),
    )
    no_merger_why = forms.CharField(
        label=gettext_lazy("Why it is not merged"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    followers_go_to = forms.URLField(
        label=gettext_lazy("Where the followers are sent"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("Empty: the address of the channel it is merged into."),
    )

    def __init__(self, *args: Any, closure: Closure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closure = closure

    @property
    def targets(self) -> Any:
        """What is offered while one types: the unit's own channels that stay."""
        stays = Channel.objects.exclude(state__in=[*ENDED, ChannelState.PROPOSED, ChannelState.CLOSING])
        near = stays.filter(unit=self.closure.channel.unit_id).exclude(pk=self.closure.channel_id)
        return near.select_related("platform")[:50]

    def clean_merge_into(self) -> Any:
        target = self.cleaned_data["merge_into"]
        if target and (reason := plans.why_no_target(self.closure, target)):
            raise ValidationError(reason)
        return target

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("followers_go_to") and values.get("merge_into"):
            values["followers_go_to"] = values["merge_into"].url
        return values


class AdviceForm(forms.Form):
    advice = forms.CharField(
        label=gettext_lazy("Your advice"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Should it be merged, and where are the followers best sent?"),
    )


class KeptForm(forms.Form):
    """What is to be kept of a channel, and why."""

    level = forms.ChoiceField(
        label=gettext_lazy("How much is kept"), choices=ArchiveDecision.Level, widget=forms.RadioSelect
    )
    keeps_content = forms.BooleanField(label=gettext_lazy("The content is kept"), required=False)
    keeps_layout = forms.BooleanField(
        label=gettext_lazy("The layout is kept, as screenshots"), required=False
    )
    motive = forms.CharField(
        label=gettext_lazy("Motive"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ArchiveForm(KeptForm):
    """The handler's proposal, and whose word is asked for."""

    officer = forms.ModelChoiceField(
        label=gettext_lazy("Records officer who is asked"), queryset=User.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = active_users().filter(is_records_officer=True)  # type: ignore[attr-defined]


class ArchiveWordForm(KeptForm):
    """The records officer's own decision."""

    officer_word = forms.CharField(
        label=gettext_lazy("Your word as a records officer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoticesForm(forms.Form):
    """The notices of the plan: a time and a text in each row, an empty row is left out."""

    ROWS = 6

    tells_nobody = forms.BooleanField(
        label=gettext_lazy("The channel has been silent for so long that no notices are needed"),
        required=False,
    )

    def __init__(self, data: Any = None, *, closure: Closure) -> None:
        planned = [row for row in closure.notices.all() if row.published_at is None]
        initial: dict[str, Any] = {"tells_nobody": closure.tells_nobody}
        for number, row in enumerate(planned[: self.ROWS]):
            initial |= {f"at_{number}": row.planned_at, f"text_{number}": row.text}
        super().__init__(data, initial=initial)
        self.count = min(self.ROWS, max(3, len(planned) + 1))
        for number in range(self.count):
            self.fields[f"at_{number}"] = forms.DateTimeField(
                label=_("Notice %(number)s goes out") % {"number": number + 1},
                required=False,
                widget=DateTimeInput(),
            )
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("Text of notice %(number)s") % {"number": number + 1},
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(self.count):
            if bool(values.get(f"at_{number}")) != bool(values.get(f"text_{number}")):
                missing = f"at_{number}" if values.get(f"text_{number}") else f"text_{number}"
                if missing not in self.errors:
                    self.add_error(missing, _("A notice needs both a time and a text."))
        return values

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"at_{number}"], self[f"text_{number}"]) for number in range(self.count)]

    def rows(self) -> list[tuple[datetime, str]]:
        values = self.cleaned_data
        return [
            (values[f"at_{number}"], values[f"text_{number}"])
            for number in range(self.count)
            if values.get(f"at_{number}")
        ]


class SignForm(forms.Form):
    """A chief's word: the plan it belongs to, the note, and the password once more."""

    plan_sha = forms.CharField(widget=forms.HiddenInput, max_length=64)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password, once more"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("So that nobody else signs from your screen."),
    )


class CloseForm(forms.Form):
    how = forms.ChoiceField(
        label=gettext_lazy("How it was closed"), choices=PlatformClosure.How, widget=forms.RadioSelect
    )
    handle_kept = forms.CharField(
        label=gettext_lazy("The handle"),
        max_length=200,
        help_text=gettext_lazy("Who keeps it so that nobody else takes it, or why it cannot be kept."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("What the register answered"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Paste the e-mail."),
    )


class ShotForm(forms.Form):
    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot of the layout"),
        help_text=gettext_lazy("The channel's own page, its profile and its newest posts."),
    )


class ExportForm(forms.Form):
    export = forms.FileField(
        label=gettext_lazy("The platform's own export"),
        help_text=gettext_lazy("At most 2 GB. If it breaks off, choose the same file again: it goes on."),
    )


class BounceForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("What came back"), max_length=2000)


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
        self.fields["deputy"].queryset = active_users()  # type: ignore[attr-defined]
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (f"{unit.pk}-{role}", f"{Role(role).label.capitalize()}, {unit.name} ({chief_of(unit, role)})")
            for unit, role in seats
        ]

    def facts(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        wanted = values.pop("seat")
        unit, role = next(seat for seat in self.seats if f"{seat[0].pk}-{seat[1]}" == wanted)
        return values | {"unit": unit, "role": role}
