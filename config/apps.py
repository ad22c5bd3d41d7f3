from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("The whole house")

    def ready(self) -> None:
        from config import sessions  # noqa: F401  (listens for roles that change)
