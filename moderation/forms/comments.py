"""What is typed about a comment: registering it, its new text, and which of them the inbox shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core.forms import PastMomentField
from core.models import User
from core.uploads import HoldingForm, ImageUploadField
from editorial.models import Team
from moderation.forms.parts import GroundField, author_name, context, facts, long_text
from moderation.models import Comment
from moderation.models.comments import channels_in_sight

NOT_KEPT = gettext_lazy("The screenshot was not kept: it belongs to a case.")


class CommentForm(HoldingForm):
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
    author_name = author_name()
    text = long_text(gettext_lazy("Text of the comment"), rows=5, most=60_000)
    asked_at = PastMomentField(
        label=gettext_lazy("Came in"),
        required=False,
        help_text=gettext_lazy("Leave empty for now. A question's time for an answer runs from here."),
    )
    ground = GroundField(
        required=False, help_text=gettext_lazy("Needed for what is illegal. Opens a case at once.")
    )
    facts = facts(rows=2, required=False)
    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("Evidence of the case. Take none where a copy may be a crime."),
    )
    context = context(rows=2, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_out = False  # a screenshot came along with a comment that opens no case
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
            self.let_go("screenshot")
            self.errors.pop("screenshot", None)
            self.add_error(
                "screenshot", _("A copy of this may be a crime. Register it without a screenshot.")
            )
        return values

    def _ask_ground(self, values: dict[str, Any]) -> None:
        kind = values.get("kind")
        if kind == Comment.Kind.ILLEGAL:
            self.add_error("ground", _("Choose the ground. The 24 hours begin now."))
            if self.files.get("screenshot"):
                # Until the ground is known nobody can say that a copy is no crime, so none waits for it.
                self.let_go("screenshot")
                if not self.has_error("screenshot"):
                    self.add_error(
                        "screenshot", _("Not kept: choose the ground first, then add it once more.")
                    )
        elif kind == Comment.Kind.UNSUITABLE and self.files.get("screenshot"):
            self.add_error("ground", _("A screenshot is kept as evidence of a case. Choose its ground."))
        elif kind and self.files.get("screenshot"):
            # The field is out of sight for these kinds, so whatever is wrong with the file stops nobody.
            self.errors.pop("screenshot", None)
            self.left_out = True

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
    author_name = author_name()
    text = long_text(gettext_lazy("What the comment says now"), rows=4, most=60_000)


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
