from editorial.models.posts import Post, PostLink, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.teams import Duty, Membership, Shift, Team, TeamChannel

__all__ = [
    "Duty",
    "Membership",
    "Post",
    "PostLink",
    "PostText",
    "PostVersion",
    "Publication",
    "Review",
    "Shift",
    "Team",
    "TeamChannel",
]
