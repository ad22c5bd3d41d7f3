"""Who works on what: taking something for a while, asking somebody to see to it, and notes for each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import trail
from core.models import User
from core.moves import MoveIncomplete, MoveRefused
from core.notices import Message, say, tell
from core.rules import grant_if
from moderation.models import Case, Comment
from moderation.rules import may_moderate, must


def claim(obj: Comment | Case, *, actor: User, at: datetime, take_over: bool = False) -> None:
    """This will take the comment or case for half an hour. It warns others and stops nobody: the 24 hours come first.

    Raises MoveRefused, with who has it until when, while another's claim runs, unless it is taken over.
    """
    must(may_moderate(actor, obj))
    free = Q(claimed_until=None) | Q(claimed_until__lte=at) | Q(claimed_by=actor)
    until = at + timedelta(minutes=settings.CLAIM_MINUTES)
    rows = type(obj)._default_manager.filter(pk=obj.pk)
    if (rows if take_over else rows.filter(free)).update(claimed_by=actor, claimed_until=until) != 1:
        obj.refresh_from_db()
        raise MoveRefused(
            _("%(name)s works on this until %(time)s.")
            % {"name": obj.claimed_by, "time": date_format(localtime(obj.claimed_until), "H:i")}
        )
    obj.refresh_from_db()


def release(obj: Comment | Case, *, actor: User) -> None:
    """This will let go of one's own claim; somebody else's stays."""
    type(obj)._default_manager.filter(pk=obj.pk, claimed_by=actor).update(claimed_by=None, claimed_until=None)
    obj.refresh_from_db()


def assign(obj: Comment | Case, *, actor: User, at: datetime, to: User | None) -> None:
    """This will ask a member of the team to see to it, and tell them; None asks nobody. Raises MoveRefused."""
    must(may_moderate(actor, obj))
    team = obj.team
    if to is not None:
        must(grant_if(team is not None and team.has_member(to), _("They are not in the channel's team.")))
    type(obj)._default_manager.filter(pk=obj.pk).update(assigned_to=to)
    obj.refresh_from_db()
    trail.record(
        f"{obj._meta.model_name}.assign", about=obj, actor=actor, at=at, note=to.name if to else _("nobody")
    )
    if to is not None and to != actor:
        tell([_asked(obj, actor, to, at)], at)


def add_note(obj: Comment | Case, *, actor: User, at: datetime, text: str) -> None:
    """This will leave a note for the team in the trail of the comment or case. Raises MoveRefused."""
    must(may_moderate(actor, obj))
    if not text.strip():
        raise MoveIncomplete(_("Write the note first."))
    text, forgets = text.strip(), obj.MOVES.forgets
    trail.record(
        f"{obj._meta.model_name}.note",
        about=obj,
        actor=actor,
        at=at,
        note="" if forgets else text,
        typed=text if forgets else "",
    )


def _asked(obj: Comment | Case, actor: User, to: User, at: datetime) -> Message:
    return Message(
        recipient=to,
        key=f"assign:{obj._meta.model_name}:{obj.pk}:{at.isoformat()}",
        subject=say(gettext_lazy("%(name)s asks you to see to this"), name=actor.name),
        body=str(obj),
        url=reverse(f"moderation:{obj._meta.model_name}_page", args=[obj.pk]),
        why=gettext_lazy("it was assigned to you"),
        about=obj,
    )
