from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.takedowns import Takedown, TakedownTask
from editorial.models.teams import Duty, Membership, Shift, Team, TeamChannel

__all__ = [
    "Duty",
    "Membership",
    "Post",
    "PostLink",
    "PostPicture",
    "PostText",
    "PostVersion",
    "Publication",
    "Review",
    "Shift",
    "Takedown",
    "TakedownTask",
    "Team",
    "TeamChannel",
]
