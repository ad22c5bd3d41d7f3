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
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Answer, Refusal
from core.workdays import local_day

trail.WORDS |= {
    "closure.open": gettext_lazy("Closure opened"),
    "closure.plan": gettext_lazy("Plan changed"),
    "closure.notices": gettext_lazy("Notices to the followers planned"),
    "closure.consult": gettext_lazy("A web strategist gave advice"),
    "closure.archive_asked": gettext_lazy("What is kept proposed to a records officer"),
    "closure.archive": gettext_lazy("What is kept decided, with the records officer's own word"),
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

    Raises MoveRefused outside the channel's people, without a reason, for a channel that ends already, and for one that
    another closing channel is to be merged into.
    """
    ask_to_open(channel, actor)
    _ask_why(reason, motive)
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


def ask_to_open(channel: Channel, actor: User) -> None:
    """This will raise MoveRefused, with the reason, when the person cannot open a closure of the channel now."""
    _ask(rules.may_tend(actor, channel))
    if channel.state in {*ENDED, ChannelState.CLOSING, ChannelState.PROPOSED}:
        raise MoveRefused(_("The channel is %(state)s already.") % {"state": channel.state_label})
    running = Closure.objects.running().filter(merge_into=channel)
    if giver := running.select_related("channel__platform").first():
        raise MoveRefused(
            _("%(channel)s is being merged into this channel. Finish or change that closure first.")
            % {"channel": giver.channel}
        )


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
    if values.get("tells_nobody") and (reason := plans.why_not_silent(closure.channel, local_day(at))):
        raise MoveRefused(reason)
    _ask_why(values.get("reason", closure.reason), values.get("motive", closure.motive))
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
            propose_notices(closure, local_day(at))
    forget_read(closure)


def _ask_why(reason: str, motive: str) -> None:
    """This will refuse a closure that does not state its reason (R28)."""
    if reason not in Closure.Reason.values or not motive.strip():
        raise MoveIncomplete(_("Choose a reason for the closure, and say why in your own words."))


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
    if plans.silent_long_enough(closure.channel, today):
        return
    raise MoveRefused(
        _("The followers are told %(count)s days ahead, so %(day)s is the first day possible.")
        % {"count": settings.NOTICE_AHEAD_DAYS, "day": date_format(first)}
    )


def propose_notices(closure: Closure, today: date) -> None:
    """This will replace the notices that are not published by the ones the plan proposes, once it says when, why, where."""
    if not (closure.closes_on and closure.public_reason and closure.followers_go_to):
        return
    closure.notices.filter(published_at=None).delete()
    out = closure.notices.exclude(published_at=None)
    told = {notice.published_on for notice in out if not plans.lacks(notice.text, closure)}
    FollowerNotice.objects.bulk_create(
        FollowerNotice(closure=closure, planned_at=planned_at, text=text)
        for planned_at, text in plans.proposed_notices(closure, today)[len(told) :]
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


def note_advice(closure: Closure, *, actor: User, at: datetime, advice: str) -> Consultation:
    """This will keep a web strategist's own advice (R31). Nobody writes it in their place."""
    if not actor.is_web_strategist:
        raise MoveForbidden(_("Only a web strategist gives this advice, in their own words."))
    if not closure.is_open_for_edit:
        raise MoveRefused(_cannot_change(closure))
    with transaction.atomic():
        _bump(closure, None)
        row = Consultation.objects.create(
            closure=closure, strategist=actor, advice=advice, noted_by=actor, noted_at=at
        )
        trail.record("closure.consult", about=closure, actor=actor, at=at, note=advice)
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


def propose_archive(
    closure: Closure, *, actor: User, at: datetime, officer: User, **kept: Any
) -> ArchiveDecision:
    """This will propose what is kept and ask a records officer for their word. It counts when the officer has said it."""
    _ask_to_change(closure, actor)
    if not officer.is_records_officer:
        raise MoveRefused(_("%(name)s is not a records officer.") % {"name": officer})
    with transaction.atomic():
        row = _keep_decision(closure, actor, at, officer=officer, officer_word="", **kept)
        trail.record("closure.archive_asked", about=closure, actor=actor, at=at, note=row.motive)
        tell_people(
            closure,
            [officer],
            at,
            f"archive:{row.pk}",
            gettext_lazy("Your word, please: what is kept of %(channel)s?"),
            gettext_lazy("The handler proposes what is kept. Change it if needed, and say your word."),
            gettext_lazy("you are a records officer"),
            step="archive",
        )
    forget_read(closure)
    return row


def decide_archive(
    closure: Closure, *, actor: User, at: datetime, officer_word: str, **kept: Any
) -> ArchiveDecision:
    """This will keep what is to be archived, why, and the records officer's own word (R34). An earlier one stays."""
    if not actor.is_records_officer:
        raise MoveForbidden(_("Only a records officer can give this word, under their own login."))
    if not closure.is_open_for_edit:
        raise MoveRefused(_cannot_change(closure))
    if not officer_word.strip():
        raise MoveIncomplete(_("Say your word as a records officer."))
    with transaction.atomic():
        row = _keep_decision(closure, actor, at, officer=actor, officer_word=officer_word, **kept)
        trail.record(
            "closure.archive", about=closure, actor=actor, at=at, note=officer_word, data={"level": row.level}
        )
        if actor != closure.handler:
            tell_people(
                closure,
                [closure.handler],
                at,
                f"archive:{row.pk}",
                gettext_lazy("What is kept of %(channel)s is decided"),
                officer_word,
                gettext_lazy("you handle this closure"),
                step="archive",
            )
    forget_read(closure)
    return row


def _keep_decision(closure: Closure, actor: User, at: datetime, **facts: Any) -> ArchiveDecision:
    nothing = facts["level"] == ArchiveDecision.Level.NONE
    if nothing == (facts["keeps_content"] or facts["keeps_layout"]):
        raise MoveRefused(_("Say what is kept: the content, the layout or both. Or choose “nothing”."))
    row = ArchiveDecision.objects.create(closure=closure, noted_by=actor, noted_at=at, **facts)
    _bump(closure, None, archive=row)
    return row


def take_over(closure: Closure, *, actor: User, at: datetime) -> None:
    """This will make the person the closure's handler, unless they decide about it (R40). The one before is told."""
    _ask(rules.may_handle(actor, closure))
    before = closure.handler
    if actor == before or closure.is_over:
        return
    if closure.decisions.filter(voided_at=None, signer=actor).exists():
        raise MoveRefused(_("You have signed the plan, so you cannot handle the closure."))
    _ask(rules.may_take_over(actor, closure, local_day(at)))
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
                subject=say(subject, channel=str(closure.channel)),
                body=body,
                url=closure_url(closure, step),
                why=why,
                about=closure,
            )
            for person in people
        ),
        at,
    )
