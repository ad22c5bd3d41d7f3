"""What counting says of a text: how hard it is to read, what is not heard in it, what sounds like selling.

Pure functions over Swedish text. LIX is Björnsson's readability index (1968): the mean length of sentences, and the
share of words of more than six letters. Advice, never a verdict.
"""

from __future__ import annotations

import functools
import re

from channels_registry.platform_texts import hashtags_in
from editorial.addresses import without_addresses

HARD_LIX = 45
LEAST_WORDS = 25  # under so few words LIX says nothing
LONG_SENTENCE = 25
LONG_TAG = 12

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
TAGS = re.compile(r"[#@]\w+")
# “kl. 10” and “t.ex. hos oss” end no sentence: what goes on in small letters does not, nor do these before a number.
NO_END = r"(?<!\b(?i:kl|nr|ca)\.)(?<!\b(?i:tel|f\.d|s\.k)\.)(?<!\b(?i:t\.ex|bl\.a)\.)"
SENTENCE_ENDS = re.compile(rf"(?<=[!?:])\s+|(?<=[.…]){NO_END}\s+(?![a-zåäö])|\n+")
SELLING = re.compile(
    r"\b(?:köp(?:a|er)?|rea|rabatt\w*|erbjudande\w*|kampanjpris\w*|extrapris\w*|billigast\w*|sponsor\w*|sponsra\w*|"
    r"annons\w*|reklam\w*|prova på-pris\w*|missa inte|passa på|köpläge|i samarbete med|tillsammans med företaget|"
    r"\d[\d  ]*(?:kr|kronor|:-))(?!\w)",
    re.IGNORECASE,
)
BRAND_MARKS = re.compile("[®™℠]")


def words_in(text: str) -> list[str]:
    """This will list the words, addresses and hashtags left out."""
    return _words(without_addresses(text, " "))


def sentences_in(text: str) -> list[str]:
    """This will list the sentences; a line of its own is one."""
    parts = SENTENCE_ENDS.split(without_addresses(text))
    return [part.strip() for part in parts if WORD.search(part)]


def lix(text: str) -> int | None:
    """This will return the readability index, or None for a text too short to say: 30 is easy, 60 very hard."""
    sentences = _taken_apart(text)
    words = sum(len(said) for _sentence, said in sentences)
    if words < LEAST_WORDS:
        return None
    long_words = sum(1 for _sentence, said in sentences for word in said if len(word) > 6)
    return round(words / len(sentences) + 100 * long_words / words)


def long_sentences(text: str) -> list[str]:
    """This will list the sentences of more than 25 words."""
    return [sentence for sentence, said in _taken_apart(text) if len(said) > LONG_SENTENCE]


def hard_to_hear(text: str) -> list[str]:
    """This will list long hashtags in one case: a screen reader spells them as one word."""
    return [
        tag for tag in hashtags_in(text) if len(tag) > LONG_TAG and (tag[2:].islower() or tag[1:].isupper())
    ]


def selling_words(text: str) -> list[str]:
    """This will list, each once, the words and marks that sound like advertising (R27)."""
    found = [match.group().strip() for match in SELLING.finditer(text)]
    return list(dict.fromkeys(word.lower() for word in found + BRAND_MARKS.findall(text)))


def vocabulary(text: str) -> frozenset[str]:
    """This will return the words of a text, each once and in small letters."""
    return frozenset(word.lower() for word in words_in(text))


def rarest_of(words: frozenset[str]) -> tuple[str, ...]:
    """This will return the longest words, as many that a text which is alike has at least one of them."""
    return tuple(sorted(words, key=len, reverse=True)[: len(words) // 9 + 1])


def is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """This will tell whether two vocabularies are of nearly the same text: nine words of ten are in both."""
    return bool(one and other) and len(one & other) >= 0.9 * len(one | other)


@functools.lru_cache(maxsize=32)
def _taken_apart(text: str) -> tuple[tuple[str, list[str]], ...]:
    """Return each sentence with its words. A text is asked about many times while it is read and answered."""
    return tuple((sentence, _words(sentence)) for sentence in sentences_in(text))


def _words(text: str) -> list[str]:
    return WORD.findall(TAGS.sub(" ", text))
