from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from channels_registry.models.channels import Channel, Platform
from channels_registry.rules import keeps_the_register
from channels_registry.states import DORMANCY_MOVES, OPENING_MOVES, DormancyState, OpeningState
from core.models import Unit, User
from core.moves import Movable

# Made once: lazy() builds a class each time it is called.
_from_to = lazy(lambda first, last: f"{date_format(first)} – {date_format(last)}", str)


class OpeningQuerySet(models.QuerySet["Opening"]):
    def visible_to(self, user: User) -> OpeningQuerySet:
        """This will find one's own wishes, those of one's unit and of units one is a chief of; register keepers see all."""
        if keeps_the_register(user) or user.is_records_officer:
            return self
        return self.filter(
            models.Q(asked_by=user)
            | models.Q(owner=user)
            | models.Q(unit=user.unit_id)
            | models.Q(unit__responsible_chief=user)
            | models.Q(unit__communications_chief=user)
        )

    def waiting(self) -> OpeningQuerySet:
        return self.filter(state__in=[OpeningState.ASKED, OpeningState.APPROVED])

    def to_decide_by(self, user: User) -> OpeningQuerySet:
        """This will find the wishes that wait for the person's yes or no as a chief."""
        chief = models.Q(unit__responsible_chief=user) | models.Q(unit__communications_chief=user)
        return self.filter(chief, state=OpeningState.ASKED).exclude(asked_by=user)

    def to_register_by(self, user: User) -> OpeningQuerySet:
        """This will find the person's own wishes that a chief has said yes to: the channel may be opened now."""
        return self.filter(state=OpeningState.APPROVED, asked_by=user)


class Opening(Movable):
    """The wish for a new channel: why, for whom, who watches it, and which chief said yes."""

    MOVES = OPENING_MOVES

    name = models.CharField(_("name"), max_length=120)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", verbose_name=_("platform"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="openings", verbose_name=_("unit"))
    purpose = models.TextField(_("why the channel is needed"))
    audience = models.CharField(_("for whom"), max_length=200)
    watched_by = models.CharField(_("who watches it, and when"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=OpeningState, default=OpeningState.ASKED, editable=False
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    channel = models.OneToOneField(
        Channel, models.PROTECT, null=True, related_name="opening", editable=False, verbose_name=_("channel")
    )

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.platform.name})"


class DormancyQuerySet(models.QuerySet["Dormancy"]):
    def visible_to(self, user: User) -> DormancyQuerySet:
        """This will show rests to those who see the channel."""
        return self.filter(channel__in=Channel.objects.visible_to(user))


class Dormancy(Movable):
    """A channel's rest, at most a year, with comments off and checked, or watched every working day (R29)."""

    MOVES = DORMANCY_MOVES

    class Comments(models.TextChoices):
        OFF = "off", _("turned off")
        WATCHED = "watched", _("watched every working day")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="dormancies", verbose_name=_("channel"))
    starts_on = models.DateField(_("rests from"))
    ends_on = models.DateField(_("wakes on"))
    comments = models.CharField(_("comments meanwhile"), max_length=8, choices=Comments)
    why = models.TextField(_("why it rests"))
    told_how = models.CharField(
        _("how the followers are told"),
        max_length=500,
        help_text=_("The address of the post that tells them, or when it goes out."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=DormancyState, default=DormancyState.PLANNED, editable=False
    )
    comments_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    comments_checked_at = models.DateTimeField(null=True, editable=False)
    comments_before = models.CharField(max_length=8, blank=True, editable=False)
    started_on = models.DateField(null=True, editable=False)
    woken_on = models.DateField(null=True, editable=False)
    # Nobody: the channel rested before rests were kept as cases.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    asked_at = models.DateTimeField(editable=False)

    objects = DormancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("rest")
        verbose_name_plural = _("rests")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="registry_rest_ends"
            ),
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(state__in=[DormancyState.PLANNED, DormancyState.RESTING]),
                name="registry_rest_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_on}–{self.ends_on}"

    @property
    def days_in_words(self) -> str | Promise:
        """The days of the rest, in whatever language they are read."""
        return _from_to(self.starts_on, self.ends_on)

    @property
    def is_running(self) -> bool:
        return self.state in {DormancyState.PLANNED, DormancyState.RESTING}

    def rested_days(self, until: date, *, since: date = date.min) -> int:
        """This will count the days it has rested, until it woke or else until that day, and those after `since` only."""
        if self.started_on is None:
            return 0
        return max(0, ((self.woken_on or until) - max(self.started_on, since)).days)
