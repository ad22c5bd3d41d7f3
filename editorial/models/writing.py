from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editorial.models.posts import Post


class PostWriter(models.Model):
    """Somebody who wrote in a post, saved as a version or not. They never approve it. Written once."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="writers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("writer of a post")
        verbose_name_plural = _("writers of posts")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="editorial_writer_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.user}"


class PresenceQuerySet(models.QuerySet["Presence"]):
    def at(self, at: datetime) -> PresenceQuerySet:
        return self.filter(until__gt=at)


class Presence(models.Model):
    """Somebody has a post open to write in, until the time runs out or they leave."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="presences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who")
    )
    until = models.DateTimeField(_("until"))

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="editorial_presence_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.user}"
