"""Signs that cannot be seen are named where a person reads, and nothing else is touched."""

import pytest
from django.template import Context, Template

from core.signs import stretches, unseen_in


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Hej\u200b där", ["U+200B"]),
        ("abc\u202efdp.exe", ["U+202E"]),
        ("\ufeffStart och \u00adslut", ["U+FEFF", "U+00AD"]),
        ("Familjen 👨‍👩‍👧 och ❤️ och 🏴󠁧󠁢󠁥󠁮󠁧󠁿", []),
        ("Rad\nny rad\tmed tabb", []),
        ("a\u3164b\x07", ["U+3164", "U+0007"]),
        ("Rad\u2028ny\u034f rad\U000e0101", ["U+2028", "U+034F", "U+E0101"]),
    ],
)
def test_what_cannot_be_seen_is_found_and_emoji_are_left_whole(text, codes):
    assert [found.code for found in unseen_in(text)] == codes


def test_what_cannot_be_seen_is_named_and_never_drawn():
    drawn = stretches("pay\u202epal\u200b.com", ["pal"])
    assert [(part.kind, part.text) for part in drawn] == [
        ("", "pay"),
        ("unseen", "U+202E"),
        ("quote", "pal"),
        ("unseen", "U+200B"),
        ("", ".com"),
    ]
    assert "".join(part.text for part in stretches("Vanlig text.")) == "Vanlig text."
    assert stretches("") == []


def test_a_timeline_names_what_cannot_be_seen_and_escapes_the_rest():
    events = [{"text": "pay\u202epal", "typed": "<b>one\ntwo\u200b", "at": None}]
    page = Template('{% include "parts/timeline.html" %}').render(Context({"events": events}))
    assert ("U+202E" in page, "U+200B" in page, "\u202e" in page, "&lt;b&gt;one<br>two" in page) == (
        True,
        True,
        False,
        True,
    )
