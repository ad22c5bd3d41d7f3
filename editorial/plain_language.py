"""What counting says of a text: how hard it is to read, what is not heard or seen in it, what sounds like selling.

Pure functions over Swedish text. LIX is Björnsson's readability index (1968): the mean length of sentences, and the
share of words of more than six letters. Advice, never a verdict.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import regex

from channels_registry.platform_texts import EMOJI, hashtags_in
from editorial.addresses import IN_TEXT

HARD_LIX = 45
LEAST_WORDS = 25  # under so few words LIX says nothing
LONG_SENTENCE = 25
LONG_TAG = 12

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
SENTENCE_ENDS = re.compile(r"(?<=[.!?…:])\s+|\n+")
SELLING = re.compile(
    r"\b(?:köp(?:a|er)?|rea|rabatt\w*|erbjudande\w*|kampanjpris\w*|extrapris\w*|billigast\w*|sponsor\w*|sponsra\w*|"
    r"annons\w*|reklam\w*|prova på-pris\w*|missa inte|passa på|köpläge|i samarbete med|tillsammans med företaget|"
    r"\d[\d  ]*(?:kr|kronor|:-))(?!\w)",
    re.IGNORECASE,
)
BRAND_MARKS = re.compile("[®™℠]")
# Letters that draw nothing though Unicode does not count them as formatting.
BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"
_emoji = regex.compile(EMOJI)
# Nearly every text has none of these, and is done with at once.
SUSPECT = regex.compile(rf"[\p{{Cf}}\p{{Co}}\p{{Cn}}{BLANK_LETTERS}]|(?![\n\r\t])\p{{Cc}}")


@dataclass(frozen=True)
class Unseen:
    """A sign that is there and cannot be seen, or that turns the direction of writing."""

    start: int
    code: str
    name: str


def words_in(text: str) -> list[str]:
    """This will list the words, addresses and hashtags left out."""
    return WORD.findall(re.sub(r"[#@]\w+", " ", IN_TEXT.sub(" ", text)))


def sentences_in(text: str) -> list[str]:
    """This will list the sentences; a line of its own is one."""
    return [part.strip() for part in SENTENCE_ENDS.split(IN_TEXT.sub("", text)) if WORD.search(part)]


def lix(text: str) -> int | None:
    """This will return the readability index, or None for a text too short to say: 30 is easy, 60 very hard."""
    words, sentences = words_in(text), sentences_in(text)
    if len(words) < LEAST_WORDS or not sentences:
        return None
    long_words = sum(1 for word in words if len(word) > 6)
    return round(len(words) / len(sentences) + 100 * long_words / len(words))


def long_sentences(text: str) -> list[str]:
    """This will list the sentences of more than 25 words."""
    return [sentence for sentence in sentences_in(text) if len(words_in(sentence)) > LONG_SENTENCE]


def hard_to_hear(text: str) -> list[str]:
    """This will list long hashtags in one case: a screen reader spells them as one word."""
    return [
        tag for tag in hashtags_in(text) if len(tag) > LONG_TAG and (tag[2:].islower() or tag[1:].isupper())
    ]


def selling_words(text: str) -> list[str]:
    """This will list, each once, the words and marks that sound like advertising (R27)."""
    found = [match.group().strip() for match in SELLING.finditer(text)]
    return list(dict.fromkeys(word.lower() for word in found + BRAND_MARKS.findall(text)))


def unseen_in(text: str) -> list[Unseen]:
    """This will find what is in the text and cannot be seen: zero-width signs, marks of direction, control signs.

    What holds an emoji together is no finding.
    """
    if not SUSPECT.search(text):
        return []
    inside = {at for match in _emoji.finditer(text) for at in range(*match.span())}
    return [
        Unseen(at, f"U+{ord(sign):04X}", unicodedata.name(sign, "control sign").lower())
        for at, sign in enumerate(text)
        if at not in inside and _is_unseen(sign)
    ]


def is_alike(one: str, other: str) -> bool:
    """This will tell whether two texts say nearly the same: nine words of ten are in both."""
    first, second = ({word.lower() for word in words_in(text)} for text in (one, other))
    return bool(first and second) and len(first & second) >= 0.9 * len(first | second)


def _is_unseen(sign: str) -> bool:
    if sign in "\n\r\t":
        return False
    return unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cn"} or sign in BLANK_LETTERS
