"""Pictures and the people in them, for the tests of every room that shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from consent.models import Person, Picture
from consent.transitions import add_person, add_picture, list_person, note_basis, note_consent
from core.uploads import clean_image
from tests.conftest import City


@pytest.fixture
def new_picture(city: City, at: datetime, png: Callable[..., bytes]) -> Callable[..., Picture]:
    """A picture of the team's unit, added by Anna; each colour is another one."""

    def make(color: str = "teal", **fields: Any) -> Picture:
        values = {
            "title": f"A {color} pond",
            "alt_text": "A pond with two swans.",
            "unit": city.unit,
        } | fields
        return add_picture(actor=city.anna, at=at, image=clean_image(png(color)), **values)

    return make


@pytest.fixture
def listed(city: City, at: datetime) -> Callable[..., Person]:
    """Somebody listed in a picture, which has a legal basis."""

    def make(picture: Picture, name: str = "Maja Lind", **fields: Any) -> Person:
        person = add_person(actor=city.anna, at=at, unit=city.unit, name=name, **fields)
        list_person(picture, actor=city.anna, at=at, place="to the left", person=person)
        note_basis(picture, actor=city.anna, at=at, basis="consent", motive="Asked at the opening.")
        return person

    return make


@pytest.fixture
def says(city: City, at: datetime) -> Callable[..., None]:
    """What a signer said of a picture, in an e-mail to us."""

    def note(picture: Picture, person: Person, said: str, **fields: Any) -> None:
        values = {"signer": person, "way": "email", "at": at} | fields
        note_consent(picture, actor=city.anna, person=person, said=said, **values)

    return note
