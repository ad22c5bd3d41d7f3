"""What the clock does with comments: the ladders of cases (R19, R36) and questions (R13), the watch (R21, R37)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from core import ladders, trail
from core.circulars import Circular, Thing, send_round
from core.clock import job
from core.ladders import ladder
from core.models import Rung, Unit, User
from core.moves import perform
from core.notices import Message, on_day, say, tell
from core.workdays import instant, is_working_day, local_day
from editorial.models import Team, TeamChannel
from moderation.audience import Audience
from moderation.models import Case, Ground, HolidayWatch, Question, Watch
from moderation.states import WatchState
from moderation.watching import long_closures

CATCH_UP_DAYS = 14
CLOSURE_REMINDER_DAYS = 14

CASE_SUBJECTS = {
    "duty": gettext_lazy("New case: %(ground)s on %(channel)s"),
    "moderators": gettext_lazy("4 hours: %(ground)s on %(channel)s is still there"),
    "editors": gettext_lazy("12 hours: %(ground)s on %(channel)s is still there"),
    "chiefs": gettext_lazy("20 hours: %(ground)s on %(channel)s is still there"),
    "breach": gettext_lazy("24 hours exceeded: %(ground)s on %(channel)s"),
}
CASE_BODY = gettext_lazy("Take a screenshot, describe the context, seal it, and have the comment removed.")
CASE_WHYS = {
    "duty": gettext_lazy("you have the shift for removing, or are an editor of the team"),
    "moderators": gettext_lazy("you are in the channel's team"),
    "editors": gettext_lazy("you are an editor of the team"),
    "chiefs": gettext_lazy("you are a chief of the channel's unit"),
    "breach": gettext_lazy("you are a chief of the channel's unit or an editor of the team"),
}


@ladder("case")
def climb_cases(rungs: list[Rung], at: datetime) -> None:
    """This will tell whose step it is about cases still open, and record the breach of the 24 hours.

    Rungs of one step, ground and channel are told in the same words to the same people, so they go out as one circular.
    """
    _record_breaches([rung.object_id for rung in rungs if rung.step == "breach"], at)
    alike: dict[tuple[str, int, int], list[Thing]] = defaultdict(list)
    about = _grounds_and_channels({rung.object_id for rung in rungs})
    # Reversed once: doing it for each of ten thousand takes longer than telling them.
    before, _number, after = reverse("moderation:case_page", args=[0]).rpartition("0")
    for rung in rungs:
        ground, channel = about[rung.object_id]
        thing = Thing(f"rung:{rung.pk}", rung.object_id, f"{before}{rung.object_id}{after}")
        alike[rung.step, ground, channel].append(thing)
    send_round(_case_circulars(alike, at), Case, at)


def recipients(channel: int, chiefs: list[User], step: str, audience: Audience) -> list[User]:
    """This will return who is told at a step of the ladder. Nobody on duty means the editors; no team, the chiefs."""
    if audience.team(channel) is None:
        return chiefs
    people = {
        "duty": lambda: audience.to_tell(channel),
        "moderators": lambda: audience.members(channel),
        "editors": lambda: audience.editors(channel),
        "chiefs": lambda: chiefs or audience.editors(channel),
        "breach": lambda: [*chiefs, *audience.editors(channel)],
    }[step]()
    return list(dict.fromkeys(people))


@ladder("question")
def climb_questions(rungs: list[Rung], at: datetime) -> None:
    """This will remind whoever has the shift for answering before a question is late, and the editors when it is (R13)."""
    questions = Question.objects.select_related("comment__channel__platform").in_bulk(
        {rung.object_id for rung in rungs}
    )
    audience = Audience((row.comment.channel_id for row in questions.values()), "answer", at)
    messages = []
    for rung in rungs:
        question = questions[rung.object_id]
        channel = question.comment.channel_id
        late = rung.step == "late"
        people = audience.editors(channel) if late else audience.to_tell(channel)
        messages += [_question_message(question, rung, person) for person in dict.fromkeys(people)]
    tell(messages, at)


@job("watches")
def open_watches(at: datetime) -> int:
    """This will open the day's watches from 08:00 on a working day, with their reminders, and return how many.

    Working days that passed without the clock (14 at most) are opened too, so that they show as missed. A channel that
    comes to be watched when the day's watch is over has missed none: it is watched from the next one.
    """
    today = local_day(at)
    latest = Watch.objects.order_by("-day").values_list("day", flat=True).first()
    if latest and at >= instant(latest, settings.WATCH_MISSED):
        latest += timedelta(days=1)
    first = max(latest, today - timedelta(days=CATCH_UP_DAYS)) if latest else today
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    return sum(
        _open_day(day) for day in days if _is_watched(day) and instant(day, settings.WATCH_OPENS) <= at
    )


def _is_watched(day: date) -> bool:
    return is_working_day(day) or HolidayWatch.objects.filter(day=day).exists()


@ladder("watch")
def climb_watches(rungs: list[Rung], at: datetime) -> None:
    """This will remind who has the shift, and at the end of the day mark the watch as missed and tell the editors."""
    watches = Watch.objects.filter(state=WatchState.OPEN).select_related(
        "channel__platform", "channel__unit__responsible_chief", "channel__unit__communications_chief"
    )
    found = watches.in_bulk({rung.object_id for rung in rungs})
    audience = Audience((watch.channel_id for watch in found.values()), "watch", at)
    planned = _planned({watch.day for watch in found.values()})
    messages = []
    for rung in rungs:
        watch = found.get(rung.object_id)
        if watch is None or watch.state != WatchState.OPEN:
            continue
        team = audience.team(watch.channel_id)
        people = planned.get((team, watch.day)) or audience.to_tell(watch.channel_id)
        if rung.step == "missed":
            perform(watch, "miss", actor=None, at=at)
            people = audience.editors(watch.channel_id) if team else watch.channel.unit.chiefs
        messages += [_watch_message(watch, rung, person) for person in dict.fromkeys(people)]
    tell(messages, at)


@job("holidays")
def announce_closures(at: datetime) -> int:
    """This will have each team reminded, two weeks before a long closure such as Christmas, to plan who looks in."""
    today = local_day(at)
    coming = long_closures(today, today + timedelta(days=CLOSURE_REMINDER_DAYS))
    if not coming:
        return 0
    step = coming[0][0].isoformat()
    told = Rung.objects.filter(ladder="holiday", step=step).values("object_id")
    watched = TeamChannel.objects.filter(channel__in=Channel.objects.to_watch()).values("team")
    teams = list(Team.objects.filter(pk__in=watched).exclude(pk__in=told).values_list("pk", flat=True))
    ladders.set_up_many("holiday", teams, {step: at})
    return len(teams)


@ladder("holiday")
def climb_closures(rungs: list[Rung], at: datetime) -> None:
    """This will tell the editors of a long closure on which nobody is planned to look in."""
    teams = Team.objects.in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        team, first = teams[rung.object_id], date.fromisoformat(rung.step)
        days = next(iter(long_closures(first, first)), ())
        if days and not HolidayWatch.objects.filter(team=team, day__in=days).exists():
            tell([_closure_message(team, rung, days, person) for person in team.editors()], at)


def _planned(days: set[date]) -> dict[tuple[int | None, date], list[User]]:
    if all(is_working_day(day) for day in days):
        return {}
    plans = HolidayWatch.objects.filter(day__in=days).select_related("user")
    return {(plan.team_id, plan.day): [plan.user] for plan in plans}


def _grounds_and_channels(case_ids: set[int]) -> dict[int, tuple[int, int]]:
    found = Case.objects.filter(pk__in=case_ids).order_by()
    rows = found.values_list("pk", "ground", "comment__channel")
    return {pk: (ground, channel) for pk, ground, channel in rows}


def _record_breaches(case_ids: list[int], at: datetime) -> None:
    new = Case.objects.filter(pk__in=case_ids, breached_at=None).order_by()
    cases = list(new.only("pk"))
    if cases:
        new.update(breached_at=F("due_at"))
        trail.record_many(trail.event_of("case.breach", about=case, actor=None, at=at) for case in cases)


def _case_circulars(alike: dict[tuple[str, int, int], list[Thing]], at: datetime) -> Iterator[Circular]:
    grounds = Ground.objects.in_bulk({ground for _step, ground, _channel in alike})
    channels = Channel.objects.select_related("platform").in_bulk(
        {channel for _step, _ground, channel in alike}
    )
    units = Unit.objects.select_related("responsible_chief", "communications_chief").in_bulk(
        {channel.unit_id for channel in channels.values()}
    )
    audience = Audience(channels, "remove", at)
    for (step, ground, channel), things in alike.items():
        yield Circular(
            things=things,
            people=recipients(channel, units[channels[channel].unit_id].chiefs, step, audience),
            subject=say(CASE_SUBJECTS[step], ground=grounds[ground].name, channel=str(channels[channel])),
            body=CASE_BODY,
            why=CASE_WHYS[step],
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
        subject=say(subject, channel=str(watch.channel)),
        body=gettext_lazy(
            "Read the new comments, register what needs an answer or a case, and confirm the watch."
        ),
        url=f"{reverse('moderation:watches_page')}#watch-{watch.pk}",
        why=gettext_lazy("you have the shift for watching, or are an editor of the team"),
        about=watch,
    )


def _question_message(question: Question, rung: Rung, person: User) -> Message:
    late = rung.step == "late"
    subject = (
        gettext_lazy("Late: a question on %(channel)s has no answer")
        if late
        else gettext_lazy("A question on %(channel)s needs its answer soon")
    )
    return Message(
        recipient=person,
        key=f"rung:{rung.pk}",
        subject=say(subject, channel=str(question.comment.channel)),
        body=gettext_lazy("Answer it, and note the answer as sent."),
        url=reverse("moderation:comment_page", args=[question.comment_id]),
        why=gettext_lazy("you are an editor of the team")
        if late
        else gettext_lazy("you have the shift for answering, or are an editor of the team"),
        about=question,
        urgent=late,
    )


def _closure_message(team: Team, rung: Rung, days: tuple[date, ...], person: User) -> Message:
    return Message(
        recipient=person,
        key=f"rung:{rung.pk}",
        subject=say(
            gettext_lazy("Who looks at the channels from %(first)s to %(last)s?"),
            first=on_day(days[0]),
            last=on_day(days[-1]),
        ),
        body=gettext_lazy("Nobody is planned on these days off. The 24 hours of a case run also then."),
        url=reverse("moderation:watches_page"),
        why=gettext_lazy("you are an editor of the team"),
        about=team,
    )


def _open_day(day: date) -> int:
    channels = Channel.objects.to_watch().exclude(watches__day=day)
    if not is_working_day(day):
        channels = channels.filter(care__team__in=HolidayWatch.objects.filter(day=day).values("team"))
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
