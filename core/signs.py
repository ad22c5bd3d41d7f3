"""Signs of a text that deceive the eye: those that cannot be seen, and those that turn the direction of writing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

# Read by `regex` here and by RegExp in the page: only what both understand alike stands in it.
_FLAGS, _TONES, _TAGS = "[\U0001f1e6-\U0001f1ff]", "[\U0001f3fb-\U0001f3ff]", "[\U000e0020-\U000e007f]"
_PICTURE = (
    "(?:[©®](?=\ufe0f)|(?![©®])[\\p{Extended_Pictographic}\\p{Emoji_Presentation}](?!\ufe0e))"
    f"(?:\ufe0f|{_TONES})?"
)
EMOJI = f"{_FLAGS}{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}{_TAGS}*(?:\u200d{_PICTURE})*"
# Letters that draw nothing though Unicode does not count them as formatting.
BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"
# Nearly every text has none of these, and is done with at once.
# What chooses between the two looks of a sign (FE0E, FE0F) hides nothing.
SUSPECT = regex.compile(
    r"(?![\n\r\t\ufe0e\ufe0f])"
    rf"[\p{{Cf}}\p{{Cc}}\p{{Co}}\p{{Cn}}\p{{Zl}}\p{{Zp}}\p{{Default_Ignorable_Code_Point}}{BLANK_LETTERS}]"
)
_emoji = regex.compile(EMOJI)


@dataclass(frozen=True)
class Unseen:
    """A sign that is there and cannot be seen, or that turns the direction of writing."""

    start: int
    code: str
    name: str


@dataclass(frozen=True)
class Stretch:
    """A stretch of text as it is drawn: plain, unseen (a sign that cannot be seen, by name) or quoted by a remark."""

    kind: str
    text: str
    name: str = ""


def hides_something(text: str) -> bool:
    """This will tell, quickly, whether there may be anything that cannot be seen."""
    return bool(SUSPECT.search(text))


def unseen_in(text: str) -> list[Unseen]:
    """This will find what is in the text and cannot be seen: zero-width signs, marks of direction, control signs.

    What holds an emoji together is no finding.
    """
    if not hides_something(text):
        return []
    inside = {at for match in _emoji.finditer(text) for at in range(*match.span())}
    return [
        Unseen(found.start(), f"U+{ord(sign):04X}", unicodedata.name(sign, "control sign").lower())
        for found in SUSPECT.finditer(text)
        if found.start() not in inside and (sign := found.group())
    ]


def stretches(text: str, quotes: Sequence[str] = ()) -> list[Stretch]:
    """This will part a text into what is drawn plainly, what cannot be seen and is named instead, and what is quoted."""
    unseen = {found.start: found for found in unseen_in(text)}
    quoted = _quoted(text, quotes)
    if not unseen and not quoted:
        return [Stretch("", text)] if text else []
    parts: list[Stretch] = []
    start = 0
    for at in range(len(text) + 1):
        ends = at == len(text)
        if at > start and (ends or at in unseen or (at in quoted) != (start in quoted)):
            parts.append(Stretch("quote" if start in quoted else "", text[start:at]))
            start = at
        if not ends and at in unseen:
            parts.append(Stretch("unseen", unseen[at].code, unseen[at].name))
            start = at + 1
    return parts


def _quoted(text: str, quotes: Sequence[str]) -> set[int]:
    places: set[int] = set()
    for quote in quotes:
        at = text.find(quote)
        if quote and at >= 0:
            places |= set(range(at, at + len(quote)))
    return places
