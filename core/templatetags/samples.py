"""Made-up material for the living page, so that its parts stand there in every state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import template
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

register = template.Library()


@dataclass
class SampleMove:
    """A move as a button, as `core.moves.OpenMove` would give it."""

    name: str
    label: str
    allowed: bool = True
    danger: bool = False
    needs_form: bool = False
    reason: str = ""
    url: str = "#states"


def _moves() -> list[SampleMove]:
    return [
        SampleMove("approve", _("Approve the post")),
        SampleMove("ask", _("Ask for changes"), needs_form=True),
        SampleMove("drop", _("Drop the post"), danger=True),
        SampleMove(
            "publish", _("Publish the post"), allowed=False, reason=_("A second person has to approve it.")
        ),
    ]


def _events(at: datetime) -> list[dict[str, Any]]:
    note = _("The second sentence is hard to read. Can you split it?")
    return [
        {"at": at - timedelta(days=1), "actor_name": "Maja Lind", "text": _("Draft written"), "note": ""},
        {"at": at - timedelta(hours=3), "actor_name": "Sam Ek", "text": _("Changes asked for"), "note": note},
        {"at": at, "actor_name": "", "text": _("Links checked"), "note": ""},
    ]


def _steps(at: datetime) -> list[dict[str, Any]]:
    return [
        {"title": _("Say why"), "done": True, "at": at - timedelta(days=3), "who": "Maja Lind"},
        {
            "title": _("Ask the web strategists"),
            "current": True,
            "url": "#states",
            "text": _("One has answered."),
        },
        {"title": _("Tell the followers")},
    ]


def _tasks(at: datetime) -> list[dict[str, Any]]:
    def task(title: str, text: str, hours: int, state: str, label: str) -> dict[str, Any]:
        due = at + timedelta(hours=hours)
        return {
            "title": title,
            "text": text,
            "url": "#work",
            "due_at": due,
            "state": state,
            "state_label": label,
        }

    return [
        task(_("Threat under the post about the bridge"), "Facebook", -2, "found", _("Found")),
        task(_("Breakfast meeting in March"), "LinkedIn", 3, "in_review", _("In review")),
        task(_("The challenge of the month"), "Instagram", 76, "draft", _("Draft")),
    ]


@register.simple_tag
def parts_samples(at: datetime) -> SimpleNamespace:
    """Return the material, counted from `at`."""
    dues = [at + timedelta(days=3, hours=4), at + timedelta(hours=3, minutes=20), at - timedelta(hours=2)]
    page: Page[int] = Paginator(range(60), 20).page(2)
    return SimpleNamespace(
        due=dues, events=_events(at), steps=_steps(at), moves=_moves(), tasks=_tasks(at), page=page
    )
