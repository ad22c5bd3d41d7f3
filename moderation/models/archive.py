from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from core.trail import Fault
from moderation.models.cases import Case
from moderation.states import DISPOSAL_MOVES, DisposalState


class ArchiveCheckQuerySet(models.QuerySet["ArchiveCheck"]):
    def visible_to(self, user: User) -> ArchiveCheckQuerySet:
        """This will show the checks to those who keep the records."""
        return self if user.is_records_officer or user.is_superuser else self.none()


class ArchiveCheck(models.Model):
    """The night's reading of everything that is sealed: a row a day, worked off in slices, so that a crash costs a slice.

    `stage` and `reached` say how far it has come; `faults` what did not hold, each as `core.trail.Fault` keeps it.
    """

    class Stage(models.TextChoices):
        FILES = "files", _("screenshots")
        CHECKS = "checks", _("second screenshots")
        MASKED = "masked", _("masked copies")
        EVIDENCE = "evidence", _("evidence")
        WORDS = "words", _("words of the cases")
        NOTES = "notes", _("notes beside the trail")
        CHAIN = "chain", _("chain")
        DONE = "done", _("done")

    day = models.DateField(_("day"), unique=True)
    stage = models.CharField(_("reached"), max_length=8, choices=Stage, default=Stage.FILES)
    reached = models.BigIntegerField(_("row"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)
    file_count = models.PositiveIntegerField(_("files read"), default=0)
    byte_count = models.BigIntegerField(_("bytes read"), default=0)
    faults = models.JSONField(_("faults"), default=list)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ArchiveCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of the archive")
        verbose_name_plural = _("checks of the archive")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"

    @property
    def told(self) -> list[str]:
        """What did not hold, a sentence each in the reader's language. The first nights kept the sentences."""
        return [kept if isinstance(kept, str) else str(Fault(**kept)) for kept in self.faults]

    @property
    def megabytes(self) -> int:
        return round(self.byte_count / 1e6)


class DisposalQuerySet(models.QuerySet["Disposal"]):
    def visible_to(self, user: User) -> DisposalQuerySet:
        """This will show disposals to those who keep the records."""
        return self if user.is_records_officer or user.is_superuser else self.none()


class Disposal(Movable):
    """A run of disposal: one person proposes, another signs, and then the files and texts go. The hashes stay."""

    MOVES = DISPOSAL_MOVES

    state = models.CharField(
        _("state"), max_length=9, choices=DisposalState, default=DisposalState.PROPOSED, editable=False
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("signed by"),
    )
    signed_at = models.DateTimeField(_("signed"), null=True, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("disposal")
        verbose_name_plural = _("disposals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["signed", "done"])
                | (models.Q(signed_by__isnull=False) & ~models.Q(signed_by=models.F("proposed_by"))),
                name="moderation_disposal_two_people",
            )
        ]

    def __str__(self) -> str:
        return str(_("Disposal %(number)s") % {"number": self.pk})


class DisposedCaseQuerySet(models.QuerySet["DisposedCase"]):
    def erased_of(self, path: str) -> DisposedCaseQuerySet:
        """This will find, inside another query, whether the case found along `path` is erased."""
        return self.filter(case=models.OuterRef(path), erased_at__isnull=False)


class DisposedCase(models.Model):
    """A case in a run of disposal. A case is disposed of once."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="rows")
    case = models.ForeignKey(Case, models.PROTECT, related_name="disposals")
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    objects = DisposedCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case disposed of")
        verbose_name_plural = _("cases disposed of")
        constraints = [
            models.UniqueConstraint(fields=["disposal", "case"], name="moderation_disposedcase_once")
        ]

    def __str__(self) -> str:
        return f"{self.disposal_id}: {self.case_id}"
