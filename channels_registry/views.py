from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from channels_registry.forms import FilterForm
from channels_registry.models import Channel
from core.request import person


@require_GET
def channels_page(request: HttpRequest) -> HttpResponse:
    filters = FilterForm(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    channels = Channel.objects.visible_to(person(request)).select_related("platform", "unit")
    if text := wanted.get("text"):
        channels = channels.filter(
            Q(name__icontains=text) | Q(handle__icontains=text) | Q(unit__name__icontains=text)
        )
    channels = channels.filter(
        **{name: wanted[name] for name in ("platform", "unit", "state") if wanted.get(name)}
    )
    page_obj = Paginator(channels, 50).get_page(request.GET.get("page"))
    return render(request, "channels_registry/channels_page.html", {"page_obj": page_obj, "filters": filters})


@require_GET
def channel_page(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    channels = Channel.objects.visible_to(user).select_related(
        "platform", "unit__responsible_chief", "unit__communications_chief"
    )
    channel = get_object_or_404(channels, pk=pk)
    team: Any = channel.teams.first()
    context = {
        "channel": channel,
        "team": team,
        "shifts": team.shifts.at(timezone.now()).select_related("user").order_by("duty") if team else [],
        "publications": channel.publications.visible_to(user)
        .select_related("post")
        .order_by("-due_at", "-pk")[:5],
    }
    return render(request, "channels_registry/channel_page.html", context)
