"""What is not as it was: two versions of a post beside each other, part by part and word by word."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from channels_registry.models import Channel
from consent.models import Picture
from core.models import User
from editorial.models import Post, PostVersion, Reading

WORDS = re.compile(r"(\s+)")
SENTENCES = re.compile(r"(?<=[.!?\n])")
# Comparing takes the product of both lengths; above this many steps, sentences are compared instead of words.
MOST_STEPS = 1_500_000
SHOWN_IN_WORDS = 6

Changes = list[tuple[str, tuple["Piece", ...]]]


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, came or went."""

    kind: str  # "same", "ins" or "del"
    text: str


def changes(before: PostVersion, after: PostVersion, known: Iterable[Channel] = ()) -> Changes:
    """This will list each part of the post that is not as it was, by name, word by word.

    `known` are channels that need not be read again.
    """
    old, new = parts_of(before, after, known=known)
    return [
        (name, difference(old.get(name, ""), new.get(name, "")))
        for name in {**new, **old}
        if old.get(name, "") != new.get(name, "")
    ]


def changed_parts(before: PostVersion, after: PostVersion) -> list[str]:
    """This will name the parts of the post that are not as they were."""
    old, new = parts_of(before, after)
    return [name for name in {**new, **old} if old.get(name, "") != new.get(name, "")]


def parts_of(*versions: PostVersion, known: Iterable[Channel] = ()) -> list[dict[str, str]]:
    """This will name what each version says: on each channel, its pictures, links, byline and collaboration."""
    said = [{row["channel"]: row["text"] for row in version.content["texts"]} for version in versions]
    channels = {channel.pk: str(channel) for channel in known}
    if unknown := {pk for texts in said for pk in texts} - set(channels):
        named = Channel.objects.filter(pk__in=unknown).select_related("platform")
        channels |= {channel.pk: str(channel) for channel in named}
    shown = {row["picture"] for version in versions for row in version.content.get("pictures", [])}
    titles = dict(Picture.objects.filter(pk__in=shown).values_list("pk", "title")) if shown else {}
    return [
        {channels.get(pk, str(pk)): text for pk, text in texts.items()} | _rest(version, titles)
        for version, texts in zip(versions, said, strict=True)
    ]


def _rest(version: PostVersion, titles: dict[int, str]) -> dict[str, str]:
    content = version.content
    pictures = [f"{titles.get(row['picture'], '')}: {row['alt']}" for row in content.get("pictures", [])]
    # A base text that no channel follows is still part of what is approved.
    base = (
        {}
        if any(row["text"] == content["text"] for row in content["texts"])
        else {_("Text"): content["text"]}
    )
    return base | {
        _("Pictures"): "\n".join(pictures),
        _("Links"): "\n".join(content["links"]),
        _("Byline"): content["byline"],
        _("Collaboration"): content["collaboration"],
        _("Logo or product shown"): content.get("brand", ""),
    }


@functools.lru_cache(maxsize=128)
def difference(before: str, after: str) -> tuple[Piece, ...]:
    """This will compare two texts word by word; very long ones that share little, sentence by sentence or as a whole.

    What was compared lately is remembered: a page is drawn again for each thing that its reader does.
    """
    for split in (WORDS, SENTENCES):
        old, new = split.split(before), split.split(after)
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        middle = old[head : len(old) - tail], new[head : len(new) - tail]
        if len(middle[0]) * len(middle[1]) <= MOST_STEPS:
            return tuple(
                _joined(
                    [
                        Piece("same", "".join(new[:head])),
                        *_compared(*middle),
                        Piece("same", "".join(new[len(new) - tail :])),
                    ]
                )
            )
    return tuple(_joined([Piece("del", before), Piece("ins", after)]))


def in_words(found: Changes) -> str:
    """This will say in a few lines, for a notice, what came and what went in each part."""
    lines = []
    for name, pieces in found[:SHOWN_IN_WORDS]:
        gone = " … ".join(piece.text.strip() for piece in pieces if piece.kind == "del")
        came = " … ".join(piece.text.strip() for piece in pieces if piece.kind == "ins")
        lines.append(f"{name}: “{_short(gone)}” → “{_short(came)}”")
    if len(found) > SHOWN_IN_WORDS:
        lines.append(_("… and %(count)s more") % {"count": len(found) - SHOWN_IN_WORDS})
    return "\n".join(lines)


def last_judged(post: Post) -> PostVersion | None:
    """This will return the newest version somebody gave a verdict on, the current one left out."""
    return post.versions.filter(reviews__isnull=False).exclude(pk=post.current_id or 0).first()


def last_read_by(reader: User, post: Post) -> PostVersion | None:
    """This will return the newest version that this reader has had before their eyes, the current one left out."""
    readings = Reading.objects.filter(reader=reader, version__post=post).exclude(version=post.current_id or 0)
    found = readings.select_related("version").order_by("-version__number").first()
    return found.version if found else None


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _compared(old: list[str], new: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(new[new_from:new_to])))
        else:
            pieces.append(Piece("del", "".join(old[old_from:old_to])))
            pieces.append(Piece("ins", "".join(new[new_from:new_to])))
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if piece.text and joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"
