"""How a text is drawn as it was typed: what cannot be seen in it is named where it stands."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.signs import Stretch, hides_something, stretches, unseen_in

register = template.Library()


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


def _stretch(part: Stretch) -> SafeString:
    if part.kind == "unseen":
        words = '<mark class="unseen" title="{}"><span class="hidden">{} </span>{}</mark>'
        return format_html(words, part.name, _("Cannot be seen:"), part.text)
    return (
        format_html('<mark class="quoted">{}</mark>', part.text)
        if part.kind == "quote"
        else escape(part.text)
    )
