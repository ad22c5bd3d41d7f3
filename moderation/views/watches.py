from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move
from core.moves import open_moves
from core.request import person
from core.workdays import local_day
from moderation import queries
from moderation.models import Watch
from moderation.states import WatchState


@require_GET
def watches_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def watch_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    watch = get_object_or_404(Watch.objects.visible_to(person(request)).select_related("channel"), pk=pk)
    to = reverse("moderation:watches_page")
    return do_move(request, watch, name, page=lambda **answer: _page(request, **answer), to=to)


def _page(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user, now = person(request), timezone.now()
    days, rows = queries.watch_table(user, local_day(now))
    waiting = Watch.objects.visible_to(user).filter(
        state__in=[WatchState.OPEN, WatchState.MISSED], day__gte=days[0]
    )
    context = {
        "days": days,
        "rows": rows,
        "waiting": [
            (watch, open_moves(watch, user, _url(watch)))
            for watch in waiting.select_related("channel__platform").order_by(
                "state", "-day", "channel__name"
            )[:60]
        ],
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    return render(request, "moderation/watches_page.html", context, status=status)


def _url(watch: Watch) -> Callable[[str], str]:
    return lambda name: reverse("moderation:watch_move", args=[watch.pk, name])
