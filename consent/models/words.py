from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.people import Person
from consent.models.pictures import Appearance, Picture
from consent.states import YES, BankSays, Basis, Said, Way


class Noted(models.Model):
    """A row that is written once, with who wrote it and when."""

    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        abstract = True


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    def standing(self) -> ConsentEventQuerySet:
        """This will find what each signer said last of each picture of a person; a question is no word of theirs."""
        same = {name: models.OuterRef(name) for name in ("picture", "person", "signer")}
        newer = ConsentEvent.objects.filter(**same, pk__gt=models.OuterRef("pk")).exclude(said=Said.ASKED)
        return self.filter(~models.Exists(newer)).exclude(said=Said.ASKED)

    def that_count(self) -> ConsentEventQuerySet:
        """This will find the yeses that nothing newer took the place of, of people still listed in their picture."""
        listed = Appearance.objects.filter(
            picture=models.OuterRef("picture"), person=models.OuterRef("person")
        )
        return self.standing().filter(models.Exists(listed), said__in=YES)


class ConsentEvent(models.Model):
    """What one signer said of one picture of a person. A mistake is corrected by a new event, never overwritten."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="words", verbose_name=_("picture"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="consent_events", verbose_name=_("person in the picture")
    )
    signer = models.ForeignKey(Person, models.PROTECT, related_name="signed", verbose_name=_("who said it"))
    said = models.CharField(_("what was said"), max_length=12, choices=Said)
    way = models.CharField(_("how"), max_length=8, choices=Way)
    channel_ids: models.JSONField[Any, Any] = models.JSONField(
        _("channels"), default=list, blank=True, help_text=_("Empty: all channels.")
    )
    until = models.DateField(_("until and including"), null=True, blank=True)
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("For example where it is kept.")
    )
    witness = models.CharField(
        _("witness"),
        max_length=120,
        blank=True,
        help_text=_("Who else heard it. Needed for what was said orally."),
    )
    scan_sha = models.CharField(_("hash of the scanned paper"), max_length=64, blank=True)
    scan_type = models.CharField(max_length=20, blank=True)
    request = models.ForeignKey(
        "consent.ConsentRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="words",
        verbose_name=_("request"),
    )
    text = models.ForeignKey(
        "consent.NoticeText",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("information text"),
    )
    # Nobody: the signer answered through their own link.
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("noted by"),
    )
    noted_at = models.DateTimeField(_("noted"))

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["until"], name="consent_word_until", condition=models.Q(until__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(noted_by__isnull=False) | models.Q(request__isnull=False),
                name="consent_word_has_a_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer}: {self.get_said_display()}"

    def still_matters(self) -> bool:
        """This will tell whether it is a yes that counts: nothing newer, and the person is still listed in the picture."""
        return ConsentEvent.objects.filter(pk=self.pk).that_count().exists()


class LegalBasis(Noted):
    """On what legal ground a picture of people is shown, with the reason (R14). The newest one counts."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="bases", verbose_name=_("picture"))
    basis = models.CharField(_("legal basis"), max_length=16, choices=Basis)
    motive = models.CharField(_("why"), max_length=500)

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.get_basis_display())


class MediaBankCheck(Noted):
    """What the media bank said of a picture's consent when somebody looked (R17). The newest one counts."""

    picture = models.ForeignKey(
        Picture, models.PROTECT, related_name="bank_checks", verbose_name=_("picture")
    )
    says = models.CharField(_("the media bank says"), max_length=8, choices=BankSays)
    until = models.DateField(_("until and including"), null=True, blank=True)

    class Meta:
        verbose_name = _("look in the media bank")
        verbose_name_plural = _("looks in the media bank")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.get_says_display())
