from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = _("Teams and posts")

    def ready(self) -> None:
        from editorial import clock, follow_ups, ideas, reuse, transitions  # noqa: F401  (they add effects and ladders)
