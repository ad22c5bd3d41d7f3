from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rung(models.Model):
    """A moment at which somebody must be told. The row is the queue: the sweep asks which rungs are due.

    `due_at` is the fact and never moves; `try_at` is when the sweep looks at it (again). `claim` marks the round
    that told it.
    """

    ladder = models.CharField(_("ladder"), max_length=40)
    object_id = models.BigIntegerField(_("object number"))
    step = models.CharField(_("step"), max_length=40)
    due_at = models.DateTimeField(_("due"))
    try_at = models.DateTimeField(editable=False)
    told_at = models.DateTimeField(_("told"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0, editable=False)
    error = models.TextField(_("last error"), blank=True, editable=False)

    class Meta:
        verbose_name = _("rung")
        verbose_name_plural = _("rungs")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "object_id", "step"], name="core_rung_once"),
            models.CheckConstraint(
                condition=models.Q(told_at=None) | models.Q(cancelled_at=None),
                name="core_rung_told_or_cancelled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_at"], name="core_rung_open", condition=models.Q(told_at=None, cancelled_at=None)
            ),
            models.Index(fields=["claim"], name="core_rung_claim", condition=models.Q(claim__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.ladder} {self.object_id} {self.step}"


class PulseManager(models.Manager["Pulse"]):
    """Writes each beat in one statement: a round of the clock writes one for each of its jobs."""

    def beat(self, job: str, at: datetime, *, report: str = "") -> None:
        """This will note that the job did its work."""
        self._keep(Pulse(job=job, at=at, report=report), ["at", "report"])

    def fail(self, job: str, at: datetime, *, error: str) -> None:
        """This will note that the job failed; when it last did its work stays."""
        self._keep(Pulse(job=job, at=at, failed_at=at, error=error), ["failed_at", "error"])

    def _keep(self, pulse: Pulse, changed: list[str]) -> None:
        self.bulk_create([pulse], update_conflicts=True, unique_fields=["job"], update_fields=changed)


class Pulse(models.Model):
    """When a job of the clock last did its work, and what it did or why it could not."""

    job = models.CharField(_("job"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("last round"))
    report = models.CharField(_("report"), max_length=200, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True)
    error = models.TextField(_("last error"), blank=True)

    objects = PulseManager()

    class Meta:
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")
        ordering = ["job"]

    def __str__(self) -> str:
        return self.job
