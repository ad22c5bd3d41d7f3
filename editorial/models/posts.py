from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from consent.models import Picture
from core import trail
from core.models import User
from core.moves import Movable, Move
from core.templatetags.parts import moment
from core.workdays import FIRST_YEAR, LAST_YEAR
from editorial.states import FIXED, FROZEN, LAPSING, OPEN, POST_MOVES, TIMED, PostState

# A day more at both ends, for the city's years do not begin with those of UTC.
WITHIN_REACH = datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC)
LONGEST_TEXT = 70_000  # more than any platform takes


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: User) -> PostQuerySet:
        from editorial.models.teams import Team

        return self.filter(team__in=Team.objects.visible_to(user))

    def to_review_by(self, user: User) -> PostQuerySet:
        """This will find what waits for a second person in the teams where `user` is an editor, own work left out."""
        from editorial.models.teams import Membership, Team
        from editorial.models.writing import PostWriter

        saved = PostVersion.objects.filter(post=models.OuterRef("pk"), saved_by=user)
        wrote = PostWriter.objects.filter(post=models.OuterRef("pk"), user=user)
        teams = Team.objects.of_member(user, Membership.Role.EDITOR)
        waiting = self.filter(state=PostState.IN_REVIEW, team__in=teams)
        return waiting.exclude(models.Exists(saved)).exclude(models.Exists(wrote))

    def with_what_is_there(self) -> PostQuerySet:
        """This will add whether the post was made of material and whether a reader ever sent it back.

        So that a page reads either only where there is something to read.
        """
        from editorial.models.materials import PostMaterial

        back = Review.objects.filter(version__post=models.OuterRef("pk"), verdict=Review.Verdict.CHANGES)
        made_of = PostMaterial.objects.filter(post=models.OuterRef("pk"))
        return self.annotate(has_material=models.Exists(made_of), was_sent_back=models.Exists(back))


class Post(Movable):
    """Something the city says, once for all its channels, with a text of its own on a channel where that is needed.

    What is publishable lies here and in PostText, PostLink and PostPicture. It can be changed only while `current`
    is empty, that is, before the post is sent to review; a version, once current, is what is read, approved and published.
    """

    MOVES = POST_MOVES
    # As `with_what_is_there` answers; a post that was read without it may have either.
    has_material = was_sent_back = True

    team = models.ForeignKey("editorial.Team", models.PROTECT, related_name="posts", verbose_name=_("team"))
    title = models.CharField(_("working title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    theme = models.CharField(_("campaign or theme"), max_length=60, blank=True)
    base_text = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    byline = models.CharField(_("byline"), max_length=120, blank=True)
    collaboration = models.TextField(_("collaboration"), max_length=500, blank=True)
    brand_shown = models.CharField(_("logo or product shown"), max_length=200, blank=True)
    asks_question = models.BooleanField(_("asks the followers a question"), default=False)
    wanted_at = models.DateTimeField(_("wanted time"), null=True, blank=True)
    planned_at = models.DateTimeField(_("planned time"), null=True, blank=True, db_index=True)
    state = models.CharField(
        _("state"), max_length=14, choices=PostState, default=PostState.DRAFT, db_index=True, editable=False
    )
    current = models.ForeignKey(
        "editorial.PostVersion", models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    idea = models.ForeignKey(
        "editorial.Idea",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="posts",
        verbose_name=_("idea"),
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["wanted_at"],
                condition=models.Q(planned_at=None, wanted_at__isnull=False),
                name="editorial_post_wanted",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(planned_at=None, wanted_at=None),
                name="editorial_post_undated",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, current=None)
                | models.Q(state__in=FROZEN, current__isnull=False)
                | models.Q(state=PostState.DROPPED),
                name="editorial_post_frozen_with_version",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=TIMED) | models.Q(planned_at__isnull=False),
                name="editorial_post_planned_has_time",
            ),
            models.CheckConstraint(
                condition=(models.Q(wanted_at=None) | models.Q(wanted_at__range=WITHIN_REACH))
                & (models.Q(planned_at=None) | models.Q(planned_at__range=WITHIN_REACH)),
                name="editorial_post_time_in_reach",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("base_text"), LONGEST_TEXT), name="editorial_post_text_fits"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def out_of_turn(self, move: Move) -> str:
        """This will also say who brought the post into its state, and when: two may have decided at once."""
        sentence = super().out_of_turn(move)
        latest = trail.events_about(self).filter(data__to=self.state).first()
        if latest is None or not latest.actor_name:
            return sentence
        return f"{sentence} {latest.text}: {latest.actor_name}, {moment(latest.at)}."

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_over(self, at: datetime) -> bool:
        """This will tell whether the time the post has is over, though it is not out."""
        when = self.planned_at or self.wanted_at
        return when is not None and when < at and self.state not in FIXED

    def has_lapsed(self, at: datetime) -> bool:
        """This will tell whether its time passed while it waited for a reader, or for being planned."""
        return self.state in LAPSING and self.is_over(at)

    @property
    def is_timed(self) -> bool:
        """Say whether the planned time stands; before it is planned, and once it is opened again, a time is a wish."""
        return self.state in TIMED

    def is_author(self, user: User) -> bool:
        """This will tell whether the person, or an account of the same mailbox, wrote in the post or saved a version."""
        return (
            self.created_by_id == user.pk
            or self.versions.filter(saved_by__mailbox=user.mailbox).exists()
            or self.writers.filter(user__mailbox=user.mailbox).exists()
        )

    def authors(self) -> list[User]:
        """This will list who wrote in the post or saved a version of it."""
        return list(
            User.objects.filter(
                models.Q(pk__in=self.versions.values("saved_by"))
                | models.Q(pk__in=self.writers.values("user"))
            ).order_by("name")
        )


class PostText(models.Model):
    """A channel on which the post appears. It follows the post's text unless it has its own."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="texts")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="post_texts", verbose_name=_("channel"))
    own_text = models.TextField(_("own text"), max_length=LONGEST_TEXT, blank=True)

    class Meta:
        verbose_name = _("text on a channel")
        verbose_name_plural = _("texts on channels")
        ordering = ["channel__name"]
        constraints = [
            models.UniqueConstraint(fields=["post", "channel"], name="editorial_text_once"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("own_text"), LONGEST_TEXT), name="editorial_own_text_fits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}"

    @property
    def text(self) -> str:
        return self.own_text or self.post.base_text


class PostLink(models.Model):
    """An address that the post leads to."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="links")
    url = models.URLField(_("link"), max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.url


class PostPicture(models.Model):
    """A picture in the post, in its order, with the alternative text it is published with."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+", verbose_name=_("picture"))
    alt_text = models.CharField(_("alternative text"), max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("picture in a post")
        verbose_name_plural = _("pictures in posts")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["post", "picture"], name="editorial_picture_once")]

    def __str__(self) -> str:
        return str(self.picture)


class PostVersion(models.Model):
    """Everything publishable in a post as somebody saved it, with its hash. Written once."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    sha = models.CharField(_("hash"), max_length=64)
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="editorial_version_once")]

    def __str__(self) -> str:
        return f"{self.post} {self.number}"

    def text_on(self, channel_id: int) -> str:
        """This will return what the version says on the channel."""
        for text in self.content["texts"]:
            if text["channel"] == channel_id:
                return str(text["text"])
        return str(self.content["text"])


class Review(models.Model):
    """What a second person said of one version: approved, or what should change. Written once.

    `answers` are the reader's own, by question; `findings` what the machine's checklist said at that moment;
    `overruled` the links that did not work and were let through, for the reason given.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        CHANGES = "changes", _("changes asked")

    version = models.ForeignKey(
        PostVersion, models.PROTECT, related_name="reviews", verbose_name=_("version")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reviewer")
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    note = models.TextField(_("note"), blank=True)
    answers: models.JSONField[Any, Any] = models.JSONField(_("answers"), default=dict, blank=True)
    findings: models.JSONField[Any, Any] = models.JSONField(
        _("the machine's answers"), default=list, blank=True
    )
    overruled: models.JSONField[Any, Any] = models.JSONField(_("links let through"), default=list, blank=True)
    overrule_reason = models.TextField(_("why they were let through"), blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(verdict="approved"), name="editorial_approved_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.reviewer}"
