from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import Unit, User
from core.moves import Movable
from editorial.models import Publication, Team, TeamChannel
from moderation.models.claims import Claimable
from moderation.states import COMMENT_MOVES, CommentState

M = TypeVar("M", bound=models.Model)


def channels_in_sight(user: User) -> models.Q:
    """This will select channels of the user's teams and of units whose chief the user is."""
    cared_for = TeamChannel.objects.filter(team__in=Team.objects.visible_to(user)).values("channel")
    units = Unit.objects.filter(models.Q(responsible_chief=user) | models.Q(communications_chief=user))
    return models.Q(pk__in=cared_for) | models.Q(unit__in=units)


def in_sight(queryset: models.QuerySet[M], path: str, user: User) -> models.QuerySet[M]:
    """This will keep the rows whose channel, found along `path`, the user may look into. Records officers see all."""
    if user.is_superuser or user.is_records_officer:
        return queryset
    return queryset.filter(**{f"{path}__in": Channel.objects.filter(channels_in_sight(user)).values("pk")})


def team_of(channel: Channel) -> Team | None:
    """This will return the team that cares for the channel, as the channel was read."""
    care = getattr(channel, "care", None)
    return care.team if care else None


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> models.QuerySet[Comment]:
        return in_sight(self, "channel", user)

    def standing(self) -> CommentQuerySet:
        """This will leave out what is erased."""
        return self.filter(erased_at=None)


class Comment(Claimable, Movable):
    """Something a visitor wrote on one of the city's channels. Its text lies in its revisions.

    Once it is erased, who wrote what where is gone, and nothing about it changes any more (moderation.erasing).
    """

    MOVES = COMMENT_MOVES

    class Kind(models.TextChoices):
        QUESTION = "question", _("question")
        PRAISE = "praise", _("praise")
        CRITICISM = "criticism", _("criticism")
        UNSUITABLE = "unsuitable", _("unsuitable")
        ILLEGAL = "illegal", _("illegal")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="comments", verbose_name=_("channel"))
    publication = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("below our post"),
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=CommentState,
        default=CommentState.NEW,
        editable=False,
    )
    current = models.ForeignKey(
        "moderation.CommentRevision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    registered_at = models.DateTimeField(_("registered"), editable=False)
    erased_at = models.DateTimeField(_("disposed of"), null=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["url"], condition=~models.Q(url=""), name="moderation_comment_url_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "-id"], condition=models.Q(state="new"), name="moderation_comment_new"
            ),
            models.Index(
                fields=["registered_at"],
                condition=models.Q(state="handled", erased_at=None),
                name="moderation_comment_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Comment')} {self.pk}"

    @property
    def team(self) -> Team | None:
        """The team that cares for the channel."""
        return team_of(self.channel)


class CommentRevision(models.Model):
    """A comment as it read when somebody looked. Written once; an edited comment gets another."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    author_name = models.CharField(_("author, as shown"), max_length=200)
    text = models.TextField(_("text"))
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="moderation_revision_once")]
        # Read whole for a part of a name: it holds all that is asked, and is a tenth of the table.
        indexes = [models.Index(fields=["author_name", "comment"], name="moderation_revision_author")]

    def __str__(self) -> str:
        return f"{self.comment} ({self.number})"
