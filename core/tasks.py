"""The clock's door."""

from celery import shared_task
from django.utils import timezone

from core import clock


@shared_task(name="core.sweep")
def sweep() -> None:
    """This will do one round of the clock. Doing it twice, or two at once, does no harm."""
    clock.sweep(timezone.now())
