from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = _("Pictures and consent")

    def ready(self) -> None:
        from consent import transitions  # noqa: F401  (its preparations belong to the moves)
