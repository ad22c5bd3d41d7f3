"""Deputies for chiefs: who, for whom, from when until when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_registry import deputies
from channels_registry.forms import DeputyForm
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.workdays import local_day


@require_http_methods(["GET", "POST"])
def deputies_page(request: HttpRequest) -> HttpResponse:
    """This will show who decides in whose place, and let a chief or an administrator name somebody."""
    user, now = person(request), timezone.now()
    seats = deputies.seats_to_fill(user)
    form = DeputyForm(request.POST or None, seats=seats, initial={"starts_on": local_day(now)})
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        row = deputies.name_deputy(actor=user, at=now, **form.facts())
    except MoveRefused as refused:
        return _page(request, form, status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("%(name)s is deputy and has been told.") % {"name": row.deputy.name})
    return redirect("channels_registry:deputies_page")


@require_POST
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = person(request), timezone.now()
    row = get_object_or_404(deputies.visible_to(user), pk=pk)
    try:
        deputies.end_deputyship(row, actor=user, at=now)
    except MoveRefused as refused:
        form = DeputyForm(None, seats=deputies.seats_to_fill(user), initial={"starts_on": local_day(now)})
        return _page(request, form, status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("The deputyship has ended."))
    return redirect("channels_registry:deputies_page")


def _page(request: HttpRequest, form: DeputyForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    user, today = person(request), local_day(timezone.now())
    mine = set(form.seats)
    rows: list[dict[str, Any]] = [
        {
            "row": row,
            "over": row.ends_on < today,
            "may_end": row.ends_on >= today and (row.unit, row.role) in mine,
        }
        for row in deputies.visible_to(user)[:100]
    ]
    context = {"form": form, "rows": rows, "may_name": bool(form.seats), "refusal": refusal}
    return render(request, "channels_registry/deputies_page.html", context, status=status)
