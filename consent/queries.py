"""What the pages about pictures read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from consent.lights import Light, light_of
from consent.models import Picture
from consent.signals import uses_of_picture
from core.models import User


@dataclass(frozen=True)
class Use:
    """A post a picture stands in, as the floors above answer."""

    title: str
    url: str
    state: str
    state_label: str


def pictures_list(user: User, wanted: dict[str, Any]) -> QuerySet[Picture]:
    """This will find the pictures `user` may see that fit the filters, newest first."""
    pictures = Picture.objects.visible_to(user).select_related("unit").for_light()
    if text := wanted.get("text"):
        pictures = pictures.filter(
            Q(title__icontains=text) | Q(alt_text__icontains=text) | Q(reference__icontains=text)
        )
    if state := wanted.get("state"):
        pictures = pictures.filter(state=state)
    return pictures.order_by("-pk")


def lit(pictures: Iterable[Picture], day: date) -> list[tuple[Picture, Light]]:
    """This will pair pictures with their light on `day`, whatever the channel."""
    return [(picture, light_of(picture, (), day)) for picture in pictures]


def uses_of(picture: Picture, user: User) -> list[Use]:
    """This will list where the picture stands, as far as `user` may see it."""
    answers: list[tuple[Any, Any]] = uses_of_picture.send(sender=Picture, picture=picture, user=user)
    return [use for _receiver, uses in answers for use in uses]
