"""Ideas: handed in by anyone, tended by a team, and whoever gave one hears each time (R4)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import Picture
from consent.states import Source
from consent.transitions import add_picture
from core import filestore, trail
from core.models import User
from core.moves import MoveForbidden, perform
from core.notices import Message, say, tell
from core.rules import Refusal
from core.uploads import CleanImage, clean_image
from editorial.idea_rules import may_run_tip_form, may_tend
from editorial.idea_states import IDEA_MOVES, IdeaState, TipFormState
from editorial.models import Idea, Post, Team, TipForm
from editorial.models.ideas import address_hash
from editorial.states import POST_MOVES, PublicationState
from editorial.transitions import save_post

ORIGINALS, COPIES = "idea-pictures", "idea-picture-copies"

trail.WORDS |= {
    "idea.give": gettext_lazy("Idea handed in"),
    "idea.picture": gettext_lazy("The idea's picture kept among the pictures"),
    "tip_form.make": gettext_lazy("Tip form opened"),
}


def hand_in(
    *,
    team: Team,
    at: datetime,
    actor: User | None,
    what: str,
    why_now: str = "",
    link: str = "",
    ask_whom: str = "",
    picture: CleanImage | None = None,
    giver_name: str = "",
) -> tuple[Idea, str]:
    """This will store an idea, tell the team's people, and return it with the secret by which its giver follows it.

    The secret is empty for a giver with an account, who is told instead; only its hash is kept.
    """
    secret = "" if actor else secrets.token_urlsafe(16)
    with transaction.atomic():
        idea = Idea.objects.create(
            team=team,
            what=what,
            why_now=why_now,
            link=link,
            ask_whom=ask_whom,
            given_by=actor,
            giver_name="" if actor else giver_name,
            receipt_hash=address_hash(secret) if secret else "",
            given_at=at,
            **(_kept(picture) if picture else {}),
        )
        trail.record("idea.give", about=idea, actor=actor, at=at)
        tell(_news_for_team(idea, at), at)
    return idea, secret


def make_tip_form(team: Team, *, actor: User, at: datetime) -> tuple[TipForm, str]:
    """This will open the team's tip form and return it with the secret of its address, which is shown this once.

    A team that has one gets a new address, and the old one leads nowhere. Raises MoveRefused for others than its editors.
    """
    secret = secrets.token_urlsafe(16)
    found = TipForm.objects.filter(team=team).first()
    if found:
        perform(found, "renew", actor=actor, at=at, address_hash=address_hash(secret))
        return found, secret
    tip_form = TipForm(team=team, address_hash=address_hash(secret), opened_by=actor, opened_at=at)
    answer = may_run_tip_form(actor, tip_form)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    with transaction.atomic():
        tip_form.save()
        trail.record("tip_form.make", about=tip_form, actor=actor, at=at)
    return tip_form, secret


def tip_form_at(secret: str) -> TipForm | None:
    """This will return the open form at the address; nothing when it is closed, was renewed or never was."""
    return (
        TipForm.objects.filter(address_hash=address_hash(secret), state=TipFormState.OPEN)
        .select_related("team__unit")
        .first()
    )


def idea_followed_at(secret: str) -> Idea | None:
    """This will return the idea whose giver got the address."""
    return Idea.objects.filter(receipt_hash=address_hash(secret)).select_related("team").first()


def write_post_from(idea: Idea, *, actor: User, at: datetime, seen: int | None = None) -> Post:
    """This will begin a post from the idea, tell its giver, and return the post.

    An idea that became a post already may become another. Raises MoveRefused.
    """
    with transaction.atomic():
        post = Post(team=idea.team, idea=idea)
        text = "\n\n".join(part for part in (idea.what, idea.why_now) if part)
        fields = {"title": idea.title, "base_text": text}
        links = [idea.link] if idea.link else []
        save_post(post, actor=actor, at=at, fields=fields, texts={}, links=links)
        if idea.state != IdeaState.USED:
            perform(idea, "use", actor=actor, at=at, seen=seen, post=post)
    return post


def keep_picture_of(idea: Idea, *, actor: User, at: datetime, title: str, alt_text: str) -> Picture:
    """This will put the idea's picture among the team's pictures, where one says who is in it. Raises MoveRefused."""
    answer = may_tend(actor, idea)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    image = clean_image(filestore.read(ORIGINALS, idea.original_sha), name=title)
    with transaction.atomic():
        picture = add_picture(
            actor=actor,
            at=at,
            image=image,
            unit=idea.team.unit,
            title=title,
            alt_text=alt_text,
            source=Source.OTHER,
            credit=idea.giver,
        )
        trail.record("idea.picture", about=idea, actor=actor, at=at, data={"picture": picture.pk})
    return picture


@IDEA_MOVES.before("take")
@IDEA_MOVES.before("use")
@IDEA_MOVES.before("park")
@IDEA_MOVES.before("decline")
def note_who_tends(idea: Idea, *, actor: User | None, at: datetime, **details: Any) -> dict[str, Any]:
    return {"tended_by": actor, "reason": ""}


@IDEA_MOVES.before("give_back")
def forget_reason(idea: Idea, **details: Any) -> dict[str, Any]:
    return {"reason": ""}


@IDEA_MOVES.effect("take")
@IDEA_MOVES.effect("park")
@IDEA_MOVES.effect("decline")
@IDEA_MOVES.effect("use")
@IDEA_MOVES.effect("give_back")
def tell_giver(idea: Idea, *, actor: User | None, at: datetime, note: str, **details: Any) -> None:
    """This will keep the reason where the giver reads it, and tell a giver with an account."""
    if note:
        Idea.objects.filter(pk=idea.pk).update(reason=note)
        idea.reason = note
    subject, body = _NEWS[IdeaState(idea.state)]
    _tell_giver(idea, f"{idea.state}:{idea.version}", subject, note or body, actor, at)


@POST_MOVES.effect("drop")
def take_idea_up_again(post: Post, *, at: datetime, **details: Any) -> None:
    """This will give the idea back to the team when no other post is made of it."""
    idea = post.idea
    if idea is None or idea.state != IdeaState.USED:
        return
    if not idea.posts.exclude(state=post.state).exists():
        perform(idea, "give_back", actor=None, at=at)


@POST_MOVES.effect("finish")
def tell_giver_it_is_out(post: Post, *, at: datetime, **details: Any) -> None:
    """This will tell the giver where to see what the idea became."""
    if post.idea is None:
        return
    out = post.publications.filter(state=PublicationState.PUBLISHED).values_list("url", flat=True)
    subject = gettext_lazy("Your idea is out: %(title)s")
    _tell_giver(post.idea, f"out:{post.pk}", subject, "\n".join(out), None, at)


def idea_url(idea: Idea) -> str:
    return reverse("editorial:idea_page", args=[idea.pk])


_NEWS: dict[IdeaState, tuple[Any, Any]] = {
    IdeaState.TAKEN: (gettext_lazy("Your idea is taken: %(title)s"), gettext_lazy("The team works on it.")),
    IdeaState.PARKED: (gettext_lazy("Your idea is parked: %(title)s"), ""),
    IdeaState.DECLINED: (gettext_lazy("Your idea is declined: %(title)s"), ""),
    IdeaState.USED: (
        gettext_lazy("Your idea became a post: %(title)s"),
        gettext_lazy("You hear again when it is published."),
    ),
}


def _tell_giver(
    idea: Idea, what: str, subject: Promise, body: str | Promise, actor: User | None, at: datetime
) -> None:
    if idea.given_by is None or idea.given_by == actor:
        return
    message = Message(
        recipient=idea.given_by,
        key=f"idea:{idea.pk}:{what}",
        subject=say(subject, title=idea.title),
        body=body,
        url=idea_url(idea),
        why=gettext_lazy("you handed in this idea"),
        about=idea,
    )
    tell([message], at)


def _news_for_team(idea: Idea, at: datetime) -> Iterator[Message]:
    for editor in idea.team.editors():
        if editor != idea.given_by:
            yield Message(
                recipient=editor,
                key=f"idea:{idea.pk}:new",
                subject=say(gettext_lazy("New idea: %(title)s"), title=idea.title),
                body=idea.why_now or gettext_lazy("Take it, park it or decline it."),
                url=idea_url(idea),
                why=say(gettext_lazy("you are an editor of the team %(team)s"), team=idea.team.name),
                about=idea,
            )


def _kept(picture: CleanImage) -> dict[str, str]:
    return {
        "original_sha": filestore.keep(ORIGINALS, picture.original),
        "clean_sha": filestore.keep(COPIES, picture.clean_bytes),
        "content_type": picture.content_type,
    }


def became(idea: Idea) -> list[dict[str, Any]]:
    """This will list the posts made of the idea as its giver may know them: their state, and where they are out."""
    return [
        {
            "post": post,
            "state": post.state,
            "label": post.state_label,
            "addresses": [
                row.url for row in post.publications.all() if row.state == PublicationState.PUBLISHED
            ],
        }
        for post in idea.posts.prefetch_related("publications").order_by("pk")
    ]


def words_of(idea: Idea) -> str:
    """This will say in a sentence, to whoever gave it, where the idea stands."""
    return {
        IdeaState.NEW: _("The team has not read it yet."),
        IdeaState.TAKEN: _("The team works on it."),
        IdeaState.PARKED: _("The team keeps it for later."),
        IdeaState.DECLINED: _("The team says no this time."),
        IdeaState.USED: _("It became a post."),
    }[IdeaState(idea.state)]
