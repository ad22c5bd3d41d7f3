from editorial.models.follow_ups import FollowUp
from editorial.models.handovers import Handover, HandoverNote
from editorial.models.ideas import Idea, TipForm
from editorial.models.materials import Material, MaterialKind, PostMaterial
from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.reviews import LinkCheck, Reading, Remark, ReviewClaim, ReviewRequest
from editorial.models.shifts import Absence, FeedAddress, Shift
from editorial.models.swaps import Swap
from editorial.models.takedowns import Takedown, TakedownTask
from editorial.models.teams import Duty, Holding, Membership, Team, TeamChannel
from editorial.models.writing import PostWriter, Presence

__all__ = [
    "Absence",
    "Duty",
    "FeedAddress",
    "FollowUp",
    "Handover",
    "HandoverNote",
    "Holding",
    "Idea",
    "LinkCheck",
    "Material",
    "MaterialKind",
    "Membership",
    "Post",
    "PostLink",
    "PostMaterial",
    "PostPicture",
    "PostText",
    "PostVersion",
    "PostWriter",
    "Presence",
    "Publication",
    "Reading",
    "Remark",
    "Review",
    "ReviewClaim",
    "ReviewRequest",
    "Shift",
    "Swap",
    "Takedown",
    "TakedownTask",
    "Team",
    "TeamChannel",
    "TipForm",
]
