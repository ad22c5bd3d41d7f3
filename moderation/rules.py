"""Who may do what with comments, cases and watches. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Grant, Refusal, grant_if

if TYPE_CHECKING:
    from core.models import User
    from moderation.models import Case, Comment, Watch

NOT_A_PERSON = _("Only a person can do this.")


def is_the_clock(user: User | None, obj: object) -> Answer:
    return grant_if(user is None, _("The system does this by itself when the time has come."))


def may_moderate(user: User | None, obj: Case | Comment | Watch) -> Answer:
    """This will grant members of the team that cares for the channel."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    team = obj.team
    return grant_if(team is not None and team.has_member(user), _("Only the channel's team can do this."))


def may_order_removal(user: User | None, case: Case) -> Answer:
    """This will grant the team once evidence of the comment as it reads now is sealed, or a waiver signed (R20)."""
    answer = may_moderate(user, case)
    if not answer:
        return answer
    waiver = getattr(case, "waiver", None)
    if case.sealed_evidence() is not None or (waiver is not None and waiver.signed_by_id is not None):
        return Grant()
    if case.ground.copy_is_crime:
        return Refusal(_("Two people have to sign the waiver before the comment is removed."))
    return Refusal(_("Seal a screenshot of the comment as it reads now before it is removed."))
