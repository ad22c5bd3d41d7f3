from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import User
from core.moves import Movable
from editorial.models.posts import Post, PostVersion
from editorial.models.teams import Team
from editorial.states import PUBLICATION_MOVES, PublicationState


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, user: User) -> PublicationQuerySet:
        return self.filter(post__team__in=Team.objects.visible_to(user))


class Publication(Movable):
    """One version of a post going out on one channel: due, then published with its address, or missed."""

    MOVES = PUBLICATION_MOVES

    post = models.ForeignKey(Post, models.PROTECT, related_name="publications")
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="publications", verbose_name=_("channel")
    )
    post_version = models.ForeignKey(PostVersion, models.PROTECT, related_name="publications")
    state = models.CharField(
        _("state"), max_length=10, choices=PublicationState, default=PublicationState.DUE, editable=False
    )
    due_at = models.DateTimeField(_("due"))
    url = models.URLField(_("address"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["post", "channel", "due_at"], name="editorial_publication_once"),
            models.UniqueConstraint(
                fields=["url"], condition=~models.Q(url=""), name="editorial_publication_url_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published") | ~models.Q(url=""),
                name="editorial_published_has_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} – {self.channel}"

    @property
    def text(self) -> str:
        """The text as it was approved for this channel."""
        return self.post_version.text_on(self.channel_id)
