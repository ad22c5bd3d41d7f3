from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from editorial.models import Team


class DayNoteQuerySet(models.QuerySet["DayNote"]):
    def visible_to(self, user: User) -> DayNoteQuerySet:
        """This will find the notes of one's teams, and those that are for all."""
        return self.filter(models.Q(for_all=True) | models.Q(team__in=Team.objects.visible_to(user)))

    def between(self, first: date, last: date) -> DayNoteQuerySet:
        return self.filter(first_on__lte=last, last_on__gte=first)


class DayNote(models.Model):
    """What a day or a span of days is, beside what goes out: a school break, a council meeting, a fair."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        SCHOOL_BREAK = "school_break", _("school break")

    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NOTE)
    title = models.CharField(_("what it is"), max_length=80)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    for_all = models.BooleanField(_("shown to all teams"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = DayNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on days")
        verbose_name_plural = _("notes on days")
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="calendar_note_ends"
            )
        ]
        indexes = [models.Index(fields=["first_on", "last_on"], name="calendar_note_when")]

    def __str__(self) -> str:
        return self.title


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """This will find one's own, and those that others shared with one's teams."""
        return self.filter(models.Q(owner=user) | models.Q(team__in=Team.objects.visible_to(user)))


class SavedView(models.Model):
    """Filters of the calendar under a name, for oneself or shared with a team."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("saved by")
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared with")
    )
    name = models.CharField(_("name"), max_length=60)
    view = models.CharField(_("page"), max_length=5)
    query = models.CharField(_("filters"), max_length=1000, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="calendar_view_once")]

    def __str__(self) -> str:
        return self.name
