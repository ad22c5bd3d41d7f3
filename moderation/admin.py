from django.contrib import admin

from core.admin import MoveAdmin, ReadOnlyAdmin, TableAdmin
from moderation.models import (
    ArchiveCheck,
    AuthorNotice,
    Case,
    Comment,
    CommentRevision,
    Complaint,
    Disposal,
    DisposedCase,
    Evidence,
    EvidenceItem,
    Ground,
    HolidayWatch,
    MaskedCopy,
    PoliceReport,
    Question,
    Removal,
    RemovalCheck,
    Reply,
    ReplyText,
    SavedAnswer,
    Waiver,
    Watch,
)


@admin.register(Ground)
class GroundAdmin(TableAdmin):
    list_display = ["name", "source", "citation", "runs_clock", "copy_is_crime", "valid_from", "valid_to"]
    list_filter = ["source", "runs_clock"]
    search_fields = ["name", "citation"]


@admin.register(Comment)
class CommentAdmin(MoveAdmin):
    list_display = ["id", "kind", "channel", "state", "registered_at", "erased_at"]
    list_filter = ["kind", "state", "channel", ("erased_at", admin.EmptyFieldListFilter)]
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
    list_display = ["comment", "number", "author_name", "seen_at", "comment__erased_at"]
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


@admin.register(Reply)
class ReplyAdmin(MoveAdmin):
    list_display = ["id", "comment", "state", "written_by", "read_by", "sent_by", "sent_at"]
    list_filter = ["state"]
    search_fields = ["texts__text"]
    list_select_related = ["comment", "written_by", "read_by", "sent_by"]


@admin.register(Complaint)
class ComplaintAdmin(MoveAdmin):
    list_display = ["reference", "comment", "state", "passed_on_at", "concluded_at"]
    list_filter = ["state"]
    search_fields = ["reference", "outcome"]
    list_select_related = ["comment"]


@admin.register(Disposal)
class DisposalAdmin(MoveAdmin):
    list_display = ["id", "state", "proposed_by", "proposed_at", "signed_by", "signed_at", "done_at"]
    list_filter = ["state"]
    search_fields = ["=id"]
    list_select_related = ["proposed_by", "signed_by"]


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ["comment", "asked_at", "due_at", "answered_at", "dropped_at"]
    search_fields = ["=comment__id"]
    list_select_related = ["comment"]


@admin.register(ReplyText)
class ReplyTextAdmin(ReadOnlyAdmin):
    list_display = ["reply", "number", "author", "saved_at", "reply__comment__erased_at"]
    search_fields = ["text"]
    list_select_related = ["reply__comment", "author"]


@admin.register(SavedAnswer)
class SavedAnswerAdmin(ReadOnlyAdmin):
    list_display = ["title", "team", "saved_by", "saved_at"]
    search_fields = ["title", "text"]
    list_select_related = ["team", "saved_by"]


@admin.register(RemovalCheck)
class RemovalCheckAdmin(ReadOnlyAdmin):
    list_display = ["case", "way", "result", "said", "checked_by", "checked_at"]
    list_filter = ["way", "result"]
    search_fields = ["said", "sha"]
    list_select_related = ["case", "checked_by"]


@admin.register(PoliceReport)
class PoliceReportAdmin(ReadOnlyAdmin):
    list_display = ["number", "case", "reported_on", "noted_by"]
    search_fields = ["number"]
    list_select_related = ["case", "noted_by"]


@admin.register(AuthorNotice)
class AuthorNoticeAdmin(ReadOnlyAdmin):
    list_display = ["case", "way", "told_by", "told_at"]
    list_filter = ["way"]
    search_fields = ["text"]
    list_select_related = ["case", "told_by"]


@admin.register(MaskedCopy)
class MaskedCopyAdmin(ReadOnlyAdmin):
    list_display = ["item", "sha", "made_by", "made_at"]
    search_fields = ["sha"]
    list_select_related = ["item", "made_by"]


@admin.register(ArchiveCheck)
class ArchiveCheckAdmin(ReadOnlyAdmin):
    list_display = ["day", "stage", "file_count", "byte_count", "started_at", "finished_at"]
    search_fields = ["day"]


@admin.register(DisposedCase)
class DisposedCaseAdmin(ReadOnlyAdmin):
    list_display = ["disposal", "case", "erased_at"]
    search_fields = ["=case__id"]
    list_select_related = ["disposal", "case"]


@admin.register(HolidayWatch)
class HolidayWatchAdmin(ReadOnlyAdmin):
    list_display = ["day", "team", "user", "planned_by"]
    search_fields = ["team__name", "user__name"]
    list_select_related = ["team", "user", "planned_by"]
