"""Several people in one post: who else is here, and both texts side by side when somebody saved in between."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from consent.models import Picture
from core.models import User
from core.request import number_in
from core.templatetags.parts import moment
from editorial.differences import Piece, difference
from editorial.models import Post, Presence
from editorial.post_forms import PostForm, sent_by
from editorial.post_rows import rows_in, with_rows

PRESENT = timedelta(seconds=50)  # the page says every twenty seconds that it is open
OPENED = timedelta(minutes=2)  # and a page without script only when it is opened

JOINED = ("base_text", "collaboration")  # of these one may keep both
CHOICES = ("theirs", "mine", "both")


def arrive(post: Post, user: User, at: datetime, *, stays: timedelta = PRESENT) -> list[User]:
    """This will note that the person has the post open, and return who else has."""
    here = Presence(post=post, user=user, until=at + stays)
    if not Presence.objects.filter(post=post, user=user).update(until=here.until):
        Presence.objects.bulk_create([here], ignore_conflicts=True)
    rows = Presence.objects.at(at).filter(post=post).exclude(user=user).select_related("user")
    return [row.user for row in rows.order_by("user__name")]


def leave(post: Post, user: User) -> None:
    """This will note that the person closed the post."""
    Presence.objects.filter(post=post, user=user).delete()


def who_else(others: list[User]) -> str:
    """This will say in a sentence who else has the post open; empty for nobody."""
    if not others:
        return ""
    names = ", ".join(other.name for other in others)
    return _("Also in this post now: %(names)s. Nobody's text is overwritten.") % {"names": names}


@dataclass(frozen=True)
class Difference:
    """A part of the post that is stored otherwise than it was typed. `take` is what is chosen unless one says otherwise.

    Where both changed it, nothing is: whoever saves again has to choose.
    """

    name: str
    label: str
    theirs: str
    mine: str
    take: str
    may_join: bool
    pieces: tuple[Piece, ...] = ()


def marks_of(post: Post) -> str:
    """This will return a short mark for each part of the stored post, so that one sees later what was changed since."""
    return " ".join(f"{name}={_mark(value)}" for name, value in _parts(post, _sent(post)).items())


def undecided(typed: QueryDict) -> set[str]:
    """This will name the parts that both changed and of which nobody chose a text yet, as the form sent them."""
    return {name for name in typed.getlist("choose") if typed.get(f"take_{name}") not in CHOICES}


def differences(
    post: Post, typed: QueryDict, marks: str, still: Collection[str] = frozenset()
) -> list[Difference]:
    """This will set what is stored beside what was typed, part by part.

    By default the one who alone changed a part since the page was opened (`marks`) keeps it. Where both did, and in
    the parts that are `still` undecided, nothing is chosen.
    """
    seen = dict(mark.split("=", 1) for mark in marks.split() if "=" in mark)
    theirs, mine = _parts(post, _sent(post)), _parts(post, typed)
    labels = _labels(post)
    return [
        Difference(
            name=name,
            label=labels[name],
            theirs=_shown(name, theirs[name]),
            mine=_shown(name, mine[name]),
            take="" if name in still else _alone(seen.get(name), theirs[name], mine[name]),
            may_join=name in JOINED,
            pieces=difference(_shown(name, theirs[name]), _shown(name, mine[name])),
        )
        for name in theirs
        # A title left empty is made of the text, so there is nothing to choose.
        if theirs[name] != mine[name] and not (name == "title" and not mine[name])
    ]


def _alone(seen: str | None, theirs: str, mine: str) -> str:
    if seen == _mark(mine):
        return "theirs"
    return "mine" if seen == _mark(theirs) else ""


def with_taken(typed: QueryDict, post: Post) -> QueryDict:
    """This will return what was typed with the parts that were chosen from what is stored."""
    stored, data = _sent(post), typed.copy()
    for key in typed:
        name, choice = key.removeprefix("take_"), typed[key]
        if name == key or choice not in {"theirs", "both"}:
            continue
        if name in {"links", "pictures"}:
            with_rows(data, name, rows_in(stored, name))
        elif name.startswith("channel_"):
            number = name.removeprefix("channel_")
            for part in (f"on_{number}", f"text_{number}"):
                data[part] = stored.get(part, "")
        elif name in PostForm.base_fields:
            mine = typed.get(name, "").strip()
            joins = choice == "both" and name in JOINED and mine
            data[name] = f"{stored.get(name, '')}\n\n{mine}" if joins else stored.get(name, "")
    return data


def _sent(post: Post) -> QueryDict:
    """What a browser would send of the stored post, rows and all."""
    data = QueryDict(mutable=True)
    data.update(sent_by(post))
    with_rows(data, "links", [{"url": link.url} for link in post.links.all()])
    rows = [{"picture": str(row.picture_id), "alt_text": row.alt_text} for row in post.pictures.all()]
    with_rows(data, "pictures", rows)
    return data


def _parts(post: Post, data: Mapping[str, Any]) -> dict[str, str]:
    """The post in comparable parts: its own fields, each channel, and the rows as lines."""

    def value(name: str) -> str:
        return str(data.get(name, "")).replace("\r\n", "\n").strip()

    parts = {name: value(name) for name in PostForm.base_fields}
    for channel in post.team.channels.all():
        own = value(f"text_{channel.pk}")
        parts[f"channel_{channel.pk}"] = f"on {own}".strip() if value(f"on_{channel.pk}") else ""
    parts["links"] = "\n".join(row["url"].strip() for row in rows_in(data, "links"))
    parts["pictures"] = "\n".join(
        f"{row['picture']} {row['alt_text'].strip()}" for row in rows_in(data, "pictures")
    )
    return parts


def _labels(post: Post) -> dict[str, str]:
    labels = {name: str(each.label) for name, each in PostForm.base_fields.items()}
    for channel in Channel.objects.filter(teams=post.team_id).select_related("platform"):
        labels[f"channel_{channel.pk}"] = str(channel)
    return labels | {"links": _("Links"), "pictures": _("Pictures")}


def _shown(name: str, value: str) -> str:
    if name.startswith("channel_"):
        own = value.removeprefix("on").strip()
        return own or (_("follows the text") if value else _("not on this channel"))
    if name == "asks_question":
        return _("yes") if value else _("no")
    if name == "pictures" and value:
        rows = [line.partition(" ") for line in value.splitlines()]
        numbers = [number for row in rows if (number := number_in(row[0]))]
        titles = dict(Picture.objects.filter(pk__in=numbers).values_list("pk", "title"))
        return "\n".join(
            f"{titles.get(number_in(number) or 0, '')}: {alt}".strip(": ") for number, _space, alt in rows
        )
    return _time_in_words(value) if name == "wanted_at" else value


def _time_in_words(value: str) -> str:
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return value


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()[:12]
