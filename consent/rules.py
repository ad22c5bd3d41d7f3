"""Who may tend pictures and note what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Refusal, grant_if

if TYPE_CHECKING:
    from consent.models import Person, Picture
    from core.models import User


def may_tend(user: User | None, picture: Picture) -> Answer:
    """This will grant whoever works for the picture's unit."""
    if user is None:
        return Refusal(_("Only a person can do this."))
    tended = picture.tended_by
    if user.pk not in tended:
        tended[user.pk] = type(picture).objects.workable_by(user).filter(pk=picture.pk).exists()
    return grant_if(
        tended[user.pk],
        _("Only people of the picture's unit, or in a team with them, can do this."),
    )


def may_keep(user: User | None, person: Person) -> Answer:
    """This will grant whoever works for the unit that keeps the person."""
    if user is None:
        return Refusal(_("Only a person can do this."))
    return grant_if(
        type(person).objects.visible_to(user).filter(pk=person.pk).exists(),
        _("Only people of the unit that keeps the person can do this."),
    )
