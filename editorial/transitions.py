"""What belongs to the moves of a post from draft to agreed: sent to review, approved, changes asked, opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders
from core.models import User
from core.moves import ChangedMeanwhile, MoveRefused
from core.notices import Message, say, tell
from editorial.addresses import MOST, too_many_in
from editorial.models import Post, PostVersion, PostWriter, Review
from editorial.pictures import ask_the_people
from editorial.planning import ask_again, ask_the_wish, change_time
from editorial.platforms import ask_the_platforms
from editorial.reviewing import ask_the_reader, kept_answers, tell_if_approved_before
from editorial.saving import save_post
from editorial.states import POST_MOVES
from editorial.versions import content_of, keep_version, sha_of

# Whoever changes a post finds all of it here.
__all__ = ["ask_again", "change_time", "content_of", "keep_version", "post_url", "save_post", "sha_of"]


def post_url(post: Post) -> str:
    return reverse("editorial:post_page", args=[post.pk])


@POST_MOVES.before("submit")
def fix_version(post: Post, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will make what the post says now the version that is read. A text once reviewed is a new version."""
    if not post.texts.exists():
        raise MoveRefused(_("Choose at least one channel first."))
    ask_the_wish(post, at)
    ask_the_platforms(post)
    ask_the_people(post, max(post.wanted_at or at, at))
    last = post.versions.first()
    version = keep_version(post, actor=actor, at=at)
    tell_if_approved_before(post, last=last, now=version, actor=actor, at=at)
    if too_many_in(version.content):
        raise MoveRefused(
            _("The post leads to more than %(most)s addresses. Take some out.") % {"most": MOST}
        )
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


@POST_MOVES.effect("reopen")
def tell_reopened(
    post: Post,
    *,
    actor: User | None,
    at: datetime,
    note: str,
    left: PostVersion,
    for_edit: bool = False,
    told: str = "",
    **details: Any,
) -> None:
    """This will take the post out of the plan and tell its authors and whoever had approved it.

    When it is opened `for_edit`, they are told what changed instead, once it is saved. `told` is what they read when
    the note, which stays in the trail for good, may not say as much.
    """
    tell_all_reopened([(post, {"left": left, "for_edit": for_edit})], actor=actor, at=at, note=told or note)


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
