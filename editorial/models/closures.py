from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models import FollowerNotice
from editorial.models.posts import Post


class FarewellPost(models.Model):
    """The post that carries a closing channel's notice to its followers."""

    notice = models.ForeignKey(
        FollowerNotice, models.CASCADE, related_name="farewells", verbose_name=_("notice to the followers")
    )
    post = models.OneToOneField(Post, models.PROTECT, related_name="farewell", verbose_name=_("post"))

    class Meta:
        verbose_name = _("post with a notice")
        verbose_name_plural = _("posts with notices")
        constraints = [models.UniqueConstraint(fields=["notice", "post"], name="editorial_farewell_once")]

    def __str__(self) -> str:
        return str(self.post)
