from editorial.models.follow_ups import FollowUp
from editorial.models.ideas import Idea, TipForm
from editorial.models.materials import Material, MaterialKind, PostMaterial
from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.reviews import LinkCheck, Reading, Remark, ReviewClaim, ReviewRequest
from editorial.models.teams import Duty, Membership, Shift, Team, TeamChannel
from editorial.models.writing import PostWriter, Presence

__all__ = [
    "Duty",
    "FollowUp",
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
    "Team",
    "TeamChannel",
    "TipForm",
]
