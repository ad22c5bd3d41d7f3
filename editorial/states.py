"""The states of posts and publications and the table of moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.moves import Move, MoveTable
from editorial import rules


class PostState(models.TextChoices):
    DRAFT = "draft", _("draft")
    CHANGES_ASKED = "changes_asked", _("changes asked")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    SCHEDULED = "scheduled", _("scheduled")
    DUE = "due", _("goes out now")
    PUBLISHED = "published", _("published")
    DROPPED = "dropped", _("dropped")


# The post may be edited | its version is fixed | it has a time.
OPEN = (PostState.DRAFT, PostState.CHANGES_ASKED)
FROZEN = (PostState.IN_REVIEW, PostState.APPROVED, PostState.SCHEDULED, PostState.DUE, PostState.PUBLISHED)
TIMED = (PostState.SCHEDULED, PostState.DUE, PostState.PUBLISHED)
# Its time is a fact.
FIXED = (PostState.DUE, PostState.PUBLISHED, PostState.DROPPED)
# It has lapsed when its time passes meanwhile.
LAPSING = (PostState.IN_REVIEW, PostState.APPROVED)
ENDS = (PostState.PUBLISHED, PostState.DROPPED)
UNDER_WAY = tuple(state for state in PostState if state not in ENDS)


class PublicationState(models.TextChoices):
    DUE = "due", _("to be published")
    PUBLISHED = "published", _("published")
    MISSED = "missed", pgettext_lazy("a publication", "missed")
    TAKEN_DOWN = "taken_down", _("taken down")


class RemarkState(models.TextChoices):
    OPEN = "open", _("open")
    SETTLED = "settled", _("settled")


S, P, R = PostState, PublicationState, RemarkState

POST_MOVES = MoveTable(
    "post",
    (
        Move(
            "submit",
            _("Send to review"),
            (S.DRAFT, S.CHANGES_ASKED),
            S.IN_REVIEW,
            rules.may_write,
            sets=("current",),
            done=_("Sent to review"),
        ),
        Move(
            "approve",
            _("Approve the post"),
            (S.IN_REVIEW,),
            S.APPROVED,
            rules.may_review,
            takes_note=True,
            done=_("Approved"),
        ),
        Move(
            "ask_changes",
            _("Ask for changes"),
            (S.IN_REVIEW,),
            S.CHANGES_ASKED,
            rules.may_review,
            sets=("current",),
            needs_note=True,
            done=_("Changes asked for"),
        ),
        Move(
            "schedule",
            _("Plan the post"),
            (S.APPROVED,),
            S.SCHEDULED,
            rules.may_write,
            needs=("planned_at",),
            sets=("planned_at",),
            done=_("Planned"),
        ),
        Move(
            "reschedule",
            _("Move to another time"),
            (S.SCHEDULED,),
            S.SCHEDULED,
            rules.may_write,
            needs=("planned_at",),
            sets=("planned_at",),
            done=_("Moved to another time"),
        ),
        Move(
            "unschedule",
            _("Take out of the plan"),
            (S.SCHEDULED,),
            S.APPROVED,
            rules.may_write,
            done=_("Taken out of the plan"),
        ),
        Move(
            "reopen",
            _("Edit the post again"),
            (S.IN_REVIEW, S.APPROVED, S.SCHEDULED),
            S.DRAFT,
            rules.may_be_stopped,
            sets=("current",),
            done=_("Opened for editing again"),
        ),
        Move(
            "fall_due",
            _("Let the post go out"),
            (S.SCHEDULED,),
            S.DUE,
            rules.is_the_clock,
            by_clock=True,
            done=_("The time came"),
        ),
        Move(
            "finish",
            _("Mark as published"),
            (S.DUE,),
            S.PUBLISHED,
            rules.is_the_clock,
            by_clock=True,
            done=_("Published"),
        ),
        Move(
            "lapse",
            _("Let the post lapse"),
            (S.DUE,),
            S.APPROVED,
            rules.is_the_clock,
            by_clock=True,
            done=_("Lapsed"),
        ),
        Move(
            "drop",
            _("Drop the post"),
            (S.DRAFT, S.CHANGES_ASKED, S.IN_REVIEW, S.APPROVED, S.SCHEDULED),
            S.DROPPED,
            rules.may_write,
            needs_note=True,
            danger=True,
            done=_("Dropped"),
        ),
    ),
    clocks=("post", "post_links", "review"),
)

PUBLICATION_MOVES = MoveTable(
    "publication",
    (
        Move(
            "confirm",
            _("Confirm as published"),
            (P.DUE,),
            P.PUBLISHED,
            rules.may_settle,
            needs=("url",),
            sets=("url", "settled_at", "settled_by"),
            done=_("Confirmed as published"),
        ),
        Move(
            "miss",
            _("It did not go out"),
            (P.DUE,),
            P.MISSED,
            rules.may_settle,
            sets=("settled_at", "settled_by"),
            needs_note=True,
            danger=True,
            done=_("Did not go out"),
        ),
        Move(
            "take_down",
            _("Note that it is taken down"),
            (P.PUBLISHED,),
            P.TAKEN_DOWN,
            rules.is_the_clock,
            by_clock=True,
            done=_("Taken down"),
        ),
    ),
    clocks=("publication",),
)

REMARK_MOVES = MoveTable(
    "remark",
    (
        Move(
            "settle",
            _("Mark as settled"),
            (R.OPEN,),
            R.SETTLED,
            rules.may_remark,
            done=_("Remark settled"),
        ),
        Move(
            "reopen",
            _("Open the remark again"),
            (R.SETTLED,),
            R.OPEN,
            rules.may_remark,
            done=_("Remark opened again"),
        ),
    ),
)
