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
# Last words of paths that show many posts or none.
TABS = {
    "about", "community", "events", "featured", "followers", "following", "highlights", "home", "jobs", "life", "likes",
    "live", "media", "mentions", "people", "photos", "playlists", "posts", "reels", "replies", "reposts", "reviews",
    "shorts", "streams", "status", "tagged", "videos", "with_replies",
}  # fmt: skip
# One post in many forms, by platform: what names it, and the form it is kept in.
ONE_FORM = {
    "instagram": (
        r"www\.instagram\.com/(?:[^/]+/)?(?:p|reels?|tv)/([^/?]+).*",
        "https://www.instagram.com/p/{0}",
    ),
    "x": (r"x\.com/(?:i/web|[^/]+)/status/(\d+).*", "{page}/status/{0}"),
    "youtube": (
        r"(?:youtu\.be/|www\.youtube\.com/(?:shorts/|live/|watch\?(?:.*&)?v=))([^/?&]+).*",
        "https://www.youtube.com/watch?v={0}",
    ),
}
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

    An address that names another account is refused; one that names none (instagram.com/p/…) is taken. So is a page that
    is no post: the channel's own, its pictures, its followers.
    """
    platform = channel.platform
    if not platform.owns(address):
        return Refusal(_("The address does not lead to %(platform)s.") % {"platform": platform.name})
    url = tidied(address)
    words = [word for word in urlsplit(url).path.split("/") if word]
    host, query = urlsplit(url).hostname or "", urlsplit(url).query
    if url == tidied(channel.url) or _is_no_post(platform.code, words, query, host):
        return Refusal(
            _("This is the channel's own page. Open the post on %(platform)s and copy its address.")
            % {"platform": platform.name}
        )
    named = _account(platform.code, words, host)
    if named and not _is_same(named, channel):
        return Refusal(
            _("The address belongs to “%(account)s”, not to %(channel)s.")
            % {"account": named, "channel": channel}
        )
    return LiveAddress(_in_one_form(url, channel))


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


def _in_one_form(url: str, channel: Channel) -> str:
    """Return the form in which a post's address is kept, so that it is the same however it was shared."""
    pattern, form = ONE_FORM.get(channel.platform.code, ("", ""))
    found = re.fullmatch(pattern, url.removeprefix("https://"))
    return form.format(found[1], page=tidied(channel.url)) if found else url


def _is_no_post(code: str, words: list[str], query: str, host: str) -> bool:
    """Tell whether nothing in the address says which post; where we do not know the platform's way, anything does."""
    if code not in NAMELESS or host in SHORT_HOSTS:
        return not words and not query
    if words and words[0].lower() in NAMELESS[code]:
        return not words[1:] and not query
    rest = words[2:] if words and words[0].lower() in PREFIXES else words[1:]
    return not rest or (len(rest) == 1 and rest[0].lower() in TABS)


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
