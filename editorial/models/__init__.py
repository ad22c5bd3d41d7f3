from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.reviews import LinkCheck, Reading, Remark, ReviewClaim, ReviewRequest
from editorial.models.teams import Duty, Membership, Shift, Team, TeamChannel

__all__ = [
    "Duty",
    "LinkCheck",
    "Membership",
    "Post",
    "PostLink",
    "PostPicture",
    "PostText",
    "PostVersion",
    "Publication",
    "Reading",
    "Remark",
    "Review",
    "ReviewClaim",
    "ReviewRequest",
    "Shift",
    "Team",
    "TeamChannel",
]
