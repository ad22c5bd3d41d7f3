from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = _("Teams and posts")

    def ready(self) -> None:
        # They add their effects and ladders.
        from editorial import (  # noqa: F401
            clock,
            closures,
            follow_ups,
            going_out,
            ideas,
            planning,
            reuse,
            review_clock,
            rota_clock,
            takedowns,
            transitions,
        )
