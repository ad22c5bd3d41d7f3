"""The states of shifts, swaps and handovers and the tables of moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.moves import Move, MoveTable
from editorial import rota_rules as rules
from editorial.rules import is_the_clock


class ShiftState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    SETTLED = "settled", pgettext_lazy("shift", "settled")


class SwapState(models.TextChoices):
    OFFERED = "offered", _("offered")
    TAKEN = "taken", _("taken")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("nobody took it")
    UNDONE = "undone", _("undone")


class HandoverState(models.TextChoices):
    OPEN = "open", _("not acknowledged")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")


S, W, H = ShiftState, SwapState, HandoverState

SHIFT_MOVES = MoveTable(
    "shift",
    (
        Move(
            "publish",
            _("Publish the shift"),
            (S.PROPOSED,),
            S.SETTLED,
            rules.may_staff_shift,
            sets=("user", "why"),
            done=_("Shift published"),
        ),
        Move(
            "propose_other",
            _("Propose somebody else"),
            (S.PROPOSED,),
            S.PROPOSED,
            rules.may_staff_shift,
            sets=("user", "why"),
            needs=("user",),
            done=_("Somebody else proposed"),
        ),
        Move(
            "reassign",
            _("Give the shift to somebody else"),
            (S.SETTLED,),
            S.SETTLED,
            rules.may_staff_shift,
            sets=("user", "why"),
            needs=("user",),
            done=_("Shift given to somebody else"),
        ),
        Move(
            "hand_over",
            _("Hand the shift over"),
            (S.SETTLED,),
            S.SETTLED,
            rules.by_a_swap,
            sets=("user", "why"),
            needs=("user",),
            done=_("Shift handed over by a swap"),
        ),
        Move(
            "open",
            _("Open the shift for somebody else"),
            (S.SETTLED,),
            S.SETTLED,
            rules.may_open,
            sets=("user", "why", "starts_at", "ends_at"),
            needs=("starts_at", "ends_at"),
            done=_("Shift opened for somebody else"),
        ),
    ),
)

SWAP_MOVES = MoveTable(
    "swap",
    (
        Move(
            "take",
            _("Take the shift"),
            (W.OFFERED,),
            W.TAKEN,
            rules.may_take,
            sets=("taker", "taken_at"),
            done=_("Swap taken"),
        ),
        Move(
            "withdraw",
            _("Withdraw the offer"),
            (W.OFFERED,),
            W.WITHDRAWN,
            rules.may_withdraw,
            done=_("Offer withdrawn"),
        ),
        Move(
            "lapse",
            _("Nobody took it"),
            (W.OFFERED,),
            W.LAPSED,
            is_the_clock,
            by_clock=True,
            done=_("Nobody took the offer"),
        ),
        Move("undo", _("Undo the swap"), (W.TAKEN,), W.UNDONE, rules.may_undo, done=_("Swap undone")),
    ),
)

HANDOVER_MOVES = MoveTable(
    "handover",
    (
        Move(
            "acknowledge",
            _("I have read it"),
            (H.OPEN,),
            H.ACKNOWLEDGED,
            rules.may_acknowledge,
            sets=("acknowledged_at", "read"),
            done=_("Handover acknowledged"),
        ),
    ),
)
