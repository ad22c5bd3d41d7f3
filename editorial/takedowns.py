"""A consent ended: what is planned with the picture stops, and what is out comes down within a working day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.endings import NobodyToTell
from consent.letters import write_gone
from consent.models import ConsentEvent, Picture
from core import filestore, ladders, trail
from core.ladders import ladder
from core.models import Rung, User
from core.moves import MoveIncomplete, perform, perform_many
from core.notices import Message, say, tell
from core.uploads import CleanImage
from core.workdays import instant, local_day, next_working_day
from editorial.models import Post, PostText, Publication, Takedown, TakedownTask, Team
from editorial.states import POST_MOVES, PublicationState
from editorial.takedown_states import TAKEDOWN_TASK_MOVES, TaskState

PROOFS = "takedown-proofs"
LIVE = (PublicationState.PUBLISHED, PublicationState.DUE)  # what is due may be out and not confirmed yet
REMIND_BEFORE = timedelta(hours=2)

trail.WORDS |= {"takedown.open": gettext_lazy("To be taken down")}


def stop(
    picture: Picture,
    *,
    at: datetime,
    cause: str | Promise,
    kept: Collection[int] = (),
    word: ConsentEvent | None = None,
) -> Takedown | None:
    """This will send back what is planned with the picture and open a takedown for what is out, in one transaction.

    Channels in `kept` are left alone. The number of queries hardly grows with the posts. The posts are locked before
    publications are looked for: one that falls due in this moment is either stopped or found.
    """
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        posts = Post.objects.filter(pictures__picture=picture, state__in=POST_MOVES["reopen"].sources)
        if kept:
            elsewhere = PostText.objects.filter(post=models.OuterRef("pk")).exclude(channel__in=kept)
            posts = posts.filter(models.Exists(elsewhere))
        found = list(posts.select_related("team", "current"))
        perform_many(found, "reopen", actor=None, at=at, note=str(cause))
        return _open(picture, at, cause, kept, word)


def due_after(at: datetime) -> datetime:
    """This will return the same time of day one working day later: from Friday to Monday, past holidays and eves."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return instant(next_working_day(local_day(at)), local.strftime("%H:%M:%S"))


def take_down(
    task: TakedownTask,
    *,
    actor: User,
    at: datetime,
    proof: str,
    screenshot: CleanImage | None = None,
    seen: int | None = None,
) -> None:
    """This will note that a publication is taken down, in words and, where there is one, with a screenshot.

    Raises MoveRefused as `perform` does, OSError when the disk does not take the screenshot.
    """
    if not proof.strip():
        raise MoveIncomplete(_("Say how you took it down and how you saw that it is gone."))
    perform(task, "take_down", actor=actor, at=at, seen=seen, proof=proof.strip(), screenshot=screenshot)


@TAKEDOWN_TASK_MOVES.before("take_down")
def who_took_it_down(
    task: TakedownTask,
    *,
    actor: User,
    at: datetime,
    screenshot: CleanImage | None = None,
    proof_sha: str = "",
    proof_type: str = "",
    **details: Any,
) -> dict[str, Any]:
    if screenshot is not None:
        proof_sha, proof_type = filestore.keep(PROOFS, screenshot.original), screenshot.content_type
    return {"done_by": actor, "done_at": at, "proof_sha": proof_sha, "proof_type": proof_type}


@TAKEDOWN_TASK_MOVES.before("check")
def who_checked(task: TakedownTask, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"checked_by": actor, "checked_at": at}


@TAKEDOWN_TASK_MOVES.before("still_there")
def nothing_was_done(task: TakedownTask, **details: Any) -> dict[str, Any]:
    return {"proof": "", "proof_sha": "", "proof_type": "", "done_by": None, "done_at": None}


@TAKEDOWN_TASK_MOVES.effect("take_down")
def take_along(task: TakedownTask, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will note the same for other takedowns that wait for the publication, and ask somebody else to check."""
    proof = {name: getattr(task, name) for name in ("proof", "proof_sha", "proof_type")}
    if sibling := _siblings(task).filter(state=TaskState.OPEN).first():
        perform(sibling, "take_down", actor=actor, at=at, **proof)
        return
    others = [user for user in task.publication.post.team.everyone() if user != actor]
    _tell(
        others,
        task.takedown,
        at,
        key=f"takedown:{task.takedown_id}:check:{task.pk}:{task.version}",
        subject=say(gettext_lazy("Check that it is gone: %(title)s"), title=task.publication.post.title),
        body=say(gettext_lazy("%(name)s took it down. Somebody else checks."), name=actor.name),
    )


@TAKEDOWN_TASK_MOVES.effect("check")
def finish(task: TakedownTask, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will note that the publication is down, and tell the person when nothing of the picture is left."""
    if sibling := _siblings(task).filter(state=TaskState.DONE).exclude(done_by=actor).first():
        perform(sibling, "check", actor=actor, at=at, note=note)
    publication = Publication.objects.get(pk=task.publication_id)
    if publication.state == PublicationState.PUBLISHED:
        perform(publication, "take_down", actor=None, at=at)
    takedown = task.takedown
    if takedown.tasks.exclude(state=TaskState.CHECKED).exists():
        return
    ladders.take_down("takedown", [takedown.pk], at)
    word = takedown.word
    if word is not None and not write_gone(takedown.picture, word, key=str(takedown.pk), at=at):
        _tell(
            publication.post.team.to_tell("publish", at),
            takedown,
            at,
            key=f"takedown:{takedown.pk}:tell",
            # Without the name: what somebody was told cannot be taken back when that person is erased.
            subject=say(
                gettext_lazy("Tell whoever said no that the picture is gone: %(picture)s"),
                picture=takedown.picture.title,
            ),
            body=gettext_lazy(
                "No e-mail address is noted. The page says who it is. Tell them in another way."
            ),
        )


@TAKEDOWN_TASK_MOVES.effect("still_there")
def begin_again(task: TakedownTask, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    _tell(
        task.publication.post.team.to_tell("publish", at),
        task.takedown,
        at,
        key=f"takedown:{task.takedown_id}:again:{task.pk}:{task.version}",
        subject=say(gettext_lazy("It is still there: %(title)s"), title=task.publication.post.title),
        body=note,
    )


@ladder("takedown")
def remind_of_takedowns(rungs: list[Rung], at: datetime) -> None:
    """This will remind who has the shift shortly before a takedown is due, and tell editors and chiefs when it is late."""
    takedowns = Takedown.objects.open().select_related("picture").in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        takedown = takedowns.get(rung.object_id)
        if takedown is None:
            continue
        late, told = rung.step == "late", False
        for team in _teams_left(takedown):
            people = [*team.editors(), *team.unit.chiefs] if late else team.to_tell("publish", at)
            told |= _remind(takedown, people, rung.step, at, late=late)
        if not told:
            raise NobodyToTell(f"takedown {takedown.pk}")


def _remind(takedown: Takedown, people: Iterable[User], step: str, at: datetime, *, late: bool) -> bool:
    subject = (
        gettext_lazy("Late: %(picture)s is still out")
        if late
        else gettext_lazy("Soon due: %(picture)s is still out")
    )
    return _tell(
        people,
        takedown,
        at,
        key=f"takedown:{takedown.pk}:{step}",
        subject=say(subject, picture=takedown.picture.title),
        body=gettext_lazy("The consent has ended. Take the picture down, and have somebody check it."),
    )


def _open(
    picture: Picture,
    at: datetime,
    cause: str | Promise,
    kept: Collection[int],
    word: ConsentEvent | None,
) -> Takedown | None:
    out = (
        Publication.objects.filter(post__pictures__picture=picture, state__in=LIVE)
        .exclude(channel__in=kept)
        .select_related("post__team__unit")
        .order_by("pk")
    )
    publications = list(out)
    if not publications:
        return None
    takedown = Takedown.objects.create(
        picture=picture, word=word, cause=str(cause)[:300], opened_at=at, due_at=due_after(at)
    )
    TakedownTask.objects.bulk_create(
        [TakedownTask(takedown=takedown, publication=publication) for publication in publications],
        batch_size=1000,
    )
    trail.record(
        "takedown.open",
        about=takedown,
        actor=None,
        at=at,
        note=str(cause),
        data={"picture": picture.pk, "publications": [publication.pk for publication in publications]},
    )
    ladders.set_up(
        "takedown", takedown.pk, {"soon": takedown.due_at - REMIND_BEFORE, "late": takedown.due_at}
    )
    by_team: dict[Team, int] = defaultdict(int)
    for publication in publications:
        by_team[publication.post.team] += 1
    for team, count in by_team.items():
        _tell(
            _whoever(team, at),
            takedown,
            at,
            key=f"takedown:{takedown.pk}:open:{team.pk}",
            subject=say(gettext_lazy("Take down the picture: %(picture)s"), picture=picture.title),
            body=say(
                gettext_lazy(
                    "The consent has ended. It is out in %(count)s places. Take it down within a working day."
                ),
                count=count,
            ),
        )
    return takedown


def _whoever(team: Team, at: datetime) -> list[User]:
    """This will find who has the shift, else the editors, else the team, else the chiefs, else the administrators."""
    for people in (team.to_tell("publish", at), team.everyone(), team.unit.chiefs):
        if active := [user for user in people if user.is_active]:
            return active
    return list(User.objects.filter(is_superuser=True, is_active=True))


def _teams_left(takedown: Takedown) -> models.QuerySet[Team]:
    tasks = TakedownTask.objects.filter(takedown=takedown).exclude(state=TaskState.CHECKED)
    return (
        Team.objects.filter(posts__publications__takedown_tasks__in=tasks).select_related("unit").distinct()
    )


def _siblings(task: TakedownTask) -> models.QuerySet[TakedownTask]:
    return TakedownTask.objects.filter(publication=task.publication_id).exclude(pk=task.pk)


def _tell(
    people: Iterable[User],
    takedown: Takedown,
    at: datetime,
    *,
    key: str,
    subject: str | Promise,
    body: str | Promise,
) -> bool:
    """This will tell the active ones among them, urgently, and return whether there was one."""
    active = [user for user in dict.fromkeys(people) if user.is_active]
    tell(
        [
            Message(
                recipient=user,
                key=key,
                subject=subject,
                body=body,
                url=reverse("editorial:takedown_page", args=[takedown.pk]),
                why=gettext_lazy("your team has the picture out"),
                about=takedown,
                urgent=True,
            )
            for user in active
        ],
        at,
    )
    return bool(active)
