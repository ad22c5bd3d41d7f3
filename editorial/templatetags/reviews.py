"""What the pages of the review draw."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.parts import when
from editorial.differences import Piece
from editorial.models import Remark
from editorial.plain_language import hides_something, unseen_in
from editorial.proofs import Stretch, stretches
from editorial.reading import Thread

register = template.Library()
# What stands before and after a piece of each kind.
MARKS = {
    kind: (format_html("<{}>", kind), format_html("</{}>", kind)) if kind != "same" else ("", "")
    for kind in ("same", "ins", "del")
}


@register.filter
def bare(text: str) -> SafeString:
    """Draw a text as it is: what cannot be seen in it, and could deceive, is named in its place."""
    said = str(text)
    return drawn(stretches(said)) if hides_something(said) else escape(said)


@register.filter
def hides(text: str) -> bool:
    """Tell whether there is anything in the text that cannot be seen."""
    return bool(unseen_in(str(text)))


@register.filter
def spelled(text: str) -> str:
    """Name what cannot be seen where no marks can be drawn, as in an attribute."""
    said = str(text)
    if not hides_something(said):
        return said
    return "".join(f"[{part.text}]" if part.kind == "unseen" else part.text for part in stretches(said))


@register.filter
def drawn(parts: Iterable[Stretch]) -> SafeString:
    """Draw the stretches of a text, with no line break between them."""
    return format_html_join("", "{}", ((_stretch(part),) for part in parts))


@register.filter
def compared(pieces: Iterable[Piece]) -> SafeString:
    """Draw what stayed, came and went in a text."""
    marks = ((*MARKS[piece.kind], bare(piece.text)) for piece in pieces)
    return format_html_join("", "{0}{2}{1}", marks)


@register.simple_tag
def said(thread: Thread) -> SafeString:
    """Draw what a remark is about, its words and its answers."""
    one = thread.remark
    return format_html(
        '<p class="remark__about">{}</p>{}{}{}',
        bare(thread.about),
        _quote(thread) if one.quote else "",
        _words(one, "remark__said"),
        format_html_join(
            "", "{}", ((_words(reply, "remark__said remark__said--answer"),) for reply in thread.answers)
        ),
    )


def _quote(thread: Thread) -> SafeString:
    gone = _("These words are not in the text any more.") if thread.is_gone else ""
    return format_html(
        '<blockquote class="remark__quote">{}</blockquote>{}',
        bare(thread.remark.quote),
        format_html('<p class="meta">{}</p>', gone) if gone else "",
    )


def _words(one: Remark, look: str) -> SafeString:
    return format_html(
        '<p class="{}"><strong>{}</strong> <span class="meta">{}</span><br>{}</p>',
        look,
        bare(one.written_by.name),
        when(one.written_at),
        bare(one.body),
    )


def _stretch(part: Stretch) -> SafeString:
    if part.kind == "unseen":
        words = '<mark class="unseen" title="{}"><span class="hidden">{} </span>{}</mark>'
        return format_html(words, part.name, _("Cannot be seen:"), part.text)
    return (
        format_html('<mark class="quoted">{}</mark>', part.text)
        if part.kind == "quote"
        else escape(part.text)
    )
