"""What is typed about posts, into clean values. No rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core.forms import DateTimeInput
from core.models import User
from editorial.models import Post, Team
from editorial.states import PostState

MOST_LINKS = 10


class PostForm(forms.Form):
    """A post with its channels. Each channel has a box and a text of its own that may stay empty."""

    title = forms.CharField(
        label=gettext_lazy("Working title"),
        max_length=120,
        help_text=gettext_lazy("Only the team sees it."),
    )
    kind = forms.CharField(label=gettext_lazy("Kind or series"), max_length=60, required=False)
    base_text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("All channels follow it unless they have a text of their own."),
    )
    links = forms.CharField(
        label=gettext_lazy("Links"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One address on each line."),
    )
    byline = forms.CharField(
        label=gettext_lazy("Byline"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Who is writing, when it fits."),
    )
    collaboration = forms.CharField(
        label=gettext_lazy("Collaboration"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("With whom, if anyone. Explain it in the text too."),
    )
    asks_question = forms.BooleanField(
        label=gettext_lazy("The post asks the followers a question"), required=False
    )
    wanted_at = forms.DateTimeField(label=gettext_lazy("Wanted time"), required=False, widget=DateTimeInput())

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post
        self.channels = list(Channel.objects.filter(teams=post.team_id).select_related("platform"))
        for channel in self.channels:
            self.fields[f"on_{channel.pk}"] = forms.BooleanField(label=str(channel), required=False)
            self.fields[f"text_{channel.pk}"] = forms.CharField(
                label=_("Own text on %(channel)s") % {"channel": channel},
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("At most %(count)s characters.") % {"count": channel.platform.text_limit},
            )

    def channel_fields(self) -> list[tuple[Channel, forms.BoundField, forms.BoundField]]:
        """This will list each channel with its box and its own text, for the page."""
        return [(channel, self[f"on_{channel.pk}"], self[f"text_{channel.pk}"]) for channel in self.channels]

    def content_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", "kind", "base_text", "links", "byline", "collaboration")]

    def clean_links(self) -> list[str]:
        links = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        if len(links) > MOST_LINKS:
            raise forms.ValidationError(_("At most %(count)s links.") % {"count": MOST_LINKS})
        for link in links:
            URLValidator(schemes=["http", "https"])(link)
        return links

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for channel in self.channels:
            own, base = values.get(f"text_{channel.pk}", ""), values.get("base_text", "")
            length, limit = len(own or base), channel.platform.text_limit
            if values.get(f"on_{channel.pk}") and length > limit:
                self.add_error(
                    f"text_{channel.pk}",
                    _("The text has %(length)s characters; %(platform)s takes %(limit)s.")
                    % {"length": length, "platform": channel.platform.name, "limit": limit},
                )
        return values

    def texts(self) -> dict[Channel, str]:
        """This will return the chosen channels, each with its own text or an empty one."""
        return {
            channel: self.cleaned_data.get(f"text_{channel.pk}", "")
            for channel in self.channels
            if self.cleaned_data.get(f"on_{channel.pk}")
        }

    @staticmethod
    def initial_of(post: Post) -> dict[str, Any]:
        """This will return what the form shows of a post that is stored."""
        values = {name: getattr(post, name) for name in PostForm.base_fields if name != "links"}
        values["links"] = "\n".join(link.url for link in post.links.all())
        for text in post.texts.all():
            values[f"on_{text.channel_id}"], values[f"text_{text.channel_id}"] = True, text.own_text
        return values


class TeamChoiceForm(forms.Form):
    """Which team a new post belongs to, for people in several."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.of_member(user)  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    planned_at = forms.DateTimeField(label=gettext_lazy("Time"), widget=DateTimeInput())


class ConfirmForm(forms.Form):
    url = forms.URLField(
        label=gettext_lazy("Address of the published post"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Paste it from the platform."),
    )


class FilterForm(forms.Form):
    """What the list of posts shows; an unknown value filters nothing."""

    text = forms.CharField(label=gettext_lazy("Text"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("all")), *PostState.choices]
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        required=False,
        queryset=Team.objects.none(),
        empty_label=gettext_lazy("all"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]
