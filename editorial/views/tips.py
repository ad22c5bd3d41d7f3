"""The tip form, open to whoever has its address, and where a team opens and closes it."""

from __future__ import annotations

import segno
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import throttles
from core.doors import do_move, limited, status_of, too_often
from core.moves import MoveRefused, open_moves
from core.request import person
from editorial.idea_forms import OpenTipForm
from editorial.ideas import became, hand_in, idea_followed_at, make_tip_form, tip_form_at, words_of
from editorial.models import Team, TipForm

WRONG_A_MINUTE = 30  # addresses that lead nowhere, from one place


@login_not_required
@limited()
@never_cache
@require_http_methods(["GET", "POST"])
def tip_form(request: HttpRequest, secret: str) -> HttpResponse:
    """This will show the form at a secret address and take an idea; every address that leads to none answers alike."""
    found = tip_form_at(secret)
    if found is None:
        return _nowhere(request)
    form, refusal, status = OpenTipForm(request.POST or None, request.FILES or None), "", 200
    if request.method == "POST":
        status = 422
        if not ratelimit.consume(request, action="tip", key=found.address_hash):
            refusal, status = _("Many ideas have come from here today. Wait an hour and send it again."), 429
            # Its picture is neither opened nor held: that is what a flood costs.
            form = OpenTipForm(request.POST)
        elif form.is_valid():
            idea, receipt = hand_in(team=found.team, actor=None, at=timezone.now(), **form.cleaned_data)
            address = settings.BASE_URL + reverse("editorial:tip_follow", args=[receipt])
            return render(request, "editorial/tip_thanks.html", {"idea": idea, "address": address})
        else:
            form.hold()
    context = {"team": found.team, "form": form, "refusal": refusal}
    return render(request, "editorial/tip_form.html", context, status=status)


@login_not_required
@limited()
@never_cache
@require_http_methods(["GET"])
def tip_follow(request: HttpRequest, secret: str) -> HttpResponse:
    """This will show, to whoever handed it in without an account, what became of an idea."""
    idea = idea_followed_at(secret)
    if idea is None:
        return _nowhere(request)
    context = {"idea": idea, "words": words_of(idea), "became": became(idea)}
    return render(request, "editorial/tip_follow.html", context)


@require_http_methods(["GET", "POST"])
def tip_settings(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show whether a team's tip form is open; a POST makes an address, shown this once with its QR code."""
    team = _fetch_team(request, pk)
    if request.method == "GET":
        return _settings_page(request, team)
    try:
        _made, secret = make_tip_form(team, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _settings_page(request, team, refusal=refused.reason, status=status_of(refused))
    address = settings.BASE_URL + reverse("editorial:tip_form", args=[secret])
    return _settings_page(
        request, team, address=address, qr=segno.make(address).svg_data_uri(scale=5, border=2)
    )


@require_POST
def tip_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    team = _fetch_team(request, pk)
    found = get_object_or_404(TipForm.objects.select_related("team"), team=team)
    if name == "renew":
        raise Http404
    return do_move(
        request,
        found,
        name,
        page=lambda **answer: _settings_page(request, team, **answer),
        to=reverse("editorial:tip_settings", args=[pk]),
    )


def _fetch_team(request: HttpRequest, pk: int) -> Team:
    return get_object_or_404(Team.objects.visible_to(person(request)), pk=pk)


def _nowhere(request: HttpRequest) -> HttpResponse:
    """This will answer an address that leads to nothing, and slow down whoever tries many. Raises Http404."""
    place = throttles.place_of(request)
    if throttles.count("tip-wrong", place, timezone.now(), seconds=60) <= WRONG_A_MINUTE:
        raise Http404
    return too_often(request)


def _settings_page(
    request: HttpRequest, team: Team, *, address: str = "", qr: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    user = person(request)
    found = TipForm.objects.filter(team=team).select_related("team", "opened_by").first()
    moves = (
        open_moves(found, user, lambda name: reverse("editorial:tip_move", args=[team.pk, name]))
        if found
        else []
    )
    context = {
        "team": team,
        "tip_form": found,
        "moves": [move for move in moves if move.name != "renew"],
        "may_run": team.has_editor(user),
        "address": address,
        "qr": qr,
        "refusal": refusal,
    }
    return render(request, "editorial/tip_settings.html", context, status=status)
