from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.models import Team
from moderation.models.claims import Claimable
from moderation.models.comments import Comment, in_sight
from moderation.models.evidence import Evidence
from moderation.states import CASE_MOVES, CLOSED, OPEN, TO_DO, CaseState

MOST_YEARS = 100


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
    keep_years = models.PositiveSmallIntegerField(
        _("years to keep"),
        default=5,
        validators=[MaxValueValidator(MOST_YEARS)],
        help_text=_("After these years the evidence may be disposed of."),
    )

    class Meta:
        verbose_name = _("ground")
        verbose_name_plural = _("grounds")
        ordering = ["-source", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(keep_years__lte=MOST_YEARS), name="moderation_ground_keep_years"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def holds_on(self, day: date) -> bool:
        """This will tell whether the ground is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> models.QuerySet[Case]:
        return in_sight(self, "comment__channel", user)

    def open(self) -> CaseQuerySet:
        """This will find the cases that ask something of the team: those not closed, and appeals to decide."""
        return self.filter(state__in=TO_DO)


class Case(Claimable, Movable):
    """A comment that may have to go, from its discovery until it is checked to be gone, or kept with a reason.

    When the ground runs the clock, `due_at` is 24 real hours after `discovered_at`.
    """

    MOVES = CASE_MOVES

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="cases", verbose_name=_("comment"))
    ground = models.ForeignKey(Ground, models.PROTECT, related_name="cases", verbose_name=_("ground"))
    facts = models.TextField(_("what it is about"), blank=True)
    state = models.CharField(
        _("state"), max_length=15, choices=CaseState, default=CaseState.FOUND, editable=False
    )
    discovered_at = models.DateTimeField(_("discovered"))
    due_at = models.DateTimeField(_("gone at the latest"), null=True, editable=False)
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
                fields=["comment"], condition=models.Q(state__in=OPEN), name="moderation_case_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CLOSED, closed_at__isnull=False)
                | (~models.Q(state__in=CLOSED) & models.Q(closed_at=None)),
                name="moderation_case_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "-id"],
                condition=models.Q(state__in=TO_DO),
                name="moderation_case_to_do",
            ),
            models.Index(fields=["closed_at"], name="moderation_case_closed"),
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
        current = self.comment.current_id
        return next(
            (one for one in self.evidence.all() if one.is_sealed and one.revision_id == current), None
        )


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
        return str(_("Waiver %(number)s") % {"number": self.case_id})


class Removal(models.Model):
    """The decision to take a comment down. It stands on sealed evidence of what the comment said, or on a waiver.

    Its fields are those of a statement of reasons after the EU's Digital Services Act, article 17.
    """

    class Manifest(models.TextChoices):
        YES = "yes", _("manifestly illegal")
        NO = "no", _("not manifestly illegal")
        HOUSE = "house", _("against the house rules")

    class FoundBy(models.TextChoices):
        WATCH = "watch", _("our own watch")
        VISITOR = "visitor", _("a visitor told us")
        AUTHORITY = "authority", _("an authority told us")

    case = models.ForeignKey(Case, models.PROTECT, related_name="removals")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="removals")
    waiver = models.ForeignKey(Waiver, models.PROTECT, null=True, related_name="removals")
    citation = models.CharField(_("citation, as it read then"), max_length=200)
    facts = models.TextField(_("facts"))
    manifest = models.CharField(_("how clear it is"), max_length=5, choices=Manifest)
    found_by = models.CharField(_("found by"), max_length=9, choices=FoundBy, default=FoundBy.WATCH)
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
        return str(_("Removal %(number)s") % {"number": self.case_id})


class RemovalCheck(models.Model):
    """A look at whether the comment is gone: by the machine at its address, or by a person with a second screenshot."""

    class Way(models.TextChoices):
        MACHINE = "machine", _("by the machine")
        PERSON = "person", _("by a person")

    class Result(models.TextChoices):
        GONE = "gone", _("gone")
        THERE = "there", _("still there")
        UNKNOWN = "unknown", _("cannot be told")

    case = models.ForeignKey(Case, models.PROTECT, related_name="checks")
    way = models.CharField(_("how"), max_length=7, choices=Way)
    result = models.CharField(_("result"), max_length=7, choices=Result)
    said = models.CharField(_("what was seen"), max_length=300)
    sha = models.CharField(_("hash of the second screenshot"), max_length=64, blank=True)
    clean_sha = models.CharField(_("hash of the clean copy"), max_length=64, blank=True)
    content_type = models.CharField(_("type"), max_length=40, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        verbose_name = _("check of a removal")
        verbose_name_plural = _("checks of removals")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_way_display()}: {self.get_result_display()}"


class PoliceReport(models.Model):
    """The report that was made to the police, with its number."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="police_reports")
    number = models.CharField(_("number of the report"), max_length=60)
    reported_on = models.DateField(_("reported"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("report to the police")
        verbose_name_plural = _("reports to the police")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="moderation_policereport_once")
        ]

    def __str__(self) -> str:
        return self.number


class AuthorNotice(models.Model):
    """That the comment's author was told of the decision and how to appeal, or why they could not be."""

    class Way(models.TextChoices):
        MESSAGE = "message", _("by a message on the platform")
        COMMENT = "comment", _("by a comment of ours")
        IMPOSSIBLE = "impossible", _("they cannot be reached")

    case = models.ForeignKey(Case, models.PROTECT, related_name="author_notices")
    way = models.CharField(_("how"), max_length=10, choices=Way)
    text = models.TextField(_("what they were told, or why not"))
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("notice to an author")
        verbose_name_plural = _("notices to authors")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(_("Notice to the author %(number)s") % {"number": self.case_id})
