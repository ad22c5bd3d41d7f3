from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import trail
from core.doors import do_move
from core.moves import open_moves
from core.request import person
from editorial.idea_forms import FollowUpFilter, OutcomeForm
from editorial.idea_states import FollowUpState
from editorial.models import FollowUp


@require_GET
def follow_ups_page(request: HttpRequest) -> HttpResponse:
    """This will list the questions of the teams one sees: what waits first, the longest waiting on top."""
    filters = FollowUpFilter(request.GET or {"state": FollowUpState.OPEN})
    filters.is_valid()
    found = FollowUp.objects.visible_to(person(request)).select_related("post__team")
    if state := filters.cleaned_data.get("state"):
        found = found.filter(state=state)
    page_obj = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "editorial/follow_ups_page.html", {"filters": filters, "page_obj": page_obj})


@require_GET
def follow_up_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def follow_up_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    follow_up = _fetch(request, pk)
    form = OutcomeForm(request.POST) if name == "settle" else None
    if form is not None and not form.is_valid():
        return _page(request, follow_up, form=form, status=422)
    return do_move(
        request,
        follow_up,
        name,
        page=lambda **answer: _page(request, follow_up, form=form, **answer),
        to=reverse("editorial:follow_up_page", args=[pk]),
        **(form.cleaned_data if form else {}),
    )


def _fetch(request: HttpRequest, pk: int) -> FollowUp:
    found = FollowUp.objects.visible_to(person(request))
    return get_object_or_404(found.select_related("post__team", "settled_by"), pk=pk)


def _page(
    request: HttpRequest,
    follow_up: FollowUp,
    *,
    refusal: str = "",
    form: OutcomeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    moves = {
        move.name: move
        for move in open_moves(
            follow_up,
            person(request),
            lambda name: reverse("editorial:follow_up_move", args=[follow_up.pk, name]),
        )
    }
    context = {
        "follow_up": follow_up,
        "publications": follow_up.post.publications.exclude(url="").select_related("channel__platform"),
        "settle": moves.get("settle"),
        "no_answers": moves.get("no_answers"),
        "form": form or OutcomeForm(),
        "events": trail.events_about(follow_up)[:50],
        "refusal": refusal,
    }
    return render(request, "editorial/follow_up_page.html", context, status=status)
