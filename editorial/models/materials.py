from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Unit, User
from editorial.models.posts import Post


class MaterialKind(models.TextChoices):
    PRESS_RELEASE = "press_release", _("press release")
    NEWS_PAGE = "news_page", _("news page")
    REPORT = "report", _("report")
    FILM = "film", _("film")
    EARLIER_POST = "earlier_post", _("earlier post")
    OTHER = "other", _("other")


class MaterialQuerySet(models.QuerySet["Material"]):
    def visible_to(self, user: User) -> MaterialQuerySet:
        """This will show it to everybody with an account: it is made to be used again by others."""
        return self if user.is_active else self.none()


class Material(models.Model):
    """Something made elsewhere that posts can be made of (R8), with where it comes from."""

    kind = models.CharField(_("kind"), max_length=13, choices=MaterialKind)
    title = models.CharField(_("title"), max_length=160)
    url = models.URLField(_("address"), max_length=500, blank=True)
    reference = models.CharField(
        _("reference"),
        max_length=200,
        blank=True,
        help_text=_("Where it is kept when it has no address, such as the registry's number."),
    )
    text = models.TextField(_("text"), blank=True, help_text=_("What a post would start from."))
    made_on = models.DateField(_("made on"), null=True, blank=True)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("made by the unit"),
    )
    earlier_post = models.OneToOneField(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="as_material",
        verbose_name=_("earlier post"),
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"))

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(url="") | ~models.Q(reference="") | models.Q(earlier_post__isnull=False),
                name="editorial_material_has_source",
                violation_error_message=_("Say where it comes from: an address or a reference."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PostMaterial(models.Model):
    """The trace from a post to the material it was made of."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="materials")
    material = models.ForeignKey(Material, models.PROTECT, related_name="uses", verbose_name=_("material"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("material of a post")
        verbose_name_plural = _("materials of posts")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["post", "material"], name="editorial_material_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.material}"
