"""What the pages of the review draw."""

from django import template

from editorial.proofs import Stretch
from editorial.proofs import stretches as part

register = template.Library()


@register.filter
def stretches(text: str) -> list[Stretch]:
    """Part a text, so that what cannot be seen in it is named and not drawn."""
    return part(str(text))
