"""Who may do what with comments, answers, cases, watches and the archive. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.moves import MoveForbidden
from core.rules import Answer, Grant, Refusal, grant_if

if TYPE_CHECKING:
    from core.models import User
    from moderation.models import Case, Comment, Complaint, Disposal, Reply, Waiver, Watch

NOT_A_PERSON = _("Only a person can do this.")
ERASED = _("The comment is disposed of and cannot be changed. Register it anew if it is needed.")


def must(answer: Answer) -> None:
    """This will raise MoveForbidden with the reason when the answer is no."""
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)


def is_the_clock(user: User | None, obj: object) -> Answer:
    return grant_if(user is None, _("The system does this by itself when the time has come."))


def may_moderate(user: User | None, obj: Case | Comment | Complaint | Reply | Watch) -> Answer:
    """This will grant members of the team that cares for the channel, unless the comment is erased."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if getattr(getattr(obj, "comment", obj), "erased_at", None) is not None:
        return Refusal(ERASED)
    team = obj.team
    return grant_if(team is not None and team.has_member(user), _("Only the channel's team can do this."))


def may_seal(user: User | None, case: Case) -> Answer:
    """This will grant the team, but never for what may not be copied: there is nothing to seal then."""
    if case.ground.copy_is_crime:
        return Refusal(_("A copy of this may be a crime. Write the waiver instead."))
    return may_moderate(user, case)


def may_gather(user: User | None, case: Case) -> Answer:
    """This will grant the team, but never for what may not be copied: there is nothing to gather then."""
    answer = may_moderate(user, case)
    if answer and case.ground.copy_is_crime:
        return Refusal(_("A copy of this may be a crime. Write the waiver instead."))
    return answer


def may_order_removal(user: User | None, case: Case) -> Answer:
    """This will grant the team once evidence of the comment as it reads now is sealed, or a waiver signed (R20)."""
    answer = may_moderate(user, case)
    if not answer:
        return answer
    waiver = getattr(case, "waiver", None) if case.ground.copy_is_crime else None
    if case.sealed_evidence() is not None or (waiver is not None and waiver.signed_by_id is not None):
        return Grant()
    if case.ground.copy_is_crime:
        return Refusal(_("Two people have to sign the waiver before the comment is removed."))
    return Refusal(_("Seal a screenshot of the comment as it reads now before it is removed."))


def may_sign_waiver(user: User | None, case: Case, waiver: Waiver) -> Answer:
    """This will grant the team, but for whoever wrote the waiver: it takes two people."""
    answer = may_moderate(user, case)
    if not answer:
        return answer
    return grant_if(
        waiver.asked_by_id != getattr(user, "pk", None),
        _("You wrote the waiver. A second person has to sign it."),
    )


def may_decide_appeal(user: User | None, case: Case) -> Answer:
    """This will grant the team, but for whoever decided what is appealed."""
    answer = may_moderate(user, case)
    if not answer:
        return answer
    decided = any(removal.ordered_by_id == getattr(user, "pk", None) for removal in case.removals.all())
    return grant_if(not decided, _("You ordered the removal. Somebody else decides the appeal."))


def may_read_reply(user: User | None, reply: Reply) -> Answer:
    """This will grant somebody of the team who wrote none of the answer's texts (R26)."""
    answer = may_moderate(user, reply)
    if not answer or user is None:
        return answer
    return grant_if(not reply.is_author(user), _("You wrote it. A second person has to read it."))


def may_send_reply(user: User | None, reply: Reply) -> Answer:
    """This will grant the team; an answer to criticism only once a second person has read it as it is (R26)."""
    answer = may_moderate(user, reply)
    if not answer:
        return answer
    unread = reply.read_text_id is None or reply.read_text_id != reply.current_id
    if reply.comment.kind == "criticism" and unread:
        return Refusal(_("An answer to criticism is read by a second person before it is sent."))
    return Grant()


def may_keep_records(user: User | None, obj: object = None) -> Answer:
    """This will grant records officers and administrators: they export and dispose."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    allowed = user.is_active and (user.is_records_officer or user.is_superuser)
    return grant_if(allowed, _("Only a records officer can do this."))


def may_sign_disposal(user: User | None, disposal: Disposal) -> Answer:
    """This will grant another keeper of the records than the one who proposed."""
    answer = may_keep_records(user)
    if not answer:
        return answer
    return grant_if(
        disposal.proposed_by_id != getattr(user, "pk", None),
        _("You proposed it. A second person has to sign."),
    )
