"""Pasted addresses: what they lead to, and what only looks as if it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from channels_registry.addresses import LOOKS_LIKE, NOT_A_CHANNEL, NOT_AN_ADDRESS, NotRecognised, recognise


@pytest.mark.parametrize(
    ("text", "platform", "handle", "url"),
    [
        (
            "https://www.facebook.com/Avingestad/",
            "facebook",
            "avingestad",
            "https://www.facebook.com/avingestad",
        ),
        ("m.facebook.com/avinge?ref=share", "facebook", "avinge", "https://www.facebook.com/avinge"),
        ("https://sv-se.facebook.com/avinge/about", "facebook", "avinge", "https://www.facebook.com/avinge"),
        ("https://facebook.com/profile.php?id=1000", "facebook", "1000", "https://www.facebook.com/1000"),
        ("https://facebook.com/pages/Avinge/123", "facebook", "123", "https://www.facebook.com/123"),
        ("<https://fb.com/avinge>", "facebook", "avinge", "https://www.facebook.com/avinge"),
        (
            "http://instagram.com/avinge.stad",
            "instagram",
            "avinge.stad",
            "https://www.instagram.com/avinge.stad",
        ),
        ("https://twitter.com/Avinge", "x", "avinge", "https://x.com/avinge"),
        ("https://mobile.twitter.com/avinge/status/1", "x", "avinge", "https://x.com/avinge"),
        (
            "https://se.linkedin.com/company/avinge-stad/about/",
            "linkedin",
            "avinge-stad",
            "https://www.linkedin.com/company/avinge-stad",
        ),
        (
            "linkedin.com/in/Avinge-Stad",
            "linkedin",
            "in/avinge-stad",
            "https://www.linkedin.com/in/avinge-stad",
        ),
        ("youtube.com/@Avinge/videos", "youtube", "@avinge", "https://www.youtube.com/@avinge"),
        (
            "https://m.youtube.com/channel/UCabcDEF",
            "youtube",
            "channel/UCabcDEF",
            "https://www.youtube.com/channel/UCabcDEF",
        ),
        ("https://www.tiktok.com/@avinge/video/7", "tiktok", "avinge", "https://www.tiktok.com/@avinge"),
        ("https://www.threads.com/@avinge", "threads", "avinge", "https://www.threads.net/@avinge"),
        (
            "https://bsky.app/profile/avinge.example/post/3k",
            "bluesky",
            "avinge.example",
            "https://bsky.app/profile/avinge.example",
        ),
        (
            "https://mastodon.social/@Avinge",
            "mastodon",
            "avinge@mastodon.social",
            "https://mastodon.social/@avinge",
        ),
        (
            "@avinge@social.avinge.example",
            "mastodon",
            "avinge@social.avinge.example",
            "https://social.avinge.example/@avinge",
        ),
        (
            "https://mastodon.nu/@avinge@other.example",
            "mastodon",
            "avinge@other.example",
            "https://other.example/@avinge",
        ),
        ("https://www.snapchat.com/add/avinge", "snapchat", "avinge", "https://www.snapchat.com/add/avinge"),
        ("https://www.snapchat.com/@avinge", "snapchat", "avinge", "https://www.snapchat.com/add/avinge"),
        (
            "https://whatsapp.com/channel/0029VaAbC",
            "whatsapp",
            "0029VaAbC",
            "https://www.whatsapp.com/channel/0029VaAbC",
        ),
    ],
)
def test_address_is_recognised_and_written_in_one_way(text, platform, handle, url):
    found = recognise(text)
    assert (found.platform, found.handle, found.url) == (platform, handle, url)
    assert recognise(found.url) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://faceb00k.com/avinge",
        "https://facebook.com.avinge-login.example/avinge",
        "https://www.x.com.example/@avinge",
        "https://f\u0430cebook.com/avinge",
        "https://f\u00e1cebook.com/avinge",
        "https://xn--fcebook-8va.com/avinge",
        "https://instagrarn.com/avinge",
        "https://lnstagram.com/avinge",
        "https://facebok.com/avinge",
        "https://twiter.com/avinge",
        "https://tiktokk.com/@avinge",
        "https://secure-facebook.com/@avinge",
        "https://facebook.com@elsewhere.example/avinge",
        "@avinge@faceb00k.com",
    ],
)
def test_look_alike_address_is_refused_as_such(text):
    with pytest.raises(NotRecognised) as refused:
        recognise(text)
    assert refused.value.reason == LOOKS_LIKE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NOT_AN_ADDRESS),
        ("avinge", NOT_AN_ADDRESS),
        ("ftp://facebook.com/avinge", NOT_AN_ADDRESS),
        ("javascript:alert(1)", NOT_AN_ADDRESS),
        ("https://127.0.0.1/@avinge", NOT_AN_ADDRESS),
        ("http://[::1", NOT_AN_ADDRESS),
        ("https://facebook.com:8443/avinge", NOT_AN_ADDRESS),
        ("https://facebook.com/", NOT_A_CHANNEL),
        ("https://www.instagram.com/p/Abc/", NOT_A_CHANNEL),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Favinge.example", NOT_A_CHANNEL),
        ("https://x.com/home", NOT_A_CHANNEL),
        ("https://twitter.com/i/lists/3", NOT_A_CHANNEL),
        ("https://youtu.be/dQw4", NOT_A_CHANNEL),
        ("https://www.linkedin.com/feed/", NOT_A_CHANNEL),
    ],
)
def test_what_is_no_channel_is_refused_with_the_reason(text, reason):
    with pytest.raises(NotRecognised) as refused:
        recognise(text)
    assert refused.value.reason == reason


def test_platforms_added_by_administrators_are_recognised_by_their_hosts():
    found = recognise("https://forum.example/c/avinge", {"forum": ["forum.example"]})
    assert (found.platform, found.handle) == ("forum", "c/avinge")


@given(some.text(max_size=80))
def test_whatever_is_pasted_is_recognised_or_refused_with_a_sentence(text):
    try:
        said = recognise(text).url
    except NotRecognised as refused:
        said = str(refused)
    assert said
