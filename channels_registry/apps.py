from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsRegistryConfig(AppConfig):
    name = "channels_registry"
    verbose_name = _("Channel register")

    def ready(self) -> None:
        # They add their effects, ladders and jobs.
        from channels_registry import clock, deciding, ending, orders, packages, register, rest  # noqa: F401
