from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("The whole house")

    def ready(self) -> None:
        # The figures' Monday letter, what the rooms keep, and roles that change.
        from config import follow_up, kept, sessions  # noqa: F401
