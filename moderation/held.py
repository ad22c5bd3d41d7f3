"""What of this room belongs to somebody with an account (core.extracts). Who commented has `moderation.extract`."""

from django.utils.translation import gettext_lazy as _

from core.extracts import Page, Part
from moderation.models import (
    AuthorNotice,
    Case,
    Comment,
    Complaint,
    Disposal,
    Evidence,
    EvidenceItem,
    HolidayWatch,
    MaskedCopy,
    PoliceReport,
    Removal,
    RemovalCheck,
    Reply,
    ReplyText,
    SavedAnswer,
    Waiver,
    Watch,
)

COMMENT = Page(Comment, "moderation:comment_page")
CASE = Page(Case, "moderation:case_page")

PARTS = [
    Part(Comment, "registered_by", _("Comments entered"), "registered_at", ("kind", "state"), COMMENT),
    Part(Comment, "claimed_by", _("Comments taken for a while"), "claimed_until", page=COMMENT),
    Part(Comment, "assigned_to", _("Comments to see to"), "registered_at", page=COMMENT),
    Part(Reply, "written_by", _("Answers begun"), "created_at", ("state",), COMMENT, "comment_id"),
    Part(
        ReplyText,
        "author",
        _("Texts of answers saved"),
        "saved_at",
        ("number",),
        COMMENT,
        "reply__comment_id",
    ),
    Part(Reply, "read_by", _("Answers read before they were sent"), "created_at", (), COMMENT, "comment_id"),
    Part(Reply, "sent_by", _("Answers sent"), "sent_at", (), COMMENT, "comment_id"),
    Part(SavedAnswer, "saved_by", _("Saved answers"), "saved_at", ("title",)),
    Part(
        Complaint,
        "passed_on_by",
        _("Criticism passed on"),
        "passed_on_at",
        ("reference",),
        COMMENT,
        "comment_id",
    ),
    Part(Case, "opened_by", _("Cases opened"), "discovered_at", ("state",), CASE),
    Part(Case, "claimed_by", _("Cases taken for a while"), "claimed_until", page=CASE),
    Part(Case, "assigned_to", _("Cases to see to"), "discovered_at", page=CASE),
    Part(Evidence, "sealed_by", _("Evidence that was sealed"), "sealed_at", (), CASE, "case_id"),
    Part(EvidenceItem, "added_by", _("Screenshots added"), "added_at", (), CASE, "evidence__case_id"),
    Part(MaskedCopy, "made_by", _("Masked copies made"), "made_at", (), CASE, "item__evidence__case_id"),
    Part(Waiver, "asked_by", _("Waivers asked for"), "asked_at", (), CASE, "case_id"),
    Part(Waiver, "signed_by", _("Waivers signed"), "signed_at", (), CASE, "case_id"),
    Part(Removal, "ordered_by", _("Removals ordered"), "ordered_at", (), CASE, "case_id"),
    Part(RemovalCheck, "checked_by", _("Removals checked"), "checked_at", ("way", "result"), CASE, "case_id"),
    Part(PoliceReport, "noted_by", _("Reports to the police noted"), "noted_at", (), CASE, "case_id"),
    Part(AuthorNotice, "told_by", _("Authors told of a decision"), "told_at", ("way",), CASE, "case_id"),
    Part(Disposal, "proposed_by", _("Disposals proposed"), "proposed_at", ("state",)),
    Part(Disposal, "signed_by", _("Disposals signed"), "signed_at", ("state",)),
    Part(Watch, "looked_by", _("Looks at channels"), "looked_at", ("channel__name", "day", "state")),
    Part(HolidayWatch, "user", _("Days off on which to look at channels"), "day", ("team__name",)),
    Part(HolidayWatch, "planned_by", _("Days off planned for others"), "planned_at", ("day",)),
]

LEFT_OUT: dict[str, str] = {}
