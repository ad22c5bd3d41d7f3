from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.moves import Movable
from editorial.models import Team
from moderation.models.comments import Comment, in_sight
from moderation.states import COMPLAINT_MOVES, REPLY_MOVES, ComplaintState, ReplyState


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User) -> models.QuerySet[Question]:
        return in_sight(self, "comment__channel", user)


class Question(models.Model):
    """One time that somebody waits for an answer (R13): from when they asked until they got it.

    Asked again is a new row, so every answer's time can be measured.
    """

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="questions")
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("answer at the latest"))
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    dropped_at = models.DateTimeField(_("needs no answer"), null=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment"],
                condition=models.Q(answered_at=None, dropped_at=None),
                name="moderation_question_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(dropped_at=None),
                name="moderation_question_one_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(answered_at=None, dropped_at=None),
                name="moderation_question_due",
            )
        ]

    def __str__(self) -> str:
        return f"{_('Question')} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.dropped_at is None

    def is_late(self, at: datetime) -> bool:
        return (self.answered_at or at) > self.due_at


class ReplyQuerySet(models.QuerySet["Reply"]):
    def visible_to(self, user: User) -> models.QuerySet[Reply]:
        return in_sight(self, "comment__channel", user)


class Reply(Movable):
    """An answer to a comment, from its draft until it stands on the platform.

    `read_text` is the text that a second person has read and agreed to; a new text is not read yet (R26).
    """

    MOVES = REPLY_MOVES

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="replies", verbose_name=_("comment"))
    state = models.CharField(
        _("state"), max_length=11, choices=ReplyState, default=ReplyState.DRAFT, editable=False, db_index=True
    )
    current = models.ForeignKey(
        "moderation.ReplyText", models.PROTECT, null=True, editable=False, related_name="+"
    )
    read_text = models.ForeignKey(
        "moderation.ReplyText", models.PROTECT, null=True, editable=False, related_name="+"
    )
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("read by"),
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sent by"),
    )

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment"],
                condition=~models.Q(state__in=["sent", "dropped"]),
                name="moderation_reply_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent")
                | models.Q(sent_at__isnull=False, sent_by__isnull=False, current__isnull=False),
                name="moderation_reply_sent_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Answer')} {self.pk}"

    @property
    def team(self) -> Team | None:
        return self.comment.team

    def is_author(self, user: User) -> bool:
        """This will tell whether the user wrote any of the answer's texts."""
        return self.texts.filter(author=user).exists()


class ReplyText(models.Model):
    """An answer as it was saved once. Written once; each save is another, so that every author is known."""

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="texts")
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("text of an answer")
        verbose_name_plural = _("texts of answers")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["reply", "number"], name="moderation_replytext_once")]

    def __str__(self) -> str:
        return f"{self.reply_id} ({self.number})"


class SavedAnswerQuerySet(models.QuerySet["SavedAnswer"]):
    def visible_to(self, user: User) -> models.QuerySet[SavedAnswer]:
        """This will find the answers of the user's teams."""
        return self.filter(team__in=Team.objects.visible_to(user))


class SavedAnswer(models.Model):
    """A text that a team answers with often. Words in braces, such as {name}, are filled in for each comment."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="saved_answers", verbose_name=_("team"))
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"), max_length=5000)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("saved by")
    )
    saved_at = models.DateTimeField(_("saved"), editable=False)

    objects = SavedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved answer")
        verbose_name_plural = _("saved answers")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["team", "title"], name="moderation_savedanswer_title_once")
        ]

    def __str__(self) -> str:
        return self.title


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: User) -> models.QuerySet[Complaint]:
        return in_sight(self, "comment__channel", user)


class Complaint(Movable):
    """Criticism that was passed on to the city's process for complaints, with its number there and its outcome (R25)."""

    MOVES = COMPLAINT_MOVES
    ERASED = "–"  # stands for an outcome that is erased with its comment: concluded without any is no state

    comment = models.OneToOneField(
        Comment, models.PROTECT, related_name="complaint", verbose_name=_("comment")
    )
    reference = models.CharField(_("the city's reference number"), max_length=60)
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=ComplaintState,
        default=ComplaintState.PASSED_ON,
        editable=False,
        db_index=True,
    )
    passed_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    passed_on_at = models.DateTimeField(_("passed on"), editable=False)
    outcome = models.TextField(_("outcome"), blank=True, editable=False)
    concluded_at = models.DateTimeField(_("concluded"), null=True, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="passed_on", concluded_at=None)
                | (models.Q(state="concluded", concluded_at__isnull=False) & ~models.Q(outcome="")),
                name="moderation_complaint_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def team(self) -> Team | None:
        return self.comment.team
