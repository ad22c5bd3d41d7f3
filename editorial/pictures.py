"""Where posts and pictures meet: the gate before a move, and what happens when a yes ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from consent.lights import gate
from consent.models import Appearance, ConsentEvent, Person, Picture
from consent.queries import Shown, Use
from consent.signals import (
    consent_ended,
    copy_changed,
    keepers_of_picture,
    shown_of_person,
    units_worked_for,
    uses_of_picture,
)
from core.models import Unit, User
from core.moves import MoveRefused, perform_many
from core.rules import Answer, Refusal
from core.workdays import local_day
from editorial.models import Membership, Post, Publication, Team
from editorial.states import POST_MOVES, PostState, PublicationState
from editorial.takedowns import stop


def may_be_shown(post: Post, at: datetime, channels: Iterable[int] | None = None) -> Answer:
    """This will grant when every picture is green on the post's channels on the local day of `at`, else say why not.

    `channels` are ids; those the post stands on when not given.
    """
    wanted = post.texts.values_list("channel_id", flat=True) if channels is None else channels
    pictures = Picture.objects.filter(pk__in=post.pictures.values("picture")).for_light()
    return gate(pictures, wanted, local_day(at))


def ask_the_people(post: Post, at: datetime, channels: Iterable[int] | None = None) -> None:
    """This will raise MoveRefused when a picture may not be shown. Nobody can overrule it."""
    answer = may_be_shown(post, at, channels)
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
def stop_posts_with(
    picture: Picture,
    at: datetime,
    cause: str,
    kept: Collection[int] = (),
    word: ConsentEvent | None = None,
    **kwargs: Any,
) -> None:
    """This will stop what is planned with the picture and open a takedown of what is out."""
    stop(picture, at=at, cause=cause, kept=kept, word=word)


@receiver(copy_changed)
def approve_the_copy_anew(picture: Picture, at: datetime, **kwargs: Any) -> None:
    """This will send back posts that were sent to review, approved or planned with another copy of the picture."""
    posts = Post.objects.filter(pictures__picture=picture, state__in=POST_MOVES["reopen"].sources)
    note = _("Places in the picture “%(picture)s” were blurred or shown again. Have the post read again.")
    perform_many(
        list(posts.select_related("team", "current")),
        "reopen",
        actor=None,
        at=at,
        note=note % {"picture": picture.title},
    )


@receiver(keepers_of_picture)
def editors_who_show(picture: Picture, at: datetime, **kwargs: Any) -> list[User]:
    """This will answer with the editors of teams that have the picture in a post, and of the unit's teams."""
    shows = Post.objects.filter(pictures__picture=picture).exclude(state=PostState.DROPPED)
    teams = Team.objects.filter(models.Q(pk__in=shows.values("team")) | models.Q(unit=picture.unit_id))
    editors = Membership.objects.filter(team__in=teams, role=Membership.Role.EDITOR, user__is_active=True)
    return list(User.objects.filter(pk__in=editors.values("user")).order_by("pk"))


@receiver(shown_of_person)
def publications_of(person: Person, **kwargs: Any) -> list[Shown]:
    """This will answer with where pictures of the person went out, newest first, and what their own word took down."""
    pictures = Appearance.objects.filter(person=person).values("picture")
    theirs = models.Q(takedown_tasks__takedown__word__person=person)
    rows = (
        Publication.objects.filter(post__pictures__picture__in=pictures)
        .exclude(state=PublicationState.MISSED)
        .select_related("channel__platform")
        .annotate(
            to_come_down=models.Min("takedown_tasks__takedown__opened_at", filter=theirs),
            seen_gone=models.Max("takedown_tasks__checked_at", filter=theirs),
        )
    )
    return [
        Shown(
            channel=str(row.channel),
            url=row.url,
            at=row.settled_at,
            state=row.state,
            state_label=row.state_label,
            is_live=row.state in (PublicationState.PUBLISHED, PublicationState.DUE),
            to_come_down=row.to_come_down,
            seen_gone=row.seen_gone,
        )
        for row in rows.order_by("-due_at", "-pk")
    ]
