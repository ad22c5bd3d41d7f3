from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core import clock


class Command(BaseCommand):
    help = "Do one round of the clock by hand and print what it did."

    def handle(self, *args: Any, **options: Any) -> None:
        for job, report in clock.sweep(timezone.now()).items():
            self.stdout.write(f"{job}: {report}")
