"""A day on which something of every kind waits for one person, and more of it than Min dag shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from benchmarks.pictures import guards_off
from channels_registry.models import Channel
from consent.models import Picture
from core.models import Notice, Unit, User
from core.workdays import local_day
from editorial.models import (
    FollowUp,
    Handover,
    Idea,
    Post,
    PostVersion,
    Publication,
    Shift,
    Swap,
    Takedown,
    TakedownTask,
    Team,
)
from editorial.rota import WEEK
from moderation.models import Case, Comment, Ground, Watch

EACH = 20  # of every kind; Min dag shows eight
NOTICES = 2000
# Both databases read it. The triggers of the search run for each row.
ADD_TEXTS = (
    "INSERT INTO moderation_commentrevision (comment_id, number, author_name, text, seen_at) "
    "SELECT id, 1, 'Namn ' || id, 'En kommentar om dag ' || (id % 977), registered_at "
    "FROM moderation_comment WHERE current_id IS NULL"
)
POINT_TO_TEXTS = (
    "UPDATE moderation_comment SET current_id = "
    "(SELECT id FROM moderation_commentrevision r WHERE r.comment_id = moderation_comment.id) WHERE current_id IS NULL"
)


def fill_the_day(user: User, team: Team, channels: list[Channel], at: datetime) -> None:
    """This will lay in what Min dag lists: the user is an editor of the team, has the shift, and is a chief too."""
    colleague = team.memberships.exclude(user=user).select_related("user")[0].user
    Unit.objects.filter(pk=team.unit_id).update(responsible_chief=user)
    moderate(user, channels, at)
    write(user, colleague, team, channels, at)
    staff(user, colleague, team, at)
    Idea.objects.bulk_create(
        Idea(team=team, what=f"Ett tips {n}", given_by=colleague, given_at=at) for n in range(EACH)
    )
    Notice.objects.bulk_create(
        Notice(
            recipient=user,
            key=f"bench:{n}",
            subject="En notis",
            body="Text.",
            url="/",
            created_at=at,
            try_at=at,
        )
        for n in range(NOTICES)
    )


def moderate(user: User, channels: list[Channel], at: datetime) -> None:
    """This will lay in new comments, cases whose 24 hours run, and a watch on every channel."""
    comments = Comment.objects.bulk_create(
        Comment(
            channel=channels[n % len(channels)],
            kind="question" if n < EACH else "illegal",
            state="new",
            registered_by=user,
            registered_at=at - timedelta(minutes=n),
        )
        for n in range(2 * EACH)
    )
    with connection.cursor() as cursor:
        cursor.execute(ADD_TEXTS)
        cursor.execute(POINT_TO_TEXTS)
    ground = Ground.objects.get(code="unlawful_threat")
    Case.objects.bulk_create(
        Case(
            comment=comment,
            ground=ground,
            discovered_at=at - timedelta(hours=number),
            due_at=at + timedelta(hours=24 - number),
            opened_by=user,
        )
        for number, comment in enumerate(comments[EACH:])
    )
    Watch.objects.bulk_create(Watch(channel=channel, day=local_day(at)) for channel in channels)


def write(user: User, colleague: User, team: Team, channels: list[Channel], at: datetime) -> None:
    """This will lay in drafts, posts to review, to go out today and to confirm, questions, and a picture to take down."""
    states = ["in_review", "scheduled", "published"] * EACH
    posts = Post.objects.bulk_create(
        Post(
            team=team,
            title=f"Svanarna i dammen {n}",
            base_text="De är tillbaka.",
            created_by=colleague,
            created_at=at,
        )
        for n in range(len(states))
    )
    versions = PostVersion.objects.bulk_create(
        PostVersion(post=post, number=1, sha="0" * 64, content={"texts": []}, saved_by=colleague, saved_at=at)
        for post in posts
    )
    for post, version, state in zip(posts, versions, states, strict=True):
        post.current, post.state, post.wanted_at = version, state, at
        post.planned_at = None if state == "in_review" else at
    with guards_off("editorial_post"):
        Post.objects.bulk_update(posts, ["current", "state", "wanted_at", "planned_at"])
    with guards_off("editorial_publication"):
        due = Publication.objects.bulk_create(
            Publication(post=post, channel=channels[0], post_version=version, due_at=at)
            for post, version in zip(posts, versions, strict=True)
            if post.state == "published"
        )
    FollowUp.objects.bulk_create(FollowUp(post=one.post, due_at=at + timedelta(hours=3)) for one in due)
    picture = Picture.objects.earliest("pk")
    for publication in due:
        takedown = Takedown.objects.create(picture=picture, cause="Återkallat", opened_at=at, due_at=at)
        TakedownTask.objects.create(takedown=takedown, publication=publication)
    Post.objects.bulk_create(
        Post(team=team, title=f"Utkast {n}", created_by=user, created_at=at) for n in range(EACH)
    )


def staff(user: User, colleague: User, team: Team, at: datetime) -> None:
    """This will give the user a shift that just began, with its handover; offers of later ones; and gaps."""
    began = at - timedelta(hours=1)
    Shift.objects.filter(team=team).delete()
    for duty in ("publish", "watch", "answer", "remove"):
        Shift.objects.create(team=team, duty=duty, user=user, starts_at=began, ends_at=began + WEEK)
    Handover.objects.create(team=team, at=began, giver=colleague, taker=user)
    for number in range(1, EACH):
        starts_at = began + number * WEEK
        offered = Shift.objects.create(
            team=team, duty="watch", user=colleague, starts_at=starts_at, ends_at=starts_at + WEEK
        )
        swap = Swap.objects.create(
            team=team, giver=colleague, starts_at=starts_at, ends_at=starts_at + WEEK, offered_at=at
        )
        swap.shifts.add(offered)
        soon = at + timedelta(hours=12 * number)
        Shift.objects.create(team=team, duty="answer", starts_at=soon, ends_at=soon + timedelta(hours=12))
