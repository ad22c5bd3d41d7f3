from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.idea_states import IDEA_MOVES, TIP_FORM_MOVES, IdeaState, TipFormState
from editorial.models.teams import Team


def address_hash(secret: str) -> str:
    """This will return what is kept of a secret address. The secrets have 128 random bits, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


class TipForm(Movable):
    """A form through which people without an account give a team ideas. Its address is a secret, kept as a hash."""

    MOVES = TIP_FORM_MOVES

    team = models.OneToOneField(Team, models.PROTECT, related_name="tip_form", verbose_name=_("team"))
    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=4, choices=TipFormState, default=TipFormState.OPEN, editable=False
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("tip form")
        verbose_name_plural = _("tip forms")
        ordering = ["team__name"]

    def __str__(self) -> str:
        return f"{self.team}"


class IdeaQuerySet(models.QuerySet["Idea"]):
    def visible_to(self, user: User) -> IdeaQuerySet:
        """This will find one's own ideas and those given to the teams one sees."""
        return self.filter(models.Q(given_by=user) | models.Q(team__in=Team.objects.visible_to(user)))


class Idea(Movable):
    """Something somebody thinks the city should tell (R4): what, why now, a picture or a link, and whom to ask.

    It is given by a person with an account, or through the tip form; then whoever gave it follows it by a secret address.
    """

    MOVES = IDEA_MOVES

    team = models.ForeignKey(Team, models.PROTECT, related_name="ideas", verbose_name=_("team"))
    what = models.TextField(_("what"))
    why_now = models.TextField(_("why now"), blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    ask_whom = models.CharField(_("whom to ask"), max_length=200, blank=True)
    original_sha = models.CharField(max_length=64, blank=True, editable=False)
    clean_sha = models.CharField(max_length=64, blank=True, editable=False)
    content_type = models.CharField(max_length=20, blank=True, editable=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ideas",
        verbose_name=_("given by"),
    )
    giver_name = models.CharField(_("name"), max_length=120, blank=True)
    receipt_hash = models.CharField(max_length=64, blank=True, editable=False)
    given_at = models.DateTimeField(_("given"))
    state = models.CharField(
        _("state"), max_length=8, choices=IdeaState, default=IdeaState.NEW, db_index=True, editable=False
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    tended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("tended by"),
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt_hash"], condition=~models.Q(receipt_hash=""), name="editorial_receipt_once"
            ),
            models.CheckConstraint(
                condition=models.Q(given_by__isnull=False) | ~models.Q(receipt_hash=""),
                name="editorial_idea_giver_hears",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The first line, cut so that it fits a list."""
        line = next((line.strip() for line in self.what.splitlines() if line.strip()), "")
        return line if len(line) <= 80 else f"{line[:79].rstrip()}…"

    @property
    def giver(self) -> str:
        return self.given_by.name if self.given_by else self.giver_name
