from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from moderation.models.comments import CommentRevision


class Evidence(models.Model):
    """What is kept of one revision of a comment before it goes: screenshots and their context. Sealed once."""

    class State(models.TextChoices):
        GATHERING = "gathering", _("being gathered")
        SEALED = "sealed", _("sealed")

    case = models.ForeignKey("moderation.Case", models.PROTECT, related_name="evidence")
    revision = models.ForeignKey(CommentRevision, models.PROTECT, related_name="evidence")
    context = models.TextField(
        _("context"),
        help_text=_("What did the comment answer, who could see it, what happened around it?"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.GATHERING, editable=False)
    manifest = models.TextField(_("manifest"), blank=True, editable=False)
    manifest_sha = models.CharField(_("hash of the manifest"), max_length=64, blank=True, editable=False)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    sealed_at = models.DateTimeField(_("sealed"), null=True, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "revision"], name="moderation_evidence_once"),
            models.CheckConstraint(
                condition=models.Q(state="gathering")
                | (models.Q(sealed_at__isnull=False, sealed_by__isnull=False) & ~models.Q(manifest_sha="")),
                name="moderation_sealed_has_manifest",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Evidence')} {self.pk}"

    @property
    def is_sealed(self) -> bool:
        return self.state == self.State.SEALED


class EvidenceItem(models.Model):
    """One screenshot: the bytes as they came, stored under their hash, and a clean copy for looking at."""

    class Shows(models.TextChoices):
        COMMENT = "comment", _("the comment")
        ANSWERED = "answered", _("what it answered")
        AUTHOR = "author", _("the author's page")
        OTHER = "other", _("something else")

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="items")
    shows = models.CharField(_("shows"), max_length=8, choices=Shows, default=Shows.COMMENT)
    name = models.CharField(_("file name"), max_length=200)
    sha = models.CharField(_("hash"), max_length=64)
    clean_sha = models.CharField(_("hash of the clean copy"), max_length=64)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    taken_by = models.CharField(_("taken by"), max_length=120)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("screenshot")
        verbose_name_plural = _("screenshots")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "sha"], name="moderation_item_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MaskedCopy(models.Model):
    """A copy of a screenshot with names and faces covered, for whoever asks to read public records.

    `boxes` are what is covered: left, top, width and height in per cent of the picture. There are none only when
    whoever made the copy said that nothing had to be covered.
    """

    item = models.ForeignKey(EvidenceItem, models.PROTECT, related_name="masked_copies")
    boxes = models.JSONField(_("what is covered"), default=list)
    nothing_to_cover = models.BooleanField(_("nothing has to be covered"), default=False)
    sha = models.CharField(_("hash"), max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("masked copy")
        verbose_name_plural = _("masked copies")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{_('Masked copy')} {self.item_id}"
