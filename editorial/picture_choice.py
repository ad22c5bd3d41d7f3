"""Choosing pictures for a post: shown small, each with its light in words and what is read where it cannot be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import QueryDict

from consent.lights import Light, light_of
from consent.models import Picture
from consent.models.pictures import prepare_lights
from consent.states import PeopleState
from core.models import User
from editorial.post_rows import rows_in

SHOWN = 24


@dataclass(frozen=True)
class Choice:
    """A picture one may choose."""

    picture: Picture
    light: Light
    is_chosen: bool


@dataclass(frozen=True)
class Chooser:
    """A page of pictures to choose among, the newest first."""

    search: str
    choices: list[Choice]
    page: Page[Picture]


def chooser_for(
    command: str, data: QueryDict, user: User, *, channels: Iterable[int], day: date
) -> Chooser | None:
    """This will return the pictures to choose among when `command` asks for them: "pictures:browse" or "…:browse:2"."""
    what, _colon, number = command.removeprefix("pictures:").partition(":")
    if command == what or what != "browse":
        return None
    search = data.get("pick_search", "").replace("\x00", "").strip()[:100]
    found = Picture.objects.workable_by(user)
    if search:
        found = found.filter(Q(title__icontains=search) | Q(alt_text__icontains=search))
    page = Paginator(found.for_light().order_by("-pk"), SHOWN).get_page(number or 1)
    chosen = {row["picture"] for row in rows_in(data, "pictures")}
    wanted = list(channels)
    choices = [Choice(picture, light_of(picture, wanted, day), str(picture.pk) in chosen) for picture in page]
    return Chooser(search, choices, page)


def lights_of(pictures: list[Picture], channels: Iterable[int], day: date) -> dict[int, Light]:
    """This will derive the light of each picture, by its number, in as many queries for ten as for one."""
    # Of a picture that nobody is in, or that nobody has looked at, no word has to be read.
    prepare_lights([picture for picture in pictures if picture.state == PeopleState.LISTED])
    wanted = list(channels)
    return {picture.pk: light_of(picture, wanted, day) for picture in pictures}
