"""The watch: what belongs to a look at a channel, and the long closures of the city planned beforehand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ladders, trail
from core.models import User
from core.moves import MoveRefused
from core.notices import Message, make_moot, on_day, say, tell
from core.rules import grant_if
from core.workdays import instant, is_working_day, local_day
from editorial.models import Team
from moderation.models import Case, HolidayWatch, Watch
from moderation.rules import must
from moderation.states import WATCH_MOVES

LONG_CLOSURE_DAYS = 4
PLANNED = gettext_lazy("You look at the channels of %(team)s on %(day)s")
UNPLANNED = gettext_lazy("You need not look at the channels of %(team)s on %(day)s")

trail.WORDS |= {
    "watch.plan": gettext_lazy("Watch on a day off planned"),
    "watch.unplan": gettext_lazy("Watch on a day off taken back"),
}


@WATCH_MOVES.before("confirm")
def look_in_time(watch: Watch, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will confirm a look at the channel on its day. Raises MoveRefused when the day's watch is over.

    Also while no clock has marked it as missed: a gap is only filled in afterwards, and says so (R21).
    """
    if at >= instant(watch.day, settings.WATCH_MISSED):
        raise MoveRefused(
            _(
                "The time of this watch is over. As soon as it is marked as missed it can be filled in, with the reason."
            )
        )
    return count_the_day(watch, actor=actor, at=at)


@WATCH_MOVES.before("fill_in")
def count_the_day(watch: Watch, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will note who looked when, and how many comments and cases the channel got that day."""
    start, end = instant(watch.day, "00:00"), instant(watch.day + timedelta(days=1), "00:00")
    return {
        "looked_by": actor,
        "looked_at": at,
        "comment_count": watch.channel.comments.filter(
            registered_at__gte=start, registered_at__lt=end
        ).count(),
        "case_count": Case.objects.filter(
            comment__channel=watch.channel, discovered_at__gte=start, discovered_at__lt=end
        ).count(),
    }


@WATCH_MOVES.before("miss")
def note_missed(watch: Watch, *, at: datetime, **details: Any) -> dict[str, Any]:
    return {"missed_at": at}


@WATCH_MOVES.effect("confirm")
def end_reminders(watch: Watch, *, at: datetime, **details: Any) -> None:
    ladders.take_down("watch", [watch.pk], at)
    make_moot(watch)


@lru_cache(maxsize=64)
def long_closures(first: date, last: date) -> tuple[tuple[date, ...], ...]:
    """This will find the stretches of at least four days without work that begin between two days, such as Christmas."""
    found, day = [], first
    while day <= last:
        stretch: list[date] = []
        while not is_working_day(day + timedelta(days=len(stretch))):
            stretch.append(day + timedelta(days=len(stretch)))
        if len(stretch) >= LONG_CLOSURE_DAYS:
            found.append(tuple(stretch))
        day += timedelta(days=len(stretch) + 1)
    return tuple(found)


def plan_holiday_watch(*, team: Team, day: date, user: User, actor: User, at: datetime) -> HolidayWatch:
    """This will plan who looks at the team's channels on a day off. The day's watches open at 08:00 as on any other.

    Raises MoveRefused outside the team, for working days, for days that have begun, and when the day is planned.
    """
    must(grant_if(team.has_member(actor), _("Only the channel's team can do this.")))
    must(grant_if(team.has_member(user), _("They are not in the channel's team.")))
    if is_working_day(day):
        raise MoveRefused(_("That is a working day. The watch opens by itself."))
    if day <= local_day(at):
        raise MoveRefused(_("Plan days to come."))
    try:
        with transaction.atomic():
            plan = HolidayWatch.objects.create(team=team, day=day, user=user, planned_by=actor, planned_at=at)
            _note_plan("watch.plan", plan, PLANNED, actor, at)
    except IntegrityError as error:
        raise MoveRefused(_("Somebody is planned for this day already.")) from error
    return plan


def cancel_holiday_watch(plan: HolidayWatch, *, actor: User, at: datetime) -> None:
    """This will take a plan back before its day, and tell whoever was to look. Raises MoveRefused."""
    must(grant_if(plan.team.has_member(actor), _("Only the channel's team can do this.")))
    if plan.day <= local_day(at):
        raise MoveRefused(_("The day has begun. The plan stays."))
    with transaction.atomic():
        make_moot(plan)
        _note_plan("watch.unplan", plan, UNPLANNED, actor, at)
        plan.delete()


def _note_plan(kind: str, plan: HolidayWatch, subject: Promise, actor: User, at: datetime) -> None:
    """Write into the trail who is to look on a day off, or is not any more, and tell them unless they did it."""
    trail.record(
        kind, about=plan.team, actor=actor, at=at, data={"day": plan.day.isoformat(), "who": plan.user_id}
    )
    if plan.user_id == actor.pk:
        return
    message = Message(
        recipient=plan.user,
        key=f"{kind}:{plan.pk}",
        subject=say(subject, team=plan.team.name, day=on_day(plan.day)),
        body=say(gettext_lazy("%(name)s changed the plan of the days off."), name=actor.name),
        url=reverse("moderation:watches_page"),
        why=gettext_lazy("it is about a day on which you were to look"),
        # What is taken back is gone before its letter is sent.
        about=plan.team if kind == "watch.unplan" else plan,
    )
    tell([message], at)
