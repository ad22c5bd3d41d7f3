"""What is typed about ideas, material and follow-ups, into clean values. No rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import DateInput
from core.models import User
from core.templatetags.parts import moment
from core.uploads import HoldingForm, ImageUploadField
from editorial.idea_states import FollowUpState, IdeaState
from editorial.models import Material, MaterialKind, Post, Team
from editorial.post_rows import WebAddressField
from editorial.states import OPEN

LONGEST_IDEA = 5_000
NEWEST_POSTS = 50
PICTURE_HINT = gettext_lazy("JPEG, PNG or WebP, at most 15 MB.")


class TipForm(HoldingForm):
    """An idea as anybody hands it in: only what it is has to be said."""

    what = forms.CharField(
        label=gettext_lazy("What should we tell?"),
        max_length=LONGEST_IDEA,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    why_now = forms.CharField(
        label=gettext_lazy("Why now?"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    picture = ImageUploadField(label=gettext_lazy("Picture"), required=False, help_text=PICTURE_HINT)
    link = WebAddressField(label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https")
    ask_whom = forms.CharField(label=gettext_lazy("Whom can we ask?"), max_length=200, required=False)


class OpenTipForm(TipForm):
    """The same, from somebody without an account, who may give a name."""

    giver_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The team sees it. It is not published."),
    )


class IdeaForm(TipForm):
    """The same, from somebody with an account, to a team of one's choice."""

    team = forms.ModelChoiceField(label=gettext_lazy("To which team?"), queryset=Team.objects.none())

    field_order = ["what", "why_now", "picture", "link", "ask_whom", "team"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: forms.ModelChoiceField[Team] = self.fields["team"]  # type: ignore[assignment]
        teams.queryset = Team.objects.all()
        own = Team.objects.of_member(user).first() or Team.objects.filter(unit=user.unit_id).first()
        teams.initial = own.pk if own else None
        teams.empty_label = gettext_lazy("Choose a team")


class KeepPictureForm(forms.Form):
    """What an idea's picture is called and shows, before it lies among the pictures."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, help_text=gettext_lazy("What is in it, when and where.")
    )
    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=500,
        help_text=gettext_lazy("What somebody who cannot see it needs to know."),
    )


class MaterialForm(forms.ModelForm):
    url = WebAddressField(
        label=gettext_lazy("Address"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Material
        fields = ["kind", "title", "url", "reference", "text", "made_on", "unit"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6}), "made_on": DateInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("unit", user.unit_id)
        if self.instance.earlier_post_id is None:
            kinds = [choice for choice in MaterialKind.choices if choice[0] != MaterialKind.EARLIER_POST]
            self.fields["kind"].choices = [("", gettext_lazy("Choose a kind")), *kinds]  # type: ignore[attr-defined]


class ReuseForm(forms.Form):
    """Whose post is begun from material."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        field.queryset = Team.objects.of_member(user)  # type: ignore[attr-defined]
        field.widget.choices = [(team.pk, team.name) for team in teams]


class AddToPostForm(forms.Form):
    """To which post under way material is added."""

    post = forms.ModelChoiceField(
        label=gettext_lazy("Post under way"),
        queryset=Post.objects.none(),
        empty_label=gettext_lazy("Choose a post"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, own = (
            self.fields["post"],
            Post.objects.filter(state__in=OPEN, team__in=Team.objects.of_member(user)),
        )
        newest = [(post.pk, _with_time(post)) for post in own.order_by("-pk")[:NEWEST_POSTS]]
        field.queryset = own  # type: ignore[attr-defined]
        field.widget.choices = [("", field.empty_label), *newest]  # type: ignore[attr-defined]


def _with_time(post: Post) -> str:
    """A post by its title and time: those of a series have the same title."""
    when = post.planned_at or post.wanted_at
    return f"{post.title}, {moment(when)}" if when else post.title


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=gettext_lazy("What came out of it?"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What people answered, and what you do with it."),
    )


class IdeaFilter(forms.Form):
    """Which ideas are listed; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("all")), *IdeaState.choices]
    )


class MaterialFilter(forms.Form):
    """Which material is listed; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("all")), *MaterialKind.choices]
    )


class FollowUpFilter(forms.Form):
    """Which follow-ups are listed; an unknown value filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("all")), *FollowUpState.choices],
    )
