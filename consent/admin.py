from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from consent import people, texts
from consent.models import (
    Appearance,
    Arrival,
    ConsentEvent,
    ConsentRequest,
    Guardianship,
    LegalBasis,
    Letter,
    MediaBankCheck,
    NoticeText,
    Person,
    Picture,
)
from core.admin import MoveAdmin, ReadOnlyAdmin, TableAdmin
from core.moves import MoveRefused
from core.request import person as who


@admin.register(Person)
class PersonAdmin(TableAdmin):
    """People are corrected and protected here through the same functions as on their page; guardians only there."""

    list_display = ["__str__", "pk", "unit", "is_protected", "erased_at"]
    list_filter = ["is_protected", "unit"]
    search_fields = ["name", "email"]
    readonly_fields = ["unit", "erased_at"]
    fields = ["name", "born_on", "email", "is_protected", "unit", "erased_at"]
    list_select_related = ["unit"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """This will refuse: a person is erased on their own page, which names what has to be kept."""
        return False

    def get_object(self, request: HttpRequest, *about: Any) -> Person | None:
        """This will note that somebody looked, as the person's own page does."""
        found: Person | None = super().get_object(request, *about)
        if found is not None:
            people.note_looks([found], actor=who(request), at=timezone.now())
        return found

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        """This will change the person as the pages do, and show the reason when it is refused."""
        stored, actor, now = Person.objects.get(pk=obj.pk), who(request), timezone.now()
        try:
            facts = {name: form.cleaned_data[name] for name in people.FACTS}
            people.correct(stored, actor=actor, at=now, **facts)
            people.protect(stored, actor=actor, at=now, protected=form.cleaned_data["is_protected"])
        except MoveRefused as refused:
            self.message_user(request, refused.reason, messages.ERROR)


@admin.register(Picture)
class PictureAdmin(MoveAdmin):
    list_display = ["title", "unit", "state", "source", "added_at"]
    list_filter = ["state", "source", "unit"]
    search_fields = ["title", "reference", "sha"]
    date_hierarchy = "added_at"
    list_select_related = ["unit"]


class AboutPeopleAdmin(ReadOnlyAdmin):
    """Rows that name people: their lists hold numbers, and whoever opens a row has looked at those it names."""

    PEOPLE = ("person", "signer", "child", "guardian")

    def get_object(self, request: HttpRequest, *about: Any) -> Any:
        found = super().get_object(request, *about)
        named = [getattr(found, name, None) for name in self.PEOPLE]
        people.note_looks(filter(None, named), actor=who(request), at=timezone.now())
        return found


@admin.register(Appearance)
class AppearanceAdmin(AboutPeopleAdmin):
    list_display = ["pk", "picture", "person_id", "is_identifiable", "is_blurred"]
    list_filter = ["is_identifiable", "is_blurred"]
    search_fields = ["picture__title", "person__name"]
    list_select_related = ["picture"]


@admin.register(ConsentEvent)
class ConsentEventAdmin(AboutPeopleAdmin):
    list_display = ["noted_at", "picture", "person_id", "signer_id", "said", "way", "until"]
    list_filter = ["said", "way"]
    search_fields = ["picture__title", "person__name", "signer__name"]
    date_hierarchy = "noted_at"
    list_select_related = ["picture"]


@admin.register(ConsentRequest)
class ConsentRequestAdmin(AboutPeopleAdmin):
    list_display = ["asked_at", "picture", "person_id", "signer_id", "asked_by", "ends_at", "cancelled_at"]
    search_fields = ["picture__title", "person__name", "signer__name"]
    date_hierarchy = "asked_at"
    list_select_related = ["picture", "asked_by"]


@admin.register(Letter)
class LetterAdmin(AboutPeopleAdmin):
    list_display = ["created_at", "kind", "signer_id", "state", "attempts", "error"]
    list_filter = ["kind", "state"]
    search_fields = ["signer__name", "to"]


@admin.register(NoticeText)
class NoticeTextAdmin(ReadOnlyAdmin):
    """A text is never changed: what is added for a language takes the place of the one before."""

    list_display = ["language_name", "language", "number", "made_at", "sha"]
    list_filter = ["language"]
    search_fields = ["why", "rights"]
    readonly_fields = ["number", "sha", "made_at", "made_by"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return who(request).is_superuser

    def save_model(self, request: HttpRequest, obj: NoticeText, form: Any, change: bool) -> None:
        texts.add_text(obj, actor=who(request), at=timezone.now())


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    list_display = ["at", "area", "sha"]
    list_filter = ["area", "at"]
    search_fields = ["sha"]


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
class GuardianshipAdmin(AboutPeopleAdmin):
    list_display = ["pk", "child_id", "guardian_id"]
    list_filter = ["child__unit"]
    search_fields = ["child__name", "guardian__name"]
