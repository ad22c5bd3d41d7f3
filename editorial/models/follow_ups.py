from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.idea_states import FOLLOW_UP_MOVES, FollowUpState
from editorial.models.posts import Post
from editorial.models.teams import Team


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> FollowUpQuerySet:
        return self.filter(post__team__in=Team.objects.visible_to(user))

    def to_do_by(self, user: User) -> FollowUpQuerySet:
        """This will find what waits in the teams the user is in."""
        return self.filter(state=FollowUpState.OPEN, post__team__in=Team.objects.of_member(user))


class FollowUp(Movable):
    """The task to read what followers answered to a question, and to say what came out of it (R12)."""

    MOVES = FOLLOW_UP_MOVES

    post = models.OneToOneField(Post, models.PROTECT, related_name="follow_up", verbose_name=_("post"))
    due_at = models.DateTimeField(_("to be done by"))
    state = models.CharField(
        _("state"), max_length=10, choices=FollowUpState, default=FollowUpState.OPEN, editable=False
    )
    outcome = models.TextField(_("what came out of it"), blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=FollowUpState.SETTLED) | ~models.Q(outcome=""),
                name="editorial_followed_up_says_what",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=FollowUpState.OPEN),
                name="editorial_follow_up_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post}"
