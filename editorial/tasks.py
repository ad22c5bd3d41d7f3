"""The doors of the clock that are this room's own."""

from celery import shared_task
from django.utils import timezone

from editorial import links


@shared_task(name="editorial.check_links")
def check_links() -> None:
    """This will open the links that wait for an answer. Doing it twice, or two at once, does no harm."""
    links.check_waiting(timezone.now())
