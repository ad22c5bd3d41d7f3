"""What is typed where posts are written, into clean values: the text, one per channel, links and pictures as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core.forms import DateTimeInput
from core.models import User
from editorial.models import Post
from editorial.platforms import Content, OnChannel, medium, on_channel

MOST_LINKS = 10
MOST_PICTURES = 10
NEWEST_PICTURES = 200
LONGEST_TEXT = 70_000  # more than any platform takes
TITLE_FROM_TEXT = 60
SUGGESTED = 30

# The fields of each kind of row, in the order they stand in the form.
ROWS = {"links": ("url",), "pictures": ("picture", "alt_text")}


class WebAddressField(forms.URLField):
    """An address that a browser opens: http or https, which may be left out as people do."""

    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
    default_validators = [URLValidator(schemes=["http", "https"])]


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
    wanted_at = forms.DateTimeField(
        label=gettext_lazy("Wanted time"),
        required=False,
        widget=DateTimeInput(),
        help_text=gettext_lazy("Without a time it lies in the calendar's tray."),
    )

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post
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
            named = self.post.title not in {"", _first_words(self.post.base_text), _("Untitled")}
            words = _first_words(values.get("base_text", "")) or _("Untitled")
            values["title"] = self.post.title if named else words
        return values

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


class LinkRow(forms.Form):
    """An address the post leads to; an empty one takes it out."""

    url = WebAddressField(label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https")


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
        self.known = pictures
        field = self.fields["picture"]
        field.queryset = Picture.objects.filter(pk__in=[picture.pk for picture in pictures])  # type: ignore[attr-defined]
        field.widget.choices = [
            ("", field.empty_label),  # type: ignore[attr-defined]
            *((picture.pk, picture.title) for picture in pictures),
        ]

    @property
    def shown_picture(self) -> str:
        """The number of the chosen picture, for its thumbnail."""
        value = str(self["picture"].value() or "")
        return value if value.isdecimal() else ""


class BaseLinkRows(forms.BaseFormSet):
    """The links of a post in their order."""

    def links(self) -> list[str]:
        """This will return the addresses, each once."""
        rows = [row.cleaned_data.get("url", "") for row in self.forms if row.is_valid()]
        return list(dict.fromkeys(url for url in rows if url))


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
        return forms.HiddenInput()


LinkFormSet = forms.formset_factory(
    LinkRow, formset=BaseLinkRows, extra=1, max_num=MOST_LINKS, validate_max=True
)
PictureFormSet = forms.formset_factory(
    PictureRow,
    formset=BasePictureRows,
    extra=1,
    can_order=True,
    max_num=MOST_PICTURES,
    validate_max=True,
)


def link_rows(data: Any, post: Post, *, shown: Any = None) -> BaseLinkRows:
    """This will return the rows for the post's links; bound only when `data` has rows. `shown` are unsaved rows to show."""
    rows_of: type[BaseLinkRows] = LinkFormSet  # type: ignore[assignment]
    if data and "links-TOTAL_FORMS" in data:
        return rows_of(data, prefix="links")
    stored = [{"url": link.url} for link in post.links.all()] if post.pk else []
    return rows_of(prefix="links", initial=rows_in(shown, "links") if shown is not None else stored)


def picture_rows(data: Any, post: Post, user: User, *, shown: Any = None) -> BasePictureRows:
    """This will return the rows for the post's pictures: those it has, and an empty one.

    Bound only when `data` has rows: a form sent without them leaves the pictures as they are.
    """
    rows = list(post.pictures.all()) if post.pk else []
    known = {row.picture_id: row.picture for row in rows}
    newest = Picture.objects.workable_by(user).order_by("-pk")[:NEWEST_PICTURES]
    options = {"pictures": list((known | {picture.pk: picture for picture in newest}).values())}
    rows_of: type[BasePictureRows] = PictureFormSet  # type: ignore[assignment]
    if data and "pictures-TOTAL_FORMS" in data:
        return rows_of(data, prefix="pictures", form_kwargs=options)
    stored = [{"picture": row.picture_id, "alt_text": row.alt_text} for row in rows]
    initial = rows_in(shown, "pictures") if shown is not None else stored
    return rows_of(prefix="pictures", initial=initial, form_kwargs=options)


def chosen_content(
    form: PostForm, links: BaseLinkRows, pictures: BasePictureRows, *, has_film: bool
) -> Content:
    """This will gather what the channels share, as the form shows it now, faults and all."""
    rows: list[PictureRow] = pictures.forms
    options = {str(picture.pk): picture for row in rows[:1] for picture in row.known}
    chosen = [options[row.shown_picture] for row in rows if row.shown_picture in options]
    return Content(
        base_text=str(form["base_text"].value() or "").replace("\r\n", "\n").strip(),
        byline=str(form["byline"].value() or "").strip(),
        links=[url for row in links.forms if (url := str(row["url"].value() or "").strip())],
        media=[medium(picture) for picture in chosen],
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


def rows_in(data: Any, prefix: str) -> list[dict[str, str]]:
    """This will return the rows that were sent, empty ones left out."""
    total = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    count = min(int(total), 100) if total.isdecimal() else 0
    rows = [
        {name: data.get(f"{prefix}-{number}-{name}", "") for name in ROWS[prefix]} for number in range(count)
    ]
    return [row for row in rows if any(row.values())]


def with_rows(data: QueryDict, prefix: str, rows: list[dict[str, str]]) -> None:
    """This will put the rows in place of those in `data`."""
    for key in [key for key in data if key.startswith(f"{prefix}-")]:
        del data[key]
    data[f"{prefix}-TOTAL_FORMS"] = data[f"{prefix}-INITIAL_FORMS"] = str(len(rows))
    for number, row in enumerate(rows):
        for name, value in row.items():
            data[f"{prefix}-{number}-{name}"] = value


def arranged(data: QueryDict, command: str) -> QueryDict:
    """This will return what was sent with a row moved or taken out, or a channel's text its own or following again.

    `command` is "links:up:2", "pictures:out:0", "own:7" or "follow:7"; what it does not understand changes nothing.
    """
    data = data.copy()
    what, _colon, rest = command.partition(":")
    if what in ROWS:
        with_rows(data, what, _rearranged(rows_in(data, what), rest))
    elif what in {"own", "follow"} and rest.isdecimal():
        data[f"text_{rest}"] = data.get("base_text", "") if what == "own" else ""
        data[f"on_{rest}"] = "on"
    return data


def _rearranged(rows: list[dict[str, str]], command: str) -> list[dict[str, str]]:
    how, _colon, place = command.partition(":")
    number = int(place) if place.isdecimal() else -1
    if not 0 <= number < len(rows):
        return rows
    row = rows.pop(number)
    if how != "out":
        rows.insert(max(number + {"up": -1, "down": 1}.get(how, 0), 0), row)
    return rows


def _first_words(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_FROM_TEXT:
        return line
    return line[:TITLE_FROM_TEXT].rsplit(" ", 1)[0] + "…"
