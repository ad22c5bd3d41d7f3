"""What the doors in the browser share: doing a move that was posted, and answering when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.moves import Movable, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.request import own_address, person


def status_of(refused: MoveRefused) -> int:
    """This will return the HTTP status of a refusal: 403 not yours, 422 not complete, 409 not as things are now."""
    if isinstance(refused, MoveForbidden):
        return 403
    return 422 if isinstance(refused, MoveIncomplete) else 409


def do_move(
    request: HttpRequest,
    obj: Movable,
    name: str,
    *,
    page: Callable[..., HttpResponse],
    to: str,
    done: str = "",
    **details: Any,
) -> HttpResponse:
    """This will do the posted move and lead to `to`; refused, it answers `page(refusal=…, status=…)` with what was typed.

    Reads `note` and `seen` from the form, and `next`, an own address to lead to instead. `done` is said afterwards, where
    the next page does not show what was moved. Raises Http404 for a move
    the noun does not have.
    """
    if name not in {move.name for move in obj.MOVES if not move.by_clock}:
        raise Http404
    seen = request.POST.get("seen", "")
    try:
        perform(
            obj,
            name,
            actor=person(request),
            at=timezone.now(),
            note=request.POST.get("note", ""),
            seen=int(seen) if seen.isdecimal() else None,
            **details,
        )
    except MoveRefused as refused:
        obj.refresh_from_db()
        return page(refusal=refused.reason, status=status_of(refused))
    said = done or _("Done: %(what)s.") % {"what": obj.MOVES[name].done or obj.MOVES[name].label}
    messages.success(request, said)
    return redirect(own_address(request, request.POST.get("next", "")) or to)
