"""What is to come down because a consent ended, on the way to being gone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.moves import Move, MoveTable
from editorial import rules


class TaskState(models.TextChoices):
    OPEN = "open", _("to be taken down")
    DONE = "done", _("taken down, not checked")
    CHECKED = "checked", _("checked that it is gone")


T = TaskState

TAKEDOWN_TASK_MOVES = MoveTable(
    "takedown_task",
    (
        Move(
            "take_down",
            _("It is taken down"),
            (T.OPEN,),
            T.DONE,
            rules.may_take_down,
            needs=("proof",),
            sets=("proof", "proof_sha", "proof_type", "done_by", "done_at"),
            done=_("Taken down"),
        ),
        Move(
            "check",
            _("Checked that it is gone"),
            (T.DONE,),
            T.CHECKED,
            rules.may_check_takedown,
            sets=("checked_by", "checked_at"),
            takes_note=True,
            done=_("Checked that it is gone"),
        ),
        Move(
            "still_there",
            _("It is still there"),
            (T.DONE,),
            T.OPEN,
            rules.may_check_takedown,
            sets=("proof", "proof_sha", "proof_type", "done_by", "done_at"),
            needs_note=True,
            danger=True,
            done=_("It was still there"),
        ),
    ),
)
