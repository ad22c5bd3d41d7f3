"""The states of comments, answers, complaints, cases, watches and disposals, and the tables of moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.moves import Move, MoveTable
from moderation import rules


class CommentState(models.TextChoices):
    NEW = "new", _("new")
    HANDLED = "handled", _("handled")


class CaseState(models.TextChoices):
    FOUND = "found", _("found")
    GATHERING = "gathering", _("evidence being gathered")
    SEALED = "sealed", _("evidence sealed")
    REMOVAL_ORDERED = "removal_ordered", _("to be removed")
    REMOVAL_FAILED = "removal_failed", _("removal failed")
    GONE = "gone", _("gone by its author, not checked")
    REMOVED = "removed", _("removed and checked")
    KEPT = "kept", _("kept")
    APPEALED = "appealed", _("appealed")
    UPHELD = "upheld", _("removal upheld")
    RESTORED = "restored", _("restored")


OPEN = (
    CaseState.FOUND,
    CaseState.GATHERING,
    CaseState.SEALED,
    CaseState.REMOVAL_ORDERED,
    CaseState.REMOVAL_FAILED,
    CaseState.GONE,
)
# The clock is over; an appeal does not start it again.
CLOSED = (
    CaseState.REMOVED,
    CaseState.KEPT,
    CaseState.APPEALED,
    CaseState.UPHELD,
    CaseState.RESTORED,
)
TO_DO = (*OPEN, CaseState.APPEALED)


class ReplyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SECOND_READ = "second_read", _("to be read by another")
    READ = "read", _("read")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("dropped")


UNSENT = (ReplyState.DRAFT, ReplyState.SECOND_READ, ReplyState.READ)


class ComplaintState(models.TextChoices):
    PASSED_ON = "passed_on", _("passed on")
    CONCLUDED = "concluded", _("concluded")


class DisposalState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    SIGNED = "signed", _("signed")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class WatchState(models.TextChoices):
    OPEN = "open", _("to look at")
    CONFIRMED = "confirmed", _("looked at")
    MISSED = "missed", _("missed")
    FILLED = "filled", _("looked at too late")


C, K, W, R, D = CommentState, CaseState, WatchState, ReplyState, DisposalState

COMMENT_MOVES = MoveTable(
    "comment",
    (
        Move(
            "handle",
            _("Mark as handled"),
            (C.NEW,),
            C.HANDLED,
            rules.may_moderate,
            needs_note=True,
            done=_("Handled"),
        ),
        Move(
            "take_up", _("Take up again"), (C.HANDLED,), C.NEW, rules.may_moderate, done=_("Taken up again")
        ),
        Move(
            "ask_again",
            _("They ask again"),
            (C.HANDLED,),
            C.NEW,
            rules.may_moderate,
            done=_("Asked again"),
        ),
    ),
    forgets=True,
)

CASE_MOVES = MoveTable(
    "case",
    (
        Move(
            "gather",
            _("Gather evidence"),
            (K.FOUND,),
            K.GATHERING,
            rules.may_gather,
            done=_("Evidence begun"),
        ),
        Move(
            "seal",
            _("Seal the evidence"),
            (K.FOUND, K.GATHERING),
            K.SEALED,
            rules.may_seal,
            done=_("Evidence sealed"),
        ),
        Move(
            "gather_again",
            _("Gather new evidence"),
            (K.SEALED, K.REMOVAL_ORDERED, K.REMOVAL_FAILED),
            K.GATHERING,
            rules.may_gather,
            needs_note=True,
            done=_("New evidence begun"),
        ),
        Move(
            "order_removal",
            _("Order the removal"),
            (K.FOUND, K.GATHERING, K.SEALED, K.REMOVAL_FAILED),
            K.REMOVAL_ORDERED,
            rules.may_order_removal,
            proves=("facts", "manifest", "found_by"),
            danger=True,
            done=_("Removal ordered"),
        ),
        Move(
            "fail_removal",
            _("The removal failed"),
            (K.REMOVAL_ORDERED,),
            K.REMOVAL_FAILED,
            rules.may_moderate,
            needs_note=True,
            failure=True,
            done=_("The removal failed"),
        ),
        Move(
            "note_gone",
            _("The author has removed it"),
            (K.FOUND, K.GATHERING, K.SEALED),
            K.GONE,
            rules.may_moderate,
            needs_note=True,
            done=_("Removed by its author"),
        ),
        Move(
            "check_gone",
            _("Checked: it is gone"),
            (K.REMOVAL_ORDERED, K.GONE),
            K.REMOVED,
            rules.may_moderate,
            sets=("closed_at",),
            takes_note=True,
            done=_("Checked: it is gone"),
        ),
        Move(
            "keep",
            _("Keep the comment"),
            (K.FOUND, K.GATHERING, K.SEALED),
            K.KEPT,
            rules.may_moderate,
            sets=("closed_at",),
            needs_note=True,
            done=_("Kept"),
        ),
        Move(
            "appeal",
            _("The author appeals"),
            (K.REMOVED,),
            K.APPEALED,
            rules.may_moderate,
            needs_note=True,
            done=_("Appealed"),
        ),
        Move(
            "uphold",
            _("Uphold the removal"),
            (K.APPEALED,),
            K.UPHELD,
            rules.may_decide_appeal,
            needs_note=True,
            done=_("Removal upheld"),
        ),
        Move(
            "restore",
            _("Restore the comment"),
            (K.APPEALED,),
            K.RESTORED,
            rules.may_decide_appeal,
            needs_note=True,
            done=_("Restored"),
        ),
    ),
)

REPLY_MOVES = MoveTable(
    "reply",
    (
        Move(
            "ask_reading",
            _("Ask somebody to read it"),
            (R.DRAFT,),
            R.SECOND_READ,
            rules.may_moderate,
            done=_("Reading asked for"),
        ),
        Move(
            "agree",
            _("It may be sent"),
            (R.SECOND_READ,),
            R.READ,
            rules.may_read_reply,
            sets=("read_by", "read_text"),
            takes_note=True,
            done=_("Read by a second person"),
        ),
        Move(
            "send_back",
            _("Ask for changes"),
            (R.SECOND_READ, R.READ),
            R.DRAFT,
            rules.may_moderate,
            sets=("read_by", "read_text"),
            needs_note=True,
            done=_("Changes asked for"),
        ),
        Move(
            "rewrite",
            _("Write it anew"),
            (R.SECOND_READ, R.READ),
            R.DRAFT,
            rules.may_moderate,
            sets=("read_by", "read_text"),
            done=_("Written anew"),
        ),
        Move(
            "send",
            _("It is sent"),
            (R.DRAFT, R.READ),
            R.SENT,
            rules.may_send_reply,
            sets=("sent_at", "sent_by"),
            done=_("Answer sent"),
        ),
        Move(
            "drop",
            _("Drop the answer"),
            (R.DRAFT, R.SECOND_READ, R.READ),
            R.DROPPED,
            rules.may_moderate,
            done=_("Answer dropped"),
        ),
    ),
    forgets=True,
)

COMPLAINT_MOVES = MoveTable(
    "complaint",
    (
        Move(
            "conclude",
            _("Note the outcome"),
            (ComplaintState.PASSED_ON,),
            ComplaintState.CONCLUDED,
            rules.may_moderate,
            sets=("outcome", "concluded_at"),
            needs=("outcome",),
            done=_("Outcome noted"),
        ),
    ),
    forgets=True,
)

DISPOSAL_MOVES = MoveTable(
    "disposal",
    (
        Move(
            "sign",
            _("Sign the disposal"),
            (D.PROPOSED,),
            D.SIGNED,
            rules.may_sign_disposal,
            sets=("signed_by", "signed_at"),
            danger=True,
            done=_("Disposal signed"),
        ),
        Move(
            "cancel",
            _("Cancel the disposal"),
            (D.PROPOSED,),
            D.CANCELLED,
            rules.may_keep_records,
            needs_note=True,
            done=_("Disposal cancelled"),
        ),
        Move(
            "finish",
            _("Disposed of"),
            (D.SIGNED,),
            D.DONE,
            rules.is_the_clock,
            sets=("done_at",),
            by_clock=True,
            done=_("Files and texts erased"),
        ),
    ),
)

WATCH_MOVES = MoveTable(
    "watch",
    (
        Move(
            "confirm",
            _("Confirm the watch"),
            (W.OPEN,),
            W.CONFIRMED,
            rules.may_moderate,
            sets=("looked_by", "looked_at", "comment_count", "case_count"),
            done=_("Watch confirmed"),
        ),
        Move(
            "miss",
            _("Missed"),
            (W.OPEN,),
            W.MISSED,
            rules.is_the_clock,
            sets=("missed_at",),
            by_clock=True,
            done=_("Watch missed"),
        ),
        Move(
            "fill_in",
            _("Fill in afterwards"),
            (W.MISSED,),
            W.FILLED,
            rules.may_moderate,
            sets=("looked_by", "looked_at", "comment_count", "case_count"),
            needs_note=True,
            done=_("Filled in afterwards"),
        ),
    ),
)
