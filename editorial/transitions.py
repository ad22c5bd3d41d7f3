"""What changes posts and publications: saving them, and what belongs to each of their moves."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.live_addresses import recognise
from channels_registry.models import Channel
from consent.models import Picture
from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Refusal
from editorial.addresses import addresses_in
from editorial.links import Occasion, ask_links, ask_the_links, ask_version
from editorial.models import (
    Membership,
    Post,
    PostLink,
    PostPicture,
    PostText,
    PostVersion,
    PostWriter,
    Publication,
    Review,
)
from editorial.pictures import ask_the_people
from editorial.platforms import ask_the_platforms
from editorial.queries import approval_ends_on
from editorial.reviewing import ask_the_reader, kept_answers, tell_what_changed
from editorial.states import FIXED, POST_MOVES, PUBLICATION_MOVES, PostState, PublicationState

trail.WORDS |= {
    "post.create": gettext_lazy("Post begun"),
    "post.edit": gettext_lazy("Text changed"),
    "post.time": gettext_lazy("Wanted time changed"),
    "post.write": gettext_lazy("Began to write"),
}

CONTENT_FIELDS = (
    "title",
    "kind",
    "theme",
    "base_text",
    "byline",
    "collaboration",
    "brand_shown",
    "asks_question",
    "wanted_at",
)


def save_post(
    post: Post,
    *,
    actor: User,
    at: datetime,
    fields: Mapping[str, Any],
    texts: Mapping[Channel, str],
    links: Iterable[str] | None,
    pictures: Iterable[tuple[Picture, str]] | None = None,
    seen: int | None = None,
    by_itself: bool = False,
) -> None:
    """This will store what was written, as a new version when anything publishable changed.

    `links` None and `pictures` None leave them as they are; `pictures` are pairs of a picture and its alternative text,
    in order. A post that was in review, approved or planned goes back to draft first; who approved and who wrote it are
    told what changed. New links are put in the queue of the checks.
    Saved `by_itself` while somebody types, it makes no version and takes nothing out of review; whoever types is noted
    as a writer all the same.
    Raises MoveRefused for people outside the team or states that cannot be edited, ChangedMeanwhile when `seen` is
    no longer the post's version.
    """
    with transaction.atomic():
        left = post.current
        if post.pk is None:
            _create(post, actor, at)
        else:
            _open_for_edit(post, actor, at, seen, by_itself=by_itself)
        for name in CONTENT_FIELDS:
            if name in fields:
                setattr(post, name, fields[name])
        post.changed_by, post.changed_at = actor, at
        post.save(
            update_fields=["changed_by", "changed_at", *(name for name in CONTENT_FIELDS if name in fields)]
        )
        _note_writer(post, actor, at)
        _replace_rows(post, texts, links)
        if pictures is not None:
            _replace_pictures(post, actor, pictures)
        if by_itself:
            ask_links(post, addresses_in(content_of(post)), occasion=Occasion.SAVED, at=at)
            return
        version = keep_version(post, actor=actor, at=at)
        if left is not None:
            tell_what_changed(post, left=left, now=version, actor=actor, at=at)
        ask_version(version, occasion=Occasion.SAVED, at=at)


def change_time(post: Post, *, actor: User, at: datetime, when: datetime, seen: int | None = None) -> None:
    """This will give a planned post another planned time, and any other that is not out another wanted time.

    An approval is kept, unless a channel of the post asks for another when it is moved: then it goes back to draft.
    Raises MoveForbidden outside the team, MoveRefused once the post goes out or is dropped, ChangedMeanwhile when
    `seen` is no longer the post's version.
    """
    approved = post.state in {PostState.APPROVED, PostState.SCHEDULED}
    if approved and not _stands_at(post, when) and (where := approval_ends_on(post)):
        note = _("Moved to another time. %(channels)s asks for a new approval then.") % {"channels": where}
        with transaction.atomic():
            perform(post, "reopen", actor=actor, at=at, seen=seen, note=note)
            change_time(post, actor=actor, at=at, when=when)
        return
    if post.state == PostState.SCHEDULED:
        perform(post, "reschedule", actor=actor, at=at, seen=seen, planned_at=when)
        return
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    if post.state in FIXED:
        raise MoveRefused(_("The post is out, going out or dropped; its time stays as it is."))
    expected = post.version if seen is None else seen
    with transaction.atomic():
        rows = Post.objects.filter(pk=post.pk, version=expected, state=post.state)
        # A time it was planned at before it was opened again is over with the new wish.
        if not rows.update(version=expected + 1, wanted_at=when, planned_at=None):
            raise ChangedMeanwhile
        before = post.planned_at or post.wanted_at
        post.version, post.wanted_at, post.planned_at = expected + 1, when, None
        data = {"from": before.isoformat() if before else "", "to": when.isoformat()}
        trail.record("post.time", about=post, actor=actor, at=at, data=data)


def content_of(post: Post) -> dict[str, Any]:
    """This will return everything publishable in the post, as it is hashed and kept.

    A post without pictures, or without a logo or product in it, has no word of them, so that versions from before there
    were any keep their hash.
    """
    pictures = [
        {"picture": row.picture_id, "sha": row.picture.approved_sha, "alt": row.alt_text}
        for row in post.pictures.select_related("picture")
    ]
    brand = {"brand": post.brand_shown} if post.brand_shown else {}
    return (
        ({"pictures": pictures} if pictures else {})
        | brand
        | {
            "text": post.base_text,
            "byline": post.byline,
            "collaboration": post.collaboration,
            "texts": [
                {"channel": row.channel_id, "text": row.own_text or post.base_text}
                for row in post.texts.order_by("channel_id")
            ],
            "links": [row.url for row in post.links.order_by("position", "pk")],
        }
    )


def sha_of(content: dict[str, Any]) -> str:
    """This will return the SHA-256 of a version's content."""
    return hashlib.sha256(trail.canonical(content)).hexdigest()


def keep_version(post: Post, *, actor: User, at: datetime) -> PostVersion:
    """This will return the post's newest version, made anew when it no longer says what the post says."""
    content = content_of(post)
    sha, latest = sha_of(content), post.versions.first()
    if latest is not None and latest.sha == sha:
        return latest
    try:
        return PostVersion.objects.create(
            post=post,
            number=latest.number + 1 if latest else 1,
            sha=sha,
            content=content,
            saved_by=actor,
            saved_at=at,
        )
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def post_url(post: Post) -> str:
    return reverse("editorial:post_page", args=[post.pk])


@POST_MOVES.before("submit")
def fix_version(post: Post, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will make what the post says now the version that is read. A text once reviewed is a new version."""
    if not post.texts.exists():
        raise MoveRefused(_("Choose at least one channel first."))
    ask_the_platforms(post)
    ask_the_people(post, max(post.wanted_at or at, at))
    version = keep_version(post, actor=actor, at=at)
    if version.reviews.exists():
        version = PostVersion.objects.create(
            post=post,
            number=version.number + 1,
            sha=version.sha,
            content=version.content,
            saved_by=actor,
            saved_at=at,
        )
    return {"current": version}


@POST_MOVES.before("approve")
def ask_before_approval(
    post: Post,
    *,
    at: datetime,
    answers: Mapping[str, str] | None = None,
    overrule: str = "",
    **details: Any,
) -> dict[str, Any]:
    """This will refuse pictures that are not green on the day the post is wanted (R14–R17), and links that do not work.

    `answers` are the reader's own, by question; `overrule` the reason for letting links through (R24). Nobody can
    overrule the consent.
    """
    ask_the_people(post, max(post.wanted_at or at, at))
    return {"kept": ask_the_reader(post, at=at, answers=answers, overrule=overrule)}


@POST_MOVES.before("ask_changes")
@POST_MOVES.before("reopen")
def release_version(post: Post, **details: Any) -> dict[str, Any]:
    """This will remember which version was current, for the effects, and let the post be edited."""
    return {"current": None, "left": post.current}


@POST_MOVES.effect("approve")
def record_approval(
    post: Post, *, actor: User, at: datetime, note: str, kept: dict[str, Any], **details: Any
) -> None:
    """This will write the approval of the current version, after making sure that it says what the post says."""
    if post.current is None or post.current.sha != sha_of(content_of(post)):
        raise ChangedMeanwhile
    Review.objects.create(
        version=post.current, reviewer=actor, verdict=Review.Verdict.APPROVED, note=note, at=at, **kept
    )
    _tell_authors(
        post, at, "approved", say(gettext_lazy("Approved: %(title)s"), title=post.title), actor, note
    )


@POST_MOVES.effect("ask_changes")
def record_changes(
    post: Post,
    *,
    actor: User,
    at: datetime,
    note: str,
    left: PostVersion,
    answers: Mapping[str, str] | None = None,
    **details: Any,
) -> None:
    """This will write down what should change, with what the reader answered, and tell the authors."""
    Review.objects.create(
        version=left,
        reviewer=actor,
        verdict=Review.Verdict.CHANGES,
        note=note,
        answers=kept_answers(answers),
        at=at,
    )
    subject = say(gettext_lazy("Changes asked: %(title)s"), title=post.title)
    _tell_authors(post, at, "changes", subject, actor, note)


@POST_MOVES.before("schedule")
@POST_MOVES.before("reschedule")
def ask_the_plan(post: Post, *, at: datetime, planned_at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse times that are over, and channels where the city does not speak now."""
    if planned_at < at - timedelta(minutes=1):
        raise MoveRefused(_("The planned time is in the past. Choose a time from now on."))
    if not _stands_at(post, planned_at) and (where := approval_ends_on(post)):
        raise MoveRefused(
            _("%(channels)s asks for a new approval at another time. Move the post in the calendar first.")
            % {"channels": where}
        )
    _ask_channels(post)
    ask_the_people(post, planned_at)
    ask_the_links(post)
    return {}


@POST_MOVES.effect("schedule")
@POST_MOVES.effect("reschedule")
def lay_out_due(post: Post, *, at: datetime, **details: Any) -> None:
    assert post.planned_at is not None  # noqa: S101  (the state has it, the database says so)
    ladders.take_down("post", [post.pk], at)
    ladders.set_up("post", post.pk, {f"due-{post.version}": post.planned_at})


@POST_MOVES.effect("unschedule")
@POST_MOVES.effect("drop")
def forget_due(post: Post, *, at: datetime, **details: Any) -> None:
    ladders.take_down("post", [post.pk], at)


@POST_MOVES.effect("reopen")
def tell_reopened(
    post: Post,
    *,
    actor: User | None,
    at: datetime,
    note: str,
    left: PostVersion,
    for_edit: bool = False,
    **details: Any,
) -> None:
    """This will take the post out of the plan and tell its authors and whoever had approved it.

    When it is opened `for_edit`, they are told what changed instead, once it is saved.
    """
    tell_all_reopened([(post, {"left": left, "for_edit": for_edit})], actor=actor, at=at, note=note)


@POST_MOVES.for_many_instead_of(tell_reopened)
def tell_all_reopened(
    posts: Sequence[tuple[Post, Mapping[str, Any]]], *, actor: User | None, at: datetime, note: str
) -> None:
    """This will do for many posts what `tell_reopened` does for one, in as many queries."""
    ladders.take_down("post", [post.pk for post, _details in posts], at)
    to_tell = {post.pk: details["left"].pk for post, details in posts if not details.get("for_edit")}
    told: dict[int, set[int]] = defaultdict(set)
    for rows in (
        PostVersion.objects.filter(post__in=to_tell).values_list("post", "saved_by"),
        PostWriter.objects.filter(post__in=to_tell).values_list("post", "user"),
        Review.objects.filter(version__in=to_tell.values()).values_list("version__post", "reviewer"),
    ):
        for post_id, user_id in rows:
            told[post_id].add(user_id)
    people = User.objects.in_bulk({pk for pks in told.values() for pk in pks})
    tell(
        (
            Message(
                recipient=people[pk],
                key=f"post:{post.pk}:reopened:{post.version}",
                subject=say(gettext_lazy("Back to draft: %(title)s"), title=post.title),
                body=note or gettext_lazy("The post was opened again. It needs a new approval."),
                url=post_url(post),
                why=gettext_lazy("you wrote or approved this post"),
                about=post,
            )
            for post, _details in posts
            for pk in sorted(told[post.pk])
            if actor is None or pk != actor.pk
        ),
        at,
    )


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
    tell(
        (
            Message(
                recipient=person,
                key=f"post:{post.pk}:due:{post.version}",
                subject=say(gettext_lazy("Publish now: %(title)s"), title=post.title),
                body=gettext_lazy("Copy the text, publish it and confirm with the address."),
                url=post_url(post),
                why=gettext_lazy("you have the shift for publishing"),
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


def _stands_at(post: Post, when: datetime) -> bool:
    """This will tell whether the post has that time already, to the minute; one without a time has any."""
    stands = post.planned_at or post.wanted_at
    return stands is None or stands.replace(second=0, microsecond=0) == when.replace(second=0, microsecond=0)


def _create(post: Post, actor: User, at: datetime) -> None:
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    post.created_by, post.created_at = actor, at
    post.save()
    trail.record("post.create", about=post, actor=actor, at=at)


def _open_for_edit(
    post: Post, actor: User, at: datetime, seen: int | None, *, by_itself: bool = False
) -> None:
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    if not post.is_open and by_itself:
        raise MoveRefused(_("Not saved by itself: when you save, the post goes back to draft."))
    if not post.is_open:
        perform(post, "reopen", actor=actor, at=at, seen=seen, for_edit=True)
        return
    expected = post.version if seen is None else seen
    if not Post.objects.filter(pk=post.pk, version=expected, current=None).update(version=expected + 1):
        raise ChangedMeanwhile
    post.version = expected + 1
    if not by_itself:
        trail.record("post.edit", about=post, actor=actor, at=at, data={"version": post.version})


def _note_writer(post: Post, actor: User, at: datetime) -> None:
    """This will note, once, that the person wrote in the post: who writes does not approve (R23)."""
    _row, is_new = PostWriter.objects.get_or_create(post=post, user=actor, defaults={"since": at})
    if is_new and actor.pk != post.created_by_id:
        trail.record("post.write", about=post, actor=actor, at=at)


def _replace_rows(post: Post, texts: Mapping[Channel, str], links: Iterable[str] | None) -> None:
    post.texts.exclude(channel__in=list(texts)).delete()
    for channel, own_text in texts.items():
        if not post.team.channels.filter(pk=channel.pk).exists():
            raise MoveRefused(_("The team has no such channel: %(channel)s.") % {"channel": channel.name})
        PostText.objects.update_or_create(post=post, channel=channel, defaults={"own_text": own_text})
    if links is None:
        return
    post.links.all().delete()
    PostLink.objects.bulk_create(
        PostLink(post=post, url=url, position=position) for position, url in enumerate(links)
    )


def _replace_pictures(post: Post, actor: User, pictures: Iterable[tuple[Picture, str]]) -> None:
    rows = list(pictures)
    had = set(post.pictures.values_list("picture_id", flat=True))
    added = {picture.pk for picture, _alt in rows} - had
    if added - set(Picture.objects.workable_by(actor).filter(pk__in=added).values_list("pk", flat=True)):
        raise MoveRefused(_("Choose among the pictures you work with."))
    post.pictures.all().delete()
    PostPicture.objects.bulk_create(
        PostPicture(post=post, picture=picture, alt_text=alt or picture.alt_text, position=position)
        for position, (picture, alt) in enumerate(rows)
    )


def _ask_channels(post: Post) -> None:
    closed = [row.channel.name for row in post.texts.select_related("channel") if not row.channel.may_publish]
    if closed:
        raise MoveRefused(
            _("Nothing is published on these channels now: %(channels)s.") % {"channels": ", ".join(closed)}
        )


def _tell_authors(post: Post, at: datetime, what: str, subject: Any, actor: User, note: str) -> None:
    tell(
        (
            Message(
                recipient=author,
                key=f"post:{post.pk}:{what}:{post.version}",
                subject=subject,
                body=note or say(gettext_lazy("Read by %(name)s."), name=actor.name),
                url=post_url(post),
                why=gettext_lazy("you wrote this post"),
                about=post,
            )
            for author in post.authors()
        ),
        at,
    )


def ask_again(post: Post, at: datetime) -> None:
    """This will raise MoveRefused when what was allowed as the post was planned does not hold any more."""
    _ask_channels(post)
    ask_the_people(post, at)
    ask_the_links(post)
    if post.current is None or post.current.sha != sha_of(content_of(post)):
        raise MoveRefused(_("The text is not the one that was approved."))
    approvers = Membership.objects.filter(team=post.team, role=Membership.Role.EDITOR).values("user")
    if not post.current.reviews.filter(verdict=Review.Verdict.APPROVED, reviewer__in=approvers).exists():
        raise MoveRefused(_("Whoever approved the post is no longer an editor of the team."))
