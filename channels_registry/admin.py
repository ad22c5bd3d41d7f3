from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_registry import deputies, register
from channels_registry.models import (
    ActivityProof,
    ArchiveDecision,
    ArchiveItem,
    ArchivePackage,
    Channel,
    Closure,
    Consultation,
    Decision,
    Deputyship,
    DeregistrationOrder,
    Dormancy,
    FollowerNotice,
    HandleHistory,
    LookOver,
    NamedEditor,
    Opening,
    Platform,
    PlatformClosure,
    Upload,
)
from core import trail
from core.admin import MoveAdmin, ReadOnlyAdmin, TableAdmin, TypedChoices
from core.request import person
from core.workdays import local_day


class HostsField(forms.CharField):
    """Host names, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """This will be the names in lower case. Raises ValidationError on what is an address and no host."""
        hosts = str(super().clean(value)).lower().split()
        for host in hosts:
            validate_domain_name(host)
        return hosts

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != str(data or "").lower().split()


class PlatformForm(forms.ModelForm):
    hosts = HostsField(
        label=_("Hosts"), required=False, help_text=_("Host names its addresses may have, one a line.")
    )


@admin.register(Platform)
class PlatformAdmin(TableAdmin):
    form = PlatformForm
    list_display = ["name", "code", "text_limit"]
    list_filter = ["text_limit"]
    search_fields = ["name"]


class EditorInline(TypedChoices, admin.TabularInline):
    model = NamedEditor
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Channel)
class ChannelAdmin(MoveAdmin):
    """The facts of a living channel can be changed here; its state is moved, and what has ended stays."""

    list_display = ["name", "platform", "handle", "unit", "state", "comment_mode"]
    list_filter = ["platform", "state", "comment_mode", "unit"]
    search_fields = ["name", "handle", "url"]
    autocomplete_fields = ["unit", "platform", "owner"]
    list_select_related = ["platform", "unit"]
    inlines = [EditorInline]
    readonly_fields = ["state", "registered_on", "last_post_on", "quiet_since", "handle_parked"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("channels_registry.add_channel")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("channels_registry.change_channel") and not (obj and obj.has_ended)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """This will also leave alone what the channel's rest or its chiefs' decision holds on to."""
        held = [name for name in ("comment_mode", "unit") if obj and register.why_fixed(obj, [name])]
        return [*self.readonly_fields, *held]

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """This will also write the change into the trail and count the channel's version up."""
        obj.version += change
        super().save_model(request, obj, form, change)
        kind = "channel.edit" if change else "channel.register"
        data = {"changed": sorted(form.changed_data)}
        trail.record(kind, about=obj, actor=person(request), at=timezone.now(), data=data)


class DeputyshipForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        facts = {name: values[name] for name in ("unit", "role", "deputy", "starts_on", "ends_on")}
        if reason := deputies.why_not(**facts, today=local_day(timezone.now())):
            raise ValidationError(reason)
        return values


@admin.register(Deputyship)
class DeputyshipAdmin(ReadOnlyAdmin):
    """Who decides in a chief's place, and when. Named here or on the chiefs' own page; ended there."""

    form = DeputyshipForm
    list_display = ["unit", "role", "deputy", "starts_on", "ends_on"]
    list_filter = ["role", "unit"]
    search_fields = ["deputy__name", "unit__name"]
    autocomplete_fields = ["unit", "deputy"]
    list_select_related = ["unit", "deputy"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).is_superuser

    def save_model(self, request: HttpRequest, obj: Deputyship, form: Any, change: bool) -> None:
        facts = {name: getattr(obj, name) for name in form.fields}
        obj.pk = deputies.name_deputy(actor=person(request), at=timezone.now(), **facts).pk


@admin.register(Opening)
class OpeningAdmin(MoveAdmin):
    list_display = ["name", "platform", "unit", "state", "asked_by", "decided_by"]
    list_filter = ["state", "unit"]
    search_fields = ["name"]
    list_select_related = ["platform", "unit", "asked_by", "decided_by"]


@admin.register(Dormancy)
class DormancyAdmin(MoveAdmin):
    list_display = ["channel", "starts_on", "ends_on", "comments", "state"]
    list_filter = ["state", "comments"]
    search_fields = ["channel__name"]
    list_select_related = ["channel__platform"]


@admin.register(Closure)
class ClosureAdmin(MoveAdmin):
    list_display = ["channel", "state", "handler", "opened_at", "closes_on"]
    list_filter = ["state", "reason"]
    search_fields = ["channel__name"]
    list_select_related = ["channel__platform", "handler"]


def _read_only(
    model: Any, columns: list[str], search: list[str], related: list[str], filters: list[str] | None = None
) -> None:
    """Show a table that is written once or by its case."""
    admin.register(model)(
        type(
            f"{model.__name__}Admin",
            (ReadOnlyAdmin,),
            {
                "list_display": columns,
                "list_filter": filters or [],
                "search_fields": search,
                "list_select_related": related,
            },
        )
    )


CLOSURE = ["closure__channel__platform"]
BY_CLOSURE = ["closure__channel__name"]
CHANNEL = ["channel__platform"]

_read_only(
    NamedEditor,
    ["channel", "user", "holds_keys"],
    ["channel__name", "user__name"],
    [*CHANNEL, "user"],
    ["holds_keys"],
)
_read_only(HandleHistory, ["handle", "channel", "until_on"], ["handle", "channel__name"], CHANNEL)
_read_only(LookOver, ["channel", "looked_on", "looked_by"], ["channel__name"], [*CHANNEL, "looked_by"])
_read_only(ActivityProof, ["channel", "posted_on", "noted_by"], ["channel__name"], [*CHANNEL, "noted_by"])
_read_only(Consultation, ["closure", "strategist", "noted_at"], BY_CLOSURE, [*CLOSURE, "strategist"])
_read_only(FollowerNotice, ["closure", "planned_at", "published_at"], BY_CLOSURE, CLOSURE)
_read_only(
    Decision,
    ["closure", "role", "signer", "said", "decided_at", "voided_at"],
    BY_CLOSURE,
    [*CLOSURE, "signer"],
)
_read_only(ArchiveDecision, ["closure", "level", "officer", "noted_at"], BY_CLOSURE, [*CLOSURE, "officer"])
_read_only(ArchiveItem, ["name", "closure", "kind", "size", "opened_at"], ["name", *BY_CLOSURE], CLOSURE)
_read_only(ArchivePackage, ["closure", "wanted_at", "built_at", "size"], BY_CLOSURE, CLOSURE)
_read_only(Upload, ["name", "closure", "size", "received", "finished_at"], ["name", *BY_CLOSURE], CLOSURE)
_read_only(PlatformClosure, ["closure", "how", "closed_by", "closed_at"], BY_CLOSURE, [*CLOSURE, "closed_by"])
_read_only(DeregistrationOrder, ["closure", "number", "state", "ordered_at", "sent_at"], BY_CLOSURE, CLOSURE)
