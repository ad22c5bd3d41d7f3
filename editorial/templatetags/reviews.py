"""What the pages of the review draw."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from editorial.differences import Piece
from editorial.proofs import Stretch, stretches

register = template.Library()


@register.filter
def bare(text: str) -> SafeString:
    """Draw a text as it is: what cannot be seen in it, and could deceive, is named in its place."""
    return drawn(stretches(str(text)))


@register.filter
def spelled(text: str) -> str:
    """Name what cannot be seen where no marks can be drawn, as in an attribute."""
    return "".join(f"[{part.text}]" if part.kind == "unseen" else part.text for part in stretches(str(text)))


@register.filter
def drawn(parts: Iterable[Stretch]) -> SafeString:
    """Draw the stretches of a text, with no line break between them."""
    return format_html_join("", "{}", ((_stretch(part),) for part in parts))


@register.filter
def compared(pieces: Iterable[Piece]) -> SafeString:
    """Draw what stayed, came and went in a text."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


def _stretch(part: Stretch) -> SafeString:
    if part.kind == "unseen":
        words = '<mark class="unseen" title="{}"><span class="hidden">{} </span>{}</mark>'
        return format_html(words, part.name, _("Cannot be seen:"), part.text)
    return (
        format_html('<mark class="quoted">{}</mark>', part.text)
        if part.kind == "quote"
        else escape(part.text)
    )


def _piece(piece: Piece) -> SafeString:
    text = bare(piece.text)
    return format_html("<{0}>{1}</{0}>", piece.kind, text) if piece.kind in {"ins", "del"} else text
