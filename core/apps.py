from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("People, notices and the trail")

    def ready(self) -> None:
        from core import logins, lookups  # noqa: F401  (they listen for logins, and keep lists of numbers in range)
        from core.forms import ask_for_days_of_our_time, ask_for_whole_addresses
        from core.labels import name_fields

        ask_for_whole_addresses()
        ask_for_days_of_our_time()
        name_fields()

        pre_migrate.connect(lift_guards, sender=self)
        post_migrate.connect(install_guards, sender=self)
        post_migrate.connect(install_search, sender=self)
        checks.register(check_guards, checks.Tags.database)


def lift_guards(using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
    """This will drop SQLite's triggers while there is something to migrate: it cannot rebuild a table that one names.

    They come back with post_migrate; if the migration fails, nothing starts without them.
    """
    from core import search, triggers

    if plan and connections[using].vendor == "sqlite":
        triggers.drop_all(connections[using])
        search.drop_all(connections[using])


def install_guards(using: str, **kwargs: Any) -> None:
    """This will give the database every guard that the code names."""
    from core import triggers

    triggers.install(connections[using])


def install_search(using: str, **kwargs: Any) -> None:
    """This will let the database keep what can be found equal to what the rooms hold."""
    from core import search

    search.install(connections[using])


def check_guards(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """This will report each guard that the database lacks as an error. Reads the database."""
    from core import triggers

    return [
        checks.Error(
            f"The database lacks the guard “{guard.name}”.", hint="Run “manage.py migrate”.", id="core.E001"
        )
        for using in databases or []
        for guard in triggers.missing(connections[using])
    ]
