from django.contrib import admin

from channels_registry.models import Channel, Platform


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "text_limit"]
    search_fields = ["name"]


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    list_display = ["name", "platform", "handle", "unit", "state", "comment_mode"]
    list_filter = ["platform", "state", "comment_mode", "unit"]
    search_fields = ["name", "handle", "url"]
    autocomplete_fields = ["unit", "platform"]
    list_select_related = ["platform", "unit"]
