"""What of this room belongs to somebody with an account (core.extracts)."""

from django.utils.translation import gettext_lazy as _

from core.extracts import Page, Part, Row
from core.templatetags.parts import day
from editorial.models import (
    Absence,
    Duty,
    FeedAddress,
    FollowUp,
    Handover,
    HandoverNote,
    Idea,
    Material,
    Membership,
    Post,
    PostMaterial,
    PostVersion,
    PostWriter,
    Presence,
    Publication,
    Reading,
    Remark,
    Review,
    ReviewClaim,
    ReviewRequest,
    Shift,
    Swap,
    Takedown,
    TakedownTask,
    Team,
    TipForm,
)

POST = Page(Post, "editorial:post_page")
PUBLICATION = Page(Publication, "editorial:publication_page")
FOLLOW_UP = Page(FollowUp, "editorial:follow_up_page")
TAKEDOWN = Page(Takedown, "editorial:takedown_page")
TEAM = Page(Team, "editorial:team_page")
SHIFT = Page(Shift, "editorial:shift_page")
SWAP = Page(Swap, "editorial:swap_page")
HANDOVER = Page(Handover, "editorial:handover_page")
IDEA = Page(Idea, "editorial:idea_page")
MATERIAL = Page(Material, "editorial:material_page")


def _member(row: Row) -> str:
    duties = ", ".join(str(Duty(duty).label) for duty in row["duties"])
    told = [
        row["team"],
        Membership.Role(row["role"]).label,
        f"{row['share']} %",
        duties,
        day(row["joined_on"]),
    ]
    return ", ".join(str(one) for one in told if one)


def _days(row: Row) -> str:
    return " – ".join(dict.fromkeys([day(row["starts_on"]), day(row["ends_on"])]))


PARTS = [
    Part(Post, "created_by", _("Posts begun"), "created_at", ("title",), POST),
    Part(PostWriter, "user", _("Posts written in"), "since", page=POST, via="post_id"),
    Part(PostVersion, "saved_by", _("Versions of posts saved"), "saved_at", ("number",), POST, "post_id"),
    Part(Post, "changed_by", _("Posts changed last"), "changed_at", page=POST),
    Part(Presence, "user", _("Posts open to be written in"), "until", page=POST, via="post_id"),
    Part(
        Review,
        "reviewer",
        _("Posts approved or sent back"),
        "at",
        ("verdict", "note", "overrule_reason"),
        POST,
        "version__post_id",
    ),
    Part(Reading, "reader", _("Versions of posts read"), "at", page=POST, via="version__post_id"),
    Part(ReviewClaim, "reader", _("Reviews taken for a while"), "until", page=POST, via="post_id"),
    Part(
        ReviewRequest, "reader", _("Reviews asked for by name"), "asked_at", page=POST, via="version__post_id"
    ),
    Part(
        ReviewRequest,
        "asked_by",
        _("Reviews asked of others"),
        "asked_at",
        page=POST,
        via="version__post_id",
    ),
    Part(Remark, "written_by", _("Remarks written"), "written_at", ("body", "state"), POST, "post_id"),
    Part(
        Publication,
        "settled_by",
        _("Publications confirmed or given up"),
        "settled_at",
        ("state", "url"),
        PUBLICATION,
    ),
    Part(FollowUp, "settled_by", _("Questions followed up"), "settled_at", ("state", "outcome"), FOLLOW_UP),
    Part(
        TakedownTask,
        "done_by",
        _("Publications taken down"),
        "done_at",
        ("proof",),
        TAKEDOWN,
        "takedown_id",
    ),
    Part(
        TakedownTask,
        "checked_by",
        _("Publications checked to be gone"),
        "checked_at",
        page=TAKEDOWN,
        via="takedown_id",
    ),
    Part(
        Membership,
        "user",
        _("Teams"),
        says=("team__name", "role", "share", "duties", "joined_on"),
        page=TEAM,
        via="team_id",
        words=_member,
    ),
    Part(
        Shift,
        "user",
        _("Shifts"),
        "starts_at",
        ("ends_at", "team__name", "duty", "state"),
        SHIFT,
    ),
    Part(Swap, "giver", _("Shifts offered to others"), "offered_at", ("is_cover", "state"), SWAP),
    Part(Swap, "asked", _("Shifts offered by name"), "offered_at", ("is_cover", "state"), SWAP),
    Part(Swap, "taker", _("Shifts taken from others"), "taken_at", ("is_cover", "state"), SWAP),
    Part(Handover, "giver", _("Handovers given"), "at", ("state",), HANDOVER),
    Part(Handover, "taker", _("Handovers taken"), "at", ("state", "acknowledged_at"), HANDOVER),
    Part(HandoverNote, "author", _("Notes at handovers"), "at", ("text",), HANDOVER, "handover_id"),
    Part(Absence, "user", _("Days away"), "starts_on", ("ends_on",), words=_days),
    Part(
        FeedAddress,
        "user",
        _("Calendar addresses of the own shifts"),
        "made_at",
        ("read_at", "revoked_at"),
    ),
    Part(TipForm, "opened_by", _("Tip forms opened"), "opened_at", ("team__name",)),
    Part(Idea, "given_by", _("Ideas given"), "given_at", ("what", "why_now", "link", "state"), IDEA),
    Part(Idea, "tended_by", _("Ideas seen to"), "given_at", ("state",), IDEA),
    Part(Material, "added_by", _("Material handed in"), "added_at", ("title",), MATERIAL),
    Part(PostMaterial, "added_by", _("Material added to posts"), "added_at", page=POST, via="post_id"),
]

LEFT_OUT = {"editorial.Team.members": "The same rows as the memberships."}
