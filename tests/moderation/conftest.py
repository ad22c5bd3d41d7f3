from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from core import trail
from moderation.models import Case, Comment, Ground
from moderation.transitions import open_case, register_comment
from tests.moderation.test_case_moves import walk


@pytest.fixture
def new_comment(city, at: datetime) -> Callable[..., Comment]:
    """A comment on the team's channel, registered by Anna."""

    def make(**fields: Any) -> Comment:
        values = {
            "channel": city.channel,
            "kind": "illegal",
            "author_name": "Kalle K",
            "text": "A threat.",
        } | fields
        return register_comment(actor=city.anna, at=at, **values)

    return make


@pytest.fixture
def new_case(city, at: datetime, new_comment) -> Callable[..., Case]:
    """A case about a new comment, with the 24-hour clock unless another ground is named."""

    def make(code: str = "unlawful_threat", **fields: Any) -> Case:
        ground = Ground.objects.get(code=code)
        return open_case(
            new_comment(), ground=ground, actor=city.anna, **({"at": at, "facts": "A threat."} | fields)
        )

    return make


@pytest.fixture
def noon(at: datetime, time_machine: Any) -> None:
    """The pages' own clock stands still at noon."""
    time_machine.move_to(at, tick=False)


@pytest.fixture
def anna(city, client_of):
    """Anna's browser."""
    return client_of(city.anna)


@pytest.fixture
def sealed(city, at: datetime, png, new_case) -> Case:
    """A case whose comment was documented and removed, with its trail in the chain."""
    case = walk(new_case(), city, at, png, "removed")
    trail.seal_events(at)
    return case
