"""The handover from shift to shift: built from what is open, added to by people, acknowledged by who begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import ladders
from core.clock import job
from core.models import User
from core.moves import MoveForbidden, MoveRefused
from core.workdays import instant, is_working_day, local_day, next_working_day
from editorial.models import Handover, HandoverNote, Post, Publication, Shift, Team
from editorial.rota_states import HANDOVER_MOVES
from editorial.signals import OpenWork, open_work
from editorial.states import PostState, PublicationState

AHEAD = timedelta(days=4)
MOST_WORDS = 4000


def handover_url(handover: Handover) -> str:
    return reverse("editorial:handover_page", args=[handover.pk])


def open_for(team: Team, at: datetime) -> list[OpenWork]:
    """This will list what is open for the team now: its posts, and what the rooms above answer."""
    posts = Post.objects.filter(team=team)
    review = posts.filter(state=PostState.IN_REVIEW).count()
    week = posts.filter(state=PostState.SCHEDULED, planned_at__lt=at + timedelta(days=7)).count()
    unsettled = Publication.objects.filter(post__team=team, state=PublicationState.DUE).count()
    lines = [
        (review, ngettext("%(n)s post to review", "%(n)s posts to review", review), "editorial:review_queue"),
        (
            week,
            ngettext("%(n)s post goes out within a week", "%(n)s posts go out within a week", week),
            "editorial:posts_page",
        ),
        (
            unsettled,
            ngettext("%(n)s publication to confirm", "%(n)s publications to confirm", unsettled),
            "my_day",
        ),
    ]
    ours = [OpenWork(words % {"n": count}, reverse(address)) for count, words, address in lines if count]
    answers: list[list[OpenWork]] = [answer for _who, answer in open_work.send(Team, team=team, at=at)]  # type: ignore[misc]
    return ours + [line for answer in answers for line in answer]


def add_note(handover: Handover, *, actor: User, at: datetime, text: str) -> HandoverNote:
    """This will add a few words. Raises MoveForbidden outside the team, MoveRefused for none or too many."""
    if not handover.team.has_member(actor):
        raise MoveForbidden(_("Only the team can write in its handovers."))
    if not (text := text.strip()):
        raise MoveRefused(_("Write what the next person should know."))
    if len(text) > MOST_WORDS:
        raise MoveRefused(_("Write at most %(count)s characters.") % {"count": MOST_WORDS})
    return HandoverNote.objects.create(handover=handover, author=actor, at=at, text=text)


@HANDOVER_MOVES.before("acknowledge")
def keep_what_was_read(handover: Handover, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"acknowledged_at": at, "read": [line.text for line in open_for(handover.team, at)]}


@HANDOVER_MOVES.effect("acknowledge")
def remind_no_more(handover: Handover, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    ladders.take_down("handover", [handover.pk], at)


@job("handovers")
def prepare_handovers(at: datetime) -> int:
    """This will make a handover for each shift that begins within four days with another person, and return how many."""
    goes_on = Shift.objects.settled().filter(
        team=OuterRef("team"), user=OuterRef("user"), ends_at=OuterRef("starts_at")
    )
    there = Handover.objects.filter(team=OuterRef("team"), at=OuterRef("starts_at"), taker=OuterRef("user"))
    coming = (
        Shift.objects.settled()
        .filter(
            starts_at__gt=at, starts_at__lte=at + AHEAD, user__isnull=False, team__rota_from__isnull=False
        )
        .filter(~Exists(goes_on), ~Exists(there))
        .select_related("team", "user")
    )
    made = 0
    for shift in coming:
        made += _prepare(shift)
    return made


def follow_the_shift(shift: Shift, before: User | None, after: User) -> None:
    """This will let an open handover go to who has the shift now."""
    its = Handover.objects.open().filter(team=shift.team, at=shift.starts_at)
    if before is not None and not its.filter(taker=after).exists():
        its.filter(taker=before).update(taker=after)


def _prepare(shift: Shift) -> int:
    before = (
        Shift.objects.settled()
        .filter(team=shift.team, duty=shift.duty, ends_at=shift.starts_at, user__isnull=False)
        .first()
    )
    handover, made = Handover.objects.get_or_create(
        team=shift.team,
        at=shift.starts_at,
        taker_id=shift.user_id,
        defaults={"giver": before.user if before else None},
    )
    if made:
        first = local_day(shift.starts_at)
        first = first if is_working_day(first) else next_working_day(first)
        last = local_day(shift.starts_at) - timedelta(days=1)
        while not is_working_day(last):
            last -= timedelta(days=1)
        ladders.set_up(
            "handover",
            handover.pk,
            {
                "write": instant(last, "13:00"),
                "read": max(shift.starts_at, instant(first, "08:00")),
                "remind": max(shift.starts_at, instant(first, "10:00")),
            },
        )
    return int(made)
