from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Unit, User


class Platform(models.Model):
    """A service where channels live, with the hosts its addresses have and the length of text it takes."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=40, unique=True)
    hosts = models.JSONField(_("hosts"), default=list, help_text=_("Host names its addresses may have."))
    text_limit = models.PositiveIntegerField(_("longest text, in characters"), default=5000)

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def owns(self, url: str) -> bool:
        """This will tell whether the address lies on this platform, a subdomain such as “m.” included."""
        host = (urlsplit(url).hostname or "").lower()
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User) -> ChannelQuerySet:
        """This will show the register to everybody with an account: it names accounts, not people's data."""
        return self if user.is_active else self.none()

    def to_watch(self) -> ChannelQuerySet:
        """This will find the channels whose comments must be looked at every working day."""
        return self.filter(
            models.Q(state__in=[Channel.State.ACTIVE, Channel.State.UNDER_REVIEW, Channel.State.CLOSING])
            & ~models.Q(comment_mode=Channel.CommentMode.OFF)
            | models.Q(state=Channel.State.DORMANT, comment_mode=Channel.CommentMode.WATCHED)
        )


class Channel(models.Model):
    """One of the city's accounts: where it is, for whom, who answers for it, and whether one may comment there."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("active")
        DORMANT = "dormant", _("dormant")
        UNDER_REVIEW = "under_review", _("under review")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")
        DEREGISTERED = "deregistered", _("deregistered")

    class CommentMode(models.TextChoices):
        OPEN = "open", _("open")
        WATCHED = "watched", _("watched while resting")
        OFF = "off", _("off")

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="channels", verbose_name=_("platform")
    )
    name = models.CharField(_("name"), max_length=120)
    handle = models.CharField(_("handle"), max_length=120)
    url = models.URLField(_("address"), unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="channels", verbose_name=_("unit"))
    purpose = models.TextField(_("purpose"), blank=True)
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    keys_kept = models.CharField(
        _("where the keys are kept"),
        max_length=200,
        blank=True,
        help_text=_("The place, never the keys themselves."),
    )
    comment_mode = models.CharField(
        _("comments"), max_length=8, choices=CommentMode, default=CommentMode.OPEN
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    looked_over_on = models.DateField(_("last looked over"), null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.platform.name})"

    @property
    def may_publish(self) -> bool:
        return self.state in {self.State.ACTIVE, self.State.UNDER_REVIEW, self.State.CLOSING}
