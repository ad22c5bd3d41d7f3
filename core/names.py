"""Names of people: one alphabet each, nothing invisible, and none that only looks like a colleague's.

Who approved is told by name. A name of mixed alphabets, or one that reads like another's and is not, would let somebody
pass for a second pair of eyes. After Unicode's technical standard 39, with the letters that Latin names are imitated by.
"""

from __future__ import annotations

import unicodedata

import regex
from django.utils.translation import gettext as _

# Alphabets that people's names are written in today. Others, such as Lisu and Cherokee, hold whole rows of letters that are
# drawn like Latin ones.
ALPHABETS = (
    *(
        "Latin",
        "Cyrillic",
        "Greek",
        "Armenian",
        "Hebrew",
        "Arabic",
        "Syriac",
        "Georgian",
        "Ethiopic",
        "Thaana",
    ),
    *(
        "Devanagari",
        "Bengali",
        "Gurmukhi",
        "Gujarati",
        "Oriya",
        "Tamil",
        "Telugu",
        "Kannada",
        "Malayalam",
        "Sinhala",
    ),
    *("Thai", "Lao", "Khmer", "Myanmar", "Tibetan", "Hangul"),
)
# Languages that are written with several: Japanese, and Chinese in all its ways.
TOGETHER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Common}\p{Inherited}]*")
ONE = [regex.compile(rf"[\p{{{name}}}\p{{Common}}\p{{Inherited}}]*") for name in ALPHABETS]
# Latin letters that only phoneticians write, and strokes laid over a letter: each is drawn like a letter of names.
# Those that languages of Africa and the Caucasus do write stay.
UNWRITTEN = regex.compile(
    r"[[\u0180-\u0185\u01c0-\u01c3\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\u0334-\u0338]"
    r"--[əɓɖɗɛɔɣɩɨʉʊɲʋŋ]]",
    regex.VERSION1,
)
# What steers text or cannot be seen; a name needs none of it.
UNSEEN = regex.compile(r"[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]")
# A capital I is read as a small l, which folding the case would hide.
CAPITAL_I = str.maketrans(dict.fromkeys("I\u0406\u0399", "l"))
LOOKS = str.maketrans(
    {
        **dict(zip("аеорсхуіјѕһԁɡӏкмтвнгԛԝь", "aeopcxyijshdglkmtbhrqwb", strict=True)),
        **dict(zip("αορνικτυχγηωβεζμ", "aopviktuxynwbezu", strict=True)),
        **dict(zip("օսհոզցյ", "ouhnqgj", strict=True)),
        **dict(zip("ı|10359", "illozsg", strict=True)),
        "’": "'",
        "`": "'",
        "´": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
    }
)


def tidy(name: str) -> str:
    """This will write the name in one way: composed letters, single spaces, nothing invisible at its ends."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def fault_in(name: str) -> str:
    """This will say why the name cannot be somebody's, or nothing."""
    if UNSEEN.search(name):
        return _("The name holds a sign that cannot be seen. Type it anew.")
    if letter := UNWRITTEN.search(name):
        return _("No name is written with the letter “%(letter)s”. Type it anew.") % {"letter": letter[0]}
    if not any(known.fullmatch(name) for known in (*ONE, TOGETHER)):
        return _(
            "The name mixes alphabets, such as Latin and Cyrillic letters that look alike. Type it anew."
        )
    return ""


def looks_of(name: str) -> str:
    """This will reduce a name to how it looks: two names that a reader takes for each other give the same."""
    plain = unicodedata.normalize("NFKC", name).translate(CAPITAL_I).casefold()
    plain = plain.translate(LOOKS).replace("i\u0307", "i").replace("j\u0307", "j")
    return " ".join(plain.replace("rn", "m").replace("vv", "w").split())[:240]
