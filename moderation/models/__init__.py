from moderation.models.cases import Case, Ground, Removal, Waiver
from moderation.models.comments import Comment, CommentRevision
from moderation.models.evidence import Evidence, EvidenceItem
from moderation.models.watches import Watch

__all__ = [
    "Case",
    "Comment",
    "CommentRevision",
    "Evidence",
    "EvidenceItem",
    "Ground",
    "Removal",
    "Waiver",
    "Watch",
]
