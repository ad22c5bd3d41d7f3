from django.contrib import admin

from core.admin import MoveAdmin, ReadOnlyAdmin
from moderation.models import (
    Case,
    Comment,
    CommentRevision,
    Evidence,
    EvidenceItem,
    Ground,
    Removal,
    Waiver,
    Watch,
)


@admin.register(Ground)
class GroundAdmin(admin.ModelAdmin):
    list_display = ["name", "source", "citation", "runs_clock", "copy_is_crime", "valid_from", "valid_to"]
    list_filter = ["source", "runs_clock"]
    search_fields = ["name", "citation"]


@admin.register(Comment)
class CommentAdmin(MoveAdmin):
    list_display = ["id", "kind", "channel", "state", "registered_at"]
    list_filter = ["kind", "state", "channel"]
    search_fields = ["url", "revisions__text", "revisions__author_name"]
    list_select_related = ["channel__platform"]


@admin.register(Case)
class CaseAdmin(MoveAdmin):
    list_display = ["id", "ground", "state", "discovered_at", "due_at", "breached_at", "closed_at"]
    list_filter = ["state", "ground"]
    search_fields = ["facts", "comment__url"]
    list_select_related = ["ground"]


@admin.register(Watch)
class WatchAdmin(MoveAdmin):
    list_display = ["channel", "day", "state", "looked_by", "looked_at"]
    list_filter = ["state", "channel"]
    search_fields = ["channel__name"]
    date_hierarchy = "day"
    list_select_related = ["channel__platform", "looked_by"]


@admin.register(CommentRevision)
class CommentRevisionAdmin(ReadOnlyAdmin):
    list_display = ["comment", "number", "author_name", "seen_at"]
    search_fields = ["text", "author_name"]
    list_select_related = ["comment"]


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["id", "case", "state", "sealed_at", "sealed_by", "manifest_sha"]
    list_filter = ["state"]
    search_fields = ["context", "manifest_sha"]
    list_select_related = ["case", "sealed_by"]


@admin.register(EvidenceItem)
class EvidenceItemAdmin(ReadOnlyAdmin):
    list_display = ["name", "evidence", "sha", "size", "taken_by", "added_at"]
    search_fields = ["name", "sha"]
    list_select_related = ["evidence"]


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin):
    list_display = ["case", "ordered_by", "ordered_at", "evidence", "waiver"]
    search_fields = ["=case__id"]
    list_select_related = ["case", "ordered_by", "evidence", "waiver"]


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ["case", "asked_by", "signed_by", "signed_at"]
    search_fields = ["description"]
    list_select_related = ["case", "asked_by", "signed_by"]
