from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import trail
from core.moves import perform
from moderation import claims
from moderation.answering import pass_on, save_reply
from moderation.models import Case, Comment, Ground
from moderation.transitions import open_case, register_comment, revise_comment
from tests.moderation.settled import (
    ANSWER,
    DAYS,
    NAME,
    NOTE,
    OUTCOME,
    REASON,
    URL,
    WROTE,
    WROTE_NOW,
    counted,
)
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


@pytest.fixture
def two_years(settings: Any) -> None:
    """The city has decided that comments without a case are kept for two years."""
    settings.RETENTION_DAYS = {"comments": DAYS}


@pytest.fixture
def late(at: datetime) -> datetime:
    """The moment at which what happened at noon has been kept for a day too long."""
    return at + timedelta(days=DAYS + 1)


@pytest.fixture
def criticism(city, at: datetime, new_comment) -> Comment:
    """Criticism with everything that can hang on a comment without a case, all of it settled at noon."""
    comment = new_comment(kind="criticism", author_name=NAME, text=WROTE, url=URL)
    by = {"actor": city.anna, "at": at}
    revise_comment(comment, author_name=NAME, text=WROTE_NOW, **by)
    claims.add_note(comment, text=NOTE, **by)
    perform(save_reply(comment, text=f"{ANSWER} i dag.", **by), "drop", **by)
    reply = save_reply(comment, text=f"{ANSWER} i morgon.", **by)
    perform(reply, "ask_reading", **by)
    perform(reply, "agree", actor=city.erik, at=at, note=REASON)
    complaint = pass_on(comment, reference="SYN 2026-1", **by)
    perform(complaint, "conclude", outcome=OUTCOME, **by)
    perform(reply, "send", **by)
    comment.refresh_from_db()
    perform(comment, "take_up", **by)
    perform(comment, "handle", note=REASON, **by)
    return comment


@pytest.fixture
def question(city, at: datetime, new_comment) -> Comment:
    """A question that was asked and answered at noon."""
    comment = new_comment(kind="question", author_name=NAME, text=WROTE, url=URL + "7")
    perform(save_reply(comment, actor=city.anna, at=at, text=ANSWER), "send", actor=city.anna, at=at)
    comment.refresh_from_db()
    return comment


@pytest.fixture
def erased(two_years, city, criticism: Comment, late: datetime) -> Comment:
    assert counted(late, really=True) == 1
    criticism.refresh_from_db()
    return criticism


@pytest.fixture
def with_case(city, at, new_comment) -> Comment:
    """A comment that is handled, whose case is closed."""
    comment = new_comment(url=URL + "3")
    case = open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)
    perform(case, "keep", actor=city.anna, at=at, note="Not that bad.")
    return comment
