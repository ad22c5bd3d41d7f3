from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models import ConsentEvent, Picture
from core.models import User
from core.moves import Movable
from editorial.models.publications import Publication
from editorial.models.teams import Team
from editorial.takedown_states import TAKEDOWN_TASK_MOVES, TaskState


class TakedownQuerySet(models.QuerySet["Takedown"]):
    def visible_to(self, user: User) -> TakedownQuerySet:
        """This will find those that ask something of a team the user sees; records officers see all."""
        if user.is_active and user.is_records_officer:
            return self
        teams = Team.objects.visible_to(user)
        tasks = TakedownTask.objects.filter(takedown=models.OuterRef("pk"), publication__post__team__in=teams)
        return self.filter(models.Exists(tasks))

    def open(self) -> TakedownQuerySet:
        tasks = TakedownTask.objects.filter(takedown=models.OuterRef("pk"))
        return self.filter(models.Exists(tasks.exclude(state=TaskState.CHECKED)))


class Takedown(models.Model):
    """A picture that has to come down from everywhere, because a consent ended. It is done when each task is checked."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="takedowns", verbose_name=_("picture"))
    word = models.ForeignKey(
        ConsentEvent, models.PROTECT, null=True, related_name="takedowns", verbose_name=_("what was said")
    )
    cause = models.CharField(_("why"), max_length=300)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))

    objects = TakedownQuerySet.as_manager()

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return str(self.picture)

    def is_late_at(self, at: datetime) -> bool:
        return at > self.due_at and any(task.state != TaskState.CHECKED for task in self.tasks.all())


class TakedownTask(Movable):
    """One live publication that has to come down: open, then taken down with proof, then checked by somebody else."""

    MOVES = TAKEDOWN_TASK_MOVES

    takedown = models.ForeignKey(Takedown, models.PROTECT, related_name="tasks")
    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="takedown_tasks", verbose_name=_("publication")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=TaskState, default=TaskState.OPEN, editable=False
    )
    proof = models.TextField(_("how it was taken down"), blank=True)
    proof_sha = models.CharField(_("hash of the screenshot"), max_length=64, blank=True, editable=False)
    proof_type = models.CharField(max_length=20, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("taken down by"),
    )
    done_at = models.DateTimeField(_("taken down"), null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)

    class Meta:
        verbose_name = _("takedown task")
        verbose_name_plural = _("takedown tasks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["takedown", "publication"], name="editorial_takedown_task_once"),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN)
                | (models.Q(done_by__isnull=False, done_at__isnull=False) & ~models.Q(proof="")),
                name="editorial_takedown_has_proof",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=TaskState.CHECKED)
                | (models.Q(checked_by__isnull=False) & ~models.Q(checked_by=models.F("done_by"))),
                name="editorial_takedown_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication}"
