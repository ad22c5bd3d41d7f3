from __future__ import annotations

from django.db import models


class Arrival(models.Model):
    """A note that a file is kept for a row which is not there yet. Who writes the row takes the note away."""

    area = models.CharField(max_length=20)
    sha = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "sha"], name="consent_arrival_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.sha[:16]}"
