"""Who may do what with channels, their rest and their end. A user of None is the system."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_registry.signals import channels_cared_for
from core.rules import Answer, Grant, Refusal, grant_if

if TYPE_CHECKING:
    from channels_registry.models import Channel, Closure, Dormancy, Opening
    from core.models import Unit, User

NOT_A_PERSON = _("Only a person can do this.")
# Web strategists and administrators.
KEEPS_THE_REGISTER = Q(is_active=True) & (Q(is_web_strategist=True) | Q(is_superuser=True))


def is_the_system(user: User | None, obj: object) -> Answer:
    return grant_if(user is None, _("The system does this by itself as part of the rest or the closure."))


def keeps_the_register(user: User) -> bool:
    """Web strategists and administrators keep the register as a whole."""
    return user.is_active and (user.is_web_strategist or user.is_superuser)


def is_chief(user: User, unit: Unit) -> bool:
    return user.is_active and user.pk in {unit.responsible_chief_id, unit.communications_chief_id}


def tends(user: User, channel: Channel) -> bool:
    """This will tell whether the person is among the channel's owner, editors, team and chiefs, or keeps the register."""
    known: dict[int, bool] = channel.__dict__.setdefault("_tended_by", {})
    if user.pk not in known:
        known[user.pk] = user.is_active and (
            keeps_the_register(user)
            or user.pk == channel.owner_id
            or is_chief(user, channel.unit)
            or _works_with(user, channel)
        )
    return known[user.pk]


def _works_with(user: User, channel: Channel) -> bool:
    """This will tell, in one query, whether the person is a named editor or of a team that cares for the channel."""
    named = Q(editors__user=user)
    answers: list[tuple[Any, Any]] = channels_cared_for.send(type(channel), user=user)
    cared_for = [Q(pk__in=channels) for _receiver, channels in answers]
    return type(channel)._default_manager.filter(Q.create([named, *cared_for], Q.OR), pk=channel.pk).exists()


def may_tend(user: User | None, channel: Channel) -> Answer:
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(tends(user, channel), _("Only the people of the channel can do this."))


def may_answer_for(user: User | None, channel: Channel) -> Answer:
    """This will grant the channel's owner and its chiefs, and who keeps the register (R30)."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(
        user.pk == channel.owner_id or is_chief(user, channel.unit) or keeps_the_register(user),
        _("Only the channel's owner or chiefs can answer this."),
    )


def may_ask_opening(user: User | None, opening: Opening) -> Answer:
    if user is None:
        return Refusal(NOT_A_PERSON)
    return grant_if(
        user.is_active and (user.pk == opening.asked_by_id or keeps_the_register(user)),
        _("Only whoever asked for the channel can do this."),
    )


def may_decide_opening(user: User | None, opening: Opening) -> Answer:
    """This will grant a chief of the unit who did not ask for the channel."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if user.pk == opening.asked_by_id:
        return Refusal(_("You asked for the channel. A chief has to decide."))
    return grant_if(is_chief(user, opening.unit), _("Only a chief of the unit decides about a new channel."))


def may_tend_rest(user: User | None, dormancy: Dormancy) -> Answer:
    """This will grant the people of the channel, and the clock."""
    return Grant() if user is None else may_tend(user, dormancy.channel)


def may_handle(user: User | None, closure: Closure) -> Answer:
    return may_tend(user, closure.channel)


def may_take_over(user: User, closure: Closure, on: date) -> Answer:
    """This will grant it to those who may handle the closure and do not decide about it, that day or later (R40)."""
    if is_chief(user, closure.channel.unit):
        return Refusal(_("You decide about this closure as chief, so somebody else has to handle it."))
    if closure.is_deputy(user, on):
        return Refusal(_("You decide about this closure as deputy, so somebody else has to handle it."))
    return may_handle(user, closure)


def may_sign(user: User | None, closure: Closure) -> Answer:
    """This will grant chiefs and deputies who do not handle the closure (R32, R40). The move asks the day."""
    if user is None:
        return Refusal(NOT_A_PERSON)
    if user.pk == closure.handler_id:
        return Refusal(_("You handle this closure. The two chiefs have to decide it."))
    if user.pk == closure.opened_by_id:
        return Refusal(_("You opened this closure. Somebody else has to decide it in your place."))
    return grant_if(
        is_chief(user, closure.channel.unit) or closure.is_deputy(user),
        _("Only the unit's two chiefs or their deputies can decide this."),
    )


def may_handle_or_clock(user: User | None, closure: Closure) -> Answer:
    return Grant() if user is None else may_handle(user, closure)
