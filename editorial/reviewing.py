"""The reading of a post: who reads, who is asked, what is noted, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core import ladders, trail
from core.models import User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused
from core.notices import Message, say, tell
from core.rules import Refusal
from core.workdays import after_working_hours
from editorial.checklist import checklist
from editorial.differences import changes, in_words, last_judged
from editorial.links import Occasion, ask_the_links, ask_version
from editorial.models import Post, PostVersion, Reading, Remark, Review, ReviewClaim, ReviewRequest
from editorial.presence import at_work
from editorial.proofs import proof_of, readers_of
from editorial.rules import may_be_asked, may_review, may_write
from editorial.states import POST_MOVES, PostState

trail.WORDS |= {
    "post.ask_reader": gettext_lazy("Reader asked by name"),
    "post.remark": gettext_lazy("Remark written"),
}


class Question(models.TextChoices):
    """What only a person can answer (R1, R23)."""

    TONE = "tone", gettext_lazy("The tone feels right")
    WORDING = "wording", gettext_lazy("The wording is clear and correct")
    PICTURES = "pictures", gettext_lazy("The choice of pictures feels right")
    PROFILE = "profile", gettext_lazy("It follows the city's graphic profile")


YES, NO = "yes", "no"
ALL_YES = {question.value: YES for question in Question}


def review_url(post: Post) -> str:
    return reverse("editorial:review_page", args=[post.pk])


def note_reading(version: PostVersion, *, reader: User, at: datetime) -> None:
    """This will note that the reader has the version before their eyes; once, however often it is opened."""
    Reading.objects.bulk_create([Reading(version=version, reader=reader, at=at)], ignore_conflicts=True)


def claim(post: Post, *, reader: User, at: datetime) -> None:
    """This will show others that `reader` reads the post, for half an hour. Raises MoveRefused when another does."""
    _ask(may_review(reader, post))
    until = at + timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    mine_or_over = models.Q(reader=reader) | models.Q(until__lte=at)
    if ReviewClaim.objects.filter(mine_or_over, post=post).update(reader=reader, until=until):
        return
    try:
        with transaction.atomic():
            ReviewClaim.objects.create(post=post, reader=reader, until=until)
    except IntegrityError as error:
        other = ReviewClaim.objects.select_related("reader").get(post=post)
        raise MoveRefused(_("%(name)s is reading it right now.") % {"name": other.reader}) from error


def release(post: Post, *, reader: User) -> None:
    """This will let others see that `reader` does not read the post any more."""
    ReviewClaim.objects.filter(post=post, reader=reader).delete()


def ask_reader(post: Post, *, reader: User, actor: User, at: datetime) -> None:
    """This will ask an editor by name to read the version under review, and tell them.

    Raises MoveForbidden outside the team, MoveRefused when the post is not under review, and for oneself and readers who
    wrote in it, are no editors of the team or are away.
    """
    _ask(may_write(actor, post))
    if post.state != PostState.IN_REVIEW or post.current is None:
        raise MoveRefused(_("The post is not in review now."))
    answer = may_be_asked(reader, post, actor)
    if isinstance(answer, Refusal):
        raise MoveRefused(answer)
    if not at_work([reader], at):
        raise MoveRefused(_("%(name)s is away. Ask somebody else.") % {"name": reader})
    with transaction.atomic():
        _request, is_new = ReviewRequest.objects.get_or_create(
            version=post.current, reader=reader, defaults={"asked_by": actor, "asked_at": at}
        )
        if is_new:
            trail.record("post.ask_reader", about=post, actor=actor, at=at, note=str(reader))
            _tell_readers(post, [reader], f"asked-{post.current.pk}", actor, at)


def write_remark(
    post: Post,
    *,
    actor: User,
    at: datetime,
    body: str,
    channel: Channel | None = None,
    picture: Picture | None = None,
    quote: str = "",
    answers_to: Remark | None = None,
) -> Remark:
    """This will store what somebody notes, and tell who wrote the post, or whom it answers.

    Raises MoveForbidden outside the team, MoveIncomplete without words, MoveRefused for a channel, a picture or a
    quotation that the post does not have.
    """
    _ask(may_write(actor, post))
    if not body.strip():
        raise MoveIncomplete(_("Write what you want to say."))
    version = post.current or post.versions.first()
    quote = quote.strip()[:300]
    if answers_to is None and version is not None:
        _ask_anchor(post, version, channel, picture, quote)
    with transaction.atomic():
        remark = Remark.objects.create(
            post=post,
            on_version=version,
            channel=channel,
            picture=picture,
            quote=quote,
            body=body.strip()[:2000],
            answers_to=answers_to,
            written_by=actor,
            written_at=at,
        )
        trail.record("post.remark", about=post, actor=actor, at=at, note=remark.body[:200])
        _tell_of_remark(remark, actor, at)
    return remark


def check_again(post: Post, *, actor: User, at: datetime) -> int:
    """This will put a new question for each of the post's links, and return how many."""
    _ask(may_write(actor, post))
    version = post.current or post.versions.first()
    return ask_version(version, occasion=Occasion.ASKED, at=at) if version else 0


def ask_the_reader(
    post: Post, *, at: datetime, answers: Mapping[str, str] | None = None, overrule: str = ""
) -> dict[str, Any]:
    """This will return what an approval keeps besides its verdict: the answers, the machine's, and links let through.

    Raises MoveIncomplete when a question has no answer: nobody approves unread, by any door; or was answered with no:
    what does not feel right is not approved. Raises MoveRefused when a link does not work and no reason is given.
    """
    given = kept_answers(answers)
    if open_ones := [str(one.label) for one in questions_about(post.current) if one.value not in given]:
        words = _("Answer on the review page first: %(questions)s.")
        raise MoveIncomplete(words % {"questions": ", ".join(open_ones)})
    if said_no := [str(Question(name).label) for name, said in given.items() if said == NO]:
        words = _("You said no to: %(questions)s. Ask for changes instead.")
        raise MoveIncomplete(words % {"questions": ", ".join(said_no)})
    through = ask_the_links(post, overrule)
    proof = proof_of(post, at)
    return {
        "answers": given,
        "findings": [line.as_kept() for line in checklist(proof)] if proof else [],
        "overruled": [check.url for check in through],
        "overrule_reason": overrule.strip() if through else "",
    }


def questions_about(version: PostVersion | None) -> list[Question]:
    """This will list what the reader has to answer: the choice of pictures only where there are any."""
    has_pictures = bool(version and version.content.get("pictures"))
    return [question for question in Question if has_pictures or question != Question.PICTURES]


def kept_answers(answers: Mapping[str, str] | None) -> dict[str, str]:
    """This will keep the answers to questions that exist, as yes or no."""
    return {
        name: said for name, said in (answers or {}).items() if name in Question.values and said in {YES, NO}
    }


@POST_MOVES.effect("submit")
def ask_for_reading(post: Post, *, actor: User, at: datetime, **details: Any) -> None:
    """This will have the links checked, tell the readers what is new, and lay out the reminders."""
    assert post.current is not None  # noqa: S101  (the state has it, the database says so)
    ask_version(post.current, occasion=Occasion.REVIEW, at=at)
    before = last_judged(post)
    news = in_words(changes(before, post.current)) if before else ""
    if readers := at_work(readers_of(post), at):
        _tell_readers(post, readers, f"review:{post.version}", actor, at, news)
    else:
        tell(nobody_reads(post, f"review:{post.version}"), at)
    steps = {
        f"{step}-{post.version}": after_working_hours(at, hours)
        for step, hours in settings.REVIEW_REMINDER_HOURS.items()
    }
    ladders.set_up("review", post.pk, steps)


@POST_MOVES.effect("approve")
@POST_MOVES.effect("ask_changes")
@POST_MOVES.effect("reopen")
@POST_MOVES.effect("drop")
def end_the_reading(post: Post, *, at: datetime, **details: Any) -> None:
    """This will end the reminders and whoever reads right now."""
    end_the_readings([(post, details)], at=at)


@POST_MOVES.for_many_instead_of(end_the_reading)
def end_the_readings(posts: Sequence[tuple[Post, Mapping[str, Any]]], *, at: datetime, **of_all: Any) -> None:
    pks = [post.pk for post, _details in posts]
    ladders.take_down("review", pks, at)
    ReviewClaim.objects.filter(post__in=pks).delete()


@POST_MOVES.effect("schedule")
@POST_MOVES.effect("reschedule")
def lay_out_link_check(post: Post, *, at: datetime, **details: Any) -> None:
    """This will have the links checked again before the post goes out."""
    assert post.planned_at is not None  # noqa: S101
    before = post.planned_at - timedelta(minutes=settings.LINK_BEFORE_MINUTES)
    ladders.take_down("post_links", [post.pk], at)
    ladders.set_up("post_links", post.pk, {f"links-{post.version}": before})


@POST_MOVES.effect("unschedule")
@POST_MOVES.effect("reopen")
@POST_MOVES.effect("drop")
def forget_link_check(post: Post, *, at: datetime, **details: Any) -> None:
    ladders.take_down("post_links", [post.pk], at)


@POST_MOVES.for_many_instead_of(forget_link_check)
def forget_link_checks(
    posts: Sequence[tuple[Post, Mapping[str, Any]]], *, at: datetime, **of_all: Any
) -> None:
    ladders.take_down("post_links", [post.pk for post, _details in posts], at)


def tell_what_changed(post: Post, *, left: PostVersion, now: PostVersion, actor: User, at: datetime) -> None:
    """This will tell who approved or judged the version that was left, and who wrote it, what is not as it was.

    What it says is for the team alone: who left it since is told nothing.
    """
    found = changes(left, now)
    approvers = {review.reviewer for review in left.reviews.select_related("reviewer")}
    told = (
        approvers
        | set(post.authors())
        | {request.reader for request in left.requests.select_related("reader")}
    )
    tell(
        (
            Message(
                recipient=person,
                key=f"post:{post.pk}:changed:{now.pk}",
                subject=say(gettext_lazy("Back to draft: %(title)s"), title=post.title),
                body=say(
                    gettext_lazy("%(name)s changed the post. It needs a new approval.\n%(changes)s"),
                    name=actor.name,
                    changes=in_words(found),
                ),
                url=reverse("editorial:history_page", args=[post.pk]),
                why=gettext_lazy("you wrote, read or approved this post"),
                about=post,
            )
            for person in told & set(post.team.everyone())
            if person != actor
        ),
        at,
    )


def tell_if_approved_before(
    post: Post, *, last: PostVersion | None, now: PostVersion, actor: User, at: datetime
) -> None:
    """This will tell what changed when `now` is the first new version since `last` was approved and opened again."""
    if (
        last is not None
        and last.sha != now.sha
        and last.reviews.filter(verdict=Review.Verdict.APPROVED).exists()
    ):
        tell_what_changed(post, left=last, now=now, actor=actor, at=at)


def _tell_readers(
    post: Post, readers: Iterable[User], step: str, actor: User, at: datetime, news: str = ""
) -> None:
    asks = say(gettext_lazy("%(name)s asks for a second pair of eyes."), name=actor.name)
    tell(
        (
            Message(
                recipient=reader,
                key=f"post:{post.pk}:{step}",
                subject=say(gettext_lazy("To review: %(title)s"), title=post.title),
                body=lazy(lambda: f"{asks}\n{news}".strip(), str)(),
                url=review_url(post),
                why=say(gettext_lazy("you are an editor of the team %(team)s"), team=post.team.name),
                about=post,
            )
            for reader in readers
        ),
        at,
    )


def nobody_reads(post: Post, step: str) -> list[Message]:
    """This will lay out what the authors are told when nobody who may read the post is at work."""
    return [
        Message(
            recipient=author,
            key=f"post:{post.pk}:nobody:{step}",
            subject=say(gettext_lazy("Nobody can read it now: %(title)s"), title=post.title),
            body=gettext_lazy(
                "Every editor of the team who may read the post is away, or has written in it."
            ),
            url=review_url(post),
            why=gettext_lazy("you wrote this post"),
            about=post,
        )
        for author in post.authors()
    ]


def _tell_of_remark(remark: Remark, actor: User, at: datetime) -> None:
    concerned = set(remark.post.authors())
    if first := remark.answers_to:
        concerned |= {
            first.written_by,
            *(answer.written_by for answer in first.answers.select_related("written_by")),
        }
    tell(
        (
            Message(
                recipient=person,
                key=f"remark:{remark.pk}",
                subject=say(gettext_lazy("A remark: %(title)s"), title=remark.post.title),
                body=f"{actor.name}: {remark.body}",
                url=f"{review_url(remark.post)}#remark-{(remark.answers_to or remark).pk}",
                why=gettext_lazy("you wrote this post, or take part in the remark"),
                about=remark.post,
            )
            for person in concerned & set(remark.post.team.everyone())
            if person != actor
        ),
        at,
    )


def _ask_anchor(
    post: Post, version: PostVersion, channel: Channel | None, picture: Picture | None, quote: str
) -> None:
    texts = {row["channel"]: str(row["text"]) for row in version.content["texts"]}
    if channel is not None and channel.pk not in texts:
        raise MoveRefused(_("The post is not on %(channel)s.") % {"channel": channel})
    if picture is not None and not post.pictures.filter(picture=picture).exists():
        raise MoveRefused(_("The post does not have that picture."))
    places = [texts[channel.pk]] if channel else [*texts.values(), str(version.content["text"])]
    if quote and not any(quote in text for text in places):
        raise MoveRefused(_("The words are not in the text: “%(quote)s”.") % {"quote": quote})


def _ask(answer: object) -> None:
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
