from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.models.shifts import Shift
from editorial.models.teams import Team
from editorial.rota_states import HANDOVER_MOVES, HandoverState


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, user: User) -> HandoverQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))

    def open(self) -> HandoverQuerySet:
        return self.filter(state=HandoverState.OPEN)

    def held(self) -> HandoverQuerySet:
        """This will leave out those whose taker does not begin the shift any more, and from somebody to themselves."""
        shift = Shift.objects.settled().filter(
            team=models.OuterRef("team"), user=models.OuterRef("taker"), starts_at=models.OuterRef("at")
        )
        return self.filter(models.Exists(shift)).exclude(giver=models.F("taker"))


class Handover(Movable):
    """What the one who leaves a shift tells the one who begins. `read` keeps what it said when it was acknowledged."""

    MOVES = HANDOVER_MOVES

    team = models.ForeignKey(Team, models.PROTECT, related_name="handovers", verbose_name=_("team"))
    at = models.DateTimeField(_("the shift changes"))
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("to")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=HandoverState, default=HandoverState.OPEN, editable=False
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, editable=False)
    read = models.JSONField(_("what was read"), default=list, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "at", "taker"], name="editorial_handover_once")
        ]
        indexes = [models.Index(fields=["taker", "state"], name="editorial_handover_whose")]

    def __str__(self) -> str:
        return f"{self.team}: {self.giver or _('nobody')} → {self.taker}"


class HandoverNote(models.Model):
    """A few words added to a handover. Written once."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("written"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("handover note")
        verbose_name_plural = _("handover notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
