"""Answering who writes to the city: how long it may take (R13), the second reading (R26), complaints (R25)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveIncomplete, MoveRefused, perform
from core.notices import Message, make_moot, say, tell
from core.rules import grant_if
from core.workdays import instant, is_working_day, local_day, next_working_day
from editorial.models import Team
from moderation.models import Comment, Complaint, Question, Reply, ReplyText, SavedAnswer
from moderation.rules import may_moderate, must
from moderation.states import COMMENT_MOVES, COMPLAINT_MOVES, REPLY_MOVES, UNSENT, CommentState, ReplyState

SOON = timedelta(hours=2)
LONGEST_REFERENCE = 60
# What is filled into a saved answer, by the word for it in either language.
VARIABLES = {
    "name": "name",
    "namn": "name",
    "channel": "channel",
    "kanal": "channel",
    "me": "me",
    "jag": "me",
    "unit": "unit",
    "enhet": "unit",
}
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def answer_due(asked_at: datetime) -> datetime:
    """This will return when a question must be answered (R13): the same working day when it came in before 15:00,
    otherwise by noon the next working day. The times of day are settings."""
    day = local_day(asked_at)
    clock = asked_at.astimezone(ZoneInfo(settings.TIME_ZONE)).time()
    if is_working_day(day) and clock < time.fromisoformat(settings.ANSWER_SAME_DAY_BEFORE):
        return instant(day, settings.ANSWER_SAME_DAY_BY)
    return instant(next_working_day(day), settings.ANSWER_NEXT_DAY_BY)


def wait_for_answer(
    comment: Comment, *, actor: User, at: datetime, asked_at: datetime | None = None
) -> Question:
    """This will start the time for an answer. Raises MoveRefused when somebody waits already."""
    asked_at = (asked_at or at).astimezone(UTC)
    due_at = answer_due(asked_at)
    try:
        with transaction.atomic():
            question = Question.objects.create(comment=comment, asked_at=asked_at, due_at=due_at)
            ladders.set_up("question", question.pk, {"soon": due_at - SOON, "late": due_at})
            trail.record("comment.question", about=comment, actor=actor, at=at)
    except IntegrityError as error:
        raise MoveRefused(_("Somebody waits for this answer already.")) from error
    return question


def end_question(comment: Comment, *, at: datetime, answered: bool) -> None:
    """This will stop the time for an answer, if it runs, and withdraw the reminders."""
    question = Question.objects.filter(comment=comment, answered_at=None, dropped_at=None).first()
    if question is None:
        return
    column = "answered_at" if answered else "dropped_at"
    Question.objects.filter(pk=question.pk, answered_at=None, dropped_at=None).update(**{column: at})
    ladders.take_down("question", [question.pk], at)
    make_moot(question)


@COMMENT_MOVES.effect("handle")
def stop_waiting(comment: Comment, *, at: datetime, **details: Any) -> None:
    """This will end the wait of a question that was handled without an answer of ours."""
    end_question(comment, at=at, answered=False)
    Comment.objects.filter(pk=comment.pk).update(claimed_by=None, claimed_until=None)


@COMMENT_MOVES.effect("ask_again")
def wait_again(comment: Comment, *, actor: User, at: datetime, **details: Any) -> None:
    wait_for_answer(comment, actor=actor, at=at)


def save_reply(comment: Comment, *, actor: User, at: datetime, text: str, seen: int | None = None) -> Reply:
    """This will keep a text as the comment's answer, begun or changed; what was read before is not read any more.

    Raises MoveRefused outside the team and without text, ChangedMeanwhile when `seen` is not the latest version or
    somebody else began an answer in the same moment.
    """
    must(may_moderate(actor, comment))
    if not text.strip():
        raise MoveIncomplete(_("Write the answer first."))
    with transaction.atomic():
        reply = Reply.objects.filter(comment=comment, state__in=UNSENT).first()
        if reply is None:
            if seen:
                raise ChangedMeanwhile
            reply = _begin(comment, actor, at)
        elif seen is not None and reply.version != seen:
            raise ChangedMeanwhile
        if reply.state != ReplyState.DRAFT:
            perform(reply, "rewrite", actor=actor, at=at, read_by=None, read_text=None)
        _add_text(reply, actor, at, text)
        trail.record("reply.write", about=reply, actor=actor, at=at)
    return reply


@REPLY_MOVES.before("agree")
def note_reader(reply: Reply, *, actor: User, **details: Any) -> dict[str, Any]:
    return {"read_by": actor, "read_text": reply.current}


@REPLY_MOVES.before("send_back")
@REPLY_MOVES.before("rewrite")
def forget_reader(reply: Reply, **details: Any) -> dict[str, Any]:
    return {"read_by": None, "read_text": None}


@REPLY_MOVES.before("send")
def note_sender(reply: Reply, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"sent_by": actor, "sent_at": at}


@REPLY_MOVES.effect("ask_reading")
def tell_readers(reply: Reply, *, actor: User, at: datetime, **details: Any) -> None:
    """This will tell those of the team who may read the answer; whoever has the duty to answer, or the editors."""
    team = reply.team
    readers = [] if team is None else team.to_tell("answer", at) + team.editors()
    tell(
        [
            Message(
                recipient=reader,
                key=f"reading:{reply.pk}:{reply.current_id}",
                subject=say(
                    gettext_lazy("Read an answer to criticism on %(channel)s"),
                    channel=str(reply.comment.channel),
                ),
                body=gettext_lazy(
                    "Is it calm, plain and without irony? Say that it may be sent, or what to change."
                ),
                url=comment_url(reply.comment),
                why=gettext_lazy("you have the shift for answering, or are an editor of the team"),
                about=reply,
            )
            for reader in dict.fromkeys(readers)
            if not reply.is_author(reader)
        ],
        at,
    )


@REPLY_MOVES.effect("send")
def stop_clock_of_question(reply: Reply, *, actor: User, at: datetime, **details: Any) -> None:
    """This will stop the time of the question and mark the comment as handled."""
    comment = Comment.objects.get(pk=reply.comment_id)
    end_question(comment, at=at, answered=True)
    make_moot(reply)
    trail.record("comment.answered", about=comment, actor=actor, at=at)
    if comment.state == CommentState.NEW:
        perform(comment, "handle", actor=actor, at=at, note=_("Answered."))


def pass_on(comment: Comment, *, actor: User, at: datetime, reference: str) -> Complaint:
    """This will note that criticism was passed on to the city's process for complaints (R25)."""
    must(may_moderate(actor, comment))
    if comment.kind != Comment.Kind.CRITICISM:
        raise MoveRefused(_("Only criticism is passed on as a complaint. Change the kind first."))
    reference = _reference_in(reference)
    try:
        with transaction.atomic():
            complaint = Complaint.objects.create(
                comment=comment, reference=reference, passed_on_by=actor, passed_on_at=at
            )
            trail.record("comment.pass_on", about=comment, actor=actor, at=at, note=reference)
    except IntegrityError as error:
        raise ChangedMeanwhile(_("The criticism is passed on already.")) from error
    return complaint


def correct_reference(
    complaint: Complaint, *, actor: User, at: datetime, reference: str, seen: int | None = None
) -> None:
    """This will write the right number over a mistyped one; the trail keeps both, and who corrected it (R25).

    Raises MoveRefused outside the team and for the number it has already, ChangedMeanwhile when `seen` is not the latest.
    """
    must(may_moderate(actor, complaint))
    reference, before = _reference_in(reference), complaint.reference
    if reference == before:
        raise MoveRefused(_("The complaint has this number already."))
    seen = complaint.version if seen is None else seen
    with transaction.atomic():
        mine = Complaint.objects.filter(pk=complaint.pk, version=seen, reference=before)
        if mine.update(reference=reference, version=seen + 1) != 1:
            raise ChangedMeanwhile
        data = {"from": before, "to": reference, "version": seen + 1}
        trail.record(
            "complaint.correct",
            about=complaint,
            actor=actor,
            at=at,
            note=f"{before} → {reference}",
            data=data,
        )
    complaint.refresh_from_db()


def _reference_in(text: str) -> str:
    text = text.strip()
    if not text:
        raise MoveIncomplete(_("Write the number that the complaint got."))
    if len(text) > LONGEST_REFERENCE:
        raise MoveIncomplete(
            _("A number is at most %(count)s characters long.") % {"count": LONGEST_REFERENCE}
        )
    return text


@COMPLAINT_MOVES.before("conclude")
def note_outcome(complaint: Complaint, *, at: datetime, outcome: str, **details: Any) -> dict[str, Any]:
    if not outcome.strip():
        raise MoveIncomplete(_("Write what came of it."))
    return {"outcome": outcome.strip(), "concluded_at": at}


def keep_answer(
    *, team: Team, actor: User, at: datetime, title: str, text: str, answer: SavedAnswer | None = None
) -> SavedAnswer:
    """This will save an answer for the team. Raises MoveRefused for words in braces that nobody can fill in."""
    must(grant_if(team.has_member(actor), _("Only the channel's team can do this.")))
    unknown = [word for word in IN_BRACES.findall(text) if word not in VARIABLES]
    if unknown:
        raise MoveIncomplete(
            _("{%(word)s} cannot be filled in.") % {"word": unknown[0]}
            + " "
            + _("{name}, {channel}, {me} and {unit} are filled in for each comment.")
        )
    answer = answer or SavedAnswer(team=team)
    answer.title, answer.text, answer.saved_by, answer.saved_at = title, text, actor, at
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError as error:
        raise MoveRefused(_("The team has a saved answer with this title already.")) from error
    return answer


def drop_answer(answer: SavedAnswer, *, actor: User) -> None:
    """This will delete a saved answer of one's own team; answers that were sent stay as they are."""
    must(grant_if(answer.team.has_member(actor), _("Only the channel's team can do this.")))
    answer.delete()


def filled_in(answer: SavedAnswer, comment: Comment, user: User) -> str:
    """This will return the saved text with its words in braces filled in for the comment. Reads only."""
    author = comment.current.author_name if comment.current else ""
    facts = {
        "name": author.split(" ")[0],
        "channel": comment.channel.name,
        "me": user.first_name,
        "unit": comment.channel.unit.name,
    }
    return IN_BRACES.sub(lambda found: facts.get(VARIABLES.get(found[1], ""), found[0]), answer.text)


def comment_url(comment: Comment) -> str:
    return reverse("moderation:comment_page", args=[comment.pk])


def _begin(comment: Comment, actor: User, at: datetime) -> Reply:
    try:
        with transaction.atomic():
            return Reply.objects.create(comment=comment, written_by=actor, created_at=at)
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _add_text(reply: Reply, actor: User, at: datetime, text: str) -> None:
    latest = reply.texts.first()
    try:
        with transaction.atomic():
            saved = ReplyText.objects.create(
                reply=reply, number=latest.number + 1 if latest else 1, text=text, author=actor, saved_at=at
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    changed = Reply.objects.filter(pk=reply.pk, state=ReplyState.DRAFT, version=reply.version).update(
        current=saved, version=reply.version + 1
    )
    if changed != 1:
        raise ChangedMeanwhile
    reply.refresh_from_db()
