"""The addresses in what a post says, and how an address is shown so that nobody is deceived by it."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

import regex

from channels_registry.platform_texts import BARE_ADDRESS

MOST = 300
# Platforms make links of “www.” and of bare domains too; a closing bracket or a full stop after it is no part of it.
# Whatever has “://” in it is meant as a link, and is told when it is none that followers can open.
IN_TEXT = regex.compile(rf"\b(?:[a-z][a-z0-9+-]*://|www\.)[^\s<>\"”“»«]+|{BARE_ADDRESS}", regex.IGNORECASE)
# No address is without one of these, and most texts are done with at once.
MAYBE = regex.compile(r"://|\.\S")
ENDINGS = ".,;:!?…'’*_"


def addresses_in(content: dict[str, Any]) -> list[str]:
    """This will list the addresses that a version leads to, each once: its links, those in its texts and its byline.

    No more than `MOST`: a post with more is not sent to review.
    """
    return _all_in(content)[:MOST]


def too_many_in(content: dict[str, Any]) -> bool:
    """This will tell whether the content leads to more addresses than are checked."""
    return len(_all_in(content)) > MOST


def _all_in(content: dict[str, Any]) -> list[str]:
    said = [content["text"], *(row["text"] for row in content["texts"]), content.get("byline", "")]
    texts = dict.fromkeys(said)
    found = [*content["links"], *(address for text in texts for address in written_in(text))]
    # One that stands with https:// and without it is one.
    each: dict[str, str] = {}
    for address in found:
        each.setdefault(to_open(address), address)
    return list(each.values())


def written_in(text: str) -> list[str]:
    """This will list the addresses written in a text, in their order."""
    if not MAYBE.search(text):
        return []
    found = (_ended(match.group()) for match in IN_TEXT.finditer(text))
    return [address for address in found if not _is_two_sentences(address)]


def without_addresses(text: str, instead: str = "") -> str:
    """This will return the text with `instead` in the place of each address."""
    return IN_TEXT.sub(instead, text) if MAYBE.search(text) else text


def key_of(address: str) -> str:
    """This will return the address's SHA-256, under which its answers are found however long it is."""
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def to_open(address: str) -> str:
    """This will return the address as a browser would open it."""
    return address if ":" in address.partition("/")[0] else f"https://{address}"


def host_of(address: str) -> str:
    """This will return the host as it is looked up, in ASCII; empty when there is none."""
    try:
        host = urlsplit(to_open(address)).hostname or ""
        return host.encode("idna").decode() if not host.isascii() else host.lower()
    except (ValueError, UnicodeError):
        return ""


def _is_two_sentences(address: str) -> bool:
    """Tell “dammen.Nu” apart from a domain: nobody writes a domain's ending alone with a capital letter."""
    before, dot, ending = address.partition("/")[0].rpartition(".")
    return bool(dot) and ":" not in before and ending.istitle()


def _ended(address: str) -> str:
    while address and (address[-1] in ENDINGS or (address[-1] == ")" and "(" not in address)):
        address = address[:-1]
    return address
