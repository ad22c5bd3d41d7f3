"""What is typed about comments and cases, into clean values. No rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core.forms import DateInput, DateTimeInput
from core.models import User
from core.templatetags.parts import day as format_day
from core.uploads import ImageUploadField
from editorial.models import Team
from moderation.models import AuthorNotice, Case, Comment, EvidenceItem, Ground, Removal, RemovalCheck
from moderation.models.comments import channels_in_sight
from moderation.states import CaseState


def grounds_in_force() -> QuerySet[Ground]:
    """This will find the grounds that may be chosen today."""
    today = timezone.localdate()
    return Ground.objects.exclude(valid_from__gt=today).exclude(valid_to__lt=today)


class GroundField(forms.ModelChoiceField):
    """A ground in force, named with its citation."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Ground.objects.all(),
            label=gettext_lazy("Ground"),
            empty_label=gettext_lazy("choose"),
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.citation})"


NOT_KEPT = gettext_lazy("The screenshot was not kept: it belongs to a case.")


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

    asked_at = forms.DateTimeField(
        label=gettext_lazy("Came in"),
        required=False,
        widget=DateTimeInput(),
        help_text=gettext_lazy("Leave empty for now. A question's time for an answer runs from here."),
    )
    ground = GroundField(
        required=False, help_text=gettext_lazy("Needed for what is illegal. Opens a case at once.")
    )
    facts = forms.CharField(
        label=gettext_lazy("What it is about"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What in the comment makes it a case?"),
    )
    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("Evidence of the case. Take none where a copy may be a crime."),
    )
    context = forms.CharField(
        label=gettext_lazy("Context"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What did the comment answer, who could see it, what happened around it?"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_out = False  # a screenshot came along with a comment that opens no case
        self.fields["ground"].queryset = grounds_in_force()  # type: ignore[attr-defined]
        self.fields["ground"].needed = True  # type: ignore[attr-defined]
        self.fields["channel"].queryset = Channel.objects.filter(  # type: ignore[attr-defined]
            teams__in=Team.objects.of_member(user)
        ).select_related("platform")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("channel"):
            values["channel"] = self._recognised(values.get("url", ""))
            if values["channel"] is None:
                self.add_error("channel", _("Choose the channel. The address does not tell which it is."))
        ground = values.get("ground")
        if ground is None and not self.has_error("ground"):
            self._ask_ground(values)
        elif ground is not None and ground.copy_is_crime and self.files.get("screenshot"):
            self.errors.pop("screenshot", None)
            self.add_error(
                "screenshot", _("A copy of this may be a crime. Register it without a screenshot.")
            )
        return values

    def _ask_ground(self, values: dict[str, Any]) -> None:
        kind = values.get("kind")
        if kind == Comment.Kind.ILLEGAL:
            self.add_error("ground", _("Choose the ground. The 24 hours begin now."))
        elif kind == Comment.Kind.UNSUITABLE and self.files.get("screenshot"):
            self.add_error("ground", _("A screenshot is kept as evidence of a case. Choose its ground."))
        elif kind and self.files.get("screenshot"):
            # The field is out of sight for these kinds, so whatever is wrong with the file stops nobody.
            self.errors.pop("screenshot", None)
            values["screenshot"], self.left_out = None, True

    def say_what_was_lost(self) -> None:
        """This will say at its field that a file sent along is gone: no browser keeps it over a refused form."""
        if self.left_out:
            self.add_error("screenshot", NOT_KEPT)
        elif self.files.get("screenshot") and not self.has_error("screenshot"):
            self.add_error("screenshot", _("Choose the screenshot again."))

    @property
    def never_copied(self) -> list[int]:
        """The grounds for which nobody is asked for a screenshot."""
        return [ground.pk for ground in self.fields["ground"].queryset if ground.copy_is_crime]  # type: ignore[attr-defined]

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

    ground = GroundField()
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
        self.fields["ground"].queryset = grounds_in_force()  # type: ignore[attr-defined]


class ScreenshotForm(forms.Form):
    """A screenshot with its context. The context alone may be saved too."""

    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP, at most 15 MB. Show the comment and what it answers."),
    )
    shows = forms.ChoiceField(
        label=gettext_lazy("The screenshot shows"), choices=EvidenceItem.Shows.choices, required=False
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["screenshot"].needed = True  # type: ignore[attr-defined]
        self.fields["shows"].needed = True  # type: ignore[attr-defined]


class WaiverForm(forms.Form):
    description = forms.CharField(
        label=gettext_lazy("Description in words"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(forms.Form):
    """The reasons for a removal. What is missing is for the move to say."""

    facts = forms.CharField(
        label=gettext_lazy("Facts"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What in the comment makes it go? The author may read this."),
    )
    manifest = forms.ChoiceField(
        label=gettext_lazy("How clear is it?"),
        widget=forms.RadioSelect,
        choices=Removal.Manifest.choices[:2],
    )
    found_by = forms.ChoiceField(label=gettext_lazy("Found by"), choices=Removal.FoundBy.choices)

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data, initial={"facts": case.facts})
        if case.ground.source == Ground.Source.HOUSE:
            del self.fields["manifest"]


class SeenForm(forms.Form):
    """What a person saw at the comment's address."""

    result = forms.ChoiceField(
        label=gettext_lazy("The comment is"),
        choices=RemovalCheck.Result.choices[:2],
        widget=forms.RadioSelect,
    )
    said = forms.CharField(label=gettext_lazy("What you saw"), max_length=300)
    screenshot = ImageUploadField(
        label=gettext_lazy("Second screenshot"),
        required=False,
        help_text=gettext_lazy("Shows that the comment is gone. Needed when it is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["screenshot"].needed = True  # type: ignore[attr-defined]


class PoliceForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the report"), max_length=60)
    reported_on = forms.DateField(label=gettext_lazy("Reported"), widget=DateInput())


class AuthorForm(forms.Form):
    way = forms.ChoiceField(label=gettext_lazy("How"), choices=AuthorNotice.Way.choices)
    text = forms.CharField(
        label=gettext_lazy("What they were told, or why not"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FilterForm(forms.Form):
    """Which cases the queue shows; an unknown value filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("Cases"),
        required=False,
        choices=[("", gettext_lazy("open")), ("all", gettext_lazy("all")), *CaseState.choices],
    )


class InboxForm(forms.Form):
    """Which comments the inbox shows; an unknown value filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("not handled")),
            ("waiting", gettext_lazy("somebody waits for an answer")),
            ("late", gettext_lazy("late")),
            ("reading", gettext_lazy("answers to read")),
            ("handled", gettext_lazy("those handled")),
            ("all", gettext_lazy("all")),
        ],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("all")), *Comment.Kind.choices]
    )
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=gettext_lazy("all"),
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[
            ("", gettext_lazy("everybody's")),
            ("mine", gettext_lazy("mine")),
            ("free", gettext_lazy("nobody's")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.filter(  # type: ignore[attr-defined]
            channels_in_sight(user)
        ).select_related("platform")


class SavedAnswerForm(forms.Form):
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("{name}, {channel}, {me} and {unit} are filled in for each comment."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if "team" not in (self.initial or {}):
            self.fields["team"].initial = teams.first()


class PeriodForm(forms.Form):
    """From one day to another, both included."""

    first = forms.DateField(label=gettext_lazy("From"), widget=DateInput())
    last = forms.DateField(label=gettext_lazy("Until"), widget=DateInput())


class HolidayForm(forms.Form):
    """Who looks on which day off."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())
    day = forms.TypedChoiceField(label=gettext_lazy("Day"), coerce=date.fromisoformat)
    user = forms.ModelChoiceField(label=gettext_lazy("Who looks"), queryset=User.objects.none())

    def __init__(self, *args: Any, user: User, days: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of_member(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["user"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            memberships__team__in=teams, is_active=True
        ).distinct()
        self.fields["day"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), format_day(day)) for day in days
        ]
