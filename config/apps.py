from django.apps import AppConfig
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("The whole house")

    def ready(self) -> None:
        admin.site.site_header = admin.site.site_title = "Redaktionen"
        admin.site.index_title = _("Administration")
        # The figures' Monday letter, what the rooms keep, and roles that change.
        from config import follow_up, kept, sessions  # noqa: F401
