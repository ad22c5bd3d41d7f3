from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import User
from core.moves import Movable
from editorial.models import Team
from moderation.models.comments import in_sight, team_of
from moderation.states import WATCH_MOVES, WatchState


class WatchQuerySet(models.QuerySet["Watch"]):
    def visible_to(self, user: User) -> models.QuerySet[Watch]:
        return in_sight(self, "channel", user)


class Watch(Movable):
    """The look at one channel on one working day: to do, done, or missed. A gap filled in later stays told as such."""

    MOVES = WATCH_MOVES

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="watches", verbose_name=_("channel"))
    day = models.DateField(_("day"), db_index=True)
    state = models.CharField(
        _("state"), max_length=9, choices=WatchState, default=WatchState.OPEN, editable=False, db_index=True
    )
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    looked_at = models.DateTimeField(_("looked at"), null=True, editable=False)
    missed_at = models.DateTimeField(_("missed"), null=True, editable=False)
    comment_count = models.PositiveIntegerField(_("new comments"), null=True, editable=False)
    case_count = models.PositiveIntegerField(_("new cases"), null=True, editable=False)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering = ["-day", "channel__name"]
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="moderation_watch_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"

    @property
    def team(self) -> Team | None:
        return team_of(self.channel)


class HolidayWatchQuerySet(models.QuerySet["HolidayWatch"]):
    def visible_to(self, user: User) -> models.QuerySet[HolidayWatch]:
        return self.filter(team__in=Team.objects.visible_to(user))


class HolidayWatch(models.Model):
    """Who looks at a team's channels on a day off inside a long closure, such as Christmas, planned beforehand."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="holiday_watches", verbose_name=_("team"))
    day = models.DateField(_("day"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who looks")
    )
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    planned_at = models.DateTimeField(_("planned"), editable=False)

    objects = HolidayWatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch on a day off")
        verbose_name_plural = _("watches on days off")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="moderation_holidaywatch_once")]

    def __str__(self) -> str:
        return f"{self.team} {self.day}"
