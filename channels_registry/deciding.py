"""Deciding a closure: both chiefs are asked, sign one plan or say no, and a changed plan makes their word void."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import plans
from channels_registry.closing import channel_of, tell_handler, tell_people
from channels_registry.ending import remind_of_the_end
from channels_registry.models import (
    Closure,
    Decision,
    Role,
)
from channels_registry.rest import say_what_fell
from channels_registry.signals import (
    notices_decided,
    notices_stopped,
)
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core import ladders
from core.ladders import ladder
from core.models import Rung, User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.notices import make_moot
from core.workdays import local_day


@CLOSURE_MOVES.before("ask_decision")
def fix_plan(closure: Closure, *, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse a plan that lacks something, and hash the one that does not."""
    if lacking := plans.missing(closure, at):
        raise MoveRefused(_("The plan still lacks: %(what)s") % {"what": " ".join(lacking)})
    return {"plan_sha": plans.sha_of(closure)}


@CLOSURE_MOVES.effect("ask_decision")
def ask_the_chiefs(closure: Closure, *, at: datetime, **details: Any) -> None:
    days = settings.SIGN_REMINDER_DAYS
    steps = {f"sign-{closure.version}-{day}": at + timedelta(days=day) for day in days}
    ladders.set_up("closure", closure.pk, steps)
    tell_signers(closure, at, f"sign:{closure.version}")


def signers(closure: Closure, at: datetime) -> list[User]:
    """This will return who can sign now and has not: the chiefs, and deputies of the day, who do not handle it."""
    today = local_day(at)
    spoken = closure.decisions.filter(voided_at=None)
    roles = {row.role for row in spoken}
    people = {row.signer_id for row in spoken} | closure.barred
    seats = [(role, closure.chief_of(role)) for role in Role.values]
    seats += [(row.role, row.deputy) for row in closure.deputies if row.starts_on <= today <= row.ends_on]
    wanted = [person for role, person in seats if person and role not in roles and person.pk not in people]
    return list(dict.fromkeys(wanted))


def tell_signers(closure: Closure, at: datetime, key: str) -> None:
    tell_people(
        closure,
        signers(closure, at),
        at,
        key,
        gettext_lazy("Your decision, please: close %(channel)s?"),
        gettext_lazy("The whole plan is on one page. You sign it or say no, with your own password."),
        gettext_lazy("you are a chief of the channel's unit, or deputy for one"),
        step="decide",
    )


@CLOSURE_MOVES.before("sign")
def ask_the_plan(
    closure: Closure, *, actor: User, at: datetime, plan_sha: str, **details: Any
) -> dict[str, Any]:
    """This will refuse a plan that is not the one that was read, and who holds no free role today (R32, R40)."""
    if plan_sha != closure.plan_sha or plans.sha_of(closure) != closure.plan_sha:
        raise ChangedMeanwhile(_("The plan was changed after you read it. Read it again before you sign."))
    if lacking := plans.missing(closure, at):
        raise MoveRefused(
            _("The plan no longer holds: %(what)s The handler has to change it.")
            % {"what": " ".join(lacking)}
        )
    return {"seat": free_seat(closure, actor, at)}


def free_seat(closure: Closure, actor: User, at: datetime) -> tuple[str, User | None]:
    """This will return the role the person signs in, and for whom. Raises MoveRefused when there is none."""
    seats = closure.seats_of(actor, local_day(at))
    if not seats:
        raise MoveForbidden(_("You do not hold one of the two roles today."))
    spoken = list(closure.decisions.filter(voided_at=None).select_related("signer"))
    if any(row.signer_id == actor.pk for row in spoken):
        raise MoveRefused(_("You have signed already. Somebody else has to sign in the other role."))
    taken = {row.role for row in spoken}
    free = [seat for seat in seats if seat[0] not in taken]
    if not free:
        name = next(row.signer.name for row in spoken if row.role == seats[0][0])
        raise MoveRefused(_("%(name)s has signed in this role already.") % {"name": name})
    return free[0]


@CLOSURE_MOVES.effect("sign")
def keep_signature(
    closure: Closure, *, actor: User, at: datetime, note: str, seat: tuple[str, User | None], **details: Any
) -> None:
    """This will write the decision; the second one begins what was decided."""
    _write_decision(closure, actor, at, note, seat, Decision.Said.YES)
    if closure.decisions.filter(voided_at=None, said=Decision.Said.YES).count() < len(Role):
        return
    make_moot(closure)
    ladders.take_down("closure", [closure.pk], at)
    perform(closure, "skip_telling" if closure.tells_nobody else "tell", actor=None, at=at)
    if closure.state == ClosureState.TELLING and not plans.untold(closure, local_day(at)):
        # The plan was changed when its followers had been told all of it: nobody is told again.
        perform(closure, "told", actor=None, at=at)


def _write_decision(
    closure: Closure, actor: User, at: datetime, note: str, seat: tuple[str, User | None], said: str
) -> None:
    role, deputy_for = seat
    Decision.objects.create(
        closure=closure,
        role=role,
        signer=actor,
        deputy_for=deputy_for,
        said=said,
        note=note,
        plan_sha=closure.plan_sha,
        decided_on=local_day(at),
        decided_at=at,
    )


@CLOSURE_MOVES.effect("tell")
def lay_out_notices(closure: Closure, *, actor: User | None, at: datetime, **details: Any) -> None:
    """This will ask the floor above to lay the notices into the calendar as posts."""
    answers = notices_decided.send_robust(Closure, closure=closure, actor=closure.handler, at=at)
    failed = [answer for _receiver, answer in answers if isinstance(answer, Exception)]
    if failed or not answers:
        raise MoveRefused(
            _("The notices could not be laid into the calendar: %(why)s")
            % {
                "why": failed[0]
                if isinstance(failed[0] if failed else None, MoveRefused)
                else _("nobody answered")
            }
        ) from (failed[0] if failed else None)
    tell_handler(closure, at, "signed", gettext_lazy("Both chiefs have signed: %(channel)s"))


@CLOSURE_MOVES.effect("skip_telling")
def nobody_is_told(closure: Closure, *, at: datetime, **details: Any) -> None:
    tell_handler(closure, at, "signed", gettext_lazy("Both chiefs have signed: %(channel)s"))


@CLOSURE_MOVES.before("change_plan")
def forget_plan(closure: Closure, **details: Any) -> dict[str, Any]:
    return {"plan_sha": ""}


@CLOSURE_MOVES.effect("change_plan")
def void_signatures(closure: Closure, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will make both signatures void, take the notices that are not out from the calendar, and tell who signed."""
    signed = list(closure.decisions.filter(voided_at=None).select_related("signer"))
    closure.decisions.filter(voided_at=None).update(voided_at=at)
    _stop(closure, actor, at, note)
    tell_people(
        closure,
        [row.signer for row in signed],
        at,
        f"void:{closure.version}",
        gettext_lazy("The plan to close %(channel)s is changed"),
        note,
        gettext_lazy("you signed the plan; your signature no longer counts"),
    )


@CLOSURE_MOVES.before("reject")
@CLOSURE_MOVES.before("cancel")
def ended_now(closure: Closure, *, at: datetime, **details: Any) -> dict[str, Any]:
    return {"ended_at": at}


@CLOSURE_MOVES.effect("reject")
@CLOSURE_MOVES.effect("cancel")
def stop_closure(closure: Closure, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will let the channel live on, take what was planned for its end away, and tell everybody in it."""
    signed = [row.signer for row in closure.decisions.filter(voided_at=None).select_related("signer")]
    people = dict.fromkeys([closure.handler, *closure.channel.unit.chiefs, *signed])
    closure.decisions.filter(voided_at=None).update(voided_at=at)
    if closure.state == ClosureState.REJECTED:
        seats = closure.seats_of(actor, local_day(at))
        if not seats:
            raise MoveForbidden(_("You do not hold one of the two roles today."))
        _write_decision(closure, actor, at, note, seats[0], Decision.Said.NO)
    _stop(closure, actor, at, note)
    channel = channel_of(closure)
    perform(channel, "stop_closing", actor=None, at=at, quiet_since=local_day(at))
    say_what_fell(channel, closure.opened_at, at)
    tell_people(
        closure,
        [person for person in people if person != actor],
        at,
        "stopped",
        gettext_lazy("The closure of %(channel)s has stopped"),
        note,
        gettext_lazy("you handle the closure, decide about it, or have signed it"),
    )
    if closure.notices.exclude(published_at=None).exists():
        subject = gettext_lazy("Tell the followers that %(channel)s stays")
        body = gettext_lazy(
            "They have been told that it closes. Publish that it stays, and take the notices down."
        )
        tell_handler(closure, at, "stays", subject, body)


def _stop(closure: Closure, actor: User | None, at: datetime, note: str) -> None:
    ladders.take_down("closure", [closure.pk], at)
    make_moot(closure)
    notices_stopped.send(Closure, closure=closure, actor=actor, at=at, note=note)


@ladder("closure")
def climb_closures(rungs: list[Rung], at: datetime) -> None:
    """This will ask the chiefs again who have not signed, and remind the handler of the end when its day is there."""
    rows = Closure.objects.select_related(
        "handler",
        "channel__platform",
        "channel__unit__responsible_chief",
        "channel__unit__communications_chief",
    ).in_bulk({rung.object_id for rung in rungs})
    for rung in rungs:
        closure = rows[rung.object_id]
        if closure.state == ClosureState.AWAITING and rung.step.startswith("sign-"):
            tell_signers(closure, at, f"rung:{rung.pk}")
        else:
            remind_of_the_end(closure, rung.step, at)
