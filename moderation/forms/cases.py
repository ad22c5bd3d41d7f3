"""What is typed about a case: opening it, its evidence, the waiver, the decision, and what comes after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import DayField, PastMomentField
from core.uploads import HoldingForm, ImageUploadField
from moderation.forms.parts import GroundField, context, facts, long_text
from moderation.models import AuthorNotice, Case, EvidenceItem, Ground, Removal, RemovalCheck
from moderation.states import CaseState


class CaseForm(forms.Form):
    """Why a comment may have to go, and when that was discovered."""

    ground = GroundField()
    facts = facts(rows=3)
    discovered_at = PastMomentField(
        label=gettext_lazy("Discovered"),
        required=False,
        help_text=gettext_lazy("Leave empty for now. The 24 hours run from here."),
    )


class ScreenshotForm(HoldingForm):
    """A screenshot with its context. The context alone may be saved too."""

    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        needed=True,
        help_text=gettext_lazy("JPEG, PNG or WebP, at most 15 MB. Show the comment and what it answers."),
    )
    shows = forms.ChoiceField(label=gettext_lazy("The screenshot shows"), choices=EvidenceItem.Shows.choices)
    context = context(rows=4)
    taken_by = forms.CharField(
        label=gettext_lazy("Taken by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("If it was not you."),
    )


class WaiverForm(forms.Form):
    description = long_text(gettext_lazy("Description in words"), rows=4, most=10_000)


class DecisionForm(forms.Form):
    """The reasons for a removal. What is missing is for the move to say."""

    facts = long_text(
        gettext_lazy("Facts"),
        rows=3,
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


class SeenForm(HoldingForm):
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
        needed=True,
        help_text=gettext_lazy("Shows that the comment is gone. Needed when it is."),
    )


class PoliceForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the report"), max_length=60)
    reported_on = DayField(label=gettext_lazy("Reported"))


class AuthorForm(forms.Form):
    way = forms.ChoiceField(label=gettext_lazy("How"), choices=AuthorNotice.Way.choices)
    text = long_text(gettext_lazy("What they were told, or why not"), rows=3)


class FilterForm(forms.Form):
    """Which cases the queue shows; an unknown value filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("Cases"),
        required=False,
        choices=[("", gettext_lazy("open")), ("all", gettext_lazy("all")), *CaseState.choices],
    )
