"""Where a published post can be seen: an address from a platform, recognised, tidied and held against its channel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from channels_registry.models import Channel
from core.rules import Refusal

# What sharing adds to an address: it says who shared, not what is shown.
TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|igsh|igshid|mibextid|si|feature|ref|ref_src|ref_url|s|t|__\w+|_rdr|rdid|share_url|"
    r"trk|rcm|is_from_webapp|sender_device|web_id|hl|img_index)$"
)
# First words of paths that name no account, by platform: behind them stands the number of the post.
NAMELESS = {
    "facebook": {
        "permalink.php", "story.php", "photo", "photo.php", "photos", "reel", "watch", "share", "videos", "groups",
        "events", "posts",
    },
    "instagram": {"p", "reel", "reels", "tv", "stories"},
    "x": {"i"},
    "linkedin": {"feed", "posts", "pulse"},
    "youtube": {"watch", "shorts", "live", "post"},
    "tiktok": {"t", "v"},
    "threads": {"t"},
}  # fmt: skip
# Words before the account's name.
PREFIXES = {"company", "school", "showcase", "channel", "c", "user", "profile", "people", "pages"}
SHORT_HOSTS = {"youtu.be", "fb.watch", "vm.tiktok.com", "lnkd.in"}
WITHOUT_WWW = {*SHORT_HOSTS, "x.com", "bsky.app"}
MOBILE = ("m.", "mobile.", "www.", "mbasic.", "web.", "touch.")


@dataclass(frozen=True)
class LiveAddress:
    """An address of a published post, without what sharing adds to it."""

    url: str


def recognise(channel: Channel, address: str) -> LiveAddress | Refusal:
    """This will return the tidied address when it is a post on the channel, else say what is wrong with it.

    An address that names another account is refused; one that names none (instagram.com/p/…) is taken.
    """
    platform = channel.platform
    if not platform.owns(address):
        return Refusal(_("The address does not lead to %(platform)s.") % {"platform": platform.name})
    url = tidied(address)
    words = [word for word in urlsplit(url).path.split("/") if word]
    if url == tidied(channel.url) or not (words or urlsplit(url).query):
        return Refusal(
            _("This is the channel's own page. Open the post on %(platform)s and copy its address.")
            % {"platform": platform.name}
        )
    named = _account(platform.code, words, urlsplit(url).hostname or "")
    if named and not _is_same(named, channel):
        return Refusal(
            _("The address belongs to “%(account)s”, not to %(channel)s.")
            % {"account": named, "channel": channel}
        )
    return LiveAddress(url)


def tidied(address: str) -> str:
    """This will return the address as it is kept: https, one host for phone and desk, without tracking and fragment."""
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").lower()
    for prefix in MOBILE:
        if host.startswith(prefix):
            host = host[len(prefix) :]
            break
    host = {"twitter.com": "x.com"}.get(host, host)
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not TRACKING.match(pair[0])))
    host = f"www.{host}" if host.count(".") == 1 and host not in WITHOUT_WWW else host
    return urlunsplit(("https", host, parts.path.rstrip("/"), query, ""))


def _account(code: str, words: list[str], host: str) -> str:
    """Return the account that a path names, or nothing where it names none or we do not know the platform's way."""
    if code not in NAMELESS or host in SHORT_HOSTS or not words:
        return ""
    first = words[0].lower()
    if first in PREFIXES and len(words) > 1:
        return words[1]
    if code == "linkedin" and first == "posts" and len(words) > 1:
        # linkedin.com/posts/name_words-of-the-post-activity-7…
        return words[1].partition("_")[0] if "_" in words[1] else ""
    return "" if first in NAMELESS[code] else words[0]


def _is_same(named: str, channel: Channel) -> bool:
    own = {channel.handle, *(word for word in urlsplit(channel.url).path.split("/") if word)}
    if channel.platform.code == "facebook" and named.isdigit():
        return True  # a page may also be named by its number
    return _plain(named) in {_plain(name) for name in own}


def _plain(name: str) -> str:
    return name.lower().lstrip("@").replace(".", "").replace("-", "")
