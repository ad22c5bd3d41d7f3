from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Claimable(models.Model):
    """What one person works on for a while, and what somebody has been asked to see to. A claim runs out by itself."""

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("taken by"),
    )
    claimed_until = models.DateTimeField(_("taken until"), null=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("assigned to"),
    )

    class Meta:
        abstract = True

    def is_claimed(self, at: datetime) -> bool:
        """This will tell whether somebody's claim still runs: counted, not stored."""
        return self.claimed_until is not None and self.claimed_until > at
