from channels_registry.models.channels import Channel, Platform

__all__ = ["Channel", "Platform"]
