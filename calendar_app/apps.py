from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    name = "calendar_app"
    verbose_name = _("Content calendar")

    def ready(self) -> None:
        from calendar_app import clock, transitions  # noqa: F401  (their moves, jobs and ladders are known by it)
