"""Who may do what with posts and publications. A user of None is the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.rules import Answer, Grant, Refusal, grant_if

if TYPE_CHECKING:
    from core.models import User
    from editorial.models import Post, Publication, Remark, TakedownTask

NOT_A_PERSON = _("Only a person can do this.")


def is_the_clock(user: User | None, obj: object) -> Answer:
    return grant_if(user is None, _("The system does this by itself when the time has come."))


def may_write(user: User | None, post: Post) -> Answer:
    """This will grant members of the post's team."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(post.team.has_member(user), _("Only the post's team can do this."))


def may_be_stopped(user: User | None, post: Post) -> Answer:
    """This will grant the clock and the post's team."""
    return Grant() if user is None else may_write(user, post)


def may_review(user: User | None, post: Post) -> Answer:
    """This will grant an editor of the post's team who has written no version of it (R23, R39)."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if post.is_author(user):
        return Refusal(_("You have written in this post. A second person has to approve it."))
    return grant_if(post.team.has_editor(user), _("Only an editor of the post's team can approve it."))


def may_settle(user: User | None, publication: Publication) -> Answer:
    """This will grant members of the post's team."""
    return may_write(user, publication.post)


def may_take_down(user: User | None, task: TakedownTask) -> Answer:
    """This will grant members of the team that published."""
    return may_write(user, task.publication.post)


def may_check_takedown(user: User | None, task: TakedownTask) -> Answer:
    """This will grant somebody of the team who did not take it down themselves."""
    if user is not None and user.pk == task.done_by_id:
        return Refusal(_("You took it down. Somebody else has to check that it is gone."))
    return may_take_down(user, task)


def may_remark(user: User | None, remark: Remark) -> Answer:
    """This will grant members of the post's team."""
    return may_write(user, remark.post)


def may_be_asked(reader: User, post: Post, by: User) -> Answer:
    """This will grant readers who could approve, other than `by`: editors of the team who wrote no version of the post."""
    if reader.pk == by.pk:
        return Refusal(_("You can read it yourself. Nobody has to ask you."))
    if post.is_author(reader):
        return Refusal(_("%(name)s has written in this post. Ask somebody else.") % {"name": reader})
    return grant_if(post.team.has_editor(reader), _("%(name)s is no editor of the team.") % {"name": reader})
