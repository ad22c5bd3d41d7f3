"""New channels wanted, and rests."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_registry import register, rest
from channels_registry.forms import OpenedForm, OpeningForm, RestForm
from channels_registry.models import Channel, Dormancy, Opening
from channels_registry.views import channels
from core import trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import person, typed


@require_GET
def openings_page(request: HttpRequest) -> HttpResponse:
    openings = Opening.objects.visible_to(person(request)).select_related("platform", "unit", "asked_by")
    page_obj = Paginator(openings, 50).get_page(request.GET.get("page"))
    return render(request, "channels_registry/openings_page.html", {"page_obj": page_obj})


@require_http_methods(["GET", "POST"])
def opening_new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = OpeningForm(request.POST or None, initial={"unit": user.unit_id, "owner": user.pk})
    status, refusal = 422 if request.method == "POST" else 200, ""
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            with transaction.atomic():
                platform = register.wanted_platform(*facts.pop("platform"))
                opening = register.ask_opening(actor=user, at=timezone.now(), platform=platform, **facts)
        except MoveRefused as refused:
            refusal, status = refused.reason, status_of(refused)
        else:
            messages.success(request, _("The unit's chiefs are asked. You hear what they say."))
            return redirect("channels_registry:opening_page", opening.pk)
    context = {"form": form, "refusal": refusal}
    return render(request, "channels_registry/opening_new.html", context, status=status)


@require_GET
def opening_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _opening(request, _fetch_opening(request, pk))


@require_POST
def opening_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    opening, details = _fetch_opening(request, pk), {}
    if name == "open":
        form = OpenedForm(request.POST, opening=opening)
        if not form.is_valid():
            return _opening(request, opening, status=422, opened_form=form)
        details["address"] = form.cleaned_data["address"]
    return do_move(
        request,
        opening,
        name,
        page=lambda **answer: _opening(request, opening, **answer),
        to=reverse("channels_registry:opening_page", args=[pk]),
        **details,
    )


@require_http_methods(["GET", "POST"])
def rest_new(request: HttpRequest, pk: int) -> HttpResponse:
    channel, refusal, status = channels.fetch(request, pk), "", 200
    form = RestForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rest.plan_rest(channel, actor=person(request), at=timezone.now(), **form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The rest is planned. See what has to be done before it starts."))
                return redirect("channels_registry:channel_page", pk)
    context = {"channel": channel, "form": form, "refusal": refusal}
    return render(request, "channels_registry/rest_new.html", context, status=status)


@require_POST
def rest_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    seen = Channel.objects.visible_to(person(request)).values("pk")
    dormancy = get_object_or_404(
        Dormancy.objects.filter(channel__in=seen).select_related("channel__unit", "channel__platform"), pk=pk
    )
    return do_move(
        request,
        dormancy,
        name,
        page=lambda **answer: channels.page(request, channels.fetch(request, dormancy.channel_id), **answer),
        to=reverse("channels_registry:channel_page", args=[dormancy.channel_id]),
    )


def _fetch_opening(request: HttpRequest, pk: int) -> Opening:
    openings = Opening.objects.visible_to(person(request)).select_related(
        "platform", "unit", "owner", "asked_by", "decided_by", "channel"
    )
    return get_object_or_404(openings, pk=pk)


def _opening(request: HttpRequest, opening: Opening, *, status: int = 200, **more: Any) -> HttpResponse:
    user = person(request)

    def url(name: str) -> str:
        return reverse("channels_registry:opening_move", args=[opening.pk, name])

    moves = open_moves(opening, user, url)
    context = {
        "opening": opening,
        "moves": [move for move in moves if move.name != "open"],
        "may_open": any(move.name == "open" and move.allowed for move in moves),
        "opened_form": OpenedForm(opening=opening),
        "events": trail.events_about(opening)[:20],
        "note": typed(request, "note"),
        **more,
    }
    return render(request, "channels_registry/opening_page.html", context, status=status)
