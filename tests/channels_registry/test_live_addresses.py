"""A pasted address is a post on the channel, or is refused with what is wrong with it."""

from __future__ import annotations

import pytest

from channels_registry.live_addresses import LiveAddress, recognise, tidied
from channels_registry.models import Channel, Platform

HOSTS = {
    "facebook": ["facebook.com", "fb.com", "fb.watch"],
    "instagram": ["instagram.com"],
    "x": ["x.com", "twitter.com"],
    "linkedin": ["linkedin.com"],
    "youtube": ["youtube.com", "youtu.be"],
    "tiktok": ["tiktok.com"],
    "mastodon": ["social.example"],
}
PAGES = {
    "facebook": "https://www.facebook.com/avingestad",
    "instagram": "https://www.instagram.com/avinge.stad/",
    "x": "https://x.com/avingestad",
    "linkedin": "https://www.linkedin.com/company/avinge-stad",
    "youtube": "https://www.youtube.com/@avingestad",
    "tiktok": "https://www.tiktok.com/@avingestad",
    "mastodon": "https://social.example/@avinge",
}


def channel(code: str) -> Channel:
    platform = Platform(code=code, name=code.title(), hosts=HOSTS[code])
    return Channel(platform=platform, name="Åvinge", handle="avingestad", url=PAGES[code])


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("facebook", "https://www.facebook.com/avingestad/posts/pfbid02x"),
        ("facebook", "https://m.facebook.com/story.php?story_fbid=1&id=2"),
        ("facebook", "https://www.facebook.com/permalink.php?story_fbid=1&id=2"),
        ("facebook", "https://www.facebook.com/61550000000000/posts/12"),
        ("facebook", "https://www.facebook.com/reel/123"),
        ("facebook", "https://fb.watch/abc/"),
        ("instagram", "https://www.instagram.com/p/C1x/?igsh=abc"),
        ("instagram", "https://www.instagram.com/avingestad/reel/C1x/"),
        ("x", "https://twitter.com/Avingestad/status/12?s=20"),
        ("x", "https://x.com/i/web/status/12"),
        ("linkedin", "https://www.linkedin.com/posts/avinge-stad_svanar-activity-71-x?utm_source=share"),
        ("linkedin", "https://www.linkedin.com/feed/update/urn:li:activity:71/"),
        ("youtube", "https://youtu.be/abc?si=xyz"),
        ("youtube", "https://www.youtube.com/watch?v=abc&feature=share"),
        ("tiktok", "https://www.tiktok.com/@avingestad/video/73?is_from_webapp=1"),
        ("mastodon", "https://social.example/@avinge/1234"),
    ],
)
def test_post_on_the_channel_is_recognised(code, address):
    assert isinstance(recognise(channel(code), address), LiveAddress)


@pytest.mark.parametrize(
    ("code", "address", "reason"),
    [
        ("facebook", "https://x.com/avingestad/status/1", "does not lead to Facebook"),
        ("facebook", "https://facebook.com.evil.example/avingestad/posts/1", "does not lead to"),
        ("facebook", "https://www.facebook.com/grannkommunen/posts/1", "belongs to “grannkommunen”"),
        ("facebook", "https://www.facebook.com/avingestad/", "the channel's own page"),
        ("facebook", "https://www.facebook.com/", "the channel's own page"),
        ("facebook", "https://www.facebook.com/AvingeStad?locale=sv_SE", "the channel's own page"),
        ("facebook", "https://www.facebook.com/avingestad/photos", "the channel's own page"),
        ("facebook", "https://www.facebook.com/permalink.php", "the channel's own page"),
        ("instagram", "https://www.instagram.com/avinge.stad/reels/", "the channel's own page"),
        ("instagram", "https://www.instagram.com/p/", "the channel's own page"),
        ("x", "https://x.com/avingestad/followers", "the channel's own page"),
        ("linkedin", "https://www.linkedin.com/company/avinge-stad/posts/", "the channel's own page"),
        ("youtube", "https://www.youtube.com/@avingestad/videos", "the channel's own page"),
        ("tiktok", "https://www.tiktok.com/@AvingeStad", "the channel's own page"),
        ("instagram", "https://instagram.com/avinge.stad", "the channel's own page"),
        ("instagram", "https://www.instagram.com/nagonannan/p/C1x/", "belongs to"),
        ("x", "https://x.com/nagon/status/12", "belongs to “nagon”"),
        (
            "linkedin",
            "https://www.linkedin.com/posts/annan-stad_svanar-activity-71",
            "belongs to “annan-stad”",
        ),
        ("tiktok", "https://www.tiktok.com/@annan/video/73", "belongs to"),
    ],
)
def test_other_address_is_refused_with_its_reason(code, address, reason):
    assert reason in str(recognise(channel(code), address))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.facebook.com/avingestad/posts/1",
        "http://m.facebook.com/avingestad/posts/1/?fbclid=x&utm_source=y#comments",
        "https://facebook.com/avingestad/posts/1?mibextid=z",
    ],
)
def test_one_post_has_one_address(address):
    assert tidied(address) == "https://www.facebook.com/avingestad/posts/1"


@pytest.mark.parametrize(
    ("code", "addresses"),
    [
        (
            "x",
            [
                "https://x.com/avingestad/status/12",
                "https://twitter.com/AvingeStad/status/12?s=20",
                "https://x.com/i/web/status/12",
                "https://x.com/avingestad/status/12/photo/1",
            ],
        ),
        (
            "instagram",
            [
                "https://www.instagram.com/p/C1x/?igsh=abc",
                "https://instagram.com/avinge.stad/p/C1x/",
                "https://www.instagram.com/avingestad/reel/C1x/",
            ],
        ),
        (
            "youtube",
            [
                "https://www.youtube.com/watch?v=abc&feature=share",
                "https://youtu.be/abc?si=xyz",
                "https://m.youtube.com/shorts/abc",
                "https://www.youtube.com/watch?list=PL1&v=abc",
            ],
        ),
    ],
)
def test_one_post_has_one_address_however_it_was_shared(code, addresses):
    assert len({recognise(channel(code), address).url for address in addresses}) == 1
    assert tidied(addresses[0]) == recognise(channel(code), addresses[0]).url
