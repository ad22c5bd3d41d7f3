"""Comments that never had a case: which are old enough to go, and what goes. Cases go by a signed disposal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from core.models import Event, EventNote
from moderation.models import Case, Comment, CommentRevision, Complaint, Question, Reply, ReplyText
from moderation.states import UNSENT, CommentState, ComplaintState

# What the trail tells of a comment: by itself, by its answer, by its complaint. Which table, and the way to the comment.
TOLD_OF: dict[str, tuple[type[models.Model], str]] = {
    "moderation.comment": (Comment, "pk"),
    "moderation.reply": (Reply, "comment"),
    "moderation.complaint": (Complaint, "comment"),
}


def quiet_since(before: datetime) -> models.QuerySet[Comment]:
    """This will find the comments without a case that wait for nothing and to which nothing has happened since.

    What happens is in the trail; that a row says otherwise is asked too, so that a comment stays rather than goes.
    """
    late = {"at__gte": before}
    comments = Comment.objects.standing().filter(state=CommentState.HANDLED, registered_at__lt=before)
    return comments.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=before),
        ~Exists(Case.objects.filter(comment=OuterRef("pk"))),
        ~Exists(CommentRevision.objects.filter(comment=OuterRef("pk"), seen_at__gte=before)),
        ~Exists(_questions(before)),
        ~Exists(_complaints(before)),
        ~Exists(_replies(before)),
        ~Exists(Event.objects.filter(about_type="moderation.comment", about_id=OuterRef("pk"), **late)),
    )


def _questions(before: datetime) -> models.QuerySet[Question]:
    """Those of a comment that wait, or were asked or ended since."""
    waits = Q(answered_at=None, dropped_at=None)
    since = Q(asked_at__gte=before) | Q(answered_at__gte=before) | Q(dropped_at__gte=before)
    return Question.objects.filter(waits | since, comment=OuterRef("pk"))


def _complaints(before: datetime) -> models.QuerySet[Complaint]:
    """That of a comment that has no outcome yet, or was passed on, concluded or corrected since."""
    told = Event.objects.filter(about_type="moderation.complaint", about_id=OuterRef("pk"), at__gte=before)
    since = Q(passed_on_at__gte=before) | Q(concluded_at__gte=before) | Exists(told)
    return Complaint.objects.filter(Q(state=ComplaintState.PASSED_ON) | since, comment=OuterRef("pk"))


def _replies(before: datetime) -> models.QuerySet[Reply]:
    """Those to a comment that are on their way, or were written, sent or dropped since."""
    told = Event.objects.filter(about_type="moderation.reply", about_id=OuterRef("pk"), at__gte=before)
    since = Q(created_at__gte=before) | Q(sent_at__gte=before) | Exists(told)
    return Reply.objects.filter(Q(state__in=UNSENT) | since, comment=OuterRef("pk"))


def erase(comments: models.QuerySet[Comment], at: datetime) -> int:
    """This will erase who wrote what where, and what was answered and noted about it; and return of how many comments.

    What came when, of what kind, to which channel, who handled and answered it when, and the complaint's number stay, so
    that no figure changes. Must run inside a transaction that holds the rows. Raises IntegrityError for what waits.
    """
    gone = Comment.objects.filter(pk__in=list(comments.values_list("pk", flat=True)))
    erased = gone.update(erased_at=at, url="", claimed_by=None, claimed_until=None, version=F("version") + 1)
    CommentRevision.objects.filter(comment__in=gone).update(text="", author_name="")
    ReplyText.objects.filter(reply__comment__in=gone).update(text="")
    Complaint.objects.filter(comment__in=gone).update(outcome=Complaint.ERASED)
    erase_notes(gone)
    return erased


def erase_notes(comments: models.QuerySet[Comment]) -> None:
    """This will erase what was typed beside the trail of these comments, their answers and complaints."""
    for name, (
        model,
        path,
    ) in TOLD_OF.items():  # a statement each: in one, PostgreSQL would read the whole trail
        rows = model._base_manager.filter(**{f"{path}__in": comments})
        beside = EventNote.objects.filter(event__about_type=name)
        beside.filter(event__about_id__in=rows.values("pk")).update(text="", salt="")


def emptied_early(notes: Iterable[EventNote]) -> dict[int, int]:
    """This will find, of notes that are empty, those whose comment nobody has disposed of: its number by theirs."""
    early: dict[int, int] = {}
    for name, (model, path) in TOLD_OF.items():
        its = {note.pk: note.event.about_id for note in notes if note.event.about_type == name}
        rows = model._base_manager.filter(pk__in=set(its.values())).values_list("pk", path)
        comment_of = dict(rows)
        standing = Comment.objects.standing().filter(pk__in=set(comment_of.values()))
        kept = set(standing.exclude(cases__disposals__erased_at__isnull=False).values_list("pk", flat=True))
        early |= {pk: comment_of[about] for pk, about in its.items() if comment_of.get(about) in kept}
    return early
