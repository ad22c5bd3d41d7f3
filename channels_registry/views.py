from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from channels_registry.models import Channel
from core.request import person


@require_GET
def channels_page(request: HttpRequest) -> HttpResponse:
    channels = Channel.objects.visible_to(person(request)).select_related("platform", "unit")
    text = request.GET.get("text", "").strip()
    if text:
        channels = channels.filter(
            Q(name__icontains=text) | Q(handle__icontains=text) | Q(unit__name__icontains=text)
        )
    page_obj = Paginator(channels, 50).get_page(request.GET.get("page"))
    return render(request, "channels_registry/channels_page.html", {"page_obj": page_obj, "text": text})


@require_GET
def channel_page(request: HttpRequest, pk: int) -> HttpResponse:
    channels = Channel.objects.visible_to(person(request)).select_related(
        "platform", "unit__responsible_chief", "unit__communications_chief"
    )
    return render(
        request, "channels_registry/channel_page.html", {"channel": get_object_or_404(channels, pk=pk)}
    )
