from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import person, typed
from core.rules import Refusal
from editorial import handovers, swaps
from editorial.models import Duty, Handover, Swap, Team
from editorial.staffing import hindrance


@require_GET
def swap_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _swap(request, _one(request, pk))


@require_POST
def swap_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    swap = _one(request, pk)
    return do_move(
        request, swap, name, page=lambda **answer: _swap(request, swap, **answer), to=swaps.swap_url(swap)
    )


@require_GET
def team_handover(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show what is open for the team right now, and its handovers, the coming ones first."""
    team = get_object_or_404(Team.objects.visible_to(person(request)), pk=pk)
    context = {
        "team": team,
        "lines": handovers.open_for(team, timezone.now()),
        "handovers": handovers.latest_of(team),
    }
    return render(request, "editorial/team_handover.html", context)


@require_GET
def handover_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _handover(request, _handed(request, pk))


@require_POST
def handover_note(request: HttpRequest, pk: int) -> HttpResponse:
    handover = _handed(request, pk)
    try:
        handovers.add_note(handover, actor=person(request), at=timezone.now(), text=typed(request, "text"))
    except MoveRefused as refused:
        status = 422 if status_of(refused) == 409 else status_of(refused)
        return _handover(request, handover, refusal=refused.reason, status=status)
    messages.success(request, _("Your note stands in the handover."))
    return redirect(handovers.handover_url(handover))


@require_POST
def handover_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    handover = _handed(request, pk)
    return do_move(
        request,
        handover,
        name,
        page=lambda **answer: _handover(request, handover, **answer),
        to=handovers.handover_url(handover),
    )


def _one(request: HttpRequest, pk: int) -> Swap:
    found = Swap.objects.visible_to(person(request)).select_related("team", "giver", "asked", "taker")
    return get_object_or_404(found, pk=pk)


def _handed(request: HttpRequest, pk: int) -> Handover:
    found = Handover.objects.visible_to(person(request)).select_related("team", "giver", "taker")
    return get_object_or_404(found, pk=pk)


def _url(address: str, pk: int) -> Callable[[str], str]:
    return lambda name: reverse(address, args=[pk, name])


def _swap(request: HttpRequest, swap: Swap, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user = person(request)
    shifts = list(swap.shifts.select_related("user").order_by("duty"))
    obstacles = {
        "take": hindrance(user, swap.team, shifts) if shifts and user.pk != swap.giver_id else "",
        "undo": swaps.undo_hindrance(swap, timezone.now()),
    }
    # Whoever could be asked reads why they cannot take it; what only those who swapped may do is no button for others.
    might_take = user.pk != swap.giver_id and swap.team.has_member(user)
    moves = [
        replace(move, answer=Refusal(obstacles[move.name]))
        if move.allowed and obstacles.get(move.name)
        else move
        for move in open_moves(swap, user, _url("editorial:swap_move", swap.pk))
        if move.allowed or (move.name == "take" and might_take)
    ]
    context = {
        "swap": swap,
        "duties": [duty.label for duty in Duty if any(shift.duty == duty for shift in shifts)],
        "holders": [holder.name for holder in dict.fromkeys(shift.user for shift in shifts) if holder],
        "moves": moves,
        "refusal": refusal,
    }
    return render(request, "editorial/swap_page.html", context, status=status)


def _handover(
    request: HttpRequest, handover: Handover, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    user = person(request)
    context = {
        "handover": handover,
        "lines": handovers.open_for(handover.team, timezone.now()) if handover.state == "open" else [],
        "notes": handover.notes.select_related("author"),
        "moves": open_moves(handover, user, _url("editorial:handover_move", handover.pk)),
        "may_write": handover.team.has_member(user),
        "text": typed(request, "text"),
        "refusal": refusal,
    }
    return render(request, "editorial/handover_page.html", context, status=status)
