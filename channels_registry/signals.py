"""Questions this room asks upwards, and the news it sends; each is sent inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.utils.translation import gettext as _

from core.moves import MoveRefused

# user → a queryset of the numbers of the channels that the person's teams care for.
channels_cared_for = Signal()

# channel → a list of User: who works with the channel.
carers_of = Signal()

# channel → a list of OpenThing: what has to be settled before the channel may end.
still_open_on = Signal()

# channel, first, last → a list of working days without anybody on watch.
days_without_watch = Signal()

# closure, actor, at → both chiefs have signed: the notices to the followers become posts.
notices_decided = Signal()

# closure, actor, at, note → the closure has stopped: posts that are not out yet go no further.
notices_stopped = Signal()


@dataclass(frozen=True)
class OpenThing:
    """Something on a channel that is not settled: what it is, and where one settles it."""

    kind: str
    label: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"


def people_of(channel: Any) -> list[Any]:
    """This will return who works with the channel, as the floors above say. Asked once for an object."""
    if "_people" not in channel.__dict__:
        answers: list[tuple[Any, Any]] = carers_of.send(type(channel), channel=channel)
        channel._people = list(dict.fromkeys(person for _receiver, people in answers for person in people))
    return list(channel._people)


def answers_to(signal: Signal, sender: Any, **asked: Any) -> list[Any]:
    """This will ask the floors above and return all answers in one list.

    Raises MoveRefused when nobody answers or an answer fails: what is not known counts as no.
    """
    answers: list[tuple[Any, Any]] = signal.send_robust(sender, **asked)
    failed = [answer for _receiver, answer in answers if isinstance(answer, Exception)]
    if failed or not answers:
        raise MoveRefused(_("Another room could not answer. Try again, and tell an administrator.")) from (
            failed[0] if failed else None
        )
    return [thing for _receiver, answer in answers for thing in answer]
