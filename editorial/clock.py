"""What the clock does with posts: let them go out at their time, and remind until they are confirmed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.ladders import ladder
from core.models import Rung
from core.moves import MoveRefused, perform
from core.notices import Message, say, tell
from editorial.going_out import tell_publishers
from editorial.models import Post, Publication
from editorial.states import PostState, PublicationState
from editorial.transitions import ask_again


@ladder("post")
def let_posts_go_out(rungs: list[Rung], at: datetime) -> None:
    """This will let planned posts fall due; what no longer holds goes back to draft.

    Who wrote and who approved it are told why, and so is who has the shift for publishing: they may be the only one at
    work.
    """
    posts = Post.objects.filter(pk__in=[rung.object_id for rung in rungs], state=PostState.SCHEDULED)
    for post in posts.select_related("team", "current"):
        try:
            ask_again(post, at)
        except MoveRefused as refused:
            perform(post, "reopen", actor=None, at=at, note=refused.for_trail, told=refused.reason)
            subject = gettext_lazy("It does not go out: %(title)s")
            tell_publishers(post, at, step="stopped", subject=subject, body=refused.reason)
        else:
            perform(post, "fall_due", actor=None, at=at)


@ladder("publication")
def remind_publishers(rungs: list[Rung], at: datetime) -> None:
    """This will remind of publications that nobody confirmed: who has the shift first, then the editors."""
    late = Publication.objects.filter(state=PublicationState.DUE).select_related(
        "post__team", "channel__platform"
    )
    found = late.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        if publication := found.get(rung.object_id):
            tell(_reminders(publication, rung.step, at), at)


def _reminders(publication: Publication, step: str, at: datetime) -> list[Message]:
    team = publication.post.team
    return [
        Message(
            recipient=person,
            key=f"publication:{publication.pk}:{step}",
            subject=say(
                gettext_lazy("Not confirmed yet: %(title)s, %(channel)s"),
                title=publication.post.title,
                channel=str(publication.channel),
            ),
            body=say(
                gettext_lazy("Is it out on %(channel)s? Confirm with the address."),
                channel=str(publication.channel),
            ),
            url=reverse("editorial:publication_page", args=[publication.pk]),
            why=gettext_lazy("you have the shift for publishing, or are an editor of the team"),
            about=publication,
            urgent=True,
        )
        for person in (team.editors() if step == "editors" else team.to_tell("publish", at))
    ]
