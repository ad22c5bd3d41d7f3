"""The clock of the register: silent channels are asked about (R30), every channel is looked over yearly (R1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from channels_registry.rules import KEEPS_THE_REGISTER
from channels_registry.states import CHANNEL_MOVES, ENDED, ChannelState
from core import ladders
from core.clock import job
from core.ladders import ladder
from core.models import Rung, User
from core.moves import perform
from core.notices import Message, say, tell
from core.workdays import local_day

ASK_AGAIN_DAYS = (14, 30)
LOOK_AGAIN_DAYS = 30


@job("silence")
def ask_about_silent_channels(at: datetime) -> int:
    """This will put channels without a post of their own for 180 days under review, and return how many."""
    silent = Channel.objects.quiet_for(settings.QUIET_DAYS["review"], local_day(at))
    rows = list(
        silent.select_related("platform", "owner", "unit__responsible_chief", "unit__communications_chief")
    )
    for channel in rows:
        perform(channel, "ask_about", actor=None, at=at)
    return len(rows)


@CHANNEL_MOVES.effect("ask_about")
def ask_the_owner(channel: Channel, *, at: datetime, **details: Any) -> None:
    """This will ask the owner and both chiefs to keep, rest or close the channel, and again after two weeks and a month."""
    steps = {f"again-{channel.version}-{days}": at + timedelta(days=days) for days in ASK_AGAIN_DAYS}
    ladders.set_up("silence", channel.pk, steps)
    _ask(channel, f"channel:{channel.pk}:silent:{channel.version}", at)


@CHANNEL_MOVES.effect("keep")
@CHANNEL_MOVES.effect("rest")
@CHANNEL_MOVES.effect("begin_closing")
def stop_asking(channel: Channel, *, at: datetime, **details: Any) -> None:
    ladders.take_down("silence", [channel.pk], at)


@ladder("silence")
def climb_silence(rungs: list[Rung], at: datetime) -> None:
    for rung, channel in _channels(rungs):
        if channel.state == ChannelState.UNDER_REVIEW:
            _ask(channel, f"rung:{rung.pk}", at)


@job("look_overs")
def want_look_overs(at: datetime) -> int:
    """This will lay out the reminders for channels that nobody has looked over for a year, and return how many (R1)."""
    wanted = {
        channel.pk: f"since-{channel.looked_over_on or channel.registered_on}"
        for channel in Channel.objects.to_look_over(local_day(at)).only("looked_over_on", "registered_on")
    }
    if not wanted:
        return 0
    there = set(
        Rung.objects.filter(ladder="look_over", object_id__in=wanted).values_list("object_id", "step")
    )
    missing = [(pk, step) for pk, step in wanted.items() if (pk, step) not in there]
    for pk, step in missing:
        later = at + timedelta(days=LOOK_AGAIN_DAYS)
        ladders.set_up("look_over", pk, {step: at, f"{step}-again": later})
    return len(missing)


@ladder("look_over")
def climb_look_overs(rungs: list[Rung], at: datetime) -> None:
    """This will remind the channel's owner and editors, and the second time its chiefs too, unless somebody has looked."""
    due = set(Channel.objects.to_look_over(local_day(at)).values_list("pk", flat=True))
    for rung, channel in _channels(rungs):
        if channel.pk not in due:
            continue
        editors = [editor.user for editor in channel.editors.select_related("user")]
        people = [*([channel.owner] if channel.owner else []), *editors]
        if rung.step.endswith("-again") or not people:
            people += channel.unit.chiefs
        _tell(
            channel,
            people,
            f"rung:{rung.pk}",
            at,
            gettext_lazy("Look over %(channel)s"),
            gettext_lazy("Once a year somebody looks at purpose, pictures, people and comments."),
        )


def _channels(rungs: list[Rung]) -> list[tuple[Rung, Channel]]:
    rows = Channel.objects.select_related(
        "platform", "owner", "unit__responsible_chief", "unit__communications_chief"
    ).in_bulk({rung.object_id for rung in rungs})
    pairs = [(rung, rows.get(rung.object_id)) for rung in rungs]
    return [(rung, channel) for rung, channel in pairs if channel and channel.state not in ENDED]


def _ask(channel: Channel, key: str, at: datetime) -> None:
    _tell(
        channel,
        channel.answerers(),
        key,
        at,
        gettext_lazy("%(channel)s is silent: keep it, let it rest, or close it?"),
        gettext_lazy("It has had no post of its own for half a year. Say what should become of it, and why."),
    )


def _tell(channel: Channel, people: Iterable[User], key: str, at: datetime, subject: Any, body: Any) -> None:
    """This will tell the people, or, when none of them is left, those who keep the register: somebody is always told."""
    there = [person for person in dict.fromkeys(people) if person.is_active]
    why = gettext_lazy("you answer for the channel")
    if not there:
        there, why = list(User.objects.filter(KEEPS_THE_REGISTER)), gettext_lazy("you keep the register")
    tell(
        (
            Message(
                recipient=person,
                key=key,
                subject=say(subject, channel=str(channel)),
                body=body,
                url=reverse("channels_registry:channel_page", args=[channel.pk]),
                why=why,
                about=channel,
            )
            for person in there
        ),
        at,
    )
