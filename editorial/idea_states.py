"""The states of ideas, tip forms and follow-ups, and the tables of moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.moves import Move, MoveTable
from editorial import idea_rules as rules
from editorial.rules import is_the_clock


class IdeaState(models.TextChoices):
    NEW = "new", pgettext_lazy("idea", "new")
    TAKEN = "taken", _("taken")
    PARKED = "parked", _("parked")
    DECLINED = "declined", _("declined")
    USED = "used", _("became a post")


class TipFormState(models.TextChoices):
    OPEN = "open", pgettext_lazy("tip form", "open")
    CLOSED = "shut", pgettext_lazy("tip form", "closed")


class FollowUpState(models.TextChoices):
    OPEN = "open", _("to be followed up")
    SETTLED = "settled", _("followed up")
    NO_ANSWERS = "no_answers", _("nobody answered")


S, T, F = IdeaState, TipFormState, FollowUpState

IDEA_MOVES = MoveTable(
    "idea",
    (
        Move(
            "take",
            _("Take the idea"),
            (S.NEW, S.PARKED, S.DECLINED),
            S.TAKEN,
            rules.may_tend,
            takes_note=True,
            sets=("tended_by", "reason"),
            done=_("Idea taken"),
        ),
        Move(
            "use",
            _("Write a post from it"),
            (S.NEW, S.TAKEN, S.PARKED),
            S.USED,
            rules.may_tend,
            needs=("post",),
            sets=("tended_by", "reason"),
            done=_("Became a post"),
        ),
        Move(
            "park",
            _("Park the idea"),
            (S.NEW, S.TAKEN),
            S.PARKED,
            rules.may_tend,
            needs_note=True,
            sets=("tended_by", "reason"),
            done=_("Idea parked"),
        ),
        Move(
            "decline",
            _("Decline the idea"),
            (S.NEW, S.TAKEN, S.PARKED),
            S.DECLINED,
            rules.may_tend,
            needs_note=True,
            danger=True,
            sets=("tended_by", "reason"),
            done=_("Idea declined"),
        ),
        Move(
            "give_back",
            _("Take the idea up again"),
            (S.USED,),
            S.TAKEN,
            is_the_clock,
            by_clock=True,
            sets=("reason",),
            done=_("Its post was dropped; the idea is taken still"),
        ),
    ),
)

TIP_FORM_MOVES = MoveTable(
    "tip_form",
    (
        Move(
            "shut",
            _("Close the tip form"),
            (T.OPEN,),
            T.CLOSED,
            rules.may_run_tip_form,
            done=_("Tip form closed"),
        ),
        Move(
            "open",
            _("Open the tip form again"),
            (T.CLOSED,),
            T.OPEN,
            rules.may_run_tip_form,
            done=_("Tip form opened again"),
        ),
        Move(
            "renew",
            _("Make a new address"),
            (T.OPEN, T.CLOSED),
            T.OPEN,
            rules.may_run_tip_form,
            needs=("address_hash",),
            sets=("address_hash",),
            danger=True,
            done=_("New address made; the old one leads nowhere"),
        ),
    ),
)

FOLLOW_UP_MOVES = MoveTable(
    "follow_up",
    (
        Move(
            "settle",
            _("Mark as followed up"),
            (F.OPEN,),
            F.SETTLED,
            rules.may_follow_up,
            needs=("outcome",),
            sets=("outcome", "settled_by", "settled_at"),
            done=_("Followed up"),
        ),
        Move(
            "no_answers",
            _("Nobody answered"),
            (F.OPEN,),
            F.NO_ANSWERS,
            rules.may_follow_up,
            sets=("settled_by", "settled_at"),
            done=_("Nobody answered"),
        ),
    ),
)
