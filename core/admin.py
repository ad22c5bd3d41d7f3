"""The administrators' door (R41). It keeps every rule: states are moved, never edited, and what is written once stays."""

from __future__ import annotations

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401  (registered first, so that it can be taken away below)
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import logins, trail
from core.accounts import ROLE_FIELDS
from core.doors import status_of
from core.models import Event, EventNote, Notice, NoticeSettings, Pulse, Rung, Seal, SearchEntry, Unit, User
from core.moves import Movable, MoveRefused, open_moves, perform
from core.request import number_in, person, typed


class TypedChoice(AutocompleteSelect):
    """Django asks the database for whatever was sent; what is no number chooses nothing, and the field says so."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [sent for sent in value if number_in(sent)], attr)


class TypedChoices(BaseModelAdmin):
    """Rows of other tables are chosen by typing; an address without a scheme is one with https."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = TypedChoice(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TableAdmin(TypedChoices, admin.ModelAdmin):
    """A table whose actions are for its rows alone: Django asks the database for whatever was sent."""

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any], *where: Any) -> Any:
        if any(number_in(sent) is None for sent in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.error(request, _("Choose rows of the list. Nothing was done."))
            return redirect(request.get_full_path())
        return super().response_action(request, queryset, *where)


class ReadOnlyAdmin(TableAdmin):
    """A table to look at: nothing is added, changed or deleted."""

    def get_list_filter(self, request: HttpRequest) -> Any:
        """This will be the table's own filters, or else the moments among its columns: when is always a question."""
        return self.list_filter or [
            name
            for name in self.list_display
            if any(field.name == name and isinstance(field, models.DateField) for field in self.opts.fields)
        ]

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class MoveAdmin(ReadOnlyAdmin):
    """A noun with states: to look at, with its moves as a page of their own that goes through `perform`."""

    change_form_template = "admin/core/movable_form.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_moves"
        return [
            path("<int:pk>/moves/", self.admin_site.admin_view(self.moves_view), name=name),
            *super().get_urls(),
        ]

    def moves_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This will show the object's moves with their reasons, and do the one that is posted."""
        if not self.has_view_permission(request):
            return self._refuse(request)
        obj: Movable = get_object_or_404(self.model, pk=pk)
        user, refusal, status = person(request), "", 200
        if request.method == "POST":
            try:
                perform(
                    obj,
                    request.POST.get("move", ""),
                    actor=user,
                    at=timezone.now(),
                    note=typed(request, "note"),
                    seen=int(request.POST.get("seen", "0")),
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            except (KeyError, ValueError, IntegrityError):
                refusal, status = str(_("This move is not possible here.")), 409
            else:
                messages.success(
                    request, _("Done. The state is now “%(state)s”.") % {"state": obj.state_label}
                )
                return redirect(
                    reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
                )
            obj.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "title": str(obj),
            "moves": open_moves(obj, user),
            "refusal": refusal,
            "note": typed(request, "note"),
        }
        return render(request, "admin/core/moves.html", context, status=status)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        return render(request, "403.html", status=403)


class GivenPasswordForm(AdminPasswordChangeForm):
    """What an administrator chooses for somebody is noted, told, and only good for choosing another one."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)
        logins.password_given(user)
        return user


@admin.register(User)
class UserAdmin(TableAdmin, DjangoUserAdmin):
    ordering = ["name"]
    list_display = [
        "name",
        "email",
        "unit",
        "is_active",
        "is_records_officer",
        "is_web_strategist",
        "is_staff",
    ]
    list_filter = ["is_active", "is_staff", "is_records_officer", "is_web_strategist", "unit"]
    search_fields = ["name", "email"]
    list_select_related = ["unit"]
    autocomplete_fields = ["unit"]
    fieldsets = [
        (None, {"fields": ["name", "email", "password", "unit", "language"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_web_strategist", "is_records_officer", "is_staff", "is_superuser"]},
        ),
    ]
    add_fieldsets = [(None, {"fields": ["name", "email", "unit", "language", "password1", "password2"]})]
    filter_horizontal = ()
    readonly_fields = ["last_login"]

    actions = ["reset_second_step"]
    change_password_form = GivenPasswordForm

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """This will also write into the trail who made or changed the account, and which roles were given or taken."""
        if not change:
            obj.has_first_password = obj.has_usable_password()
        super().save_model(request, obj, form, change)
        told = {field for field in ("name", "email") if field in form.changed_data}
        if told:
            trail.record(
                "user.changed" if change else "user.made",
                about=obj,
                actor=person(request),
                at=timezone.now(),
                data={"fields": sorted(told)} if change else {},
            )
        roles = {
            field: getattr(obj, field) for field in (*ROLE_FIELDS, "is_active") if field in form.changed_data
        }
        if roles:
            trail.record(
                "user.roles_changed",
                about=obj,
                actor=person(request),
                at=timezone.now(),
                data={"roles": roles},
            )

    @admin.action(description=_("Take away the second step of the login (phone and codes are lost)"))
    def reset_second_step(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        for user in queryset:
            logins.take_away_second_step(user)
        messages.success(request, _("They log in with the password alone and set up a second step anew."))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """This will refuse: people leave by being made inactive; what they did stays theirs."""
        return False


@admin.register(Unit)
class UnitAdmin(TableAdmin):
    list_display = ["name", "parent", "responsible_chief", "communications_chief"]
    list_filter = ["parent"]
    search_fields = ["name"]
    autocomplete_fields = ["parent", "responsible_chief", "communications_chief"]
    list_select_related = ["parent", "responsible_chief", "communications_chief"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "about_label", "actor_name", "seal"]
    list_filter = ["kind"]
    search_fields = ["about_label", "actor_name", "note"]
    list_select_related = ["seal"]
    date_hierarchy = "at"


@admin.register(EventNote)
class EventNoteAdmin(ReadOnlyAdmin):
    list_display = ["event", "text"]
    list_filter = ["event__about_type"]
    search_fields = ["=event__about_id", "text"]
    list_select_related = ["event"]


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["id", "sealed_at", "event_count", "hash"]
    search_fields = ["hash"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["subject", "recipient", "created_at", "email_state", "attempts", "read_at"]
    list_filter = ["email_state", "urgent"]
    search_fields = ["subject", "recipient__name", "recipient__email"]
    list_select_related = ["recipient"]


@admin.register(NoticeSettings)
class NoticeSettingsAdmin(TableAdmin):
    list_display = ["user", "digest_at", "quiet_from", "quiet_to", "weekly_report"]
    list_filter = ["weekly_report"]
    search_fields = ["user__name", "user__email"]
    # Each person says for themselves what reaches them in which way.
    exclude = ["ways"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]


@admin.register(Rung)
class RungAdmin(ReadOnlyAdmin):
    list_display = ["ladder", "object_id", "step", "due_at", "told_at", "cancelled_at", "failures"]
    list_filter = ["ladder", "step"]
    search_fields = ["=object_id"]


@admin.register(SearchEntry)
class SearchEntryAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "object_id"]
    list_filter = ["kind"]
    search_fields = ["=object_id"]


@admin.register(Pulse)
class PulseAdmin(ReadOnlyAdmin):
    list_display = ["job", "at", "report", "failed_at"]
    search_fields = ["job", "report"]


# allauth's own tables: what holds secrets, or gives a way in beside the settings, is not shown.
for model in (Authenticator, EmailAddress, EmailConfirmation, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


# allauth calls them by words that an administrator here does not use.
apps.get_app_config("mfa").verbose_name = _("Two-factor login")
apps.get_app_config("socialaccount").verbose_name = _("Login with the directory")
Authenticator._meta.verbose_name = _("two-factor login")
Authenticator._meta.verbose_name_plural = _("two-factor logins")
SocialAccount._meta.verbose_name = _("connection to the directory")
SocialAccount._meta.verbose_name_plural = _("connections to the directory")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    list_display = ["user", "type", "created_at", "last_used_at"]
    fields = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__name"]
    list_select_related = ["user"]


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = ["user", "provider", "uid", "last_login", "date_joined"]
    fields = ["user", "provider", "uid", "last_login", "date_joined"]
    search_fields = ["user__name", "=uid"]
    list_select_related = ["user"]
