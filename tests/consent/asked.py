"""A question to somebody in a picture, for those who test how it is put and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache

from consent import links
from consent.asking import ask_by_link
from consent.models import ConsentRequest, Person, Picture
from tests.conftest import City

Asked = Callable[..., ConsentRequest]


@pytest.fixture
def still(time_machine: Any, at: datetime) -> None:
    """The clock stands, and nobody has knocked too often."""
    time_machine.move_to(at, tick=False)
    cache.clear()


@pytest.fixture
def maja(new_picture: Callable[..., Picture], listed: Callable[..., Person]) -> Person:
    return listed(new_picture(), email="maja@home.example")


@pytest.fixture
def asked(city: City, at: datetime, maja: Person) -> Asked:
    """A link to Maja about the picture, changed by keywords."""

    def make(**fields: Any) -> ConsentRequest:
        about = {"person": maja, "signer": maja, "language": "en"} | fields
        return ask_by_link(Picture.objects.get(), actor=city.anna, at=at, **about)

    return make


def path_of(request: ConsentRequest) -> str:
    return "/" + links.url_of(request).split("/", 3)[3]
