"""The states of series and slots, and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from calendar_app import rules
from core.moves import Move, MoveTable


class SeriesState(models.TextChoices):
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")


class SlotState(models.TextChoices):
    OPEN = "open", _("empty")
    FILLED = "filled", _("filled")
    SKIPPED = "skipped", _("skipped")
    WITHDRAWN = "withdrawn", _("withdrawn")


R, S = SeriesState, SlotState

SERIES_MOVES = MoveTable(
    "series",
    (
        Move(
            "end",
            _("End the series"),
            (R.RUNNING,),
            R.ENDED,
            rules.may_plan_series,
            takes_note=True,
            danger=True,
            done=_("Ended"),
        ),
        Move(
            "resume",
            _("Let the series run again"),
            (R.ENDED,),
            R.RUNNING,
            rules.may_plan_series,
            done=_("Runs again"),
        ),
    ),
)

SLOT_MOVES = MoveTable(
    "slot",
    (
        Move(
            "fill",
            _("Fill the place"),
            (S.OPEN,),
            S.FILLED,
            rules.may_plan_slot,
            needs=("post",),
            sets=("post",),
            done=_("Filled"),
        ),
        Move(
            "free",
            _("Empty the place"),
            (S.FILLED,),
            S.OPEN,
            rules.may_plan_slot,
            sets=("post",),
            done=_("Emptied"),
        ),
        Move(
            "skip",
            _("Skip the place"),
            (S.OPEN,),
            S.SKIPPED,
            rules.may_plan_slot,
            needs_note=True,
            done=_("Skipped"),
        ),
        Move(
            "restore",
            _("Bring the place back"),
            (S.SKIPPED,),
            S.OPEN,
            rules.may_plan_slot,
            done=_("Brought back"),
        ),
        Move(
            "shift",
            _("Move the place"),
            (S.OPEN,),
            S.OPEN,
            rules.may_plan_slot,
            needs=("starts_at",),
            sets=("starts_at",),
            done=_("Moved to another time"),
        ),
        Move(
            "withdraw",
            _("Withdraw the place"),
            (S.OPEN,),
            S.WITHDRAWN,
            rules.follows_the_rule,
            by_clock=True,
            done=_("Withdrawn: the rule no longer has it"),
        ),
        Move(
            "lay_again",
            _("Lay out the place again"),
            (S.WITHDRAWN,),
            S.OPEN,
            rules.follows_the_rule,
            sets=("starts_at",),
            by_clock=True,
            done=_("Laid out again"),
        ),
    ),
)
