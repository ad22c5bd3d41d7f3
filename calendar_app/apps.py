from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    name = "calendar_app"
    verbose_name = _("Content calendar")

    def ready(self) -> None:
        # Their moves, jobs, ladders and answers are known by it.
        from calendar_app import clock, closures, transitions  # noqa: F401
