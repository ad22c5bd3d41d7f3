"""What counting says of a text."""

from __future__ import annotations

import pytest

from editorial import plain_language as plain

pytestmark = pytest.mark.rule("R9")

EASY = (
    "Vi ses i parken på lördag. Ta med fika. Det blir musik och lek. Alla får vara med. "
    "Barn går gratis. Kom när du vill. Vi är där till fyra."
)
HARD = (
    "Kommunfullmäktige beslutade vid sammanträdet att tillgänglighetsanpassningen av förvaltningens "
    "verksamhetslokaler skall genomföras i enlighet med gällande upphandlingsbestämmelser samt att "
    "samhällsbyggnadsnämndens handlingsplan kompletteras med uppföljningsbara målformuleringar."
)


def test_lix_tells_easy_from_hard_and_says_nothing_of_a_few_words():
    assert plain.lix(EASY) < 20
    assert plain.lix(HARD + " " + HARD) > 60
    assert plain.lix("Välkommen till parken.") is None


def test_address_and_hashtags_are_no_words():
    assert plain.words_in("Läs mer på https://avinge.example/en/mycket-lang-adress #ÅvingeStad") == [
        "Läs",
        "mer",
        "på",
    ]


def test_abbreviation_ends_no_sentence():
    assert plain.sentences_in(
        "Öppet kl. 10 t.ex. hos oss, ca. 3 dagar. Kom! Ta med fika… och en filt. 50 får plats."
    ) == [
        "Öppet kl. 10 t.ex. hos oss, ca. 3 dagar.",
        "Kom!",
        "Ta med fika… och en filt.",
        "50 får plats.",
    ]


def test_long_sentences_are_found():
    assert plain.long_sentences(f"{'ord ' * 25}slut. Kort.") == [f"{'ord ' * 25}slut."]
    assert plain.long_sentences(f"{'ord ' * 24}slut.") == []


@pytest.mark.parametrize(
    ("tag", "is_hard"),
    [("#åvingesommarlov", True), ("#ÅVINGESOMMARLOV", True), ("#ÅvingeSommarlov", False), ("#åvinge", False)],
)
def test_long_hashtag_in_one_case_is_hard_to_hear(tag, is_hard):
    assert plain.hard_to_hear(f"Kom {tag}!") == ([tag] if is_hard else [])


@pytest.mark.rule("R27")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rabatt på badet, bara 40 kr!", ["rabatt", "40 kr"]),
        ("I samarbete med Kiosken AB®", ["i samarbete med", "®"]),
        ("Realistiska mål och köpmän i köpingen.", []),
        ("Vi bygger en lekplats.", []),
    ],
)
def test_words_that_sound_like_selling_are_pointed_out(text, words):
    assert plain.selling_words(text) == words


def test_text_that_is_alike_has_one_of_the_rarest_words():
    words = plain.vocabulary(HARD)
    for gone in words:
        other = words - {gone} | {"annat"}
        assert not plain.is_alike(words, other) or set(plain.rarest_of(words)) & other
    assert plain.rarest_of(frozenset()) == ()


def test_nearly_the_same_text_is_alike():
    easy, hard, empty = (plain.vocabulary(text) for text in (EASY, HARD, ""))
    assert plain.is_alike(easy, plain.vocabulary(EASY.replace("lördag", "söndag")))
    assert not plain.is_alike(easy, hard)
    assert not plain.is_alike(empty, empty)
