from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = _("Pictures and consent")

    def ready(self) -> None:
        from consent import clock, transitions  # noqa: F401  (they add their preparations, ladders and jobs)

        post_migrate.connect(lay_in_texts, sender=self)


def lay_in_texts(using: str, **kwargs: Any) -> None:
    """This will store the information texts that the house comes with, where a language has none."""
    from consent.texts import lay_in

    if "consent_noticetext" in connections[using].introspection.table_names():
        lay_in()
