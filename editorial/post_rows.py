"""The rows of a post's form, links and pictures: read, put in order, and sent without script as with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import Picture
from core.models import User
from core.request import number_in
from editorial.models import Post

MOST_LINKS = 10
MOST_PICTURES = 10
TOO_MANY_DIGITS = 18  # no row has such a number, and databases refuse it

# The fields of each kind of row, in the order they stand in the form.
ROWS = {"links": ("url",), "pictures": ("picture", "alt_text")}


class WebAddressField(forms.URLField):
    """An address that a browser opens: http or https, which may be left out as people do."""

    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
    default_validators = [URLValidator(schemes=["http", "https"])]


class LinkRow(forms.Form):
    """An address the post leads to; an empty one takes it out."""

    url = WebAddressField(label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https")


class PictureChoice(forms.Field):
    """A picture by its number, among those the writer works with and those the post has."""

    widget = forms.HiddenInput

    def __init__(self, *, known: Mapping[str, Picture], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def to_python(self, value: Any) -> Picture | None:
        if value in self.empty_values:
            return None
        if str(value) not in self.known:
            raise forms.ValidationError(_("Choose among the pictures you work with."))
        return self.known[str(value)]


class PictureRow(forms.Form):
    """A picture's place in the post, with what is read where it cannot be seen."""

    alt_text = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Empty: as it stands with the picture."),
    )

    def __init__(self, *args: Any, known: Mapping[str, Picture], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"] = PictureChoice(known=known, required=False)
        self.known = known

    @property
    def shown_picture(self) -> Picture | None:
        """The chosen picture, to show it; nothing when it is none of those one may choose."""
        return self.known.get(str(self["picture"].value() or ""))


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

    def chosen(self) -> list[Picture]:
        """This will return the pictures that the rows show now, faults and all."""
        return [picture for row in self.forms if (picture := row.shown_picture)]

    def get_ordering_widget(self) -> forms.Widget:  # type: ignore[override]
        return forms.HiddenInput()


class BaseLinkRows(forms.BaseFormSet):
    """The links of a post in their order."""

    def links(self) -> list[str]:
        """This will return the addresses, each once."""
        rows = [row.cleaned_data.get("url", "") for row in self.forms if row.is_valid()]
        return list(dict.fromkeys(url for url in rows if url))


LinkFormSet = forms.formset_factory(
    LinkRow, formset=BaseLinkRows, extra=1, max_num=MOST_LINKS, validate_max=True
)
PictureFormSet = forms.formset_factory(
    PictureRow,
    formset=BasePictureRows,
    extra=0,
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
    """This will return the rows for the post's pictures.

    Bound only when `data` has rows: a form sent without them leaves the pictures as they are.
    """
    rows = list(post.pictures.all()) if post.pk else []
    known = {str(row.picture_id): row.picture for row in rows}
    sent = rows_in(data if shown is None else shown, "pictures")
    if new := {row["picture"] for row in sent if row["picture"].isdecimal()} - known.keys():
        numbers = [number for number in new if len(number) < TOO_MANY_DIGITS]
        known |= {str(one.pk): one for one in Picture.objects.workable_by(user).filter(pk__in=numbers)}
    rows_of: type[BasePictureRows] = PictureFormSet  # type: ignore[assignment]
    if data and "pictures-TOTAL_FORMS" in data:
        return rows_of(data, prefix="pictures", form_kwargs={"known": known})
    stored = [{"picture": row.picture_id, "alt_text": row.alt_text} for row in rows]
    initial = stored if shown is None else [_described(row, known) for row in sent]
    return rows_of(prefix="pictures", initial=initial, form_kwargs={"known": known})


def _described(row: dict[str, str], known: Mapping[str, Picture]) -> dict[str, str]:
    """Show what the picture says of itself where the writer has said nothing yet."""
    picture = known.get(row["picture"])
    return row | {"alt_text": row["alt_text"] or (picture.alt_text if picture else "")}


def with_picked(data: QueryDict) -> QueryDict:
    """This will return what was sent with a row for each picture that is ticked and has none yet."""
    rows = rows_in(data, "pictures")
    has = {row["picture"] for row in rows}
    picked = [number for number in dict.fromkeys(data.getlist("pick")) if number and number not in has]
    if not picked:
        return data
    data = data.copy()
    with_rows(data, "pictures", rows + [{"picture": number, "alt_text": ""} for number in picked])
    return data


def rows_in(data: Any, prefix: str) -> list[dict[str, str]]:
    """This will return the rows that were sent, empty ones left out."""
    if not data:
        return []
    total = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    count = min(number_in(total) or 0, 100)
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
    number = -1 if (at := number_in(place)) is None else at
    if not 0 <= number < len(rows):
        return rows
    row = rows.pop(number)
    if how != "out":
        rows.insert(max(number + {"up": -1, "down": 1}.get(how, 0), 0), row)
    return rows
