from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.people import Person
from consent.models.pictures import Picture
from consent.states import LetterKind, LetterState
from core.trail import canonical


class NoticeTextQuerySet(models.QuerySet["NoticeText"]):
    def current(self) -> dict[str, NoticeText]:
        """This will return the newest text of each language."""
        return {text.language: text for text in self.order_by("number")}


class NoticeText(models.Model):
    """What a signer reads before answering, in one language and version. Written once; a change is a new version."""

    PARTS = ("why", "rights", "contact", "yes", "no", "some", "withdraw")

    language = models.CharField(
        _("language"), max_length=8, help_text=_("Its code, such as sv, en, fi or ar.")
    )
    language_name = models.CharField(
        _("what the language calls itself"), max_length=40, help_text=_("Such as svenska or suomi.")
    )
    number = models.PositiveIntegerField(_("version"), editable=False)
    why = models.TextField(_("why we ask"))
    rights = models.TextField(_("what the person may do"))
    contact = models.TextField(_("where to turn"))
    yes = models.CharField(_("button for yes"), max_length=60)
    no = models.CharField(_("button for no"), max_length=60)
    some = models.CharField(_("button for some channels"), max_length=60)
    withdraw = models.CharField(_("button for taking it back"), max_length=60)
    sha = models.CharField(_("hash"), max_length=64, editable=False)
    made_at = models.DateTimeField(_("made"), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = NoticeTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("information text")
        verbose_name_plural = _("information texts")
        ordering = ["language", "-number"]
        constraints = [models.UniqueConstraint(fields=["language", "number"], name="consent_text_once")]

    def __str__(self) -> str:
        return f"{self.language_name} {self.number}"

    def digest(self) -> str:
        """This will return the SHA-256 of what the text says."""
        said = [self.language, *(getattr(self, part) for part in self.PARTS)]
        return hashlib.sha256(canonical(said)).hexdigest()


class ConsentRequest(models.Model):
    """A question to one signer about one person in one picture, as a link of their own. The link itself is not kept."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="requests", verbose_name=_("picture"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="requests_about", verbose_name=_("person in the picture")
    )
    signer = models.ForeignKey(
        Person, models.PROTECT, related_name="requests_to", verbose_name=_("who is asked")
    )
    channel_ids: models.JSONField[Any, Any] = models.JSONField(
        _("channels"), default=list, blank=True, help_text=_("Empty: all channels.")
    )
    until = models.DateField(_("until and including"), null=True, blank=True)
    text = models.ForeignKey(NoticeText, models.PROTECT, related_name="+", verbose_name=_("information text"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    nonce = models.CharField(max_length=32, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    ends_at = models.DateTimeField(_("can be answered until"))
    cancelled_at = models.DateTimeField(_("called back"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("consent request")
        verbose_name_plural = _("consent requests")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "person", "signer"],
                name="consent_one_question_at_a_time",
                condition=models.Q(cancelled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.picture} – {self.signer}"

    @property
    def trail_label(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def is_open_at(self, at: datetime) -> bool:
        """This will tell whether the link can be answered. What was answered can always be taken back with it."""
        return self.cancelled_at is None and at < self.ends_at


class LetterQuerySet(models.QuerySet["Letter"]):
    def to_send(self, at: datetime) -> LetterQuerySet:
        """This will find what waits to be sent, but no question whose link has ended meanwhile."""
        waits = self.filter(state__in=[LetterState.PENDING, LetterState.SENDING], try_at__lte=at)
        return waits.exclude(kind=LetterKind.ASK, request__cancelled_at__isnull=False)


class Letter(models.Model):
    """An e-mail to a signer: a row first, sent as a second step. Its words and its link are made as it is sent."""

    kind = models.CharField(_("kind"), max_length=8, choices=LetterKind)
    key = models.CharField(max_length=80, unique=True, editable=False)
    to = models.EmailField(_("to"), blank=True)
    signer = models.ForeignKey(Person, models.PROTECT, related_name="letters", verbose_name=_("to whom"))
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+", verbose_name=_("picture"))
    request = models.ForeignKey(
        ConsentRequest, models.PROTECT, null=True, related_name="letters", verbose_name=_("request")
    )
    word = models.ForeignKey(
        "consent.ConsentEvent", models.PROTECT, null=True, related_name="+", verbose_name=_("consent event")
    )
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("e-mail"), max_length=8, choices=LetterState, default=LetterState.PENDING, editable=False
    )
    created_at = models.DateTimeField(_("created"))
    try_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("last error"), blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["try_at"],
                name="consent_letter_unsent",
                condition=models.Q(state__in=["pending", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
