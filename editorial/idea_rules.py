"""Who may do what with ideas, tip forms, material and follow-ups. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Refusal, grant_if
from editorial.rules import NOT_A_PERSON

if TYPE_CHECKING:
    from core.models import User
    from editorial.models import FollowUp, Idea, Material, TipForm


def may_tend(user: User | None, idea: Idea) -> Answer:
    """This will grant members of the team the idea was given to (R4)."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(idea.team.has_member(user), _("Only the team that got the idea can do this."))


def may_run_tip_form(user: User | None, tip_form: TipForm) -> Answer:
    """This will grant editors of the team."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(tip_form.team.has_editor(user), _("Only an editor of the team can do this."))


def may_follow_up(user: User | None, follow_up: FollowUp) -> Answer:
    """This will grant members of the team whose post asked the question (R12)."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(follow_up.post.team.has_member(user), _("Only the post's team can do this."))


def may_keep_material(user: User | None, material: Material | None = None) -> Answer:
    """This will grant people in a team; what is there already is changed by whoever added it and its unit's people."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if not (user.is_active and user.memberships.exists()):
        return Refusal(_("Only people in a team keep material. Hand in an idea instead."))
    if material is None or material.pk is None:
        return grant_if(True, "")
    mine = material.added_by_id == user.pk or (user.unit_id is not None and material.unit_id == user.unit_id)
    return grant_if(mine, _("Only whoever added the material, or its unit, can change it."))
