"""What the pages of the review draw."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.parts import when
from core.templatetags.signs import bare
from editorial.differences import Piece
from editorial.models import Remark
from editorial.reading import Thread

register = template.Library()
# What stands before and after a piece of each kind.
MARKS = {
    kind: (format_html("<{}>", kind), format_html("</{}>", kind)) if kind != "same" else ("", "")
    for kind in ("same", "ins", "del")
}


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
