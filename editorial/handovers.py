"""The handover from shift to shift: built from what is open, added to by people, acknowledged by who begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import ladders
from core.clock import job
from core.models import User
from core.moves import MoveForbidden, MoveRefused
from core.workdays import instant, is_working_day, local_day, next_working_day
from editorial.models import Handover, HandoverNote, Post, Publication, Shift, Team
from editorial.rota_states import HANDOVER_MOVES, HandoverState
from editorial.signals import OpenWork, open_work
from editorial.states import PostState, PublicationState

AHEAD = timedelta(days=4)
REMIND_AFTER = timedelta(hours=2)
MOST_WORDS = 4000


def team_handover_url(team: int) -> str:
    return reverse("editorial:team_handover", args=[team])


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


def latest_of(team: Team, most: int = 8) -> list[Handover]:
    """This will find the team's handovers that still stand, the coming ones first."""
    acknowledged = Handover.objects.filter(state=HandoverState.ACKNOWLEDGED)
    found = (Handover.objects.open().held() | acknowledged).filter(team=team)
    return list(found.select_related("giver", "taker").order_by("-at", "pk")[:most])


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
        made += _prepare(shift, at)
    return made


def settle(team: Team, moments: Iterable[datetime], at: datetime) -> None:
    """This will let open handovers at these moments go between those who leave and begin the shift as things are now.

    What is written in one goes along to whoever begins instead. A shift taken in the middle, or shortly before it
    begins, gets its handover at once.
    """
    for moment in moments:
        begins = list(_people(team, starts_at=moment).exclude(pk__in=_people(team, ends_at=moment)))
        leaves = _people(team, ends_at=moment).first()
        every = list(Handover.objects.filter(team=team, at=moment))
        new = [user for user in begins if user.pk not in {handover.taker_id for handover in every}]
        for handover in every:
            if handover.state != HandoverState.OPEN:
                continue
            stays = handover.taker_id in {user.pk for user in begins}
            taker = handover.taker if stays or not new else new.pop(0)
            Handover.objects.filter(pk=handover.pk).update(taker=taker, giver=leaves)
        if team.rota_from is not None and at - AHEAD < moment <= at + AHEAD:
            for user in new:
                shift = Shift.objects.settled().filter(team=team, user=user, starts_at=moment).first()
                if shift is not None and shift.ends_at > at:
                    _prepare(shift, at)


def _people(team: Team, **times: datetime) -> QuerySet[User]:
    shifts = Shift.objects.settled().filter(team=team, user=OuterRef("pk"), **times)
    return User.objects.filter(Exists(shifts)).order_by("pk")


def _prepare(shift: Shift, at: datetime) -> int:
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
        ladders.set_up("handover", handover.pk, _reminders(shift.starts_at, at))
    return int(made)


def _reminders(starts_at: datetime, at: datetime) -> dict[str, datetime]:
    """The last working day before, the giver is asked to write; on the first one, the taker to read, and once more."""
    first = local_day(starts_at)
    last = first - timedelta(days=1)
    while not is_working_day(last):
        last -= timedelta(days=1)
    first = first if is_working_day(first) else next_working_day(first)
    read = max(starts_at, instant(first, "08:00"))
    write = instant(last, "13:00")
    steps = {"read": read, "remind": max(read + REMIND_AFTER, instant(first, "10:00"))}
    return steps | ({"write": write} if write >= at else {})
