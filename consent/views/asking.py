"""Asking the people in a picture: who, for what, and the links as QR codes or by e-mail."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import asking, links, people, queries
from consent.forms import AskForm
from consent.models import ConsentRequest, Picture
from consent.rules import may_tend
from consent.views.pictures import fetch, page
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.workdays import local_day


@never_cache
@require_http_methods(["GET", "POST"])
def picture_ask(request: HttpRequest, pk: int) -> HttpResponse:
    picture, now = fetch(request, pk), timezone.now()
    if not may_tend(person(request), picture):
        raise Http404
    waiting = queries.waiting(picture, now)
    form = AskForm(request.POST or None, picture=picture, day=local_day(now), waiting=waiting)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _ask(request, picture, form)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                if form.cleaned_data["how"] == "qr":
                    return redirect("consent:picture_links", pk)
                messages.success(request, _("The question is on its way by e-mail."))
                return redirect("consent:picture_page", pk)
    context = {"picture": picture, "form": form, "refusal": refusal}
    return render(request, "consent/picture_ask.html", context, status=status)


@never_cache
@require_GET
def picture_links(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the links that wait for an answer as QR codes, to those who tend the picture; nowhere else."""
    picture = fetch(request, pk)
    if not may_tend(person(request), picture):
        raise Http404
    rows: list[dict[str, Any]] = []
    for waiting in queries.open_requests(picture, timezone.now()):
        try:
            url = links.url_of(waiting)
        except links.LinkLost:
            rows.append({"request": waiting, "lost": True})
        else:
            code = segno.make(url, error="m").svg_data_uri(scale=6, border=4, dark="#1a1a1a", light="#fff")
            rows.append({"request": waiting, "code": code})
    return render(request, "consent/picture_links.html", {"picture": picture, "rows": rows})


@require_POST
def request_call_back(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(ConsentRequest.objects.select_related("picture"), pk=pk)
    picture = fetch(request, asked.picture_id)
    try:
        asking.call_back(asked, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return page(request, picture, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The link is called back."))
    return redirect("consent:picture_page", picture.pk)


def _ask(request: HttpRequest, picture: Picture, form: AskForm) -> None:
    """This will ask everybody who is ticked, or nobody when one of them cannot be asked."""
    values, actor, now = form.cleaned_data, person(request), timezone.now()
    with transaction.atomic():
        for who, signer, email in form.chosen():
            if email and email != signer.email:
                people.correct(signer, actor=actor, at=now, email=email)
            asking.ask_by_link(
                picture,
                actor=actor,
                at=now,
                person=who,
                signer=signer,
                language=values["language"],
                channels=values["channels"],
                until=values["until"],
                email=values["how"] == "email",
            )
