from django.contrib import admin

from consent.models import (
    Appearance,
    ConsentEvent,
    Guardianship,
    LegalBasis,
    MediaBankCheck,
    Person,
    Picture,
)
from core.admin import MoveAdmin, ReadOnlyAdmin


class GuardianshipInline(admin.TabularInline):
    model = Guardianship
    fk_name = "child"
    autocomplete_fields = ["guardian"]
    extra = 0


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["name", "born_on", "unit", "is_protected"]
    list_filter = ["is_protected", "unit"]
    search_fields = ["name", "email"]
    autocomplete_fields = ["unit"]
    list_select_related = ["unit"]
    inlines = [GuardianshipInline]


@admin.register(Picture)
class PictureAdmin(MoveAdmin):
    list_display = ["title", "unit", "state", "source", "added_at"]
    list_filter = ["state", "source", "unit"]
    search_fields = ["title", "reference", "sha"]
    date_hierarchy = "added_at"
    list_select_related = ["unit"]


@admin.register(Appearance)
class AppearanceAdmin(ReadOnlyAdmin):
    list_display = ["picture", "person", "place", "is_identifiable"]
    list_filter = ["is_identifiable"]
    search_fields = ["picture__title", "person__name"]
    list_select_related = ["picture", "person"]


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin):
    list_display = ["noted_at", "picture", "person", "signer", "said", "until"]
    list_filter = ["said", "way"]
    search_fields = ["picture__title", "person__name", "signer__name"]
    date_hierarchy = "noted_at"
    list_select_related = ["picture", "person", "signer"]


@admin.register(LegalBasis)
class LegalBasisAdmin(ReadOnlyAdmin):
    list_display = ["noted_at", "picture", "basis", "motive"]
    list_filter = ["basis"]
    search_fields = ["picture__title", "motive"]
    list_select_related = ["picture"]


@admin.register(MediaBankCheck)
class MediaBankCheckAdmin(ReadOnlyAdmin):
    list_display = ["noted_at", "picture", "says", "until"]
    list_filter = ["says"]
    search_fields = ["picture__title", "picture__reference"]
    list_select_related = ["picture"]


@admin.register(Guardianship)
class GuardianshipAdmin(ReadOnlyAdmin):
    list_display = ["child", "guardian"]
    search_fields = ["child__name", "guardian__name"]
    list_select_related = ["child", "guardian"]
