"""Where posts and pictures meet: the gate before a move, and what happens when a yes ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.lights import gate
from consent.models import Picture
from consent.queries import Use
from consent.signals import consent_ended, units_worked_for, uses_of_picture
from core.models import Unit, User
from core.moves import MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Refusal
from core.workdays import local_day
from editorial.models import Post, Publication, Team
from editorial.states import POST_MOVES, PublicationState


def ask_the_people(post: Post, at: datetime, channels: Iterable[int] | None = None) -> None:
    """This will raise MoveRefused when a picture is not green on the post's channels on the local day of `at`.

    `channels` are ids; those the post stands on when not given. Nobody can overrule it.
    """
    wanted = post.texts.values_list("channel_id", flat=True) if channels is None else channels
    pictures = Picture.objects.filter(pk__in=post.pictures.values("picture")).for_light()
    answer = gate(pictures, wanted, local_day(at))
    if isinstance(answer, Refusal):
        raise MoveRefused(answer)


@receiver(units_worked_for)
def units_of_teams(user: User, **kwargs: Any) -> models.QuerySet[Unit, Any]:
    """This will answer with the units of the user's teams and of the people in them."""
    teams = Team.objects.of_member(user)
    return Unit.objects.filter(
        models.Q(teams__in=teams) | models.Q(people__memberships__team__in=teams)
    ).values("pk")


@receiver(uses_of_picture)
def posts_with(picture: Picture, user: User, **kwargs: Any) -> list[Use]:
    """This will answer with the posts that `user` may see, newest first."""
    posts = Post.objects.visible_to(user).filter(pictures__picture=picture)[:50]
    return [
        Use(post.title, reverse("editorial:post_page", args=[post.pk]), post.state, post.state_label)
        for post in posts
    ]


@receiver(consent_ended)
def stop_posts_with(picture: Picture, actor: User, at: datetime, **kwargs: Any) -> None:
    """This will send what is under review, approved or planned back to draft, and tell who has what is out already."""
    note = _("The consent for the picture “%(picture)s” has ended. Choose another.") % {
        "picture": picture.title
    }
    for post in Post.objects.filter(
        pictures__picture=picture, state__in=POST_MOVES["reopen"].sources
    ).select_related("team", "current"):
        perform(post, "reopen", actor=None, at=at, note=note)
    out = Publication.objects.filter(
        post__pictures__picture=picture, state__in=[PublicationState.PUBLISHED, PublicationState.DUE]
    )
    for publication in out.select_related("post__team", "channel__platform"):
        _tell_to_take_down(publication, picture, at)


def _tell_to_take_down(publication: Publication, picture: Picture, at: datetime) -> None:
    tell(
        (
            Message(
                recipient=person,
                key=f"publication:{publication.pk}:consent:{picture.pk}",
                subject=say(gettext_lazy("Take down the picture: %(title)s"), title=publication.post.title),
                body=say(
                    gettext_lazy(
                        "The consent for the picture “%(picture)s” has ended. It is on %(channel)s."
                    ),
                    picture=picture.title,
                    channel=str(publication.channel),
                ),
                url=reverse("editorial:post_page", args=[publication.post_id]),
                why=gettext_lazy("you have the shift for publishing"),
                about=publication.post,
                urgent=True,
            )
            for person in publication.post.team.to_tell("publish", at)
        ),
        at,
    )
