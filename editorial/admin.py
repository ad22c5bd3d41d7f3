from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import MoveAdmin, ReadOnlyAdmin, TableAdmin, TypedChoices
from editorial.models import (
    Absence,
    Duty,
    FarewellPost,
    FeedAddress,
    FollowUp,
    Handover,
    HandoverNote,
    Idea,
    LinkCheck,
    Material,
    Membership,
    Post,
    PostLink,
    PostMaterial,
    PostPicture,
    PostText,
    PostVersion,
    PostWriter,
    Presence,
    Publication,
    Reading,
    Remark,
    Review,
    ReviewClaim,
    ReviewRequest,
    Shift,
    Swap,
    Takedown,
    TakedownTask,
    Team,
    TeamChannel,
    TipForm,
)
from editorial.models.teams import all_duties


class MembershipForm(forms.ModelForm):
    duties = forms.MultipleChoiceField(
        label=_("Duties"),
        choices=Duty,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=all_duties,
    )


class MembershipInline(TypedChoices, admin.TabularInline):
    model = Membership
    form = MembershipForm
    autocomplete_fields = ["user"]
    extra = 1


class TeamChannelInline(TypedChoices, admin.TabularInline):
    model = TeamChannel
    autocomplete_fields = ["channel"]
    extra = 1


@admin.register(Team)
class TeamAdmin(TableAdmin):
    list_display = ["name", "unit", "holding", "rota_from"]
    list_filter = ["holding", "unit"]
    search_fields = ["name"]
    autocomplete_fields = ["unit"]
    inlines = [MembershipInline, TeamChannelInline]
    list_select_related = ["unit"]


@admin.register(Membership)
class MembershipAdmin(TableAdmin):
    form = MembershipForm
    list_display = ["user", "team", "role", "share"]
    list_filter = ["role", "team"]
    search_fields = ["user__name", "team__name"]
    autocomplete_fields = ["user", "team"]
    list_select_related = ["user", "team"]


@admin.register(TeamChannel)
class TeamChannelAdmin(TableAdmin):
    list_display = ["channel", "team"]
    list_filter = ["team"]
    search_fields = ["channel__name", "team__name"]
    autocomplete_fields = ["channel", "team"]
    list_select_related = ["channel__platform", "team"]


@admin.register(Shift)
class ShiftAdmin(MoveAdmin):
    list_display = ["user", "duty", "team", "starts_at", "ends_at", "state"]
    list_filter = ["duty", "state", "team"]
    search_fields = ["user__name"]
    date_hierarchy = "starts_at"
    list_select_related = ["user", "team"]


@admin.register(Swap)
class SwapAdmin(MoveAdmin):
    list_display = ["team", "giver", "asked", "taker", "starts_at", "state"]
    list_filter = ["state", "is_cover", "team"]
    search_fields = ["giver__name", "taker__name", "team__name"]
    list_select_related = ["team", "giver", "asked", "taker"]


@admin.register(Handover)
class HandoverAdmin(MoveAdmin):
    list_display = ["team", "at", "giver", "taker", "state"]
    list_filter = ["state", "team"]
    search_fields = ["giver__name", "taker__name", "team__name"]
    list_select_related = ["team", "giver", "taker"]


@admin.register(HandoverNote)
class HandoverNoteAdmin(ReadOnlyAdmin):
    list_display = ["handover", "author", "at"]
    search_fields = ["text", "author__name"]
    list_select_related = ["handover__team", "handover__giver", "handover__taker", "author"]


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyAdmin):
    list_display = ["user", "starts_on", "ends_on"]
    search_fields = ["user__name"]
    list_select_related = ["user"]


@admin.register(FeedAddress)
class FeedAddressAdmin(ReadOnlyAdmin):
    list_display = ["user", "made_at", "revoked_at", "read_at"]
    search_fields = ["user__name"]
    fields = ["user", "made_at", "revoked_at", "read_at"]
    list_select_related = ["user"]


@admin.register(Post)
class PostAdmin(MoveAdmin):
    list_display = ["title", "team", "state", "planned_at", "created_by"]
    list_filter = ["state", "team", "kind"]
    search_fields = ["title", "base_text"]
    date_hierarchy = "planned_at"
    list_select_related = ["team", "created_by"]


@admin.register(Publication)
class PublicationAdmin(MoveAdmin):
    list_display = ["post", "channel", "state", "due_at", "url"]
    list_filter = ["state", "channel"]
    search_fields = ["post__title", "url"]
    list_select_related = ["post", "channel__platform"]


@admin.register(PostVersion)
class PostVersionAdmin(ReadOnlyAdmin):
    list_display = ["post", "number", "saved_by", "saved_at"]
    search_fields = ["post__title"]
    list_select_related = ["post", "saved_by"]


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["version", "verdict", "reviewer", "at"]
    list_filter = ["verdict"]
    search_fields = ["version__post__title", "reviewer__name"]
    list_select_related = ["version__post", "reviewer"]


@admin.register(PostText)
class PostTextAdmin(ReadOnlyAdmin):
    list_display = ["post", "channel"]
    list_filter = ["channel"]
    search_fields = ["post__title"]
    list_select_related = ["post", "channel__platform"]


@admin.register(PostLink)
class PostLinkAdmin(ReadOnlyAdmin):
    list_display = ["url", "post"]
    list_filter = ["post__team"]
    search_fields = ["url", "post__title"]
    list_select_related = ["post"]


@admin.register(FarewellPost)
class FarewellPostAdmin(ReadOnlyAdmin):
    list_display = ["post", "notice"]
    list_filter = ["post__state"]
    search_fields = ["post__title"]
    list_select_related = ["post", "notice__closure__channel__platform"]


@admin.register(PostPicture)
class PostPictureAdmin(ReadOnlyAdmin):
    list_display = ["picture", "post", "alt_text"]
    list_filter = ["post__team"]
    search_fields = ["picture__title", "post__title"]
    list_select_related = ["picture", "post"]


@admin.register(Takedown)
class TakedownAdmin(ReadOnlyAdmin):
    list_display = ["picture", "cause", "opened_at", "due_at"]
    search_fields = ["picture__title", "cause"]
    date_hierarchy = "opened_at"
    list_select_related = ["picture"]


@admin.register(TakedownTask)
class TakedownTaskAdmin(MoveAdmin):
    list_display = ["publication", "state", "done_by", "checked_by"]
    list_filter = ["state"]
    search_fields = ["publication__post__title"]
    list_select_related = ["publication__post", "publication__channel__platform", "done_by", "checked_by"]


@admin.register(Idea)
class IdeaAdmin(MoveAdmin):
    list_display = ["title", "team", "state", "given_by", "given_at"]
    list_filter = ["state", "team"]
    search_fields = ["what", "giver_name", "given_by__name"]
    list_select_related = ["team", "given_by"]


@admin.register(TipForm)
class TipFormAdmin(MoveAdmin):
    list_display = ["team", "state", "opened_by", "opened_at"]
    list_filter = ["state"]
    search_fields = ["team__name"]
    list_select_related = ["team", "opened_by"]


@admin.register(FollowUp)
class FollowUpAdmin(MoveAdmin):
    list_display = ["post", "state", "due_at", "settled_by"]
    list_filter = ["state"]
    search_fields = ["post__title", "outcome"]
    list_select_related = ["post", "settled_by"]


@admin.register(Material)
class MaterialAdmin(TableAdmin):
    list_display = ["title", "kind", "unit", "made_on", "added_by"]
    list_filter = ["kind", "unit"]
    search_fields = ["title", "url", "reference", "text"]
    autocomplete_fields = ["unit", "added_by"]
    list_select_related = ["unit", "added_by"]


@admin.register(PostMaterial)
class PostMaterialAdmin(ReadOnlyAdmin):
    list_display = ["post", "material", "added_by", "added_at"]
    search_fields = ["post__title", "material__title"]
    list_select_related = ["post", "material", "added_by"]


@admin.register(PostWriter)
class PostWriterAdmin(ReadOnlyAdmin):
    list_display = ["post", "user", "since"]
    search_fields = ["post__title", "user__name"]
    list_select_related = ["post", "user"]


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    list_display = ["post", "user", "until"]
    search_fields = ["post__title", "user__name"]
    list_select_related = ["post", "user"]


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnlyAdmin):
    list_display = ["url", "post", "verdict", "problem", "status", "occasion", "answered_at", "attempts"]
    list_filter = ["verdict", "problem", "occasion"]
    search_fields = ["url", "post__title"]
    list_select_related = ["post"]


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    list_display = ["reader", "version", "at"]
    search_fields = ["reader__name", "version__post__title"]
    list_select_related = ["reader", "version__post"]


@admin.register(Remark)
class RemarkAdmin(MoveAdmin):
    list_display = ["body", "post", "state", "written_by", "written_at"]
    list_filter = ["state"]
    search_fields = ["body", "post__title", "written_by__name"]
    list_select_related = ["post", "written_by"]


@admin.register(ReviewClaim)
class ReviewClaimAdmin(ReadOnlyAdmin):
    list_display = ["post", "reader", "until"]
    search_fields = ["post__title", "reader__name"]
    list_select_related = ["post", "reader"]


@admin.register(ReviewRequest)
class ReviewRequestAdmin(ReadOnlyAdmin):
    list_display = ["version", "reader", "asked_by", "asked_at"]
    search_fields = ["version__post__title", "reader__name"]
    list_select_related = ["version__post", "reader", "asked_by"]
