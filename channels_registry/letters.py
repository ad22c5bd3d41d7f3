"""Letters about closures that were refused for good: whose word is waited for and who may not know it, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from channels_registry.closing import closure_url
from channels_registry.models import Closure, Decision, DeregistrationOrder
from channels_registry.states import ClosureState
from core.models import Notice, User

REFUSED, SENT = Notice.EmailState.REFUSED, Notice.EmailState.SENT


@dataclass(frozen=True)
class Lost:
    """A letter that did not arrive: what it means and what to do, in words, and where one does it."""

    text: str
    url: str


def refused() -> QuerySet[Notice]:
    """This will find the letters that asked for a word which is still waited for, and that no later letter made good."""
    about = Notice.objects.filter(about_type=Closure._meta.label_lower)
    later = about.filter(
        about_id=OuterRef("about_id"),
        recipient=OuterRef("recipient"),
        pk__gt=OuterRef("pk"),
        email_state__in=[SENT, REFUSED],
    )
    closure = Closure.objects.filter(pk=OuterRef("about_id"))
    unit = Q(channel__unit__responsible_chief=OuterRef("recipient"))
    unit |= Q(channel__unit__communications_chief=OuterRef("recipient"))
    unit |= Q(channel__unit__deputyships__deputy=OuterRef("recipient"))
    signed = Decision.objects.filter(
        closure=OuterRef("about_id"), signer=OuterRef("recipient"), voided_at=None
    )
    signs = Q(Exists(closure.filter(unit, state=ClosureState.AWAITING)), ~Exists(signed))
    prepared = closure.filter(state=ClosureState.PREPARING)
    advises = Q(Exists(prepared.filter(consultations=None)), recipient__is_web_strategist=True)
    keeps = Q(Exists(prepared.filter(archive__officer=OuterRef("recipient"), archive__officer_word="")))
    return about.filter(signs | advises | keeps, ~Exists(later), email_state=REFUSED)


def waited_for_in_vain(user: User) -> QuerySet[Closure]:
    """This will find the closures the person handles in which a letter that asks for something did not arrive."""
    order = DeregistrationOrder.objects.filter(closure=OuterRef("pk")).order_by("-number")
    return (
        Closure.objects.filter(handler=user)
        .annotate(last_order=Subquery(order.values("state")[:1]))
        .filter(
            Q(pk__in=refused().exclude(recipient=user).values("about_id"))
            | Q(state=ClosureState.ORDERED, last_order=DeregistrationOrder.State.FAILED)
        )
    )


def lost_in(closure: Closure) -> list[Lost]:
    """This will say which letters of the closure did not arrive, and what whoever waits can do."""
    if closure.state == ClosureState.ORDERED:
        last = list(closure.orders.all())[-1]
        return [_order(closure, last)] if last.state == DeregistrationOrder.State.FAILED else []
    if closure.state not in {ClosureState.PREPARING, ClosureState.AWAITING}:
        return []
    rows = refused().filter(about_id=closure.pk).annotate(name=F("recipient__name"), to=F("recipient__email"))
    return [_letter(closure, row) for row in rows.order_by("pk")]


def _order(closure: Closure, order: DeregistrationOrder) -> Lost:
    text = _(
        "The order to deregister did not arrive, so the register does not know of it. The mail server says: %(words)s. "
        "Ask an administrator whether %(to)s is right, and order again."
    )
    return Lost(text % {"words": order.error.rstrip("."), "to": order.to}, closure_url(closure, "order"))


def _letter(closure: Closure, letter: Any) -> Lost:
    text = _(
        "The e-mail to %(name)s came back, so %(name)s may not know that you wait. Call, or tell them in person: it "
        "stands under “My day” too. Ask an administrator to correct the address %(to)s."
    )
    step = "sign" if closure.state == ClosureState.AWAITING else "advice"
    if closure.archive and closure.archive.officer_id == letter.recipient_id and step != "sign":
        step = "archive"
    return Lost(text % {"name": letter.name, "to": letter.to}, closure_url(closure, step))
