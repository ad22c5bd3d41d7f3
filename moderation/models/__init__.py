from moderation.models.answers import Complaint, Question, Reply, ReplyText, SavedAnswer
from moderation.models.archive import ArchiveCheck, Disposal, DisposedCase
from moderation.models.cases import AuthorNotice, Case, Ground, PoliceReport, Removal, RemovalCheck, Waiver
from moderation.models.claims import Claimable
from moderation.models.comments import Comment, CommentRevision
from moderation.models.evidence import Evidence, EvidenceItem, MaskedCopy
from moderation.models.watches import HolidayWatch, Watch

__all__ = [
    "ArchiveCheck",
    "AuthorNotice",
    "Case",
    "Claimable",
    "Comment",
    "CommentRevision",
    "Complaint",
    "Disposal",
    "DisposedCase",
    "Evidence",
    "EvidenceItem",
    "Ground",
    "HolidayWatch",
    "MaskedCopy",
    "PoliceReport",
    "Question",
    "Removal",
    "RemovalCheck",
    "Reply",
    "ReplyText",
    "SavedAnswer",
    "Waiver",
    "Watch",
]
