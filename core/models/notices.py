from __future__ import annotations

import uuid
from datetime import datetime, time
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

    def to_digest(self, at: datetime) -> NoticeQuerySet:
        """This will find what is due in somebody's digest."""
        return self.filter(email_state="digest", try_at__lte=at)

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
        DIGEST = "digest", _("waits for the digest")
        PAGE = "page", _("only on the page")

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
            models.Index(
                fields=["try_at"], name="core_notice_digest", condition=models.Q(email_state="digest")
            ),
            models.Index(fields=["recipient"], name="core_notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["about_type", "about_id"], name="core_notice_about"),
        ]

    def __str__(self) -> str:
        return self.subject


class NoticeSettings(models.Model):
    """How a person wants to be told: by topic on the page, by e-mail at once or in a digest, and when not to be disturbed.

    `ways` names a way for each kind of object; what is not named goes by e-mail at once. What is urgent always does.
    """

    class Way(models.TextChoices):
        EMAIL = "email", _("e-mail at once")
        DIGEST = "digest", _("in the digest")
        PAGE = "page", _("only on the page")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_settings", verbose_name=_("who")
    )
    ways = models.JSONField(default=dict, blank=True)
    digest_at = models.TimeField(_("the digest comes at"), default=time(8))
    quiet_from = models.TimeField(_("no e-mail from"), null=True, blank=True)
    quiet_to = models.TimeField(_("no e-mail until"), null=True, blank=True)
    weekly_report = models.BooleanField(_("the week's follow-up every Monday"), default=False)

    class Meta:
        verbose_name = _("settings for notices")
        verbose_name_plural = _("settings for notices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_to=None)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="core_quiet_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
