from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """Something that can be found. Written by the database's triggers alone; see core.search."""

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField(_("object number"))
    title = models.TextField(_("title"))
    body = models.TextField(_("text"))
    scope = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="core_search_once")]

    def __str__(self) -> str:
        return self.title
