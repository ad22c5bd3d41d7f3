"""What is typed about comments and cases, into clean values. No rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core.forms import DateTimeInput
from core.models import User
from core.uploads import ImageUploadField
from editorial.models import Team
from moderation.models import Comment, Ground
from moderation.states import CaseState


class CommentForm(forms.Form):
    """A comment as it reads on the platform. The channel is recognised from the address when none is chosen."""

    url = forms.URLField(
        label=gettext_lazy("Address of the comment"), max_length=500, required=False, assume_scheme="https"
    )
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=gettext_lazy("recognise it from the address"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Comment.Kind.choices, widget=forms.RadioSelect
    )
    author_name = forms.CharField(label=gettext_lazy("Author, as shown"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Text of the comment"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.filter(  # type: ignore[attr-defined]
            teams__in=Team.objects.of_member(user)
        ).select_related("platform")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("channel"):
            values["channel"] = self._recognised(values.get("url", ""))
            if values["channel"] is None:
                self.add_error("channel", _("Choose the channel. The address does not tell which it is."))
        return values

    def _recognised(self, url: str) -> Channel | None:
        """The one channel whose address the comment's begins with, else the only one on its platform."""
        channels = list(self.fields["channel"].queryset)  # type: ignore[attr-defined]
        path = urlsplit(url).path.lower()
        here = [channel for channel in channels if url and channel.platform.owns(url)]
        named = [
            channel
            for channel in here
            if f"{path}/".startswith(urlsplit(channel.url).path.lower().rstrip("/") + "/")
            and urlsplit(channel.url).path.strip("/")
        ]
        found = named or here
        return found[0] if len(found) == 1 else None


class RevisionForm(forms.Form):
    author_name = forms.CharField(label=gettext_lazy("Author, as shown"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What the comment says now"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CaseForm(forms.Form):
    """Why a comment may have to go, and when that was discovered."""

    ground = forms.ModelChoiceField(
        label=gettext_lazy("Ground"), queryset=Ground.objects.all(), empty_label=gettext_lazy("choose")
    )
    facts = forms.CharField(
        label=gettext_lazy("What it is about"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What in the comment makes it a case?"),
    )
    discovered_at = forms.DateTimeField(
        label=gettext_lazy("Discovered"),
        required=False,
        widget=DateTimeInput(),
        help_text=gettext_lazy("Leave empty for now. The 24 hours run from here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        held = Ground.objects.exclude(valid_from__gt=today).exclude(valid_to__lt=today)
        self.fields["ground"].queryset = held  # type: ignore[attr-defined]
        self.fields["ground"].label_from_instance = (  # type: ignore[attr-defined]
            lambda ground: f"{ground.name} ({ground.citation})"
        )


class ScreenshotForm(forms.Form):
    """A screenshot with its context. The context alone may be saved too."""

    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP, at most 15 MB. Show the comment and what it answers."),
    )
    context = forms.CharField(
        label=gettext_lazy("Context"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What did the comment answer, who could see it, what happened around it?"),
    )
    taken_by = forms.CharField(
        label=gettext_lazy("Taken by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("If it was not you."),
    )


class WaiverForm(forms.Form):
    description = forms.CharField(
        label=gettext_lazy("Description in words"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class FilterForm(forms.Form):
    """What the queue shows; an unknown value filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("Cases"),
        required=False,
        choices=[("", gettext_lazy("open")), ("all", gettext_lazy("all")), *CaseState.choices],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Comments"),
        required=False,
        choices=[("", gettext_lazy("all")), *Comment.Kind.choices],
    )
