"""Working on a closure: opening it, its plan, the advice and the archive decision, and who handles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import plans, rules
from channels_registry.models import (
    ArchiveDecision,
    Channel,
    Closure,
    Consultation,
    FollowerNotice,
)
from channels_registry.rest import end_rest
from channels_registry.states import ENDED, ChannelState, ClosureState
from core import trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Answer, Refusal
from core.workdays import local_day

trail.WORDS |= {
    "closure.open": gettext_lazy("Closure opened"),
    "closure.plan": gettext_lazy("Plan changed"),
    "closure.notices": gettext_lazy("Notices to the followers planned"),
    "closure.consult": gettext_lazy("The web strategists' advice noted"),
    "closure.archive": gettext_lazy("Archive decision noted"),
    "closure.handler": gettext_lazy("Taken over by another handler"),
    "closure.notice": gettext_lazy("A notice to the followers was published"),
    "closure.notice_short": gettext_lazy("A published notice does not say everything and is not counted"),
}

PLAN = (
    "reason",
    "motive",
    "public_reason",
    "merge_into",
    "no_merger_why",
    "followers_go_to",
    "closes_on",
    "tells_nobody",
)


def closure_url(closure: Closure, step: str = "") -> str:
    """This will return the address of a closure, of one of its steps, or, for “decide”, of the chiefs' page."""
    if step == "decide":
        return reverse("channels_registry:closure_sign", args=[closure.pk])
    if step:
        return reverse("channels_registry:closure_step", args=[closure.pk, step])
    return reverse("channels_registry:closure_page", args=[closure.pk])


def open_closure(channel: Channel, *, actor: User, at: datetime, reason: str, motive: str) -> Closure:
    """This will open a channel's closure, end its rest, and ask the web strategists for advice (R28, R31).

    Raises MoveRefused outside the channel's people, for a channel that ends already, and for one that another closing
    channel is to be merged into.
    """
    _ask(rules.may_tend(actor, channel))
    if channel.state in {*ENDED, ChannelState.CLOSING, ChannelState.PROPOSED}:
        raise MoveRefused(_("The channel is %(state)s already.") % {"state": channel.state_label})
    if (
        giver := Closure.objects.running()
        .filter(merge_into=channel)
        .select_related("channel__platform")
        .first()
    ):
        raise MoveRefused(
            _("%(channel)s is being merged into this channel. Finish or change that closure first.")
            % {"channel": giver.channel}
        )
    try:
        with transaction.atomic():
            end_rest(channel, actor=actor, at=at, note=_("The channel is to be closed."))
            closure = Closure.objects.create(
                channel=channel, handler=actor, opened_by=actor, opened_at=at, reason=reason, motive=motive
            )
            perform(channel, "begin_closing", actor=None, at=at)
            trail.record(
                "closure.open", about=closure, actor=actor, at=at, note=motive, data={"reason": reason}
            )
            tell_people(
                closure,
                User.objects.filter(is_web_strategist=True, is_active=True),
                at,
                "advise",
                gettext_lazy("Your advice, please: %(channel)s is to be closed"),
                gettext_lazy("Say whether it should be merged, and where the followers are best sent."),
                gettext_lazy("you are a web strategist"),
                step="advice",
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    return closure


def save_plan(
    closure: Closure, *, actor: User, at: datetime, seen: int | None, values: Mapping[str, Any]
) -> None:
    """This will store parts of the plan. A new closing day, reason or address writes the proposed notices anew.

    Raises MoveRefused when the plan cannot be changed now or the merger's target is itself ending, ChangedMeanwhile
    when somebody else changed it after `seen`.
    """
    _ask_to_change(closure, actor)
    target = values.get("merge_into")
    if target is not None and (reason := plans.why_no_target(closure, target)):
        raise MoveRefused(reason)
    if values.get("tells_nobody") and not plans.silent_long_enough(closure.channel, local_day(at)):
        raise MoveRefused(
            _("The channel has not been silent for %(count)s months, so its followers have to be told.")
            % {"count": settings.NO_NOTICE_MONTHS}
        )
    _ask_the_day(closure, values, local_day(at))
    changed = {
        name: value for name, value in values.items() if name in PLAN and getattr(closure, name) != value
    }
    if not changed:
        return
    with transaction.atomic():
        _bump(closure, seen, **changed)
        data = {"changed": sorted(changed)}
        trail.record("closure.plan", about=closure, actor=actor, at=at, data=data)
        if closure.tells_nobody:
            closure.notices.filter(published_at=None).delete()
        elif set(changed) & {"closes_on", "public_reason", "followers_go_to", "tells_nobody"}:
            propose_notices(closure)
    forget_read(closure)


def _ask_the_day(closure: Closure, values: Mapping[str, Any], today: date) -> None:
    """This will refuse a closing day that no first notice can come 30 days before (R33), unless none is needed."""
    day, first = values.get("closes_on"), today + timedelta(days=settings.NOTICE_AHEAD_DAYS)
    if (
        day is None
        or day == closure.closes_on
        or day >= first
        or values.get("tells_nobody", closure.tells_nobody)
    ):
        return
    if closure.notices.exclude(published_at=None).exists() or plans.silent_long_enough(
        closure.channel, today
    ):
        return
    raise MoveRefused(
        _("The followers are told %(count)s days ahead, so %(day)s is the first day possible.")
        % {"count": settings.NOTICE_AHEAD_DAYS, "day": date_format(first)}
    )


def propose_notices(closure: Closure) -> None:
    """This will replace the notices that are not published by the ones the plan proposes, once it says when, why, where."""
    if not (closure.closes_on and closure.public_reason and closure.followers_go_to):
        return
    closure.notices.filter(published_at=None).delete()
    told = {notice.published_on for notice in closure.notices.exclude(published_at=None)}
    FollowerNotice.objects.bulk_create(
        FollowerNotice(closure=closure, planned_at=planned_at, text=text)
        for planned_at, text in plans.proposed_notices(closure)[len(told) :]
    )


def save_notices(
    closure: Closure,
    *,
    actor: User,
    at: datetime,
    seen: int | None,
    rows: Iterable[tuple[datetime, str]],
) -> None:
    """This will replace the notices that are not published by `rows` of time and text. Raises as save_plan does."""
    _ask_to_change(closure, actor)
    with transaction.atomic():
        _bump(closure, seen)
        closure.notices.filter(published_at=None).delete()
        FollowerNotice.objects.bulk_create(
            FollowerNotice(closure=closure, planned_at=planned_at, text=text) for planned_at, text in rows
        )
        trail.record("closure.notices", about=closure, actor=actor, at=at)
    forget_read(closure)


def note_advice(
    closure: Closure, *, actor: User, at: datetime, strategist: User, advice: str
) -> Consultation:
    """This will keep a web strategist's advice, their own or as the handler heard it (R31)."""
    if actor != strategist:
        _ask(rules.may_handle(actor, closure))
    if not strategist.is_web_strategist:
        raise MoveRefused(_("%(name)s is not a web strategist.") % {"name": strategist})
    if not closure.is_open_for_edit:
        raise MoveRefused(_cannot_change(closure))
    with transaction.atomic():
        _bump(closure, None)
        row = Consultation.objects.create(
            closure=closure, strategist=strategist, advice=advice, noted_by=actor, noted_at=at
        )
        data = {"strategist": strategist.pk}
        trail.record("closure.consult", about=closure, actor=actor, at=at, note=advice, data=data)
        if actor != closure.handler:
            tell_people(
                closure,
                [closure.handler],
                at,
                f"advice:{row.pk}",
                gettext_lazy("Advice on closing %(channel)s"),
                advice,
                gettext_lazy("you handle this closure"),
                step="advice",
            )
    forget_read(closure)
    return row


def decide_archive(
    closure: Closure,
    *,
    actor: User,
    at: datetime,
    level: str,
    keeps_content: bool,
    keeps_layout: bool,
    motive: str,
    officer: User,
    officer_word: str,
) -> ArchiveDecision:
    """This will keep what is to be archived, why, and the records officer's word (R34). An earlier decision stays."""
    _ask(rules.may_handle(actor, closure) if actor != officer else rules.Grant())
    if not officer.is_records_officer:
        raise MoveRefused(_("%(name)s is not a records officer.") % {"name": officer})
    if not closure.is_open_for_edit:
        raise MoveRefused(_cannot_change(closure))
    if (level == ArchiveDecision.Level.NONE) == (keeps_content or keeps_layout):
        raise MoveRefused(_("Say what is kept: the content, the layout or both. Or choose “nothing”."))
    with transaction.atomic():
        row = ArchiveDecision.objects.create(
            closure=closure,
            level=level,
            keeps_content=keeps_content,
            keeps_layout=keeps_layout,
            motive=motive,
            officer=officer,
            officer_word=officer_word,
            noted_by=actor,
            noted_at=at,
        )
        _bump(closure, None, archive=row)
        trail.record("closure.archive", about=closure, actor=actor, at=at, note=motive, data={"level": level})
        if actor != officer:
            tell_people(
                closure,
                [officer],
                at,
                f"archive:{row.pk}",
                gettext_lazy("Your word on what is kept of %(channel)s is noted"),
                say(gettext_lazy("%(name)s noted: %(word)s"), name=actor.name, word=officer_word),
                gettext_lazy("your word as a records officer stands in the plan"),
                step="archive",
            )
    forget_read(closure)
    return row


def take_over(closure: Closure, *, actor: User, at: datetime) -> None:
    """This will make the person the closure's handler. The one before is told."""
    _ask(rules.may_handle(actor, closure))
    before = closure.handler
    if actor == before or closure.is_over:
        return
    with transaction.atomic():
        if not Closure.objects.filter(pk=closure.pk, version=closure.version).update(
            handler=actor, version=closure.version + 1
        ):
            raise ChangedMeanwhile
        closure.refresh_from_db()
        trail.record("closure.handler", about=closure, actor=actor, at=at, data={"before": before.pk})
        subject = gettext_lazy("Somebody else handles the closure of %(channel)s now")
        why = gettext_lazy("you handled this closure")
        tell_people(closure, [before], at, f"handler:{closure.version}", subject, actor.name, why)


def forget_read(closure: Closure) -> None:
    """This will read the closure anew, with what hangs on it."""
    closure.__dict__.get("_prefetched_objects_cache", {}).clear()
    closure.refresh_from_db()


def channel_of(closure: Closure) -> Channel:
    return Channel.objects.select_related("platform", "unit").get(pk=closure.channel_id)


def _ask_to_change(closure: Closure, actor: User) -> None:
    _ask(rules.may_handle(actor, closure))
    if not closure.is_open_for_edit:
        raise MoveRefused(_cannot_change(closure))


def _cannot_change(closure: Closure) -> str:
    if closure.is_stoppable:
        return _(
            "The plan is with the chiefs or signed. Choose “Change the plan” first; the signatures fall then."
        )
    return _("The closure is %(state)s; its plan stays as it is.") % {"state": closure.state_label}


def _bump(closure: Closure, seen: int | None, **columns: Any) -> None:
    expected = closure.version if seen is None else seen
    rows = Closure.objects.filter(pk=closure.pk, version=expected, state=ClosureState.PREPARING)
    if not rows.update(version=expected + 1, **columns):
        raise ChangedMeanwhile
    closure.refresh_from_db()


def _ask(answer: Answer) -> None:
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)


def tell_handler(closure: Closure, at: datetime, what: str, subject: Any, body: Any = "") -> None:
    """This will tell the handler once of `what`, in this version of the closure."""
    text = body or gettext_lazy("Go on with the next step.")
    key, why = f"{what}:{closure.version}", gettext_lazy("you handle this closure")
    tell_people(closure, [closure.handler], at, key, subject, text, why)


def tell_people(
    closure: Closure,
    people: Iterable[User],
    at: datetime,
    key: str,
    subject: Any,
    body: Any,
    why: Any,
    *,
    step: str = "",
) -> None:
    tell(
        (
            Message(
                recipient=person,
                key=f"closure:{closure.pk}:{key}",
                subject=say(subject, channel=closure.channel.name),
                body=body,
                url=closure_url(closure, step),
                why=why,
                about=closure,
            )
            for person in people
        ),
        at,
    )
