"""What is typed about a channel's end, into clean values. No rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import plans, register
from channels_registry.forms.parts import active_users, long_text
from channels_registry.models import (
    ArchiveDecision,
    Channel,
    Closure,
    PlatformClosure,
)
from channels_registry.states import ENDED, ChannelState
from core.forms import DateInput, DateTimeInput, MomentField
from core.models import User
from core.uploads import ImageUploadField


class ClosureForm(forms.Form):
    """Why a channel is to be closed."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Closure.Reason, widget=forms.RadioSelect)
    motive = long_text(
        gettext_lazy("The reason in your own words"),
        rows=4,
        most=4000,
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
    """Another channel of the register, by its address or its name; clean data is a Channel or None.

    Of several with one name, those that `fits` leaves out are not meant.
    """

    fits: Callable[[Channel], bool] = staticmethod(lambda channel: True)

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
            found = [channel for channel in found if self.fits(channel)] or found
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
    no_merger_why = long_text(gettext_lazy("Why it is not merged"), rows=3, most=2000, required=False)
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
        self.fields["merge_into"].fits = lambda channel: not plans.why_no_target(closure, channel)  # type: ignore[attr-defined]

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
    advice = long_text(
        gettext_lazy("Your advice"),
        rows=4,
        most=4000,
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
    motive = long_text(gettext_lazy("Motive"), rows=3, most=2000)


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

    officer_word = long_text(gettext_lazy("Your word as a records officer"), rows=3, most=2000)


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
            self.fields[f"at_{number}"] = MomentField(
                label=_("Notice %(number)s goes out") % {"number": number + 1},
                required=False,
                widget=DateTimeInput(),
            )
            self.fields[f"text_{number}"] = long_text(
                _("Text of notice %(number)s") % {"number": number + 1}, rows=3, most=2000, required=False
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
    note = long_text(gettext_lazy("Note"), rows=2, most=2000, required=False)
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
    answer = long_text(
        gettext_lazy("What the register answered"),
        rows=3,
        most=4000,
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
