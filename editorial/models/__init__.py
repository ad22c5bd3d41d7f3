from editorial.models.closures import FarewellPost
from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.teams import Duty, Membership, Shift, Team, TeamChannel

__all__ = [
    "Duty",
    "FarewellPost",
    "Membership",
    "Post",
    "PostLink",
    "PostPicture",
    "PostText",
    "PostVersion",
    "Publication",
    "Review",
    "Shift",
    "Team",
    "TeamChannel",
]
