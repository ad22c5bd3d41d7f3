"""What the clock does with comments: the ladder of a case (R19, R36), and the watch of the day (R21, R37)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core import ladders, trail
from core.clock import job
from core.ladders import ladder
from core.models import Rung, User
from core.moves import perform
from core.notices import Message, say, tell
from core.workdays import instant, is_working_day, local_day
from moderation.models import Case, Watch
from moderation.states import WatchState
from moderation.transitions import case_url

CATCH_UP_DAYS = 14

CASE_SUBJECTS = {
    "duty": gettext_lazy("New case: %(ground)s on %(channel)s"),
    "moderators": gettext_lazy("4 hours: %(ground)s on %(channel)s is still there"),
    "editors": gettext_lazy("12 hours: %(ground)s on %(channel)s is still there"),
    "chiefs": gettext_lazy("20 hours: %(ground)s on %(channel)s is still there"),
    "breach": gettext_lazy("24 hours exceeded: %(ground)s on %(channel)s"),
}
CASE_WHYS = {
    "duty": gettext_lazy("you have the shift for removing, or are an editor of the team"),
    "moderators": gettext_lazy("you are in the channel's team"),
    "editors": gettext_lazy("you are an editor of the team"),
    "chiefs": gettext_lazy("you are a chief of the channel's unit"),
    "breach": gettext_lazy("you are a chief of the channel's unit or an editor of the team"),
}


@ladder("case")
def climb_cases(rungs: list[Rung], at: datetime) -> None:
    """This will tell whose step it is about cases still open, and record the breach of the 24 hours."""
    cases = Case.objects.select_related(
        "ground", "comment__channel__unit__responsible_chief", "comment__channel__unit__communications_chief"
    ).in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        case = cases[rung.object_id]
        if rung.step == "breach":
            _record_breach(case, at)
        tell([_case_message(case, rung, person) for person in recipients(case, rung.step, at)], at)


def recipients(case: Case, step: str, at: datetime) -> list[User]:
    """This will return who is told at a step of the ladder. Nobody on duty means the editors; no team, the chiefs."""
    team, chiefs = case.team, case.comment.channel.unit.chiefs
    if team is None:
        return chiefs
    people = {
        "duty": lambda: team.to_tell("remove", at),
        "moderators": team.everyone,
        "editors": team.editors,
        "chiefs": lambda: chiefs or team.editors(),
        "breach": lambda: [*chiefs, *team.editors()],
    }[step]()
    return list(dict.fromkeys(people))


@job("watches")
def open_watches(at: datetime) -> int:
    """This will open the day's watches from 08:00 on a working day, with their reminders, and return how many.

    Working days that passed without the clock (14 at most) are opened too, so that they show as missed.
    """
    today = local_day(at)
    latest = Watch.objects.order_by("-day").values_list("day", flat=True).first()
    first = max(latest, today - timedelta(days=CATCH_UP_DAYS)) if latest else today
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    return sum(
        _open_day(day) for day in days if is_working_day(day) and instant(day, settings.WATCH_OPENS) <= at
    )


@ladder("watch")
def climb_watches(rungs: list[Rung], at: datetime) -> None:
    """This will remind who has the shift, and at the end of the day mark the watch as missed and tell the editors."""
    watches = Watch.objects.filter(state=WatchState.OPEN).select_related("channel")
    found = watches.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        watch = found.get(rung.object_id)
        if watch is None or watch.state != WatchState.OPEN:
            continue
        team = watch.team
        people = [] if team is None else team.to_tell("watch", at)
        if rung.step == "missed":
            perform(watch, "miss", actor=None, at=at)
            people = team.editors() if team else watch.channel.unit.chiefs
        tell([_watch_message(watch, rung, person) for person in people], at)


def _record_breach(case: Case, at: datetime) -> None:
    if Case.objects.filter(pk=case.pk, breached_at=None).update(breached_at=case.due_at):
        trail.record("case.breach", about=case, actor=None, at=at)


def _case_message(case: Case, rung: Rung, person: User) -> Message:
    values = {"ground": case.ground.name, "channel": case.comment.channel.name}
    return Message(
        recipient=person,
        key=f"rung:{rung.pk}",
        subject=say(CASE_SUBJECTS[rung.step], **values),
        body=gettext_lazy("Take a screenshot, describe the context, seal it, and have the comment removed."),
        url=case_url(case),
        why=CASE_WHYS[rung.step],
        about=case,
        urgent=True,
    )


def _watch_message(watch: Watch, rung: Rung, person: User) -> Message:
    missed = rung.step == "missed"
    subject = (
        gettext_lazy("Watch missed: %(channel)s") if missed else gettext_lazy("Look at %(channel)s today")
    )
    return Message(
        recipient=person,
        key=f"rung:{rung.pk}",
        subject=say(subject, channel=watch.channel.name),
        body=gettext_lazy(
            "Read the new comments, register what needs an answer or a case, and confirm the watch."
        ),
        url=reverse("moderation:watches_page"),
        why=gettext_lazy("you have the shift for watching, or are an editor of the team"),
        about=watch,
    )


def _open_day(day: date) -> int:
    channels = Channel.objects.to_watch().exclude(watches__day=day)
    with transaction.atomic():
        wanted = list(channels.values_list("pk", flat=True))
        if not wanted:
            return 0
        Watch.objects.bulk_create(
            [Watch(channel_id=channel, day=day) for channel in wanted], ignore_conflicts=True
        )
        steps = {f"reminder-{clock}": instant(day, clock) for clock in settings.WATCH_REMINDERS}
        steps["missed"] = instant(day, settings.WATCH_MISSED)
        opened = Watch.objects.filter(day=day, channel__in=wanted).values_list("pk", flat=True)
        ladders.set_up_many("watch", opened, steps)
    return len(wanted)
