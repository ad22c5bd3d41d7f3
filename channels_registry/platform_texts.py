"""How long a text is on a platform, what it makes of links, hashtags and pictures, and where its feed cuts it off.

Pure functions over `platform_rules`. `for_script` hands the same numbers and patterns to the page, so that the counter
beside the text counts as the server does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import regex
from django.utils.translation import gettext as _

from channels_registry.models import Platform
from channels_registry.platform_rules import RULES, Measure, PlatformRules
from core.signs import EMOJI

# Ends of addresses without https://: the country codes (ISO 3166-1 and .eu), and the common others.
TOP_LEVEL = (
    "com org net edu gov mil int info biz name eu nu app dev io blog news shop site online store cloud art museum "
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et fi fj fk fm fo fr ga gb gd ge "
    "gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in iq ir is it je jm jo jp ke kg kh ki "
    "km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx "
    "my mz na nc ne nf ng ni nl no np nr nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd "
    "se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy "
    "uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)

# The patterns are read by `regex` here and by RegExp in the page: only what both understand alike stands in them.
_NOT_BEFORE = r"(?<![\p{L}\p{N}@＠$#＃_./-])"
_TAIL = r"""[^\s<>"”»]*[^\s<>"”».,;:!?'’…)\]]"""
ADDRESS = rf"{_NOT_BEFORE}https?://{_TAIL}"
# The letters of a domain without https://: Latin ones, with their marks, as in “lärande.se”.
_LETTER = r"a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
BARE_ADDRESS = (
    rf"{_NOT_BEFORE}(?:https?://{_TAIL}|(?:[{_LETTER}](?:[{_LETTER}-]*[{_LETTER}])?\.)+(?:{TOP_LEVEL.replace(' ', '|')})"
    rf"(?![\p{{L}}\p{{N}}@-]|\.[\p{{L}}\p{{N}}])(?:/(?:{_TAIL})?)?)"
)
HASHTAG = r"(?<![\p{L}\p{N}_&/#＃])[#＃](?=[\p{N}_]*[\p{L}\p{M}])[\p{L}\p{M}\p{N}_]+"
# @name@server, of which some platforms count only the name.
MENTION = r"(?<![\p{L}\p{N}_=/])(@[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)@[\p{L}\p{N}_.-]*[\p{L}\p{N}_]"
# X: code points that weigh one; all others weigh two (twitter-text, configuration 3).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

_address = regex.compile(ADDRESS, regex.IGNORECASE)
_bare_address = regex.compile(BARE_ADDRESS, regex.IGNORECASE)
_scheme = regex.compile("^https?://", regex.IGNORECASE)
_mention = regex.compile(MENTION, regex.IGNORECASE)
_hashtag = regex.compile(HASHTAG)
_emoji = regex.compile(EMOJI)
_grapheme = regex.compile(r"\X")
# Below this code point (and but for a line break of two) every one is a sign of its own.
_FIRST_THAT_JOINS = "\u0300"


@dataclass(frozen=True)
class Medium:
    """A picture as the platform meets it."""

    content_type: str
    size: int = 0
    pixels: int = 0


@dataclass(frozen=True)
class Finding:
    """Something to say about a text on a platform. What stops cannot be published there as it is."""

    code: str
    text: str
    stops: bool = False


@dataclass(frozen=True)
class Count:
    """What a platform counts in a text."""

    length: int
    limit: int
    links: int
    hashtags: int

    @property
    def left(self) -> int:
        return self.limit - self.length

    @property
    def is_over(self) -> bool:
        return self.length > self.limit


def rules_of(platform: Platform) -> PlatformRules:
    """This will return the platform's published rules; an administrator's own limit counts where it is lower.

    A platform we have no rules of is counted plainly, against that limit.
    """
    known = RULES.get(platform.code)
    if known is None:
        return PlatformRules(code=platform.code, limit=platform.text_limit)
    return replace(known, limit=min(known.limit, platform.text_limit))


def as_published(text: str, rules: PlatformRules, *, byline: str = "", links: Iterable[str] = ()) -> str:
    """This will return the text as it is pasted: with the byline, and the links that are not in it already.

    A link is in it with or without its https://. Where links cannot be followed they are left out.
    """
    ends = [byline.strip()] if byline.strip() else []
    if rules.links_work:
        there = {_plain(found.group()) for found in _bare_address.finditer(text)}
        ends += [link for link in links if _plain(link) not in there]
    return "\n\n".join(part for part in (text.rstrip(), "\n".join(ends)) if part)


def length(text: str, rules: PlatformRules) -> int:
    """This will count the text as the platform does, in its own measure. A line break is one sign."""
    text = text.replace("\r\n", "\n")
    if rules.measure == Measure.WEIGHTED:
        text = unicodedata.normalize("NFC", text)
    if rules.link_length is None:
        return _measured(text, rules.measure)
    rest, addresses = _pattern(rules).subn("\n", text)
    if rules.short_mentions:
        rest = _mention.sub(r"\1", rest)
    # Each address left a line break behind, so that its neighbours do not melt together.
    return _measured(rest, rules.measure) + addresses * (rules.link_length - 1)


def count(text: str, rules: PlatformRules) -> Count:
    """This will count signs, links and hashtags."""
    return Count(length(text, rules), rules.limit, len(set(links_in(text, rules))), len(hashtags_in(text)))


def links_in(text: str, rules: PlatformRules) -> list[str]:
    """This will return the addresses that the platform sees in the text, in order."""
    return [found.group() for found in _pattern(rules).finditer(text)]


def hashtags_in(text: str) -> list[str]:
    """This will return the hashtags in the text, in order, each with its sign."""
    return [found.group() for found in _hashtag.finditer(text)]


def in_feed(text: str, rules: PlatformRules, *, wide: bool = False) -> tuple[str, str]:
    """This will part the text where the feed cuts it off: what one sees, and what lies behind “more”.

    It is cut between words, never inside a sign that the eye sees as one.
    """
    fold = rules.fold_wide if wide else rules.fold
    if fold is None or _utf16(text) <= fold:
        return text, ""
    end = _whole_signs(text, fold)
    if not text[end].isspace() and (space := max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))) > 0:
        end = space
    return text[:end].rstrip(), text[end:].lstrip()


def findings(
    text: str,
    rules: PlatformRules,
    *,
    pictures: Iterable[Medium] = (),
    has_film: bool = False,
    counted: Count | None = None,
) -> list[Finding]:
    """This will say what the platform does not take, and what it makes of the rest. `text` is as published.

    `counted` is what `count` said of it, when that is known already.
    """
    shown, counted = list(pictures), counted or count(text, rules)
    return [
        *_about_text(counted, rules),
        *_about_bytes(text, rules),
        *_about_number(shown, rules, has_film=has_film),
        *_about_files(shown, rules),
    ]


def for_script(rules: PlatformRules) -> dict[str, Any]:
    """This will return what the page's counter needs, as JSON values: numbers, and the patterns' sources."""
    return {
        "measure": rules.measure.value,
        "limit": rules.limit,
        "linkLength": rules.link_length,
        "shortMentions": rules.short_mentions,
        "linksWork": rules.links_work,
        "mostHashtags": rules.most_hashtags,
        "mostLinks": rules.most_links,
        "address": BARE_ADDRESS if rules.bare_domains else ADDRESS,
    }


def patterns_for_script() -> dict[str, Any]:
    """This will return what all counters of a page share."""
    return {
        "address": BARE_ADDRESS,
        "hashtag": HASHTAG,
        "mention": MENTION,
        "emoji": EMOJI,
        "light": [list(pair) for pair in LIGHT],
    }


def _plain(address: str) -> str:
    """This will write an address in one way: without https:// and the slash at its end, its host in small letters."""
    found = _bare_address.search(address)
    host, slash, path = _scheme.sub("", found.group() if found else address).partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")


def _pattern(rules: PlatformRules) -> regex.Pattern[str]:
    return _bare_address if rules.bare_domains else _address


def _measured(text: str, measure: Measure) -> int:
    if measure == Measure.BYTES:
        return len(text.encode(errors="surrogatepass"))
    if measure == Measure.GRAPHEMES:
        return sum(1 for _sign in _grapheme.finditer(text))
    if measure == Measure.WEIGHTED:
        rest, emoji = _emoji.subn("", text)
        return 2 * emoji + sum(1 if _is_light(ord(sign)) else 2 for sign in rest)
    if measure == Measure.EMOJI_BYTES:
        found = [match.group() for match in _emoji.finditer(text)]
        return len(text) + sum(len(emoji.encode()) - len(emoji) for emoji in found)
    return _utf16(text)


def _is_light(point: int) -> bool:
    return any(first <= point <= last for first, last in LIGHT)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _whole_signs(text: str, room: int) -> int:
    """Return where the last sign ends that has room as a whole; the text is longer than that."""
    before = text[: room + 1]
    if max(before) < _FIRST_THAT_JOINS and "\r" not in before:
        return room
    end = 0
    for sign in _grapheme.finditer(text):
        room -= _utf16(sign.group())
        if room < 0:
            break
        end = sign.end()
    return end


def _about_text(counted: Count, rules: PlatformRules) -> list[Finding]:
    told = []
    if counted.is_over:
        words = _("%(over)s signs too long: %(length)s of %(limit)s.")
        values = {"over": -counted.left, "length": counted.length, "limit": counted.limit}
        told.append(Finding("length", words % values, stops=True))
    if rules.most_hashtags is not None and counted.hashtags > rules.most_hashtags:
        words = _("%(count)s hashtags; at most %(most)s here.")
        values = {"count": counted.hashtags, "most": rules.most_hashtags}
        told.append(Finding("hashtags", words % values, stops=True))
    if rules.most_links is not None and counted.links > rules.most_links:
        words = _("%(count)s links; at most %(most)s here.")
        told.append(Finding("links", words % {"count": counted.links, "most": rules.most_links}, stops=True))
    if counted.links and not rules.links_work:
        told.append(Finding("dead_link", _("Links in the text cannot be followed here.")))
    return told


def _about_bytes(text: str, rules: PlatformRules) -> list[Finding]:
    if rules.most_bytes is None or (size := len(text.encode(errors="surrogatepass"))) <= rules.most_bytes:
        return []
    words = _("The emoji and letters weigh too much: %(size)s bytes of %(most)s.")
    return [Finding("bytes", words % {"size": size, "most": rules.most_bytes}, stops=True)]


def _about_number(pictures: list[Medium], rules: PlatformRules, *, has_film: bool) -> list[Finding]:
    told = []
    if rules.most_pictures is not None and len(pictures) > rules.most_pictures:
        words = _("%(count)s pictures; at most %(most)s here.")
        values = {"count": len(pictures), "most": rules.most_pictures}
        told.append(Finding("pictures", words % values, stops=True))
    if rules.needs_film and not has_film:
        told.append(
            Finding("film", _("A film is needed here. Add the post to one under Material."), stops=True)
        )
    elif rules.needs_media and not pictures and not has_film:
        told.append(Finding("media", _("A picture or a film is needed here."), stops=True))
    return told


def _about_files(pictures: list[Medium], rules: PlatformRules) -> list[Finding]:
    told = []
    if odd := {picture.content_type for picture in pictures} - set(rules.picture_types):
        kinds = ", ".join(sorted(kind.partition("/")[2].upper() for kind in odd))
        told.append(Finding("format", _("%(kinds)s pictures may be refused here.") % {"kinds": kinds}))
    if rules.largest_picture and any(picture.size > rules.largest_picture for picture in pictures):
        most = rules.largest_picture // (1024 * 1024)
        told.append(Finding("size", _("A picture is larger than %(most)s MB.") % {"most": most}))
    if rules.most_pixels and any(picture.pixels > rules.most_pixels for picture in pictures):
        told.append(Finding("pixels", _("A picture has more pixels than is taken here.")))
    return told
