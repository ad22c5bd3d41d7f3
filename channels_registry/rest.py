"""The rest of a channel: asked for, started when its comments are off or watched, and woken (R29)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import rules
from channels_registry.models import Channel, Dormancy
from channels_registry.signals import answers_to, days_without_watch, people_of
from channels_registry.states import DORMANCY_MOVES, ChannelState, DormancyState
from core import ladders, trail
from core.ladders import ladder
from core.models import Event, Rung, User
from core.moves import MoveForbidden, MoveRefused, perform
from core.notices import Message, on_day, say, tell
from core.rules import Refusal
from core.workdays import instant, local_day

MORNING = "06:00"
MOST_DAYS_NAMED = 8

trail.WORDS |= {
    "dormancy.ask": gettext_lazy("Rest planned"),
    "channel.rest_lost": gettext_lazy("The rest that ended with the closure is not taken up again by itself"),
}


def plan_rest(
    channel: Channel,
    *,
    actor: User,
    at: datetime,
    starts_on: date,
    ends_on: date,
    comments: str,
    why: str,
    told_how: str,
) -> Dormancy:
    """This will plan a channel's rest, to be started and ended by the clock on its days.

    Raises MoveRefused outside the channel's people, for more than twelve months, for days that are over, and when the
    channel is closing, rests already or has ended.
    """
    answer = rules.may_tend(actor, channel)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    _ask_days(starts_on, ends_on, local_day(at))
    if channel.state not in {ChannelState.ACTIVE, ChannelState.UNDER_REVIEW}:
        raise MoveRefused(_("The channel is %(state)s and cannot rest.") % {"state": channel.state_label})
    try:
        with transaction.atomic():
            dormancy = Dormancy.objects.create(
                channel=channel,
                starts_on=starts_on,
                ends_on=ends_on,
                comments=comments,
                why=why,
                told_how=told_how,
                asked_by=actor,
                asked_at=at,
            )
    except IntegrityError as error:
        raise MoveRefused(_("A rest is planned or running already.")) from error
    ladders.set_up(
        "dormancy",
        dormancy.pk,
        {
            "start": instant(starts_on, MORNING),
            # A rest shorter than the warning is told of on its first day.
            "wakes_soon": instant(
                max(starts_on, ends_on - timedelta(days=settings.REST_WARNING_DAYS)), "08:00"
            ),
            "wake": instant(ends_on, MORNING),
        },
    )
    trail.record("dormancy.ask", about=dormancy, actor=actor, at=at, note=why)
    return dormancy


def uncovered(dormancy: Dormancy, on: date) -> list[date]:
    """This will list the working days of a watched rest, from that day on, without anybody on watch."""
    if dormancy.comments != Dormancy.Comments.WATCHED:
        return []
    first = max(dormancy.starts_on, on)
    days = answers_to(
        days_without_watch, Dormancy, channel=dormancy.channel, first=first, last=dormancy.ends_on
    )
    return sorted(days)


@DORMANCY_MOVES.before("check_comments")
def who_checked(dormancy: Dormancy, *, actor: User | None, at: datetime, **details: Any) -> dict[str, Any]:
    if actor is None:
        raise MoveRefused(rules.NOT_A_PERSON)
    if dormancy.comments != Dormancy.Comments.OFF:
        raise MoveRefused(_("The comments stay on; they are watched instead."))
    return {"comments_checked_by": actor, "comments_checked_at": at}


@DORMANCY_MOVES.before("start")
def ask_the_rest(dormancy: Dormancy, *, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse a rest that nobody has made safe: comments off and checked, or every day watched (R29)."""
    today = local_day(at)
    if today < dormancy.starts_on:
        raise MoveRefused(_("The rest starts on %(day)s.") % {"day": date_format(dormancy.starts_on)})
    if today >= dormancy.ends_on:
        raise MoveRefused(_("The rest would be over already. Cancel it."))
    if dormancy.comments == Dormancy.Comments.OFF and dormancy.comments_checked_at is None:
        raise MoveRefused(_("Check first that comments are turned off on the platform."))
    if days := uncovered(dormancy, today):
        named = ", ".join(date_format(day) for day in days[:MOST_DAYS_NAMED])
        more = len(days) - MOST_DAYS_NAMED
        raise MoveRefused(
            _("Nobody is on watch these days: %(days)s. Fill the rota first.")
            % {"days": f"{named} +{more}" if more > 0 else named}
        )
    return {"started_on": today, "comments_before": dormancy.channel.comment_mode}


@DORMANCY_MOVES.effect("start")
def put_to_rest(dormancy: Dormancy, *, at: datetime, **details: Any) -> None:
    ladders.take_down("dormancy", [dormancy.pk], at, except_steps=["wakes_soon", "wake"])
    mode = {"off": Channel.CommentMode.OFF, "watched": Channel.CommentMode.WATCHED}[dormancy.comments]
    perform(_fresh(dormancy), "rest", actor=None, at=at, comment_mode=mode)


@DORMANCY_MOVES.before("wake")
def woken_today(dormancy: Dormancy, *, at: datetime, **details: Any) -> dict[str, Any]:
    return {"woken_on": local_day(at)}


@DORMANCY_MOVES.effect("wake")
def wake_channel(dormancy: Dormancy, *, at: datetime, **details: Any) -> None:
    """This will wake the channel with the comments it had, and add the days of rest to the day silence counts from."""
    ladders.take_down("dormancy", [dormancy.pk], at)
    channel = _fresh(dormancy)
    rested = timedelta(days=dormancy.rested_days(local_day(at)))
    perform(
        channel,
        "wake",
        actor=None,
        at=at,
        comment_mode=dormancy.comments_before or Channel.CommentMode.OPEN,
        quiet_since=min(channel.quiet_since + rested, local_day(at)),
    )
    _tell(
        dormancy,
        at,
        "woken",
        gettext_lazy("%(channel)s has woken"),
        gettext_lazy("Turn the comments on again if they were off, and plan the first post."),
    )


@DORMANCY_MOVES.effect("cancel")
def forget(dormancy: Dormancy, *, at: datetime, **details: Any) -> None:
    ladders.take_down("dormancy", [dormancy.pk], at)


@ladder("dormancy")
def climb_dormancies(rungs: list[Rung], at: datetime) -> None:
    """This will start and end rests on their days, and tell the channel's people fourteen days before it wakes."""
    rows = Dormancy.objects.select_related("channel__unit", "channel__owner", "channel__platform").in_bulk(
        {rung.object_id for rung in rungs}
    )
    for rung in rungs:
        dormancy = rows[rung.object_id]
        if rung.step == "start" and dormancy.state == DormancyState.PLANNED:
            _start_by_clock(dormancy, at)
        elif rung.step == "wakes_soon" and dormancy.state == DormancyState.RESTING:
            _tell(
                dormancy,
                at,
                "wakes_soon",
                gettext_lazy("%(channel)s wakes soon"),
                say(
                    gettext_lazy("It wakes on %(day)s. See that somebody publishes and watches."),
                    day=on_day(dormancy.ends_on),
                ),
            )
        elif rung.step == "wake" and dormancy.state == DormancyState.RESTING:
            perform(dormancy, "wake", actor=None, at=at)
        elif rung.step == "wake" and dormancy.state == DormancyState.PLANNED:
            with translation.override(settings.LANGUAGE_CODE):
                perform(
                    dormancy, "cancel", actor=None, at=at, note=_("It never began, and its days are over.")
                )


def end_rest(channel: Channel, *, actor: User, at: datetime, note: str) -> None:
    """This will wake a resting channel and cancel a planned rest, because the channel is to be closed."""
    for dormancy in channel.dormancies.filter(state__in=[DormancyState.PLANNED, DormancyState.RESTING]):
        move = "wake" if dormancy.state == DormancyState.RESTING else "cancel"
        perform(dormancy, move, actor=actor, at=at, note=note)
        if move == "cancel":
            subject = gettext_lazy("The planned rest of %(channel)s is cancelled")
            body = say(gettext_lazy("%(days)s. The channel is to be closed."), days=dormancy.days_in_words)
            _tell(dormancy, at, "fell", subject, body)
    channel.refresh_from_db()


def fell_with(channel: Channel, opened_at: datetime) -> list[Dormancy]:
    """This will list the rests that the closure opened at that moment ended, and whose days are not all over."""
    ended = Event.objects.filter(
        kind__in=["dormancy.cancel", "dormancy.wake"], about_type="channels_registry.dormancy", at=opened_at
    )
    return list(channel.dormancies.filter(pk__in=ended.values("about_id")))


def say_what_fell(channel: Channel, opened_at: datetime, at: datetime) -> None:
    """This will tell the channel's people which rest the stopped closure ended: it is not taken up again by itself."""
    for row in fell_with(channel, opened_at):
        if row.ends_on <= local_day(at):
            continue
        data = {"from": row.starts_on.isoformat(), "until": row.ends_on.isoformat()}
        trail.record("channel.rest_lost", about=channel, actor=None, at=at, data=data)
        subject = gettext_lazy("The rest of %(channel)s is not taken up again by itself")
        body = gettext_lazy(
            "%(days)s. It ended when the closure was opened. Plan it again if it is still wanted."
        )
        _tell(row, at, f"lost:{opened_at:%Y%m%d%H%M%S}", subject, say(body, days=row.days_in_words))


def _start_by_clock(dormancy: Dormancy, at: datetime) -> None:
    try:
        with transaction.atomic():
            perform(dormancy, "start", actor=None, at=at)
    except MoveRefused as refused:
        subject = gettext_lazy("%(channel)s could not be put to rest")
        _tell(dormancy, at, "not_started", subject, refused.reason)


def _fresh(dormancy: Dormancy) -> Channel:
    return Channel.objects.select_related("platform", "unit").get(pk=dormancy.channel_id)


def _ask_days(starts_on: date, ends_on: date, today: date) -> None:
    if starts_on < today:
        raise MoveRefused(_("The first day is over. Choose a day from today on."))
    if ends_on <= starts_on:
        raise MoveRefused(_("The day it wakes has to come after the day it begins to rest."))
    if ends_on > starts_on + relativedelta(months=settings.REST_MOST_MONTHS):
        raise MoveRefused(
            _("A rest is at most %(count)s months. Close the channel instead.")
            % {"count": settings.REST_MOST_MONTHS}
        )


def _people(channel: Channel) -> Iterable[User]:
    owner = [channel.owner] if channel.owner else []
    return dict.fromkeys([*owner, *people_of(channel)]) or channel.unit.chiefs


def _tell(dormancy: Dormancy, at: datetime, step: str, subject: Any, body: Any) -> None:
    tell(
        (
            Message(
                recipient=person,
                key=f"dormancy:{dormancy.pk}:{step}",
                subject=say(subject, channel=str(dormancy.channel)),
                body=body,
                url=reverse("channels_registry:channel_page", args=[dormancy.channel_id]),
                why=gettext_lazy("you work with the channel"),
                about=dormancy,
            )
            for person in _people(dormancy.channel)
        ),
        at,
    )
