"""The states of comments, cases and watches and the tables of moves between them."""

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


CLOSED = (CaseState.REMOVED, CaseState.KEPT)


class WatchState(models.TextChoices):
    OPEN = "open", _("to look at")
    CONFIRMED = "confirmed", _("looked at")
    MISSED = "missed", _("missed")
    FILLED = "filled", _("looked at too late")


C, K, W = CommentState, CaseState, WatchState

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
    ),
)

CASE_MOVES = MoveTable(
    "case",
    (
        Move(
            "gather",
            _("Gather evidence"),
            (K.FOUND,),
            K.GATHERING,
            rules.may_moderate,
            done=_("Evidence begun"),
        ),
        Move(
            "seal",
            _("Seal the evidence"),
            (K.FOUND, K.GATHERING),
            K.SEALED,
            rules.may_moderate,
            done=_("Evidence sealed"),
        ),
        Move(
            "gather_again",
            _("Gather new evidence"),
            (K.SEALED, K.REMOVAL_ORDERED, K.REMOVAL_FAILED),
            K.GATHERING,
            rules.may_moderate,
            needs_note=True,
            done=_("New evidence begun"),
        ),
        Move(
            "order_removal",
            _("Order the removal"),
            (K.FOUND, K.GATHERING, K.SEALED, K.REMOVAL_FAILED),
            K.REMOVAL_ORDERED,
            rules.may_order_removal,
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
            needs_note=True,
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
