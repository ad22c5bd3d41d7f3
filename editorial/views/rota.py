from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.workdays import local_day
from editorial import rota_queries, staffing, swaps
from editorial.models import Shift, Swap, Team
from editorial.rota import MEMORY
from editorial.rota_forms import PersonForm
from editorial.rota_rules import may_staff
from editorial.rota_states import ShiftState


@require_GET
def rota_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _rota(request, _team(request, pk))


@require_POST
def rota_propose(request: HttpRequest, pk: int) -> HttpResponse:
    team = _team(request, pk)
    try:
        choices = staffing.propose_rota(team, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _rota(request, team, refusal=refused.reason, status=status_of(refused))
    empty = sum(choice.member is None for choice in choices)
    messages.success(request, _("Here is a proposal. Change what you like, then publish it."))
    if empty:
        words = ngettext("%(n)s shift has nobody.", "%(n)s shifts have nobody.", empty) % {"n": empty}
        messages.warning(request, words)
    return redirect(staffing.rota_url(team))


@require_POST
def rota_publish(request: HttpRequest, pk: int) -> HttpResponse:
    team = _team(request, pk)
    try:
        staffing.publish_rota(team, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _rota(request, team, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The rota is published, and everybody in it is told."))
    return redirect(staffing.rota_url(team))


@require_GET
def shift_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _shift(request, _one(request, pk))


@require_POST
def shift_give(request: HttpRequest, pk: int) -> HttpResponse:
    """This will give all duties of the shift to another person, in the proposal or in the rota."""
    shift, actor = _one(request, pk), person(request)
    form = PersonForm(request.POST, team=shift.team)
    if not form.is_valid() or form.cleaned_data["person"] is None:
        return _shift(request, shift, refusal=_("Choose a person in the team."), status=422)
    name = "propose_other" if shift.state == ShiftState.PROPOSED else "reassign"
    try:
        staffing.give(shift, name, actor=actor, at=timezone.now(), user=form.cleaned_data["person"])
    except MoveRefused as refused:
        return _shift(request, _one(request, pk), refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The shift is now %(name)s's.") % {"name": form.cleaned_data["person"].name})
    return redirect(staffing.rota_url(shift.team))


@require_POST
def shift_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """This will offer the shift, with all its duties, to one colleague or to everybody."""
    shift, actor = _one(request, pk), person(request)
    form = PersonForm(request.POST, team=shift.team)
    if not form.is_valid():
        return _shift(request, shift, refusal=_("Choose a person in the team."), status=422)
    try:
        swap = swaps.offer(
            staffing.alike(shift), actor=actor, at=timezone.now(), asked=form.cleaned_data["person"]
        )
    except MoveRefused as refused:
        return _shift(request, shift, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The shift is offered. It is yours until somebody takes it."))
    return redirect(swaps.swap_url(swap))


def _team(request: HttpRequest, pk: int) -> Team:
    return get_object_or_404(Team.objects.visible_to(person(request)).select_related("unit"), pk=pk)


def _one(request: HttpRequest, pk: int) -> Shift:
    return get_object_or_404(
        Shift.objects.visible_to(person(request)).select_related("team__unit", "user"), pk=pk
    )


def _rota(request: HttpRequest, team: Team, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), timezone.now()
    today = local_day(now)
    context = {
        "team": team,
        "weeks": rota_queries.rota_weeks(team, now),
        "may": may_staff(user, team),
        "proposed": rota_queries.has_proposal(team),
        "loads": rota_queries.load_table(team, today - MEMORY, today),
        "swaps": Swap.objects.open().filter(team=team).select_related("team", "giver", "asked"),
        "refusal": refusal,
        "now": now,
    }
    return render(request, "editorial/rota_page.html", context, status=status)


def _shift(request: HttpRequest, shift: Shift, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), timezone.now()
    together = staffing.alike(shift)
    mine, may = shift.user_id == user.pk, bool(may_staff(user, shift.team))
    context = {
        "shift": shift,
        "turn": rota_queries.turns(together)[0],
        "candidates": staffing.candidates(shift.team, together) if may or mine else [],
        "may": may,
        "frozen": shift.state == ShiftState.SETTLED and shift.starts_at < now + staffing.FROZEN,
        "may_offer": shift.state == ShiftState.SETTLED
        and shift.ends_at > now
        and (mine or (may and shift.user is None)),
        "may_take": may and shift.user is None and not mine,
        "over": shift.ends_at <= now,
        "form": PersonForm(request.POST or None, team=shift.team, but=shift.user_id),
        "swap": Swap.objects.open().filter(shifts=shift).first(),
        "refusal": refusal,
    }
    return render(request, "editorial/shift_page.html", context, status=status)
