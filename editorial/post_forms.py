"""What is typed where posts are written, into clean values: the text, and one per channel. Rows: `post_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core.forms import MomentField
from editorial.addresses import to_open
from editorial.models import Post
from editorial.models.posts import LONGEST_TEXT
from editorial.platforms import Content, OnChannel, medium, on_channel
from editorial.post_rows import BaseLinkRows, BasePictureRows

TITLE_FROM_TEXT = 60
SUGGESTED = 30


class PostForm(forms.Form):
    """A post with its channels. Each channel has a box, and a text of its own that is empty while it follows the text."""

    title = forms.CharField(
        label=gettext_lazy("Working title"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Only the team sees it. Empty: the first words of the text."),
    )
    base_text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    kind = forms.CharField(
        label=gettext_lazy("Kind or series"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "kinds", "autocomplete": "off"}),
    )
    theme = forms.CharField(
        label=gettext_lazy("Campaign or theme"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "themes", "autocomplete": "off"}),
    )
    byline = forms.CharField(
        label=gettext_lazy("Byline"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Who is writing, when it fits. It stands last in the text."),
    )
    collaboration = forms.CharField(
        label=gettext_lazy("Collaboration"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("With whom, if anyone. Explain it in the text too."),
    )
    brand_shown = forms.CharField(
        label=gettext_lazy("Logo or product shown"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Which, if any, and why it cannot be left out."),
    )
    asks_question = forms.BooleanField(
        label=gettext_lazy("The post asks the followers a question"),
        required=False,
        help_text=gettext_lazy("Whoever answers gets a task to follow it up when it is out."),
    )
    wanted_at = MomentField(
        label=gettext_lazy("Wanted time"),
        required=False,
        help_text=gettext_lazy("Without a time it lies in the calendar's tray."),
    )

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post
        cast(MomentField, self.fields["wanted_at"]).stands = post.wanted_at
        prefetch_related_objects(
            [post], Prefetch("team__channels", Channel.objects.select_related("platform"))
        )
        self.channels = list(post.team.channels.all())
        for channel in self.channels:
            self.fields[f"on_{channel.pk}"] = forms.BooleanField(label=str(channel), required=False)
            self.fields[f"text_{channel.pk}"] = forms.CharField(
                label=_("Own text on %(channel)s") % {"channel": channel},
                required=False,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def clean(self) -> dict[str, Any]:
        """This will name a post without a working title by the first words of its text; a title somebody gave it stays."""
        values = super().clean() or {}
        if "title" in values and not values["title"]:
            named = self.post.title not in {"", _first_words(self.post.base_text)}
            words = _first_words(values.get("base_text", "")) or self._words_of_a_channel(values)
            values["title"] = (self.post.title if named else words) or self.post.title
        if not (values.get("title") or self.errors):
            self.add_error("base_text", _("Write a text or a working title first."))
        return values

    def _words_of_a_channel(self, values: dict[str, Any]) -> str:
        words = (_first_words(values.get(f"text_{channel.pk}", "")) for channel in self.channels)
        return next(filter(None, words), "")

    def texts(self) -> dict[Channel, str]:
        """This will return the chosen channels, each with its own text or an empty one."""
        return {
            channel: self.cleaned_data.get(f"text_{channel.pk}", "")
            for channel in self.channels
            if self.cleaned_data.get(f"on_{channel.pk}")
        }

    def content_values(self) -> dict[str, Any]:
        """This will return the post's own fields that are without fault."""
        return {name: self.cleaned_data[name] for name in PostForm.base_fields if name in self.cleaned_data}

    def channel_rows(self, content: Content) -> Iterator[ChannelRow]:
        """This will list each channel with its box, its own text and what its platform counts, as the form shows it now."""
        for channel in self.channels:
            box, text = self[f"on_{channel.pk}"], self[f"text_{channel.pk}"]
            own = str(text.value() or "").replace("\r\n", "\n").strip()
            yield ChannelRow(channel, box, text, on_channel(channel, own, content))

    @cached_property
    def suggestions(self) -> dict[str, list[str]]:
        """The kinds and themes that the team has used, the latest first."""
        rows = Post.objects.filter(team=self.post.team_id).order_by("-pk").values_list("kind", "theme")[:500]
        kinds, themes = dict.fromkeys(row[0] for row in rows), dict.fromkeys(row[1] for row in rows)
        return {"kinds": [k for k in kinds if k][:SUGGESTED], "themes": [t for t in themes if t][:SUGGESTED]}


@dataclass(frozen=True)
class ChannelRow:
    """A channel in the form."""

    channel: Channel
    box: forms.BoundField
    text: forms.BoundField
    shown: OnChannel

    @property
    def has_own(self) -> bool:
        return self.shown.own or bool(self.text.errors)


def chosen_content(
    form: PostForm, links: BaseLinkRows, pictures: BasePictureRows, *, has_film: bool
) -> Content:
    """This will gather what the channels share, as the form shows it now, faults and all."""
    return Content(
        base_text=str(form["base_text"].value() or "").replace("\r\n", "\n").strip(),
        byline=str(form["byline"].value() or "").strip(),
        links=[to_open(url) for row in links.forms if (url := str(row["url"].value() or "").strip())],
        media=[medium(picture) for picture in pictures.chosen()],
        has_film=has_film,
    )


def initial_of(post: Post) -> dict[str, Any]:
    """This will return what the form shows of a post that is stored."""
    values: dict[str, Any] = {name: getattr(post, name) for name in PostForm.base_fields}
    for text in post.texts.all():
        values[f"on_{text.channel_id}"], values[f"text_{text.channel_id}"] = True, text.own_text
    return values


def sent_by(post: Post) -> dict[str, str]:
    """This will return what a browser would send of the stored post, without its rows."""
    values = {name: "" if value is None else str(value) for name, value in initial_of(post).items()}
    values["asks_question"] = "on" if post.asks_question else ""
    values["wanted_at"] = f"{timezone.localtime(post.wanted_at):%Y-%m-%dT%H:%M}" if post.wanted_at else ""
    return values | {name: "on" for name in values if name.startswith("on_")}


def _first_words(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_FROM_TEXT:
        return line
    return line[:TITLE_FROM_TEXT].rsplit(" ", 1)[0] + "…"
