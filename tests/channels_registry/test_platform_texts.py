"""Each platform counts in its own way; a text is judged by the rules of the place it goes to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_registry.models import Platform
from channels_registry.platform_rules import (
    BLUESKY,
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    MASTODON,
    RULES,
    THREADS,
    WEBP,
    YOUTUBE,
    X,
)
from channels_registry.platform_texts import (
    Medium,
    as_published,
    count,
    findings,
    hashtags_in,
    in_feed,
    length,
    links_in,
    rules_of,
)

FAMILY, SCOTLAND, FLAG, KEYCAP = "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇸🇪", "1️⃣"


@pytest.mark.parametrize(
    ("text", "x", "utf16", "in_bytes", "threads", "seen"),
    [
        ("", 0, 0, 0, 0, 0),
        ("Hej", 3, 3, 3, 3, 3),
        ("Åäö", 3, 3, 6, 3, 3),
        ("e\u0301", 1, 2, 3, 2, 1),
        ("日本", 4, 2, 6, 2, 2),
        ("👋", 2, 2, 4, 4, 1),
        ("👋🏽", 2, 4, 8, 8, 1),
        (FAMILY, 2, 11, 25, 25, 1),
        (FLAG, 2, 4, 8, 8, 1),
        (SCOTLAND, 2, 14, 28, 28, 1),
        (KEYCAP, 2, 3, 7, 7, 1),
        ("©", 1, 1, 2, 1, 1),
        ("©\ufe0f", 2, 2, 5, 5, 1),
        ("– “ ”", 5, 5, 11, 5, 5),
        ("€", 2, 1, 3, 1, 1),
        ("rad\r\nrad", 7, 7, 7, 7, 7),
        ("\ud83d", 2, 1, 3, 1, 1),
    ],
)
def test_each_platform_counts_in_its_own_measure(text, x, utf16, in_bytes, threads, seen):
    counted = [length(text, rules) for rules in (X, FACEBOOK, YOUTUBE, THREADS, BLUESKY)]
    assert counted == [x, utf16, in_bytes, threads, seen]


@pytest.mark.parametrize(
    ("text", "found", "x", "mastodon"),
    [
        ("https://www.avinge.example/en/mycket/lang/adress?med=fraga", 1, 23, 23),
        ("Läs https://a.se, sen", 1, 4 + 23 + 5, 4 + 23 + 5),
        ("(https://a.se/x)", 1, 25, 25),
        ("goteborg.se", 1, 23, 11),
        ("Se goteborg.se/park.", 1, 3 + 23 + 1, 20),
        ("t.ex. bl.a. kl.9", 0, 16, 16),
        ("anna@avinge.se", 0, 14, 14),
        ("https://a.se https://b.se", 2, 47, 47),
    ],
)
def test_addresses_count_as_twenty_three_where_the_platform_shortens_them(text, found, x, mastodon):
    assert (len(links_in(text, X)), length(text, X), length(text, MASTODON)) == (found, x, mastodon)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("@avinge@social.example", 7),
        ("Hej @avinge@social.example, hej", 16),
        ("anna@avinge.example", 19),
        ("https://social.example/@avinge@other.example", 23),
        ("@avinge och @park@a.se", 17),
    ],
)
def test_of_a_mention_on_mastodon_only_the_name_counts(text, counted):
    assert length(text, MASTODON) == counted


def test_bluesky_counts_bytes_too():
    families = "👨‍👩‍👧‍👦" * 121
    assert length(families, BLUESKY) == 121
    assert [(found.code, found.stops) for found in findings(families, BLUESKY)] == [("bytes", True)]
    assert findings("👨‍👩‍👧‍👦" * 120, BLUESKY) == []


def test_hashtags_are_words_with_a_letter_and_not_anchors_in_addresses():
    text = "#hej #2026 #år2026, a#b ##dubbel https://a.se/#ankare ＃vid #e\u0301t"
    assert hashtags_in(text) == ["#hej", "#år2026", "＃vid", "#e\u0301t"]


def test_text_is_cut_between_words_and_never_inside_what_the_eye_sees_as_one():
    rules = replace(FACEBOOK, fold=12)
    assert in_feed("Svanarna är tillbaka", rules) == ("Svanarna är", "tillbaka")
    assert in_feed("Kort", rules) == ("Kort", "")
    assert in_feed(FAMILY * 3, rules) == (FAMILY, FAMILY * 2)
    assert in_feed("x" * 300, X) == ("x" * 300, "")
    assert in_feed("ord " * 60, LINKEDIN, wide=True)[0].startswith(in_feed("ord " * 60, LINKEDIN)[0])


def test_what_is_pasted_has_the_byline_and_the_links_that_the_text_lacks():
    links = ["https://a.se/1", "https://a.se/2"]
    text = "Läs https://a.se/1 nu."
    assert as_published(text, FACEBOOK, byline="Anna", links=links) == f"{text}\n\nAnna\nhttps://a.se/2"
    assert as_published(text, INSTAGRAM, links=links) == text
    assert as_published("", FACEBOOK) == ""
    # With or without https://, and only when the whole address is there.
    for text in ("Läs a.se/1.", "Läs HTTP://A.se/1/ nu", "(https://a.se/1)"):
        assert as_published(text, FACEBOOK, links=["https://a.se/1"]) == text
    assert as_published("Läs a.se/12", FACEBOOK, links=["https://a.se/1"]) == "Läs a.se/12\n\nhttps://a.se/1"


def codes(*args, **kwargs):
    return {(found.code, found.stops) for found in findings(*args, **kwargs)}


def test_findings_say_what_stops_and_what_is_good_to_know():
    picture = Medium("image/jpeg", 1000, 1000)
    assert codes("Hej", FACEBOOK) == set()
    assert codes("a" * 281, X) == {("length", True)}
    assert codes("#a1 #b #c #d #e #f https://a.se", INSTAGRAM) == {
        ("hashtags", True),
        ("dead_link", False),
        ("media", True),
    }
    assert codes("Hej", X, pictures=[picture] * 5) == {("pictures", True)}
    assert codes(" ".join(f"https://a.se/{n}" for n in range(6)), THREADS) == {("links", True)}
    assert codes("Hej", YOUTUBE, pictures=[picture]) == {("film", True)}
    assert codes("Hej", YOUTUBE, has_film=True) == set()
    assert codes("Hej", INSTAGRAM, has_film=True) == set()
    heavy = Medium(WEBP, 6 * 1024 * 1024, 40_000_000)
    assert codes("Hej", LINKEDIN, pictures=[heavy]) == {("format", False), ("size", False), ("pixels", False)}
    assert [found.text for found in findings("a" * 281, X)] == ["1 signs too long: 281 of 280."]


def test_administrators_may_lower_a_limit_and_name_one_for_a_platform_we_do_not_know():
    assert rules_of(Platform(code="facebook", text_limit=500)).limit == 500
    assert rules_of(Platform(code="x", text_limit=25_000)).limit == 280
    assert rules_of(Platform(code="intranet", text_limit=900)).limit == 900


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_every_number_has_a_source_with_a_date(rules):
    assert rules.sources
    assert all(
        source.says and source.url.startswith("https://") and source.read_on for source in rules.sources
    )


@given(st.text(max_size=200))
def test_no_text_breaks_the_counters(text):
    for rules in RULES.values():
        counted = count(text, rules)
        assert counted.length >= 0
        shown, rest = in_feed(text, rules)
        assert shown + rest == text or len(shown) + len(rest) < len(text)


def test_a_text_of_a_million_signs_is_counted_in_a_moment():
    text = "Svanarna är tillbaka i dammen. " * 32_000
    assert length(text, X) == len(text)
