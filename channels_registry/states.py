"""The states of channels, openings, rests and closures and the tables of moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels_registry import rules
from core.moves import Move, MoveTable


class ChannelState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    ACTIVE = "active", _("active")
    DORMANT = "dormant", _("dormant")
    UNDER_REVIEW = "under_review", _("under review")
    CLOSING = "closing", _("closing")
    CLOSED = "closed", pgettext_lazy("a channel", "closed")
    DEREGISTERED = "deregistered", _("deregistered")


ENDED = (ChannelState.CLOSED, ChannelState.DEREGISTERED)


class OpeningState(models.TextChoices):
    ASKED = "asked", _("asked for")
    APPROVED = "approved", _("a chief said yes")
    OPENED = "opened", _("opened")
    REFUSED = "refused", _("a chief said no")
    WITHDRAWN = "withdrawn", _("withdrawn")


class DormancyState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("a rest", "planned")
    RESTING = "resting", _("resting")
    WOKEN = "woken", _("woken")
    CANCELLED = "cancelled", _("cancelled")


class ClosureState(models.TextChoices):
    PREPARING = "preparing", _("being prepared")
    AWAITING = "awaiting_decision", _("awaiting decision")
    TELLING = "telling", _("telling followers")
    ARCHIVING = "archiving", _("archiving")
    READY = "ready", _("ready to close")
    CLOSED = "closed", _("closed on the platform")
    ORDERED = "ordered", _("deregistration ordered")
    DEREGISTERED = "deregistered", _("deregistered")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("cancelled")


C, W, D, K = ChannelState, OpeningState, DormancyState, ClosureState

# A closure that has ended | that rests on two signatures | that can still be stopped.
OVER = (K.DEREGISTERED, K.REJECTED, K.CANCELLED)
DECIDED = (K.TELLING, K.ARCHIVING, K.READY, K.CLOSED, K.ORDERED, K.DEREGISTERED)
STOPPABLE = (K.PREPARING, K.AWAITING, K.TELLING, K.ARCHIVING, K.READY)

CHANNEL_MOVES = MoveTable(
    "channel",
    (
        Move(
            "open",
            _("Open the channel"),
            (C.PROPOSED,),
            C.ACTIVE,
            rules.is_the_system,
            by_clock=True,
            done=_("Opened"),
        ),
        Move(
            "ask_about",
            _("Put under review"),
            (C.ACTIVE,),
            C.UNDER_REVIEW,
            rules.is_the_system,
            by_clock=True,
            done=_("Silent for long: put under review"),
        ),
        Move(
            "keep",
            _("Keep the channel"),
            (C.UNDER_REVIEW,),
            C.ACTIVE,
            rules.may_answer_for,
            sets=("quiet_since",),
            needs_note=True,
            done=_("Kept, with the reason"),
        ),
        Move(
            "rest",
            _("Let the channel rest"),
            (C.ACTIVE, C.UNDER_REVIEW),
            C.DORMANT,
            rules.is_the_system,
            sets=("comment_mode",),
            by_clock=True,
            done=_("Rests"),
        ),
        Move(
            "wake",
            _("Wake the channel"),
            (C.DORMANT,),
            C.ACTIVE,
            rules.is_the_system,
            sets=("comment_mode", "quiet_since"),
            by_clock=True,
            done=_("Woken"),
        ),
        Move(
            "begin_closing",
            _("Begin the closure"),
            (C.ACTIVE, C.UNDER_REVIEW),
            C.CLOSING,
            rules.is_the_system,
            by_clock=True,
            done=_("Closure begun"),
        ),
        Move(
            "stop_closing",
            _("Stop the closure"),
            (C.CLOSING,),
            C.ACTIVE,
            rules.is_the_system,
            sets=("quiet_since",),
            by_clock=True,
            done=_("Closure stopped"),
        ),
        Move(
            "close",
            _("Close the channel"),
            (C.CLOSING,),
            C.CLOSED,
            rules.is_the_system,
            sets=("comment_mode",),
            by_clock=True,
            done=_("Closed on the platform"),
        ),
        Move(
            "deregister",
            _("Deregister the channel"),
            (C.CLOSED,),
            C.DEREGISTERED,
            rules.is_the_system,
            by_clock=True,
            done=_("Deregistered"),
        ),
    ),
)

OPENING_MOVES = MoveTable(
    "opening",
    (
        Move(
            "approve",
            _("Say yes to the channel"),
            (W.ASKED,),
            W.APPROVED,
            rules.may_decide_opening,
            sets=("decided_by", "decided_at"),
            takes_note=True,
            done=_("A chief said yes"),
        ),
        Move(
            "refuse",
            _("Say no to the channel"),
            (W.ASKED,),
            W.REFUSED,
            rules.may_decide_opening,
            sets=("decided_by", "decided_at"),
            needs_note=True,
            danger=True,
            done=_("A chief said no"),
        ),
        Move(
            "open",
            _("Note that the channel is open"),
            (W.APPROVED,),
            W.OPENED,
            rules.may_ask_opening,
            needs=("address",),
            sets=("channel",),
            done=_("Opened"),
        ),
        Move(
            "withdraw",
            _("Withdraw the wish"),
            (W.ASKED, W.APPROVED),
            W.WITHDRAWN,
            rules.may_ask_opening,
            needs_note=True,
            danger=True,
            done=_("Withdrawn"),
        ),
    ),
)

DORMANCY_MOVES = MoveTable(
    "dormancy",
    (
        Move(
            "check_comments",
            _("I have checked that comments are off"),
            (D.PLANNED,),
            D.PLANNED,
            rules.may_tend_rest,
            sets=("comments_checked_by", "comments_checked_at"),
            done=_("Comments are off, checked"),
        ),
        Move(
            "start",
            _("Start the rest"),
            (D.PLANNED,),
            D.RESTING,
            rules.may_tend_rest,
            sets=("started_on", "comments_before"),
            done=_("The rest started"),
        ),
        Move(
            "wake",
            _("Wake the channel"),
            (D.RESTING,),
            D.WOKEN,
            rules.may_tend_rest,
            sets=("woken_on",),
            done=_("The rest ended"),
        ),
        Move(
            "cancel",
            _("Cancel the rest"),
            (D.PLANNED,),
            D.CANCELLED,
            rules.may_tend_rest,
            needs_note=True,
            danger=True,
            done=_("The rest was cancelled"),
        ),
    ),
)

CLOSURE_MOVES = MoveTable(
    "closure",
    (
        Move(
            "ask_decision",
            _("Ask both chiefs to decide"),
            (K.PREPARING,),
            K.AWAITING,
            rules.may_handle,
            sets=("plan_sha",),
            done=_("Sent to both chiefs"),
        ),
        Move(
            "sign",
            _("Sign the plan"),
            (K.AWAITING,),
            K.AWAITING,
            rules.may_sign,
            needs=("plan_sha",),
            takes_note=True,
            done=_("Signed by a chief"),
        ),
        Move(
            "tell",
            _("Begin to tell the followers"),
            (K.AWAITING,),
            K.TELLING,
            rules.is_the_system,
            by_clock=True,
            done=_("Both chiefs have signed: the followers are told"),
        ),
        Move(
            "skip_telling",
            _("Go on without notices"),
            (K.AWAITING,),
            K.ARCHIVING,
            rules.is_the_system,
            by_clock=True,
            done=_("Both chiefs have signed: silent for so long that no notices are needed"),
        ),
        Move(
            "told",
            _("Note that the followers are told"),
            (K.TELLING,),
            K.ARCHIVING,
            rules.is_the_system,
            by_clock=True,
            done=_("The followers are told"),
        ),
        Move(
            "make_ready",
            _("Say that everything is kept"),
            (K.ARCHIVING,),
            K.READY,
            rules.may_handle,
            done=_("Everything is kept and nothing is open"),
        ),
        Move(
            "close",
            _("Note that the account is closed"),
            (K.READY,),
            K.CLOSED,
            rules.may_handle,
            needs=("how", "handle_kept"),
            done=_("Closed on the platform"),
        ),
        Move(
            "order",
            _("Order the deregistration"),
            (K.CLOSED,),
            K.ORDERED,
            rules.may_handle,
            done=_("Deregistration ordered"),
        ),
        Move(
            "order_again",
            _("Order the deregistration again"),
            (K.ORDERED,),
            K.ORDERED,
            rules.may_handle_or_clock,
            done=_("Deregistration ordered again"),
        ),
        Move(
            "acknowledge",
            _("Note the register's answer"),
            (K.ORDERED,),
            K.DEREGISTERED,
            rules.may_handle,
            needs=("answer",),
            done=_("The register answered"),
        ),
        Move(
            "change_plan",
            _("Change the plan"),
            (K.AWAITING, K.TELLING, K.ARCHIVING, K.READY),
            K.PREPARING,
            rules.may_handle,
            sets=("plan_sha",),
            needs_note=True,
            done=_("The plan is changed; the signatures no longer count"),
        ),
        Move(
            "reject",
            _("Say no to the closure"),
            STOPPABLE,
            K.REJECTED,
            rules.may_sign,
            sets=("ended_at",),
            needs_note=True,
            danger=True,
            done=_("A chief said no"),
        ),
        Move(
            "cancel",
            _("Cancel the closure"),
            STOPPABLE,
            K.CANCELLED,
            rules.may_handle,
            sets=("ended_at",),
            needs_note=True,
            danger=True,
            done=_("Cancelled"),
        ),
    ),
)


def steps_of(table: MoveTable) -> str:
    """This will write the table's steps as a list for SQL, such as ('active>dormant', …)."""
    pairs = {f"{source}>{move.target}" for move in table for source in move.sources}
    return "(" + ", ".join(f"'{pair}'" for pair in sorted(pairs)) + ")"
