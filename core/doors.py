"""What the doors in the browser share: doing a move that was posted, and answering when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import throttles
from core.moves import Movable, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.request import number_in, own_address, person, typed

Door = Callable[..., HttpResponse]


def limited(most: int = 300) -> Callable[[Door], Door]:
    """This will answer 429 to an address that asks an open page more than `most` times a minute.

    Wide, because a whole city hall may sit behind one address. The address itself is not kept: only its count is.
    """

    def decorate(view: Door) -> Door:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asked = throttles.count(view.__name__, throttles.place_of(request), timezone.now(), seconds=60)
            return view(request, *args, **kwargs) if asked <= most else too_often(request)

        return door

    return decorate


def too_often(request: HttpRequest) -> HttpResponse:
    """This will answer 429, with a minute to wait."""
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = "60"
    return answer


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
    try:
        perform(
            obj,
            name,
            actor=person(request),
            at=timezone.now(),
            note=typed(request, "note"),
            seen=number_in(request.POST.get("seen", "")),
            **details,
        )
    except MoveRefused as refused:
        obj.refresh_from_db()
        return page(refusal=refused.reason, status=status_of(refused))
    move = obj.MOVES[name]
    what = {"what": move.done or move.label}
    if move.failure:
        messages.warning(request, _("Noted: %(what)s.") % what)
    else:
        messages.success(request, done or _("Done: %(what)s.") % what)
    return redirect(own_address(request, request.POST.get("next", "")) or to)


def spoken(lines: Iterator[str]) -> Iterator[str]:
    """This will yield the lines in the language of now: what is sent bit by bit is written when the page's is over."""
    language = translation.get_language()

    def speak() -> Iterator[str]:
        while True:
            with translation.override(language):
                line = next(lines, None)
            if line is None:
                return
            yield line

    return speak()
