from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from calendar_app.recurrence import RedDays, Rhythm, Rule
from calendar_app.states import SERIES_MOVES, SLOT_MOVES, SeriesState, SlotState
from channels_registry.models import Channel
from core.models import User
from core.moves import Movable
from core.templatetags.parts import day as day_in_words
from core.workdays import local_day
from editorial.models import Post, Team


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: User) -> SeriesQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))

    def to_lay_out(self, until: date) -> SeriesQuerySet:
        """This will find the running series whose slots do not reach `until` yet."""
        return self.filter(state=SeriesState.RUNNING, laid_until__lt=until)


class Series(Movable):
    """A kind of post that recurs: by which rule, for which channels, whose it is, and the text one starts from.

    The rule holds for days that are not laid out yet; what it laid out before it was changed lies in the slots.
    """

    MOVES = SERIES_MOVES

    team = models.ForeignKey(Team, models.PROTECT, related_name="series", verbose_name=_("team"))
    name = models.CharField(
        _("name"), max_length=60, help_text=_("Posts written in its places get it as their kind.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="series", verbose_name=_("owner")
    )
    channels = models.ManyToManyField(Channel, related_name="+", verbose_name=_("channels"))
    template_text = models.TextField(_("text to start from"), blank=True)
    rhythm = models.CharField(_("comes on"), max_length=14, choices=Rhythm)
    interval = models.PositiveSmallIntegerField(_("every"), default=1)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    clock = models.TimeField(_("time of day"))
    red_days = models.CharField(_("on red days"), max_length=9, choices=RedDays, default=RedDays.KEEP)
    laid_until = models.DateField(_("laid out until"), editable=False)
    state = models.CharField(
        _("state"), max_length=7, choices=SeriesState, default=SeriesState.RUNNING, editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("several", "series")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="calendar_series_once"),
            models.CheckConstraint(condition=models.Q(interval__gte=1), name="calendar_series_interval"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="calendar_series_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["laid_until"], name="calendar_series_to_lay", condition=models.Q(state="running")
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        return Rule(
            rhythm=self.rhythm,
            interval=self.interval,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            clock=self.clock,
            red_days=self.red_days,
        )

    @property
    def begins_on(self) -> date:
        """The day of its first turn; its rule may begin later, since it was changed from a later place on."""
        first = self.slots.exclude(state=SlotState.WITHDRAWN).aggregate(day=models.Min("rule_on"))["day"]
        return min(self.starts_on, first or self.starts_on)

    @property
    def in_words(self) -> str:
        return self.rule.in_words()


class SlotQuerySet(models.QuerySet["Slot"]):
    def visible_to(self, user: User) -> SlotQuerySet:
        return self.filter(series__team__in=Team.objects.visible_to(user))

    def empty(self) -> SlotQuerySet:
        return self.filter(state=SlotState.OPEN)


class Slot(Movable):
    """A place that a series laid out: empty, filled by a post, skipped with its reason, or withdrawn by its rule.

    `rule_on` is the day by the rule and names the place for good; `starts_at` is when it is held.
    """

    MOVES = SLOT_MOVES

    series = models.ForeignKey(Series, models.PROTECT, related_name="slots", verbose_name=_("series"))
    rule_on = models.DateField(_("day by the rule"), editable=False)
    starts_at = models.DateTimeField(_("time"))
    state = models.CharField(
        _("state"), max_length=9, choices=SlotState, default=SlotState.OPEN, editable=False
    )
    post = models.OneToOneField(
        Post, models.PROTECT, null=True, editable=False, related_name="slot", verbose_name=_("post")
    )
    why = models.TextField(_("why it is skipped"), blank=True, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a series")
        verbose_name_plural = _("places in series")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "rule_on"], name="calendar_slot_once"),
            models.CheckConstraint(
                condition=models.Q(state="filled", post__isnull=False)
                | ~models.Q(state="filled") & models.Q(post=None),
                name="calendar_slot_filled_has_post",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="calendar_slot_empty", condition=models.Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.series}, {day_in_words(local_day(self.starts_at))}"


class LayingOut(models.Model):
    """A night on which slots were laid out. The day is unique, so that no night counts twice."""

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(_("when"))
    slot_count = models.PositiveIntegerField(_("new places"))

    class Meta:
        verbose_name = _("laying out of places")
        verbose_name_plural = _("layings out of places")
        ordering = ["-day"]

    def __str__(self) -> str:
        return day_in_words(self.day)
