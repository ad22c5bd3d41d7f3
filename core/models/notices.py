from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.models.people import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        return self.filter(recipient=user)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def to_send(self, at: datetime) -> NoticeQuerySet:
        """This will find what waits to be sent, or was being sent by somebody whose time ran out."""
        return self.filter(email_state__in=["pending", "sending"], try_at__lte=at)


class Notice(models.Model):
    """Something a person must be told: a row in the page at once, and an e-mail as a second step with its own state.

    The same `key` never tells the same person twice. The e-mail is sent at least once, always under one Message-ID.
    """

    class EmailState(models.TextChoices):
        PENDING = "pending", _("waits")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused by the mail server")
        MOOT = "moot", _("not needed any more")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name=_("to")
    )
    key = models.CharField(max_length=120, editable=False)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    url = models.CharField(_("leads to"), max_length=300)
    why = models.CharField(_("why you get this"), max_length=200)
    urgent = models.BooleanField(_("urgent"), default=False)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email_state = models.CharField(
        _("e-mail"), max_length=8, choices=EmailState, default=EmailState.PENDING, editable=False
    )
    try_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("last error"), blank=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="core_notice_once")]
        indexes = [
            models.Index(
                fields=["try_at"],
                name="core_notice_unsent",
                condition=models.Q(email_state__in=["pending", "sending"]),
            ),
            models.Index(fields=["recipient"], name="core_notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["about_type", "about_id"], name="core_notice_about"),
        ]

    def __str__(self) -> str:
        return self.subject
