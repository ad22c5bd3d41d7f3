from editorial.models.handovers import Handover, HandoverNote
from editorial.models.posts import Post, PostLink, PostPicture, PostText, PostVersion, Review
from editorial.models.publications import Publication
from editorial.models.shifts import Absence, FeedAddress, Shift
from editorial.models.swaps import Swap
from editorial.models.teams import Duty, Holding, Membership, Team, TeamChannel

__all__ = [
    "Absence",
    "Duty",
    "FeedAddress",
    "Handover",
    "HandoverNote",
    "Holding",
    "Membership",
    "Post",
    "PostLink",
    "PostPicture",
    "PostText",
    "PostVersion",
    "Publication",
    "Review",
    "Shift",
    "Swap",
    "Team",
    "TeamChannel",
]
