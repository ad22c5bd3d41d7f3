"""The end of a channel: what counts as told and kept, what is still open, and the account closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import plans
from channels_registry.closing import channel_of, forget_read, tell_handler
from channels_registry.models import (
    ArchivePackage,
    Channel,
    Closure,
    FollowerNotice,
    PlatformClosure,
)
from channels_registry.signals import (
    OpenThing,
    answers_to,
    still_open_on,
)
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core import ladders, trail
from core.models import User
from core.moves import MoveRefused, perform
from core.workdays import instant, local_day

MORNING, LATE_DAYS = "08:00", (3, 7)
BEFORE_THE_END = (ClosureState.TELLING, ClosureState.ARCHIVING, ClosureState.READY)


def note_told(
    notice: FollowerNotice, *, at: datetime, text: str, url: str, actor: User | None = None
) -> None:
    """This will count a notice as published, when its text says everything; the third one ends the telling (R33).

    One that leaves something out is kept in the trail and not counted; its handler is told.
    """
    closure = notice.closure
    if left_out := plans.lacks(text, closure):
        data = {"notice": notice.pk, "url": url}
        note = ", ".join(left_out)
        trail.record("closure.notice_short", about=closure, actor=actor, at=at, note=note, data=data)
        subject = gettext_lazy("A notice about %(channel)s does not say everything")
        tell_handler(closure, at, f"short:{notice.pk}", subject, note)
        return
    rows = FollowerNotice.objects.filter(pk=notice.pk, published_at=None)
    if not rows.update(published_at=at, published_on=local_day(at), url=url):
        return
    data = {"notice": notice.pk, "url": url}
    trail.record("closure.notice", about=closure, actor=actor, at=at, data=data)
    forget_read(closure)
    if closure.state == ClosureState.TELLING and not plans.untold(closure, local_day(at)):
        perform(closure, "told", actor=None, at=at)
        tell_handler(closure, at, "told", gettext_lazy("The followers of %(channel)s are told"))


@CLOSURE_MOVES.effect("tell")
@CLOSURE_MOVES.effect("skip_telling")
def await_closing_day(closure: Closure, *, at: datetime, **details: Any) -> None:
    """This will remind the handler on the closing day, and again when nothing has happened."""
    day = instant(closure.closes_on, MORNING) if closure.closes_on else at
    steps = {f"closes-{closure.version}-{late}": day + timedelta(days=late) for late in (0, *LATE_DAYS)}
    ladders.set_up("closure", closure.pk, steps)


def remind_of_the_end(closure: Closure, step: str, at: datetime) -> None:
    """This will tell the handler that the closing day is here, or that the deregistration is not ordered yet.

    A first notice that came late moves the day, and the reminder with it.
    """
    if step.startswith("order-") and closure.state == ClosureState.CLOSED:
        subject = gettext_lazy("Order the deregistration of %(channel)s")
        body = gettext_lazy("The account is closed, but the channel register does not know of it yet.")
        tell_handler(closure, at, step, subject, body)
    if not step.startswith("closes-") or closure.state not in BEFORE_THE_END:
        return
    earliest = plans.earliest_end(closure)
    if earliest and earliest > local_day(at):
        ladders.set_up("closure", closure.pk, {f"closes-{earliest}": instant(earliest, MORNING)})
        return
    subject = gettext_lazy("The closing day of %(channel)s is here")
    body = gettext_lazy("Close the account on the platform and note it. What is missing stands in the steps.")
    tell_handler(closure, at, step, subject, body)


def open_things(closure: Closure) -> list[OpenThing]:
    """This will ask the floors above what is not settled on the channel. Raises MoveRefused when one cannot answer."""
    return answers_to(still_open_on, Closure, channel=closure.channel)


def _ask_nothing_open(closure: Closure) -> None:
    if things := open_things(closure):
        named = "; ".join(str(thing) for thing in things[:5])
        more = f" +{len(things) - 5}" if len(things) > 5 else ""
        raise MoveRefused(_("Settle first what is open on the channel: %(what)s.") % {"what": named + more})


def not_kept(closure: Closure) -> list[str]:
    """This will list in words what the archive decision asks for and what is not there, or not opened by anybody (R34)."""
    archive, items = closure.archive, list(closure.items.all())
    kinds = {item.kind for item in items}
    lacking = []
    if archive and archive.keeps_content and "content" not in kinds:
        lacking.append(_("the content, as the platform's own export"))
    if archive and archive.keeps_layout and "layout" not in kinds:
        lacking.append(_("screenshots of the layout"))
    lacking += [
        _("“%(name)s” opened by somebody") % {"name": item.name} for item in items if not item.opened_at
    ]
    return lacking


@CLOSURE_MOVES.before("make_ready")
def ask_all_kept(closure: Closure, *, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse until the followers are told, everything is kept and opened, and nothing is open (R34)."""
    if reason := plans.untold(closure, local_day(at)):
        raise MoveRefused(reason)
    if lacking := not_kept(closure):
        raise MoveRefused(_("Still to be kept: %(what)s.") % {"what": ", ".join(lacking)})
    _ask_nothing_open(closure)
    return {}


@CLOSURE_MOVES.before("close")
def ask_the_end(
    closure: Closure, *, actor: User, at: datetime, how: str, handle_kept: str, **details: Any
) -> dict[str, Any]:
    """This will refuse to end early or with anything open, and keep how the account ended and who has its handle."""
    if reason := plans.untold(closure, local_day(at)):
        raise MoveRefused(reason)
    earliest = plans.earliest_end(closure)
    if earliest and local_day(at) < earliest:
        raise MoveRefused(
            _("The followers were promised time until %(day)s. Close the account then.")
            % {"day": date_format(earliest)}
        )
    if closure.merge_into and (reason := plans.why_no_target(closure, closure.merge_into)):
        raise MoveRefused(reason)
    _ask_nothing_open(closure)
    if how not in PlatformClosure.How.values:
        raise MoveRefused(_("Choose how the account was closed."))
    PlatformClosure.objects.create(
        closure=closure,
        how=how,
        handle_kept=handle_kept[:200],
        closed_by=actor,
        closed_at=at,
        closed_on=local_day(at),
    )
    return {}


@CLOSURE_MOVES.effect("close")
def end_channel(closure: Closure, *, at: datetime, handle_kept: str, **details: Any) -> None:
    """This will close the channel in the register, keep who has its handle, and want the archive package built.

    The handler is reminded of the order that comes next.
    """
    channel = channel_of(closure)
    perform(channel, "close", actor=None, at=at, comment_mode=Channel.CommentMode.OFF)
    Channel.objects.filter(pk=channel.pk).update(handle_parked=handle_kept[:200])
    ArchivePackage.objects.create(closure=closure, wanted_at=at, try_at=at)
    ladders.take_down("closure", [closure.pk], at)
    ladders.set_up("closure", closure.pk, {f"order-{day}": at + timedelta(days=day) for day in LATE_DAYS})


def close(
    closure: Closure, *, actor: User, at: datetime, how: str, handle_kept: str, seen: int | None = None
) -> None:
    """This will note that the account is closed on the platform. Raises MoveRefused as the move does."""
    perform(closure, "close", actor=actor, at=at, seen=seen, how=how, handle_kept=handle_kept)
