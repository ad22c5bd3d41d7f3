"""What is typed about posts, into clean values. No rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core.forms import DateTimeInput
from core.models import User
from core.workdays import instant
from editorial.models import Post, Team
from editorial.states import PostState

MORNING = "09:00"  # when a post is placed on a day and had no time
MOST_LINKS = 10
MOST_PICTURES = 10
NEWEST_PICTURES = 200


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


class PictureRow(forms.Form):
    """A picture's place in the post; an empty choice takes it out."""

    picture = forms.ModelChoiceField(
        label=gettext_lazy("Picture"),
        queryset=Picture.objects.none(),
        required=False,
        empty_label=gettext_lazy("no picture"),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Empty: as it stands with the picture."),
    )

    def __init__(self, *args: Any, pictures: list[Picture], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["picture"]
        field.queryset = Picture.objects.filter(pk__in=[picture.pk for picture in pictures])  # type: ignore[attr-defined]
        field.widget.choices = [
            ("", field.empty_label),  # type: ignore[attr-defined]
            *((picture.pk, picture.title) for picture in pictures),
        ]


class BasePictureRows(forms.BaseFormSet):
    """The pictures of a post in their order."""

    def clean(self) -> None:
        chosen = [picture.pk for picture, _alt in self.pictures()]
        if len(chosen) != len(set(chosen)):
            raise forms.ValidationError(_("The same picture is chosen twice."))

    def pictures(self) -> list[tuple[Picture, str]]:
        """This will return the chosen pictures with their alternative texts."""
        rows = [row.cleaned_data for row in self.forms if row.is_valid() and row.cleaned_data.get("picture")]
        rows.sort(key=lambda row: row.get("ORDER") or MOST_PICTURES)
        return [(row["picture"], row["alt_text"]) for row in rows]

    def get_ordering_widget(self) -> forms.Widget:  # type: ignore[override]
        return forms.NumberInput(attrs={"min": 1, "max": MOST_PICTURES})


PictureFormSet = forms.formset_factory(
    PictureRow,
    formset=BasePictureRows,
    extra=1,
    can_order=True,
    max_num=MOST_PICTURES,
    validate_max=True,
)


def picture_rows(data: Any, post: Post, user: User) -> BasePictureRows:
    """This will return the rows for the post's pictures: those it has, and an empty one.

    Bound only when `data` has rows: a form sent without them leaves the pictures as they are.
    """
    rows = list(post.pictures.select_related("picture")) if post.pk else []
    known = {row.picture_id: row.picture for row in rows}
    newest = Picture.objects.workable_by(user).order_by("-pk")[:NEWEST_PICTURES]
    pictures = list((known | {picture.pk: picture for picture in newest}).values())
    rows_of: type[BasePictureRows] = PictureFormSet  # type: ignore[assignment]
    return rows_of(
        data if data and "pictures-TOTAL_FORMS" in data else None,
        prefix="pictures",
        initial=[{"picture": row.picture_id, "alt_text": row.alt_text} for row in rows],
        form_kwargs={"pictures": pictures},
    )


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

    done = forms.BooleanField(required=False, widget=forms.HiddenInput())
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


class MoveForm(forms.Form):
    """When a post is wanted or planned instead: a time, or another day at the time of day it has."""

    when = forms.DateTimeField(label=gettext_lazy("New time"), required=False, widget=DateTimeInput())
    on = forms.DateField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, shown: datetime | None) -> None:
        super().__init__(data, initial={"when": shown})
        self.shown = shown

    def clean(self) -> dict[str, Any]:
        """This will fill `when`: from the day, if one is given, otherwise from the time."""
        if day := self.cleaned_data.get("on"):
            clock = f"{timezone.localtime(self.shown):%H:%M}" if self.shown else MORNING
            self.cleaned_data["when"] = instant(day, clock)
        elif not self.cleaned_data.get("when") and not self.errors:
            self.add_error("when", _("Say when."))
        return self.cleaned_data
