"""What the pages read: the register, what a channel lacks, and how far a closure has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels_registry import ending, plans
from channels_registry.closing import closure_url
from channels_registry.models import Channel, Closure, Consultation, DeregistrationOrder, Dormancy
from channels_registry.states import ClosureState
from core.models import Event, User
from core.templatetags.parts import tag
from core.workdays import local_day

K = ClosureState
EDITORS_NEEDED = 2


def register(user: User, wanted: Mapping[str, Any], on: date) -> Any:
    """This will find the channels of the register that fit the filters; unknown values filter nothing."""
    channels = (
        Channel.objects.visible_to(user).select_related("platform", "unit", "owner").with_editor_count()
    )
    if text := wanted.get("text"):
        channels = channels.filter(
            Q(name__icontains=text)
            | Q(handle__icontains=text)
            | Q(url__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(pk__in=Channel.objects.filter(handles__handle__icontains=text).values("pk"))
        )
    for name in ("platform", "unit", "state"):
        if wanted.get(name):
            channels = channels.filter(**{name: wanted[name]})
    needs = wanted.get("needs")
    if needs == "silent":
        channels = channels.quiet_for(settings.QUIET_DAYS["amber"], on) | channels.filter(
            state="under_review"
        )
    elif needs == "editors":
        channels = channels.alive().filter(editor_count__lt=EDITORS_NEEDED)  # type: ignore[misc]
    elif needs == "look":
        channels = channels.to_look_over(on)
    elif needs == "two_factor":
        channels = channels.alive().exclude(two_factor=Channel.TwoFactor.ON)
    return channels.order_by("name", "pk")


@dataclass(frozen=True)
class Row:
    """A line of the register, with everything the page prints of it worked out once."""

    url: str
    name: str
    platform: str
    state: str
    comments: str
    editors: int
    too_few: bool
    last_post: date | None
    silent: int
    unit: str


def rows_of(channels: Iterable[Any], on: date) -> list[Row]:
    """This will make the register's lines; words and marks that many lines share are made once."""
    states = {value: tag(value, label) for value, label in Channel.State.choices}
    modes = {value: str(label) for value, label in Channel.CommentMode.choices}
    start, end = reverse("channels_registry:channel_page", args=[0]).split("0")
    return [
        Row(
            f"{start}{channel.pk}{end}",
            channel.name,
            channel.platform.name,
            states[channel.state],
            modes[channel.comment_mode],
            channel.editor_count,
            channel.editor_count < EDITORS_NEEDED and not channel.has_ended,
            channel.last_post_on,
            silent_days(channel, on),
            channel.unit.name,
        )
        for channel in channels
    ]


def silent_days(channel: Channel, on: date) -> int:
    """This will count the days of silence of a channel that has been silent too long, else none (R30)."""
    asked = channel.state in {"active", "under_review"}
    days = channel.quiet_days(on) if asked else 0
    return days if days >= settings.QUIET_DAYS["amber"] else 0


def warnings_of(channel: Channel, editor_count: int, on: date) -> list[str]:
    """This will say in words what a living channel lacks. Empty means nothing."""
    if channel.has_ended:
        return []
    return list(_warnings(channel, editor_count, on))


def _warnings(channel: Channel, editor_count: int, on: date) -> Iterator[str]:
    if editor_count < EDITORS_NEEDED:
        yield _("Fewer than two named editors: nobody should be alone with a channel.")
    if channel.owner is None:
        yield _("No owner is named.")
    if not channel.keys_kept:
        yield _("Nobody has written down where the keys are kept.")
    if channel.two_factor != Channel.TwoFactor.ON:
        yield _("Two-factor login is not noted as on.")
    if channel.looked_over_on is None or (on - channel.looked_over_on).days >= settings.LOOK_OVER_DAYS:
        yield _("Nobody has looked it over for a year.")
    if channel.state == "active" and (days := silent_days(channel, on)):
        yield _("No post of its own for %(count)s days.") % {"count": days}


def happened_to(channel: Channel, rests: Iterable[Dormancy]) -> Any:
    """This will find the events of a channel and of its rests, newest first."""
    theirs = Q(about_type="channels_registry.dormancy", about_id__in=[rest.pk for rest in rests])
    return Event.objects.filter(Q(about_type="channels_registry.channel", about_id=channel.pk) | theirs)


@dataclass(frozen=True)
class Step:
    """A step of a closure as the list shows it: done, to do now, or still ahead; `lacks` says what is missing."""

    slug: str
    title: str
    url: str
    done: bool
    current: bool = False
    text: str = ""
    who: str = ""
    at: datetime | None = None


STEPS = ("reason", "merger", "advice", "archive", "notices", "sign", "telling", "keep", "close", "order")
# The states in which a step's own work is done; the first five are one state and can be done in any order.
_WORK = {
    "sign": (K.PREPARING, K.AWAITING),
    "telling": (K.TELLING,),
    "keep": (K.ARCHIVING,),
    "close": (K.READY,),
    "order": (K.CLOSED, K.ORDERED),
}


def closure_of(user: User, pk: int) -> Any:
    """This will find one closure in the person's sight, with what its pages read of it, in one query."""
    return (
        Closure.objects.visible_to(user)
        .filter(pk=pk)
        .select_related(
            "channel__platform",
            "channel__owner",
            "channel__unit__responsible_chief",
            "channel__unit__communications_chief",
            "handler",
            "opened_by",
            "merge_into__platform",
            "archive__officer",
            "archive__noted_by",
            "platform_closure__closed_by",
            "package",
        )
    )


def with_plan(closure: Closure) -> None:
    """This will read the notices, and the advice with who gave it, for the pages that show the plan."""
    rows = Consultation.objects.select_related("strategist")
    prefetch_related_objects([closure], Prefetch("consultations", rows), "notices")


def with_orders(closure: Closure) -> None:
    """This will read the orders with who ordered them, once, for the pages that show or ask about them."""
    prefetch_related_objects(
        [closure], Prefetch("orders", DeregistrationOrder.objects.select_related("ordered_by"))
    )


def steps_of(closure: Closure, at: datetime, events: Iterable[Event]) -> list[Step]:
    """This will tell how far each step has come, with who, when, and what is missing in words; `events` newest first."""
    steps: list[Step] = []
    did = list(events)
    for slug in STEPS:
        step = step_of(closure, slug, at, did)
        now = not step.done and not closure.is_over and closure.state in _WORK.get(slug, (K.PREPARING,))
        steps.append(replace(step, current=now and not any(row.current for row in steps)))
    return steps


def step_of(closure: Closure, slug: str, at: datetime, events: list[Event]) -> Step:
    """This will tell how far one step has come."""
    title, done, text, who, when = _MAKERS[slug](closure, at, events)
    return Step(slug, title, closure_url(closure, slug), done, False, text, who, when)


Facts = tuple[str, bool, str, str, "datetime | None"]
NOTICE_PLAN = {"closes_on", "public_reason", "followers_go_to", "tells_nobody"}


def _last(events: list[Event], *kinds: str, changed: Iterable[str] = ()) -> Event | None:
    """Return the newest event of these kinds or, of the kind “plan”, the newest that changed one of these columns."""
    columns = set(changed)
    return next(
        (
            event
            for event in events
            if event.kind in kinds or (event.kind == "closure.plan" and columns & set(event.data["changed"]))
        ),
        None,
    )


def _by(event: Event | None) -> tuple[str, datetime | None]:
    return (event.actor_name, event.at) if event else ("", None)


def _reason(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    done = bool(closure.motive.strip() and closure.closes_on)
    day = date_format(closure.closes_on) if closure.closes_on else _("The closing day is missing.")
    text = f"{closure.get_reason_display().capitalize()}. {day}"
    last = _last(events, changed=("reason", "motive", "closes_on", "public_reason"))
    who, when = _by(last) if last else (closure.opened_by.name, closure.opened_at)
    return _("Reason and closing day"), done, text, who, when


def _merger(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    target = closure.merge_into
    done = bool(target or closure.no_merger_why.strip()) and bool(
        closure.followers_go_to or closure.tells_nobody
    )
    text = _("Merged into %(channel)s.") % {"channel": target} if target else closure.no_merger_why
    last = _last(events, changed=("merge_into", "no_merger_why", "followers_go_to"))
    return _("Merger and where the followers go"), done, text or _("To be decided."), *_by(last)


def _advice(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    rows = list(closure.consultations.all())
    last = rows[-1] if rows else None
    text = last.advice if last else _("Asked, not answered yet.")
    return (
        _("The web strategists' advice"),
        bool(rows),
        text,
        last.strategist.name if last else "",
        last.noted_at if last else None,
    )


def _archive(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    row, title = closure.archive, pgettext("of a channel", "What is kept")
    if row is None:
        return title, False, _("To be decided."), "", None
    if not row.is_said:
        text = _("Waiting for %(name)s's word.") % {"name": row.officer.name}
        return title, False, text, row.noted_by.name, row.noted_at
    text = f"{row.get_level_display().capitalize()}. {row.officer_word}"
    return title, True, text, row.officer.name, row.noted_at


def _notices(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    """This will count the notices as done once somebody has read and saved what the system proposed."""
    title = _("Notices to the followers")
    if closure.tells_nobody:
        words = _("Silent for so long that no notices are needed.")
        return title, True, words, *_by(_last(events, changed=["tells_nobody"]))
    days = [date_format(local_day(row.planned_at)) for row in closure.notices.all()]
    last = _last(events, "closure.notices", changed=NOTICE_PLAN)
    read = closure.state != K.PREPARING or (last is not None and last.kind == "closure.notices")
    done = read and len(days) >= settings.NOTICES_NEEDED
    text = ", ".join(days) or _("None planned.")
    if days and not read:
        return title, False, _("Proposed: %(days)s. Read them and save them.") % {"days": text}, "", None
    return title, done, text, *_by(_last(events, "closure.notices"))


def _sign(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    rows = [] if closure.state == K.PREPARING else [row for row in closure.spoken if not row.voided_at]
    done = closure.state not in {K.PREPARING, K.AWAITING, K.REJECTED, K.CANCELLED}
    if closure.state == K.PREPARING:
        lacking = plans.missing(closure, at)
        text = (
            _("Still missing: %(what)s") % {"what": " ".join(lacking)} if lacking else _("Ready to be sent.")
        )
    else:
        text = ", ".join(f"{row.get_role_display()}: {row.signer.name}" for row in rows) or _(
            "Waiting for both."
        )
    if closure.state == K.AWAITING and not rows:
        return _("The two chiefs decide"), done, text, *_by(_last(events, "closure.ask_decision"))
    who = rows[-1].signer.name if rows else ""
    return _("The two chiefs decide"), done, text, who, rows[-1].decided_at if rows else None


def _telling(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    told = plans.published(closure)
    done = closure.state in {K.ARCHIVING, K.READY, K.CLOSED, K.ORDERED, K.DEREGISTERED}
    if closure.tells_nobody:
        text = _("Not needed.")
    else:
        text = _("%(count)s published.") % {"count": len(told)} if told else _("None published yet.")
    return _("The followers are told"), done, text, *_by(_last(events, "closure.notice"))


def _keep(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    done = closure.state in {K.READY, K.CLOSED, K.ORDERED, K.DEREGISTERED}
    lacking = ending.not_kept(closure) if closure.state in {K.TELLING, K.ARCHIVING} else []
    text = _("Still missing: %(what)s") % {"what": ", ".join(lacking) + "."} if lacking else ""
    kinds = ("closure.make_ready",) if done else ("closure.item_opened", "closure.item")
    return _("Content and layout are kept"), done, text, *_by(_last(events, *kinds))


def _close(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    end = getattr(closure, "platform_closure", None)
    earliest = plans.earliest_end(closure)
    text = f"{end.get_how_display().capitalize()}. {end.handle_kept}" if end else ""
    if not end and earliest:
        text = _("Not before %(day)s.") % {"day": date_format(earliest)}
    return (
        _("The account is closed"),
        end is not None,
        text,
        end.closed_by.name if end else "",
        end.closed_at if end else None,
    )


def _order(closure: Closure, at: datetime, events: list[Event]) -> Facts:
    orders = list(closure.orders.all()) if closure.state in {K.ORDERED, K.DEREGISTERED} else []
    last = orders[-1] if orders else None
    text = (last.answer or str(last.get_state_display()).capitalize()) if last else ""
    done = closure.state == K.DEREGISTERED
    did = _last(events, "closure.acknowledge" if done else "closure.order", "closure.order_again")
    return _("Deregistration"), done, text, *_by(did)


_MAKERS: dict[str, Callable[[Closure, datetime, list[Event]], Facts]] = {
    "reason": _reason,
    "merger": _merger,
    "advice": _advice,
    "archive": _archive,
    "notices": _notices,
    "sign": _sign,
    "telling": _telling,
    "keep": _keep,
    "close": _close,
    "order": _order,
}
