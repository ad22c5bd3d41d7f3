from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# Among the facts of an event: the hash of what was typed with it, which lies beside it.
TYPED = "typed"


class Seal(models.Model):
    """A link of the hash chain: seals the events written since the link before. `prev` is unique, so it cannot fork."""

    prev = models.CharField(_("hash of the seal before"), max_length=64, unique=True, editable=False)
    digest = models.CharField(_("digest of the events"), max_length=64, editable=False)
    hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    event_count = models.PositiveIntegerField(_("events"), editable=False)
    sealed_at = models.DateTimeField(_("sealed"), editable=False)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.hash[:12]


class Event(models.Model):
    """Something that happened, written once. The actor's name is kept as it was; no actor is the clock."""

    at = models.DateTimeField(_("when"), db_index=True)
    kind = models.CharField(_("what"), max_length=60)
    about_type = models.CharField(_("kind of object"), max_length=60)
    about_id = models.BigIntegerField(_("object number"))
    about_label = models.CharField(_("about"), max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(_("who, as named then"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("facts"), default=dict)
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, editable=False, related_name="events")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("trail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about_type", "about_id", "id"], name="core_event_about"),
            models.Index(fields=["id"], name="core_event_unsealed", condition=models.Q(seal=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about_label}"

    @property
    def text(self) -> str:
        """What happened, in words: what the move says is done, or the words given to its kind and to what was said."""
        from core.moves import TABLES
        from core.trail import WORDS

        noun, _dot, name = self.kind.partition(".")
        done = {move.name: move.done for move in TABLES[noun]} if noun in TABLES else {}
        said = WORDS.get(f"{self.kind}.{self.data.get('said')}")
        return str(said or WORDS.get(self.kind) or done.get(name) or self.kind)

    @property
    def typed(self) -> str:
        """What was typed with it: in the event for good, or beside it until it is erased."""
        beside = getattr(self, "beside", None) if TYPED in self.data else None
        return self.note or (beside.text if beside else "")


class EventNote(models.Model):
    """What was typed with an event about somebody who may have to be forgotten: it can go, the event keeps its hash.

    The salt goes with it, so that nobody finds out by guessing what was written. Both empty is erased.
    """

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="beside", verbose_name=_("event")
    )
    text = models.TextField(_("note"), blank=True)
    salt = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("note beside the trail")
        verbose_name_plural = _("notes beside the trail")
        ordering = ["-event"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
