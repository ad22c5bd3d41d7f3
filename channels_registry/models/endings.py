from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models.closures import Closure


class ArchiveDecision(models.Model):
    """What is kept of a channel, why, and the records officer's own word (R34). The latest counts; each is written once.

    Without a word it is the handler's proposal.
    """

    class Level(models.TextChoices):
        ALL = "all", _("everything")
        SELECTION = "selection", _("a selection")
        SAMPLES = "samples", _("samples")
        NONE = "none", _("nothing")

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="archive_decisions")
    level = models.CharField(_("how much is kept"), max_length=10, choices=Level)
    keeps_content = models.BooleanField(_("the content is kept"))
    keeps_layout = models.BooleanField(_("the layout is kept, as screenshots"))
    motive = models.TextField(_("motive"))
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("records officer")
    )
    officer_word = models.TextField(_("the records officer's own word"), blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("archive decision")
        verbose_name_plural = _("archive decisions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(level="none", keeps_content=False, keeps_layout=False)
                    | (~models.Q(level="none") & (models.Q(keeps_content=True) | models.Q(keeps_layout=True)))
                ),
                name="registry_archive_level_fits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.closure}: {self.get_level_display()}"

    @property
    def is_said(self) -> bool:
        """Whether the officer has said it themselves."""
        return bool(self.officer_word.strip()) and self.noted_by_id == self.officer_id


class ArchiveItem(models.Model):
    """Something kept of a channel, stored under its hash: a screenshot or the platform's own export."""

    class Kind(models.TextChoices):
        LAYOUT = "layout", _("screenshot of the layout")
        CONTENT = "content", _("content")

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="items")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("file name"), max_length=200)
    sha = models.CharField(_("hash"), max_length=64)
    clean_sha = models.CharField(_("hash of the clean copy"), max_length=64, blank=True)
    content_type = models.CharField(_("type"), max_length=60)
    size = models.BigIntegerField(_("bytes"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)

    class Meta:
        verbose_name = _("archived file")
        verbose_name_plural = _("archived files")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["closure", "sha"], name="registry_item_once")]

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A large file on its way in, piece by piece; it can be taken up again where it broke off, for two weeks."""

    KEPT = timedelta(days=14)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    closure = models.ForeignKey(Closure, models.PROTECT, related_name="uploads")
    name = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField(_("bytes"))
    # Of two files of the same name and size this tells which one broke off. Milliseconds since 1970; 0 when not told.
    changed = models.BigIntegerField(_("the file's last change"), default=0, editable=False)
    received = models.BigIntegerField(_("bytes received"), default=0)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="registry_upload_not_more"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_until(self) -> datetime:
        return self.begun_at + self.KEPT


class PlatformClosure(models.Model):
    """How the account was ended on the platform, and who keeps the handle so that nobody else takes it."""

    class How(models.TextChoices):
        DELETED = "deleted", _("the account is deleted")
        DEACTIVATED = "deactivated", _("the account is deactivated")
        LOCKED = "locked", _("the account stays, empty and locked")
        MERGED = "merged", _("the platform merged the accounts")

    closure = models.OneToOneField(Closure, models.PROTECT, related_name="platform_closure")
    how = models.CharField(_("how it was closed"), max_length=12, choices=How)
    handle_kept = models.CharField(
        _("the handle"),
        max_length=200,
        help_text=_("Who keeps it so that nobody else takes it, or why it cannot be kept."),
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed"))
    closed_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("end on the platform")
        verbose_name_plural = _("ends on the platform")

    def __str__(self) -> str:
        return f"{self.closure}: {self.get_how_display()}"


class DeregistrationOrder(models.Model):
    """The e-mail that orders the deregistration (R35), sent under one Message-ID; asked again, it is another row."""

    class State(models.TextChoices):
        PENDING = "pending", _("waits")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("taken by the mail server")
        FAILED = "failed", _("did not arrive")

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="orders")
    number = models.PositiveSmallIntegerField(_("number"))
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    message_id = models.CharField(max_length=200, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING, editable=False)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ordered by")
    )
    ordered_at = models.DateTimeField(_("ordered"))
    try_at = models.DateTimeField(editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("what went wrong"), blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    answer = models.TextField(_("the register's answer"), blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    class Meta:
        verbose_name = _("order to deregister")
        verbose_name_plural = _("orders to deregister")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["closure", "number"], name="registry_order_once")]
        indexes = [
            models.Index(
                fields=["try_at"],
                name="registry_order_unsent",
                condition=models.Q(state__in=["pending", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return self.subject


class ArchivePackage(models.Model):
    """Everything kept of a closure as one BagIt package, built by the clock, stored under its hash."""

    closure = models.OneToOneField(Closure, models.PROTECT, related_name="package")
    wanted_at = models.DateTimeField(_("wanted"))
    try_at = models.DateTimeField(editable=False)
    built_at = models.DateTimeField(_("built"), null=True, editable=False)
    sha = models.CharField(_("hash"), max_length=64, blank=True, editable=False)
    size = models.BigIntegerField(_("bytes"), default=0, editable=False)
    manifest_sha = models.CharField(_("hash of the manifest"), max_length=64, blank=True, editable=False)
    error = models.TextField(_("what went wrong"), blank=True, editable=False)

    class Meta:
        verbose_name = _("archive package")
        verbose_name_plural = _("archive packages")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.closure)
