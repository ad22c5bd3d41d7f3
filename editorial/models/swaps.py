from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import TruncDate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable, Move
from core.workdays import local_day
from editorial.models.shifts import Shift
from editorial.models.teams import Duty, Team
from editorial.rota_states import SWAP_MOVES, SwapState


class SwapQuerySet(models.QuerySet["Swap"]):
    def visible_to(self, user: User) -> SwapQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))

    def open(self) -> SwapQuerySet:
        return self.filter(state=SwapState.OFFERED)

    def open_to(self, user: User, at: datetime) -> SwapQuerySet:
        """This will find what is offered to the user, alone or with the whole team, and what they could take.

        The same is asked again, and said in a sentence, when it is taken (`editorial.staffing.hindrance`).
        """
        offered = self.open().filter(models.Q(asked=user) | models.Q(asked=None), ends_at__gt=at)
        times = offered.exclude(giver=user).alias(
            first_on=TruncDate("starts_at"),
            last_on=TruncDate(models.F("ends_at") - timedelta(seconds=1), output_field=models.DateField()),
        )
        away = user.absences.filter(
            starts_on__lte=models.OuterRef("last_on"), ends_on__gte=models.OuterRef("first_on")
        )
        elsewhere = Shift.objects.settled().filter(
            ~models.Q(team=models.OuterRef("team"))
            | models.Q(
                duty__in=Shift.objects.filter(swaps=models.OuterRef(models.OuterRef("pk"))).values("duty")
            ),
            user=user,
            starts_at__lt=models.OuterRef("ends_at"),
            ends_at__gt=models.OuterRef("starts_at"),
        )
        return times.filter(~models.Exists(away), ~models.Exists(elsewhere), _with_duties_of(user))


def _with_duties_of(user: User) -> models.Q:
    """This will select the swaps of the user's teams whose every duty the user has there."""
    rows = user.memberships.all()
    wanted = models.Q(team__in=[row.team_id for row in rows if set(row.duties) >= set(Duty.values)])
    for row in rows:
        if not set(row.duties) >= set(Duty.values):
            others = Shift.objects.filter(swaps=models.OuterRef("pk")).exclude(duty__in=row.duties)
            wanted |= models.Q(team=row.team_id) & ~models.Q(models.Exists(others))
    return wanted


class Swap(Movable):
    """A time on duty that is offered to one colleague or to all. It changes hands only when somebody takes it.

    `is_cover` says that it was opened by an absence: the one who had it has it no more.
    """

    MOVES = SWAP_MOVES

    team = models.ForeignKey(Team, models.PROTECT, related_name="swaps", verbose_name=_("team"))
    shifts = models.ManyToManyField(Shift, related_name="swaps", verbose_name=_("shifts"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who had it")
    )
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offered to"),
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("who took it"),
    )
    is_cover = models.BooleanField(_("opened by an absence"), default=False)
    state = models.CharField(
        _("state"), max_length=9, choices=SwapState, default=SwapState.OFFERED, editable=False
    )
    offered_at = models.DateTimeField(_("offered"), editable=False)
    taken_at = models.DateTimeField(_("taken"), null=True, editable=False)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=SwapState.TAKEN) | models.Q(taker__isnull=False),
                name="editorial_swap_has_taker",
            ),
            models.CheckConstraint(
                condition=models.Q(taker=None) | models.Q(giver=None) | ~models.Q(taker=models.F("giver")),
                name="editorial_swap_two_people",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team"], name="editorial_swap_open", condition=models.Q(state=SwapState.OFFERED)
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.giver or _('nobody')} {self.starts_at:%Y-%m-%d}"

    def out_of_turn(self, move: Move) -> str:
        """This will say what became of the offer, to somebody who was a moment late."""
        sentence = {
            SwapState.OFFERED: gettext("Nobody has taken the shift yet."),
            SwapState.TAKEN: gettext("%(name)s has taken the shift already."),
            SwapState.WITHDRAWN: gettext("The offer has been withdrawn."),
            SwapState.LAPSED: gettext("The offer is over: nobody took the shift in time."),
            SwapState.UNDONE: gettext("This swap has been undone."),
        }[SwapState(self.state)]
        return sentence % {"name": self.taker.name if self.taker else ""}

    @property
    def is_open_cover(self) -> bool:
        return self.is_cover and self.state == SwapState.OFFERED

    @property
    def last_day(self) -> date:
        return local_day(self.ends_at - timedelta(seconds=1))
