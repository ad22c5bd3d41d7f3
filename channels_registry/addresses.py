"""Which channel a pasted address leads to: platform, handle and the one way the address is written. Pure functions.

An address is recognised by its whole host name, never by a part of it, so that look-alikes (faceb00k.com,
facebook.com.example, а Cyrillic letter in instagram.com) are refused with the reason.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Path = list[str]


@dataclass(frozen=True)
class Address:
    """A channel as its address names it: `platform` is a code, `url` the one way it is written."""

    platform: str
    handle: str
    url: str


class NotRecognised(ValueError):
    """The text is no address of a channel; the sentence says why."""

    def __init__(self, reason: str | Promise):
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Known:
    """A platform whose addresses are read: its hosts, how a handle is found in the path, and how it is written."""

    code: str
    name: str
    hosts: tuple[str, ...]
    text_limit: int
    read: Callable[[Path], str]
    write: str
    folds: bool = True  # handles that differ only in capitals are one
    usual: str = ""  # what most handles begin with and is left out: in/avinge is another than avinge


NOT_AN_ADDRESS = _("This is no web address. Paste the address of the channel's own page.")
NOT_A_CHANNEL = _(
    "The address does not lead to a channel. Open the channel's own page and paste its address."
)
LOOKS_LIKE = _("The address looks like the platform's but leads elsewhere. Do not log in there.")
UNKNOWN = _("The platform is not known. An administrator can add it.")

# First words of a path that are the platform's own pages and no channel.
# fmt: off
RESERVED = frozenset({
    "about", "accounts", "ads", "business", "direct", "events", "explore", "feed", "gaming",
    "groups", "hashtag", "hashtags", "help", "home", "i", "intent", "jobs", "l.php", "legal", "live",
    "login", "logout", "marketplace", "messages", "notifications", "p", "photo", "photos", "play",
    "policies", "policy", "post", "posts", "privacy", "profile.php", "reel", "reels", "search",
    "settings", "share", "sharer", "shorts", "signup", "status", "stories", "story", "tag", "terms",
    "tos", "tv", "video", "videos", "watch", "web",
})
# fmt: on
HANDLE = re.compile(r"[\w.\-]{1,100}")


def _plain(path: Path) -> str:
    """Read a handle that is the first word of the path."""
    return path[0] if path and path[0].lower() not in RESERVED else ""


def _at(path: Path) -> str:
    """Read a handle that is the first word of the path and begins with @."""
    return path[0][1:] if path and path[0].startswith("@") else ""


def _facebook(path: Path) -> str:
    if path[:1] in (["pages"], ["people"]) and len(path) >= 3 and path[-1].isdigit():
        return path[-1]
    if path[:1] == ["p"] and len(path) >= 2:
        return path[1]
    return _plain(path)


def _linkedin(path: Path) -> str:
    kinds = {"company", "showcase", "school", "in"}
    return f"{path[0]}/{path[1]}" if len(path) >= 2 and path[0] in kinds else ""


def _youtube(path: Path) -> str:
    if path[:1] in (["channel"], ["c"], ["user"]) and len(path) >= 2:
        return "/".join(path[:2])
    return path[0] if path and path[0].startswith("@") else ""


def _bluesky(path: Path) -> str:
    return path[1] if len(path) >= 2 and path[0] == "profile" else ""


def _snapchat(path: Path) -> str:
    if path[:1] == ["add"] and len(path) >= 2:
        return path[1]
    return _at(path)


def _whatsapp(path: Path) -> str:
    return path[1] if len(path) >= 2 and path[0] == "channel" else ""


KNOWN: tuple[Known, ...] = (
    Known(
        "facebook",
        "Facebook",
        ("facebook.com", "fb.com", "fb.me"),
        63206,
        _facebook,
        "https://www.facebook.com/{}",
    ),
    Known("instagram", "Instagram", ("instagram.com",), 2200, _plain, "https://www.instagram.com/{}"),
    Known("x", "X", ("x.com", "twitter.com"), 280, _plain, "https://x.com/{}"),
    Known(
        "linkedin",
        "LinkedIn",
        ("linkedin.com",),
        3000,
        _linkedin,
        "https://www.linkedin.com/{}",
        usual="company/",
    ),
    Known(
        "youtube",
        "YouTube",
        ("youtube.com", "youtu.be"),
        5000,
        _youtube,
        "https://www.youtube.com/{}",
        folds=False,
    ),
    Known("tiktok", "TikTok", ("tiktok.com",), 2200, _at, "https://www.tiktok.com/@{}"),
    Known("threads", "Threads", ("threads.net", "threads.com"), 500, _at, "https://www.threads.net/@{}"),
    Known("bluesky", "Bluesky", ("bsky.app",), 300, _bluesky, "https://bsky.app/profile/{}"),
    Known("snapchat", "Snapchat", ("snapchat.com",), 250, _snapchat, "https://www.snapchat.com/add/{}"),
    Known(
        "whatsapp",
        "WhatsApp",
        ("whatsapp.com",),
        4096,
        _whatsapp,
        "https://www.whatsapp.com/channel/{}",
        folds=False,
    ),
)
MASTODON_LIMIT = 500
# Letters that are drawn like others; what is left after this and the accents is what an eye reads.
_LOOKS = str.maketrans("01|аеорсухіјѕԁɡƖℓοε", "ollaeopcyxijsdglloe")


def recognise(text: str, others: Mapping[str, Iterable[str]] | None = None) -> Address:
    """This will return the channel that an address, or a handle such as @name@server, leads to.

    `others` are further platforms: code → host names. Raises NotRecognised with a sentence.
    """
    text = unicodedata.normalize("NFC", text).strip().strip("<>\"'")
    if remote := re.fullmatch(r"@?([A-Za-z0-9_.]+)@([A-Za-z0-9.-]+\.[A-Za-z]{2,})", text):
        return _mastodon(remote[2].lower(), remote[1])
    host, path = _parts(text)
    for known in KNOWN:
        if _is_host(host, known.hosts):
            return _channel(known, path)
    for code, hosts in (others or {}).items():
        if _is_host(host, hosts):
            return Address(code, "/".join(path) or host, f"https://{host}/{'/'.join(path)}".rstrip("/"))
    if looks_like := _looks_like(host):
        raise NotRecognised(looks_like)
    if path and path[0].startswith("@") and len(path) <= 2:
        name, _at_sign, server = path[0][1:].partition("@")
        return _mastodon(server.lower() or host, name)
    raise NotRecognised(UNKNOWN)


def elsewhere(text: str) -> tuple[str, Path]:
    """This will return host and path of an address on a platform nobody knows yet. Raises NotRecognised for look-alikes."""
    host, path = _parts(unicodedata.normalize("NFC", text).strip().strip("<>\"'"))
    if looks_like := _looks_like(host):
        raise NotRecognised(looks_like)
    return host.removeprefix("www."), path


def _parts(text: str) -> tuple[str, Path]:
    """Split an address into its host, without a leading www., and the words of its path. Raises NotRecognised."""
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise NotRecognised(NOT_AN_ADDRESS) from error
    if parts.scheme.lower() not in {"http", "https"} or port not in {None, 80, 443} or " " in text:
        raise NotRecognised(NOT_AN_ADDRESS)
    if parts.username is not None:
        raise NotRecognised(LOOKS_LIKE)  # https://facebook.com@elsewhere.example
    if "." not in host or _is_number(host):
        raise NotRecognised(NOT_AN_ADDRESS)
    path = [unquote(word) for word in parts.path.split("/") if word]
    if host.removeprefix("m.").removeprefix("www.") == "facebook.com" and path[:1] == ["profile.php"]:
        number = re.search(r"(?:^|&)id=(\d+)", parts.query)
        path = [number[1]] if number else path
    return host.lower(), path


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_host(host: str, hosts: Iterable[str]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in hosts)


def _channel(known: Known, path: Path) -> Address:
    handle = known.read(path)
    bare = handle.rpartition("/")[2].removeprefix("@")
    if not HANDLE.fullmatch(bare):
        raise NotRecognised(NOT_A_CHANNEL)
    # On YouTube a number is another with other capitals, a name is not.
    if known.folds or handle.startswith("@"):
        handle = handle.lower()
    return Address(known.code, handle.removeprefix(known.usual), known.write.format(handle))


def _mastodon(server: str, name: str) -> Address:
    if not HANDLE.fullmatch(name) or "." not in server:
        raise NotRecognised(NOT_A_CHANNEL)
    if looks_like := _looks_like(server):
        raise NotRecognised(looks_like)
    handle = name.lower()
    return Address("mastodon", f"{handle}@{server}", f"https://{server}/@{handle}")


def _looks_like(host: str) -> str | Promise:
    """Say why a host only looks like a known platform's, or nothing."""
    try:
        shown = host.encode().decode("idna") if "xn--" in host else host
    except UnicodeError:
        shown = host
    read = _as_read(shown)
    if any(f".{own}." in f".{read}" for known in KNOWN for own in known.hosts):
        return LOOKS_LIKE  # facebook.com.example
    names = {own.rpartition(".")[0] for known in KNOWN for own in known.hosts if len(own) > 7}
    words = set(re.split(r"[.\-]", read))
    return LOOKS_LIKE if words & names or any(_near(word, name) for word in words for name in names) else ""


def _as_read(host: str) -> str:
    """Return the host as an eye reads it: without accents, letters of other alphabets as the Latin ones they look like."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", host.lower()) if not unicodedata.combining(c))
    return bare.translate(_LOOKS).replace("rn", "m").replace("vv", "w")


def _near(word: str, name: str) -> bool:
    """Tell whether one letter more, less, changed or swapped makes the word the name."""
    if word == name or abs(len(word) - len(name)) > 1 or len(name) < 6:
        return word == name
    if len(word) == len(name):
        wrong = [index for index in range(len(name)) if word[index] != name[index]]
        swapped = (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] == name[wrong[1]]
            and word[wrong[1]] == name[wrong[0]]
        )
        return len(wrong) == 1 or swapped
    longer, shorter = sorted((word, name), key=len, reverse=True)
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))
