from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Arrival(models.Model):
    """A note that a file is kept for a row which is not there yet. Who writes the row takes the note away."""

    area = models.CharField(_("folder"), max_length=20)
    sha = models.CharField(_("checksum"), max_length=64)
    at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        verbose_name = _("file on its way")
        verbose_name_plural = _("files on their way")
        constraints = [models.UniqueConstraint(fields=["area", "sha"], name="consent_arrival_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.sha[:16]}"
