from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.models.teams import Duty, Membership, Team
from editorial.rota_states import SHIFT_MOVES, ShiftState


class ShiftQuerySet(models.QuerySet["Shift"]):
    def at(self, at: datetime) -> ShiftQuerySet:
        """This will find the shifts that somebody has at that instant."""
        return self.settled().filter(starts_at__lte=at, ends_at__gt=at, user__isnull=False)

    def settled(self) -> ShiftQuerySet:
        """This will find the shifts that hold, taken or not; proposals do not."""
        return self.filter(state=ShiftState.SETTLED)

    def uncovered(self) -> ShiftQuerySet:
        return self.settled().filter(user=None)

    def between(self, starts_at: datetime, ends_at: datetime) -> ShiftQuerySet:
        """This will find the shifts that overlap the time."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def visible_to(self, user: User) -> ShiftQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))


class Shift(Movable):
    """A time during which a person has a duty for a team. Without a person it is uncovered."""

    MOVES = SHIFT_MOVES

    team = models.ForeignKey(Team, models.PROTECT, related_name="shifts", verbose_name=_("team"))
    duty = models.CharField(_("duty"), max_length=8, choices=Duty)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shifts",
        verbose_name=_("who"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(
        _("state"), max_length=8, choices=ShiftState, default=ShiftState.SETTLED, editable=False
    )
    why = models.JSONField(_("why this person"), default=dict, blank=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "duty"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="editorial_shift_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "duty", "starts_at", "ends_at"], name="editorial_shift_when"),
            models.Index(fields=["user", "starts_at", "ends_at"], name="editorial_shift_whose"),
        ]

    def __str__(self) -> str:
        return f"{self.user or _('nobody')}: {self.get_duty_display()}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: User) -> AbsenceQuerySet:
        """This will find one's own absences and, for an editor, those of the people in the editor's teams."""
        teams = Team.objects.of_member(user, Membership.Role.EDITOR)
        mates = Membership.objects.filter(team__in=teams).values("user")
        return self.filter(models.Q(user=user) | models.Q(user__in=mates))

    def between(self, first: date, last: date) -> AbsenceQuerySet:
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class Absence(models.Model):
    """Days on which a person is away. Why is nobody's business and has no place here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="absences", verbose_name=_("who")
    )
    starts_on = models.DateField(_("first day away"))
    ends_on = models.DateField(_("last day away"))

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="editorial_absence_ends"
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_on"], name="editorial_absence_when")]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_on}–{self.ends_on}"


class FeedAddress(models.Model):
    """A secret address under which a person's calendar program reads who has the shifts. Only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("feed address")
        verbose_name_plural = _("feed addresses")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at=None), name="editorial_feed_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}"
