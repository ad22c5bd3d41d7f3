from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.models import Team
from moderation.models.comments import Comment, in_sight
from moderation.models.evidence import Evidence
from moderation.states import CASE_MOVES, CLOSED, CaseState


class Ground(models.Model):
    """Why something may be taken down: a law or a rule of the house, with its citation and the time it holds."""

    class Source(models.TextChoices):
        LAW = "law", _("law")
        HOUSE = "house", _("house rule")

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    citation = models.CharField(_("citation"), max_length=200)
    source = models.CharField(_("source"), max_length=5, choices=Source)
    runs_clock = models.BooleanField(_("the 24-hour clock runs"))
    copy_is_crime = models.BooleanField(
        _("a copy may be a crime"),
        default=False,
        help_text=_("Two people sign a waiver instead of keeping a copy."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("ground")
        verbose_name_plural = _("grounds")
        ordering = ["-source", "name"]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> models.QuerySet[Case]:
        return in_sight(self, "comment__channel", user)

    def open(self) -> CaseQuerySet:
        return self.exclude(state__in=CLOSED)


class Case(Movable):
    """A comment that may have to go, from its discovery until it is checked to be gone, or kept with a reason.

    When the ground runs the clock, `due_at` is 24 real hours after `discovered_at`.
    """

    MOVES = CASE_MOVES

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="cases", verbose_name=_("comment"))
    ground = models.ForeignKey(Ground, models.PROTECT, related_name="cases", verbose_name=_("ground"))
    facts = models.TextField(_("what it is about"), blank=True)
    state = models.CharField(
        _("state"), max_length=15, choices=CaseState, default=CaseState.FOUND, editable=False, db_index=True
    )
    discovered_at = models.DateTimeField(_("discovered"))
    due_at = models.DateTimeField(_("gone at the latest"), null=True, editable=False, db_index=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    breached_at = models.DateTimeField(_("24 hours were exceeded"), null=True, editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = [models.F("due_at").asc(nulls_last=True), "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment"], condition=~models.Q(state__in=CLOSED), name="moderation_case_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CLOSED, closed_at__isnull=False)
                | (~models.Q(state__in=CLOSED) & models.Q(closed_at=None)),
                name="moderation_case_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Case')} {self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def team(self) -> Team | None:
        return self.comment.team

    def is_late(self, at: datetime) -> bool:
        """This will tell whether the time was exceeded, also when no clock has run: counted, not stored."""
        return self.due_at is not None and (self.closed_at or at) > self.due_at

    def sealed_evidence(self) -> Evidence | None:
        """This will return the sealed evidence of the comment as it reads now."""
        return self.evidence.filter(state=Evidence.State.SEALED, revision=self.comment.current_id).first()


class Waiver(models.Model):
    """Two people's word that no copy is kept, because to copy it may be a crime; only a description."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="waiver")
    description = models.TextField(_("description, in words"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(_("signed"), null=True)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("asked_by")),
                name="moderation_waiver_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"{_('Waiver')} {self.case_id}"


class Removal(models.Model):
    """The order to take a comment down. It stands on sealed evidence of what the comment said, or on a waiver."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="removals")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="removals")
    waiver = models.ForeignKey(Waiver, models.PROTECT, null=True, related_name="removals")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(_("ordered"))

    class Meta:
        verbose_name = _("removal")
        verbose_name_plural = _("removals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(evidence=None, waiver__isnull=False)
                | models.Q(evidence__isnull=False, waiver=None),
                name="moderation_removal_evidence_or_waiver",
            )
        ]

    def __str__(self) -> str:
        return f"{_('Removal')} {self.case_id}"
