"""Answers to "may I?" that carry their reason, so that one call greys out the button, explains it and refuses the POST."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Grant:
    """This will count as yes."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Refusal:
    """This will count as no, with a sentence that says why and, where there is one, the way forward.

    `for_trail` is what the trail says in its place when the reason names people who may ask to be erased.
    """

    reason: str | Promise
    for_trail: str | Promise = ""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return str(self.reason)


Answer = Grant | Refusal


def grant_if(allowed: bool, reason: str | Promise) -> Answer:
    """This will grant when `allowed`, else refuse with `reason`."""
    return Grant() if allowed else Refusal(reason)
