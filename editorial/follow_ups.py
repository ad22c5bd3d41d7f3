"""Questions are followed up (R12): a task when the post is out, told to whoever answers, settled with what came out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.ladders import ladder
from core.models import Rung, User
from core.notices import Message, make_moot, say, tell
from core.workdays import instant, local_day, next_working_day
from editorial.idea_states import FOLLOW_UP_MOVES, FollowUpState
from editorial.models import FollowUp, Post
from editorial.states import POST_MOVES

MORNING = "09:00"

trail.WORDS |= {"follow_up.open": gettext_lazy("Question to follow up")}


@POST_MOVES.effect("finish")
def open_follow_up(post: Post, *, at: datetime, **details: Any) -> None:
    """This will open the task for a post that asks a question, tell whoever answers, and lay out the reminders."""
    if not post.asks_question:
        return
    steps = {
        step: instant(working_days_after(local_day(at), days), MORNING)
        for step, days in settings.FOLLOW_UP_REMINDER_DAYS.items()
    }
    follow_up, is_new = FollowUp.objects.get_or_create(post=post, defaults={"due_at": max(steps.values())})
    if not is_new:
        return
    trail.record("follow_up.open", about=follow_up, actor=None, at=at)
    ladders.set_up("follow_up", follow_up.pk, steps)
    tell([_message(follow_up, person, "open") for person in post.team.to_tell("answer", at)], at)


def working_days_after(day: date, count: int) -> date:
    """This will return the working day that comes `count` working days after `day`."""
    for _number in range(count):
        day = next_working_day(day)
    return day


@ladder("follow_up")
def remind_of_questions(rungs: list[Rung], at: datetime) -> None:
    """This will remind of questions nobody followed up: who answers first, then the editors."""
    waiting = FollowUp.objects.filter(state=FollowUpState.OPEN).select_related("post__team")
    found = waiting.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if follow_up := found.get(rung.object_id):
            team = follow_up.post.team
            people = team.editors() if rung.step == "editors" else team.to_tell("answer", at)
            tell([_message(follow_up, person, rung.step) for person in people], at)


@FOLLOW_UP_MOVES.before("settle")
@FOLLOW_UP_MOVES.before("no_answers")
def who_and_when(follow_up: FollowUp, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"settled_by": actor, "settled_at": at}


@FOLLOW_UP_MOVES.effect("settle")
@FOLLOW_UP_MOVES.effect("no_answers")
def tell_authors(follow_up: FollowUp, *, actor: User, at: datetime, **details: Any) -> None:
    """This will end the reminders and tell whoever wrote the post what came out of its question."""
    ladders.take_down("follow_up", [follow_up.pk], at)
    make_moot(follow_up)
    tell(
        (
            Message(
                recipient=author,
                key=f"follow_up:{follow_up.pk}:settled",
                subject=say(
                    gettext_lazy("What came out of the question: %(title)s"), title=follow_up.post.title
                ),
                body=follow_up.outcome or gettext_lazy("Nobody answered."),
                url=follow_up_url(follow_up),
                why=gettext_lazy("you wrote this post"),
                about=follow_up,
            )
            for author in follow_up.post.authors()
            if author != actor
        ),
        at,
    )


def follow_up_url(follow_up: FollowUp) -> str:
    return reverse("editorial:follow_up_page", args=[follow_up.pk])


def _message(follow_up: FollowUp, person: User, step: str) -> Message:
    return Message(
        recipient=person,
        key=f"follow_up:{follow_up.pk}:{step}",
        subject=say(gettext_lazy("Follow up the question: %(title)s"), title=follow_up.post.title),
        body=gettext_lazy("Read the answers, thank for them, and write what came out of it."),
        url=follow_up_url(follow_up),
        why=gettext_lazy("you have the shift for answering, or are an editor of the team"),
        about=follow_up,
    )
