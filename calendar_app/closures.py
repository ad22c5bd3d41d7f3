"""Series that would go on laying places on a channel that ends, asked before it may."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from calendar_app.models import Series
from calendar_app.states import SeriesState
from channels_registry.models import Channel
from channels_registry.signals import OpenThing, still_open_on


@receiver(still_open_on)
def running_series(channel: Channel, **kwargs: Any) -> list[OpenThing]:
    """This will answer with the running series of the channel: each is ended, or goes on without it."""
    running = Series.objects.filter(channels=channel, state=SeriesState.RUNNING)
    return [
        OpenThing(
            str(Series._meta.verbose_name).capitalize(),
            series.name,
            reverse("calendar_app:series_page", args=[series.pk]),
        )
        for series in running.order_by("name")[:50]
    ]
