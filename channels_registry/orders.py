"""Ordering the deregistration by e-mail (R35): written, sent under one Message-ID, its failures seen, asked again."""

from __future__ import annotations

import logging
import smtplib
import uuid
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import rules
from channels_registry.closing import channel_of, tell_handler, tell_people
from channels_registry.models import Closure, DeregistrationOrder
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core import ladders, trail
from core.clock import job
from core.ladders import ladder
from core.models import Rung, User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.notices import say
from core.returned import Report, letter_came_back
from core.rules import Refusal
from core.workdays import instant, local_day, next_working_day

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
MORNING = "09:00"

trail.WORDS |= {
    "closure.order_sent": gettext_lazy("The order was taken by the mail server"),
    "closure.order_failed": gettext_lazy("The order did not arrive"),
    "closure.order_late": gettext_lazy("The order is late: a mail server on the way goes on trying"),
}


@CLOSURE_MOVES.before("order")
@CLOSURE_MOVES.before("order_again")
def write_order(closure: Closure, *, actor: User | None, at: datetime, **details: Any) -> dict[str, Any]:
    """This will write the e-mail with everything the register needs; the clock sends it."""
    before = list(closure.orders.all())
    if any(order.state in {"pending", "sending"} for order in before):
        raise MoveRefused(_("The order before this one is not sent yet. The system goes on trying."))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Deregister the channel %(channel)s") % {"channel": closure.channel}
        if before:
            subject = _("Reminder: %(subject)s") % {"subject": subject}
        body = body_of(closure, before)
    DeregistrationOrder.objects.create(
        closure=closure,
        number=len(before) + 1,
        to=settings.DEREGISTRATION_EMAIL,
        subject=" ".join(subject.split())[:200],
        body=body,
        message_id=f"<{uuid.uuid4()}@{domain}>",
        ordered_by=actor,
        ordered_at=at,
        try_at=at,
    )
    return {}


def body_of(closure: Closure, before: list[DeregistrationOrder]) -> str:
    """This will write what the register needs, in the city's language."""
    channel, end = closure.channel, closure.platform_closure
    lines = [
        _("We order the deregistration of this channel from the channel register."),
        "",
        _("Channel: %(value)s") % {"value": channel.name},
        _("Platform: %(value)s") % {"value": channel.platform.name},
        _("Address: %(value)s") % {"value": channel.url},
        _("Handle: %(value)s") % {"value": channel.handle},
        _("Department or company: %(value)s") % {"value": channel.unit.name},
        _("Reason: %(value)s") % {"value": closure.get_reason_display()},
        _("Closed on: %(value)s") % {"value": date_format(local_day(end.closed_at))},
        _("How: %(value)s") % {"value": end.get_how_display()},
        _("Kept by, so that nobody else takes it: %(value)s") % {"value": end.handle_kept},
        _("Followers are sent to: %(value)s") % {"value": closure.followers_go_to or _("nowhere")},
        _("Archived: %(value)s") % {"value": closure.archive.get_level_display() if closure.archive else ""},
    ]
    for row in closure.decisions.filter(voided_at=None).select_related("signer", "deputy_for"):
        stood_in = _(", for %(name)s") % {"name": row.deputy_for.name} if row.deputy_for else ""
        lines.append(
            _("Decided by: %(name)s%(stood_in)s, %(role)s, %(day)s")
            % {
                "name": row.signer.name,
                "stood_in": stood_in,
                "role": row.get_role_display(),
                "day": date_format(row.decided_on),
            }
        )
    lines += [
        _("Handled by: %(name)s, %(email)s") % {"name": closure.handler.name, "email": closure.handler.email}
    ]
    for order in before:
        if order.sent_at:
            lines.append(_("Ordered before on %(day)s.") % {"day": date_format(local_day(order.sent_at))})
    lines += ["", _("Please answer this e-mail when the channel is deregistered.")]
    return "\n".join(lines)


@CLOSURE_MOVES.before("acknowledge")
def keep_answer(closure: Closure, *, at: datetime, answer: str, **details: Any) -> dict[str, Any]:
    """This will refuse an answer to an order that was never sent, or that came back."""
    arrived = closure.orders.filter(state=DeregistrationOrder.State.SENT)
    order = arrived.last()
    if order is None and closure.orders.exclude(sent_at=None).exists():
        raise MoveRefused(_("The order came back, so the register has not read it. Order it again."))
    if order is None:
        raise MoveRefused(_("The order is not sent yet, so nobody can have answered it."))
    arrived.filter(pk=order.pk).update(answer=answer, answered_at=at)
    return {}


@CLOSURE_MOVES.effect("acknowledge")
def deregister_channel(closure: Closure, *, at: datetime, **details: Any) -> None:
    """This will close the channel for good: read-only, and still found in the register."""
    ladders.take_down("order", [closure.pk], at)
    Closure.objects.filter(pk=closure.pk).update(ended_at=at)
    perform(channel_of(closure), "deregister", actor=None, at=at)
    tell_handler(closure, at, "over", gettext_lazy("%(channel)s is deregistered"))


def acknowledge(closure: Closure, *, actor: User, at: datetime, answer: str, seen: int | None = None) -> None:
    """This will note the register's answer. Raises MoveRefused as the move does."""
    perform(closure, "acknowledge", actor=actor, at=at, seen=seen, answer=answer)


def note_bounce(order: DeregistrationOrder, *, actor: User, at: datetime, note: str) -> None:
    """This will note that an order came back or got lost after the mail server took it."""
    answer = rules.may_handle(actor, order.closure)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    if not note.strip():
        raise MoveRefused(_("Say what came back."))
    with transaction.atomic():
        sent = DeregistrationOrder.objects.filter(
            pk=order.pk, state=DeregistrationOrder.State.SENT, answer=""
        )
        if not sent.update(state=DeregistrationOrder.State.FAILED, error=note):
            raise ChangedMeanwhile
        trail.record("closure.order_failed", about=order.closure, actor=actor, at=at, note=note)


@receiver(letter_came_back)
def take_returned(report: Report, at: datetime, **kwargs: Any) -> str:
    """This will note that an order came back, or is late, as the mail server that could not deliver it says."""
    rows = DeregistrationOrder.objects.select_related("closure__channel", "closure__handler")
    order = rows.filter(message_id__in=report.message_ids).first()
    if order is None:
        return ""
    words = f"{report.recipient or order.to}: {report.words or report.action}"
    if report.is_final:
        _note_returned(order, at, words)
    elif report.action == "delayed" and order.state == DeregistrationOrder.State.SENT:
        trail.record("closure.order_late", about=order.closure, actor=None, at=at, note=words)
        DeregistrationOrder.objects.filter(pk=order.pk, state="sent").update(error=words)
    return f"order {order.pk}"


def _note_returned(order: DeregistrationOrder, at: datetime, words: str) -> None:
    waits = DeregistrationOrder.objects.filter(pk=order.pk, state=DeregistrationOrder.State.SENT, answer="")
    with transaction.atomic():
        if not waits.update(state=DeregistrationOrder.State.FAILED, error=words):
            return
        trail.record("closure.order_failed", about=order.closure, actor=None, at=at, note=words)
        tell_failed(order, at, words)


def tell_failed(order: DeregistrationOrder, at: datetime, words: str) -> None:
    """This will tell the handler, and the administrators, who know the mail server, that the order did not arrive."""
    people = [order.closure.handler, *User.objects.filter(is_superuser=True, is_active=True)]
    tell_people(
        order.closure,
        dict.fromkeys(people),
        at,
        f"failed:{order.pk}",
        gettext_lazy("The order to deregister %(channel)s did not arrive"),
        say(
            gettext_lazy("The mail server says: %(words)s. Check the address and order again."),
            words=words[:300],
        ),
        gettext_lazy("you handle this closure, or look after the mail server"),
        step="order",
    )


@job("orders")
def send_orders(at: datetime) -> int:
    """This will send the orders that wait and return how many the mail server took.

    Each is claimed for five minutes before it is sent. When the connection breaks after the text was handed over,
    nobody knows whether it arrived; it is sent again under the same Message-ID. A final refusal is told to the handler.
    """
    waiting = DeregistrationOrder.objects.filter(state__in=["pending", "sending"], try_at__lte=at)
    return sum(
        _send(order, at) for order in waiting.select_related("closure__channel", "closure__handler")[:50]
    )


def as_email(order: DeregistrationOrder) -> EmailMessage:
    """This will write an order as an e-mail under its one Message-ID; answers go to the closure's handler."""
    headers = {"Message-ID": order.message_id}
    first = order.closure.orders.exclude(pk=order.pk).first()
    if first and first.number < order.number:
        headers |= {"In-Reply-To": first.message_id, "References": first.message_id}
    return EmailMessage(
        subject=order.subject,
        body=order.body,
        to=[order.to],
        reply_to=[order.closure.handler.email],
        headers=headers,
    )


def _send(order: DeregistrationOrder, at: datetime) -> int:
    mine = DeregistrationOrder.objects.filter(pk=order.pk, state=order.state, try_at=order.try_at)
    if not mine.update(state="sending", try_at=at + LEASE, attempts=models.F("attempts") + 1):
        return 0
    try:
        with get_connection() as connection:
            connection.send_messages([as_email(order)])
    except (
        Exception
    ) as error:  # the mail server's refusals are many; each is kept on the row and seen on the page
        _keep_failure(order, error, at)
        return 0
    with transaction.atomic():
        DeregistrationOrder.objects.filter(pk=order.pk).update(state="sent", sent_at=at, error="")
        data = {"message_id": order.message_id, "to": order.to, "number": order.number}
        trail.record("closure.order_sent", about=order.closure, actor=None, at=at, data=data)
        again = instant(working_days_after(local_day(at), settings.ORDER_AGAIN_WORKING_DAYS), MORNING)
        ladders.set_up("order", order.closure_id, {f"again-{order.number}": again})
    return 1


def _keep_failure(order: DeregistrationOrder, error: Exception, at: datetime) -> None:
    attempts = order.attempts + 1
    final = is_final(error) or attempts >= MAX_ATTEMPTS
    log.warning("order %s was not sent (attempt %s): %s", order.pk, attempts, type(error).__name__)
    with transaction.atomic():
        DeregistrationOrder.objects.filter(pk=order.pk).update(
            state="failed" if final else "pending",
            try_at=at + timedelta(minutes=min(2**attempts, 240)),
            error=str(error)[:2000] or repr(error),
        )
        if final:
            trail.record(
                "closure.order_failed", about=order.closure, actor=None, at=at, note=str(error)[:500]
            )
            tell_failed(order, at, str(error) or repr(error))


def is_final(error: Exception) -> bool:
    """This will tell whether the mail server's no is for good (5xx); greylisting and broken connections are not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return 500 <= error.smtp_code < 600
    return False


def working_days_after(day: date, count: int) -> date:
    for _number in range(count):
        day = next_working_day(day)
    return day


@ladder("order")
def climb_orders(rungs: list[Rung], at: datetime) -> None:
    """This will order again what was not answered in five working days, and tell the handler."""
    rows = Closure.objects.select_related("channel__platform", "channel__unit", "handler", "archive").in_bulk(
        {rung.object_id for rung in rungs}
    )
    for rung in rungs:
        closure = rows[rung.object_id]
        if closure.state != ClosureState.ORDERED:
            continue
        if closure.orders.filter(state__in=["pending", "sending"]).exists():
            continue
        perform(closure, "order_again", actor=None, at=at)
        subject = gettext_lazy("The register has not answered about %(channel)s; asked again")
        tell_handler(closure, at, "again", subject)
