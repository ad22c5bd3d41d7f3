from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Comments and cases")

    def ready(self) -> None:
        from editorial.signals import open_work

        # They add their effects, ladders and jobs.
        from moderation import (  # noqa: F401
            answering,
            archive,
            clock,
            closures,
            disposal,
            transitions,
            watching,
        )
        from moderation.handover import open_on_channels

        open_work.connect(open_on_channels)

        post_migrate.connect(lay_in_grounds, sender=self)


def lay_in_grounds(using: str, **kwargs: Any) -> None:
    """This will store the grounds that are not there yet; what an administrator changed stays."""
    from moderation.grounds import lay_in

    if "moderation_ground" in connections[using].introspection.table_names():
        lay_in()
