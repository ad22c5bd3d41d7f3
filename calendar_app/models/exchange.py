from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from calendar_app.models.series import Series
from channels_registry.models import Channel
from core.models import User
from editorial.models import Team


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user: User) -> FeedQuerySet:
        return self.filter(owner=user)

    def open(self) -> FeedQuerySet:
        return self.filter(revoked_at=None, owner__is_active=True)


class Feed(models.Model):
    """An address from which a person's own calendar reads the plan. Only the hash of its secret is kept.

    It shows what its owner may see at that moment. At most one of team, channel and series narrows it; none means all
    that the owner writes.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="+")
    series = models.ForeignKey(Series, models.CASCADE, null=True, blank=True, related_name="+")
    secret_sha = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team=None, channel=None)
                | models.Q(team=None, series=None)
                | models.Q(channel=None, series=None),
                name="calendar_feed_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.team or self.channel or self.series or self.owner)


class FeedItem(models.Model):
    """What a feed last said of a place or a post, so that a change raises its sequence and nothing just vanishes."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="items")
    uid = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField(_("time"))
    summary = models.CharField(_("title"), max_length=200)
    fingerprint = models.CharField(max_length=64)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("item of a feed")
        verbose_name_plural = _("items of feeds")
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["feed", "uid"], name="calendar_feed_item_once")]

    def __str__(self) -> str:
        return self.summary


class CsvImportQuerySet(models.QuerySet["CsvImport"]):
    def visible_to(self, user: User) -> CsvImportQuerySet:
        return self.filter(owner=user)


class CsvImport(models.Model):
    """A file somebody wants to import, kept from its preview until it is done; then what it said is let go."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("imported by")
    )
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", verbose_name=_("team"))
    name = models.CharField(_("file"), max_length=120)
    rows: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(_("rows"), default=list)
    made_at = models.DateTimeField(_("handed in"))
    done_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("imported"), null=True, editable=False
    )
    row_count = models.PositiveIntegerField(_("rows"), default=0)

    objects = CsvImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
