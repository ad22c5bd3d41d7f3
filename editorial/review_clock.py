"""What the clock does with readings: remind of posts that nobody has read, and check links again before the time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from core.ladders import ladder
from core.models import Rung, User
from core.notices import Message, say, tell
from editorial.links import Occasion, ask_version
from editorial.models import Post
from editorial.presence import at_work
from editorial.proofs import readers_of
from editorial.reviewing import nobody_reads, review_url
from editorial.states import PostState


@ladder("review")
def remind_readers(rungs: list[Rung], at: datetime) -> None:
    """This will remind who was asked by name, otherwise the editors; the last time all editors.

    Whoever is away, or may not read it any more, is left out: when everybody asked is, the other editors are told, and
    when all are, the authors.
    """
    waiting = Post.objects.filter(state=PostState.IN_REVIEW).select_related(
        "team__unit", "current", "created_by"
    )
    found = waiting.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if post := found.get(rung.object_id):
            asked = [_reminder(post, rung, person) for person in _to_remind(post, rung.step, at)]
            tell(asked or nobody_reads(post, rung.step), at)


@ladder("post_links")
def check_links_before(rungs: list[Rung], at: datetime) -> None:
    """This will put a new question for each link of what goes out soon."""
    planned = Post.objects.filter(pk__in=[rung.object_id for rung in rungs], state=PostState.SCHEDULED)
    for post in planned.select_related("current__post"):
        if post.current:
            ask_version(post.current, occasion=Occasion.BEFORE, at=at)


def _to_remind(post: Post, step: str, at: datetime) -> list[User]:
    assert post.current is not None  # noqa: S101  (the state has it, the database says so)
    editors = at_work(readers_of(post), at)
    if step.startswith("editors"):
        return editors
    asked = set(post.current.requests.values_list("reader", flat=True))
    return [editor for editor in editors if editor.pk in asked] or editors


def _reminder(post: Post, rung: Rung, person: User) -> Message:
    return Message(
        recipient=person,
        key=f"post:{post.pk}:remind:{rung.step}",
        subject=say(gettext_lazy("Still to review: %(title)s"), title=post.title),
        body=gettext_lazy("Nobody has read it yet. Read it, or ask a colleague by name."),
        url=review_url(post),
        why=say(gettext_lazy("you are an editor of the team %(team)s"), team=post.team.name),
        about=post,
        urgent=rung.step.startswith("editors"),
    )
