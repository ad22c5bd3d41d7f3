"""What each platform takes of texts and pictures, as data: the numbers, where they stand, and when we read them.

A platform that says how it counts is counted its way. Where it says only "characters" UTF-16 units are counted, as most
of their editors do: an emoji is then two or more, so that our number is never the lower one. Where a feed cuts a text off
is published by nobody; those numbers are what others have measured, on a phone and on a wide screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MEGABYTE = 1024 * 1024
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"


class Measure(StrEnum):
    """What counts as one."""

    UTF16 = "utf16"  # a unit of UTF-16: most letters one, most emoji two or more
    BYTES = "bytes"  # a byte of UTF-8: a–z one, å ä ö two, an emoji four or more
    GRAPHEMES = "graphemes"  # what the eye sees as one sign
    WEIGHTED = "weighted"  # X: Latin letters one, other scripts and every emoji two, each address 23
    EMOJI_BYTES = "emoji_bytes"  # Threads: a code point one, an emoji as many as its bytes in UTF-8


@dataclass(frozen=True)
class Source:
    """Where a number stands and the day it was read there."""

    says: str
    url: str
    read_on: date


@dataclass(frozen=True)
class PlatformRules:
    """What a platform takes. None means that it sets no limit."""

    code: str
    limit: int
    measure: Measure = Measure.UTF16
    link_length: int | None = None  # what an address counts as, however long it is
    most_bytes: int | None = None  # of UTF-8, beside the limit in the platform's own measure
    short_mentions: bool = False  # whether of @name@server only @name counts
    bare_domains: bool = False  # whether "example.se" without https:// is an address too
    links_work: bool = True  # whether an address in the text can be followed
    most_links: int | None = None
    most_hashtags: int | None = None
    most_pictures: int | None = None
    picture_types: tuple[str, ...] = (JPEG, PNG)
    largest_picture: int | None = None  # bytes
    most_pixels: int | None = None
    needs_media: bool = False
    needs_film: bool = False
    fold: int | None = None  # where the feed cuts the text off on a phone, in UTF-16 units
    fold_wide: int | None = None  # the same on a wide screen
    sources: tuple[Source, ...] = ()


READ_ON = date(2026, 11, 24)
_FOLDS = Source("where feeds cut off, measured", "https://posttruncate.com/en/platform-limits/", READ_ON)

FACEBOOK = PlatformRules(
    code="facebook",
    limit=63_206,
    most_pictures=10,
    fold=110,
    fold_wide=480,
    sources=(
        Source("63 206 characters", "https://docs.upload-post.com/resources/character-limits/", READ_ON),
        Source("10 photos in a post", "https://docs.postsyncer.com/platforms/facebook", READ_ON),
        _FOLDS,
    ),
)

INSTAGRAM = PlatformRules(
    code="instagram",
    limit=2_200,
    links_work=False,
    most_hashtags=5,
    most_pictures=10,
    largest_picture=8 * MEGABYTE,
    needs_media=True,
    fold=125,
    fold_wide=125,
    sources=(
        Source(
            "2 200 characters, 10 pictures, links cannot be followed",
            "https://www.ayrshare.com/docs/apis/post/social-networks/instagram",
            READ_ON,
        ),
        Source(
            "5 hashtags, from December 2025",
            "https://www.socialmediatoday.com/news/instagrams-implementing-new-limits-on-hashtag-use/808309/",
            READ_ON,
        ),
        Source(
            "less than 8 MiB a picture",
            "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes",
            READ_ON,
        ),
        _FOLDS,
    ),
)

X = PlatformRules(
    code="x",
    limit=280,
    measure=Measure.WEIGHTED,
    link_length=23,
    bare_domains=True,
    most_pictures=4,
    picture_types=(JPEG, PNG, WEBP),
    largest_picture=5 * MEGABYTE,
    sources=(
        Source(
            "280, weights, 23 for an address, two for an emoji",
            "https://docs.x.com/fundamentals/counting-characters",
            READ_ON,
        ),
        Source(
            "weights by code point",
            "https://docs.rs/crate/twitter_text_config/latest/source/v2.json",
            READ_ON,
        ),
        Source("4 pictures of 5 MB", "https://www.ayrshare.com/docs/media-guidelines/x-twitter", READ_ON),
    ),
)

LINKEDIN = PlatformRules(
    code="linkedin",
    limit=3_000,
    most_pictures=20,
    most_pixels=36_152_320,
    largest_picture=5 * MEGABYTE,
    fold=140,
    fold_wide=210,
    sources=(
        Source("3 000 characters", "https://docs.postsyncer.com/platforms/linkedin", READ_ON),
        Source(
            "5 MB and 36 152 320 pixels a picture",
            "https://www.ayrshare.com/docs/media-guidelines/linkedin",
            READ_ON,
        ),
        Source("20 pictures", "https://docs.getlate.dev/resources/media-guidelines/linkedin", READ_ON),
        _FOLDS,
    ),
)

YOUTUBE = PlatformRules(
    code="youtube",
    limit=5_000,
    measure=Measure.BYTES,
    most_hashtags=60,
    needs_media=True,
    needs_film=True,
    fold=120,
    fold_wide=120,
    sources=(
        Source(
            "5 000 bytes in a description",
            "https://pub.dev/documentation/youtube_api_client/latest/model_video_video_snippet/VideoSnippet-class.html",
            READ_ON,
        ),
        Source("over 60 hashtags none counts", "https://support.google.com/youtube/answer/6390658", READ_ON),
        Source(
            "about 120 characters before “more”",
            "https://glama.ai/mcp/servers/KalpeshMahida0212/runsheet-mcp/tools/runsheet_count_characters",
            READ_ON,
        ),
    ),
)

TIKTOK = PlatformRules(
    code="tiktok",
    limit=2_200,
    links_work=False,
    most_hashtags=5,
    most_pictures=35,
    picture_types=(JPEG, PNG, WEBP),
    largest_picture=20 * MEGABYTE,
    needs_media=True,
    sources=(
        Source(
            "2 200 characters, 35 photos of 20 MB, no post of text alone",
            "https://docs.zernio.com/platforms/tiktok",
            READ_ON,
        ),
        Source(
            "5 hashtags, told in the app, not published",
            "https://www.websitebuilderexpert.com/news/tiktok-hashtag-limit",
            READ_ON,
        ),
    ),
)

THREADS = PlatformRules(
    code="threads",
    limit=500,
    measure=Measure.EMOJI_BYTES,
    most_links=5,
    most_hashtags=1,
    most_pictures=20,
    fold=250,
    sources=(
        Source(
            "500 characters, an emoji as its bytes",
            "https://developers.facebook.com/documentation/threads/posts",
            READ_ON,
        ),
        Source(
            "5 links, from 22 December 2025",
            "https://developers.facebook.com/documentation/threads/create-posts/text-attachments",
            READ_ON,
        ),
        Source(
            "1 hashtag, 20 pictures",
            "https://www.ayrshare.com/apis/post/social-networks/threads",
            READ_ON,
        ),
        _FOLDS,
    ),
)

MASTODON = PlatformRules(
    code="mastodon",
    limit=500,
    measure=Measure.GRAPHEMES,
    link_length=23,
    short_mentions=True,
    most_pictures=4,
    picture_types=(JPEG, PNG, WEBP),
    sources=(
        Source(
            "500 signs, 23 for an address, of a mention only the name",
            "https://docs.joinmastodon.org/user/posting/",
            READ_ON,
        ),
        Source("4 pictures", "https://docs.postsyncer.com/platforms/mastodon", READ_ON),
    ),
)

BLUESKY = PlatformRules(
    code="bluesky",
    limit=300,
    measure=Measure.GRAPHEMES,
    most_bytes=3_000,
    most_pictures=4,
    picture_types=(JPEG, PNG, WEBP),
    sources=(
        Source(
            "300 signs the eye sees as one, and 3 000 bytes",
            "https://app.unpkg.com/@atcute/bluesky@3.3.0/files/lib/limits.ts",
            READ_ON,
        ),
        Source("4 pictures", "https://docs.getlate.dev/resources/media-guidelines/bluesky", READ_ON),
    ),
)

RULES = {
    rules.code: rules
    for rules in (FACEBOOK, INSTAGRAM, X, LINKEDIN, YOUTUBE, TIKTOK, THREADS, MASTODON, BLUESKY)
}
