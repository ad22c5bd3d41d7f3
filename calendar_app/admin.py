from django.contrib import admin

from calendar_app.models import CsvImport, DayNote, Feed, FeedItem, LayingOut, SavedView, Series, Slot
from core.admin import MoveAdmin, ReadOnlyAdmin, TableAdmin


@admin.register(Series)
class SeriesAdmin(MoveAdmin):
    list_display = ["name", "team", "owner", "in_words", "state", "laid_until"]
    list_filter = ["state", "team"]
    search_fields = ["name", "owner__name"]
    list_select_related = ["team", "owner"]


@admin.register(Slot)
class SlotAdmin(MoveAdmin):
    list_display = ["series", "starts_at", "state", "post"]
    list_filter = ["state", "series__team"]
    search_fields = ["series__name"]
    date_hierarchy = "starts_at"
    list_select_related = ["series", "post"]


@admin.register(LayingOut)
class LayingOutAdmin(ReadOnlyAdmin):
    list_display = ["day", "at", "slot_count"]
    search_fields = ["day"]


@admin.register(DayNote)
class DayNoteAdmin(TableAdmin):
    list_display = ["title", "kind", "first_on", "last_on", "team", "for_all"]
    list_filter = ["kind", "for_all", "team"]
    search_fields = ["title"]
    autocomplete_fields = ["team"]
    list_select_related = ["team"]

    def save_model(self, request, obj, form, change) -> None:
        """This will also keep who made the note."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "team", "view"]
    list_filter = ["view", "team"]
    search_fields = ["name", "owner__name"]
    list_select_related = ["owner", "team"]


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin):
    list_display = ["owner", "team", "channel", "series", "made_at", "read_at", "revoked_at"]
    search_fields = ["owner__name"]
    exclude = ["secret_sha"]
    list_select_related = ["owner", "team", "channel__platform", "series"]


@admin.register(FeedItem)
class FeedItemAdmin(ReadOnlyAdmin):
    list_display = ["summary", "starts_at", "sequence", "cancelled"]
    list_filter = ["cancelled", "starts_at"]
    search_fields = ["summary"]


@admin.register(CsvImport)
class CsvImportAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "team", "made_at", "done_at", "row_count"]
    search_fields = ["name", "owner__name"]
    exclude = ["rows"]
    list_select_related = ["owner", "team"]
