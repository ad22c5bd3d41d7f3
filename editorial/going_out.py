"""What belongs to the moves of publications: opened as a post falls due, confirmed or missed, and the post settled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.live_addresses import recognise
from channels_registry.models import Platform
from core import ladders
from core.models import User
from core.moves import MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Refusal
from editorial.models import Post, Publication
from editorial.pictures import ask_the_people
from editorial.states import POST_MOVES, PUBLICATION_MOVES, PublicationState
from editorial.transitions import post_url


@POST_MOVES.effect("fall_due")
def open_publications(post: Post, *, at: datetime, **details: Any) -> None:
    """This will open one publication for each channel, with its reminders, and tell who has the shift."""
    assert post.planned_at is not None  # noqa: S101
    assert post.current is not None  # noqa: S101
    for row in post.texts.select_related("channel"):
        publication = Publication.objects.create(
            post=post, channel=row.channel, post_version=post.current, due_at=post.planned_at
        )
        ladders.set_up(
            "publication",
            publication.pk,
            {
                step: post.planned_at + timedelta(minutes=minutes)
                for step, minutes in settings.PUBLICATION_REMINDER_MINUTES.items()
            },
        )
    tell_publishers(
        post,
        at,
        step="due",
        subject=gettext_lazy("Publish now: %(title)s"),
        body=gettext_lazy("Copy the text, publish it and confirm with the address."),
    )


def tell_publishers(post: Post, at: datetime, *, step: str, subject: Promise, body: str | Promise) -> None:
    """This will tell, urgently, who has the shift for publishing, or the editors. `subject` names %(title)s."""
    tell(
        (
            Message(
                recipient=person,
                key=f"post:{post.pk}:{step}:{post.version}",
                subject=say(subject, title=post.title),
                body=body,
                url=post_url(post),
                why=gettext_lazy("you have the shift for publishing, or are an editor of the team"),
                about=post,
                urgent=True,
            )
            for person in post.team.to_tell("publish", at)
        ),
        at,
    )


@PUBLICATION_MOVES.before("confirm")
@PUBLICATION_MOVES.before("miss")
def who_and_when(
    publication: Publication, *, actor: User, at: datetime, url: str = "", **details: Any
) -> dict[str, Any]:
    """This will note who settles it; the address has to be a post of the channel, and not used before.

    It is kept without what sharing adds to it, so that one post has one address.
    """
    who = {"settled_at": at, "settled_by": actor}
    if not url:
        return who
    found = recognise(publication.channel, url)
    if isinstance(found, Refusal):
        raise MoveRefused(found)
    # One at a time on a platform: whoever brings the same address at the same moment is told in words.
    Platform.objects.select_for_update(no_key=True).get(pk=publication.channel.platform_id)
    if Publication.objects.filter(url=found.url).exclude(pk=publication.pk).exists():
        raise MoveRefused(_("Another publication has this address already."))
    ask_the_people(publication.post, at, [publication.channel_id])
    return who | {"url": found.url}


@PUBLICATION_MOVES.effect("confirm")
@PUBLICATION_MOVES.effect("miss")
def settle_post(publication: Publication, *, at: datetime, **details: Any) -> None:
    """This will end the reminders, and the post's going out when all its publications are settled."""
    ladders.take_down("publication", [publication.pk], at)
    post = publication.post
    post.refresh_from_db()
    siblings = post.publications.filter(due_at=publication.due_at)
    if siblings.filter(state=PublicationState.DUE).exists():
        return
    published = siblings.filter(state=PublicationState.PUBLISHED).exists()
    perform(post, "finish" if published else "lapse", actor=None, at=at)
