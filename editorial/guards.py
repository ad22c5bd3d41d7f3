"""What the database itself refuses about posts (R23, R39): see docs/rules.md."""

from core.triggers import Guard, append_only

_OUTBOUND = "('scheduled', 'due', 'published')"

_PARENT_FROZEN = (
    "EXISTS (SELECT 1 FROM editorial_post p WHERE p.id = {row}.post_id AND p.current_id IS NOT NULL)"
)
_FROZEN_MESSAGE = "What a version under review or approved says cannot be changed. Reopen the post first."

_UNAPPROVED = (
    f"NEW.state IN {_OUTBOUND} AND NOT EXISTS (SELECT 1 FROM editorial_review r "
    "JOIN editorial_postversion v ON v.id = r.version_id "
    "WHERE v.id = NEW.current_id AND v.post_id = NEW.id AND r.verdict = 'approved')"
)
_UNAPPROVED_MESSAGE = "A post needs the approval of its current version before it is planned or published."

_CONTENT_CHANGED = "OLD.current_id IS NOT NULL AND NEW.current_id IS NOT NULL AND (" + " OR ".join(
    f"NEW.{column} <> OLD.{column}"
    for column in ("team_id", "base_text", "byline", "collaboration", "brand_shown", "current_id")
)

_BY_AUTHOR = (
    "NEW.verdict = 'approved' AND EXISTS (SELECT 1 FROM editorial_postversion mine "
    "JOIN editorial_postversion v ON v.post_id = mine.post_id AND v.number <= mine.number "
    "JOIN core_user author ON author.id = v.saved_by_id "
    "JOIN core_user reviewer ON reviewer.id = NEW.reviewer_id "
    "WHERE mine.id = NEW.version_id AND (author.id = reviewer.id OR author.mailbox = reviewer.mailbox))"
)
_BY_WRITER = (
    "NEW.verdict = 'approved' AND EXISTS (SELECT 1 FROM editorial_postwriter w "
    "JOIN editorial_postversion v ON v.post_id = w.post_id "
    "JOIN core_user author ON author.id = w.user_id "
    "JOIN core_user reviewer ON reviewer.id = NEW.reviewer_id "
    "WHERE v.id = NEW.version_id AND (author.id = reviewer.id OR author.mailbox = reviewer.mailbox))"
)
_BY_STRANGER = (
    "NEW.verdict = 'approved' AND NOT EXISTS (SELECT 1 FROM editorial_postversion v "
    "JOIN editorial_post p ON p.id = v.post_id "
    "JOIN editorial_membership m ON m.team_id = p.team_id AND m.role = 'editor' "
    "WHERE v.id = NEW.version_id AND m.user_id = NEW.reviewer_id)"
)

# What the room below promises of a channel's end is known up here: nothing of ours is still on its way there.
_ENDS = "NEW.state IN ('ready', 'closed') AND OLD.state <> NEW.state AND "
_POSTS_GOING_OUT = (
    "EXISTS (SELECT 1 FROM editorial_post p JOIN editorial_posttext t ON t.post_id = p.id "
    "WHERE t.channel_id = NEW.channel_id AND p.state IN ('in_review', 'approved', 'scheduled', 'due') "
    "AND NOT EXISTS (SELECT 1 FROM editorial_publication u WHERE u.post_id = p.id "
    "AND u.channel_id = NEW.channel_id AND u.state = 'published'))"
)
_TAKEDOWNS_OPEN = (
    "EXISTS (SELECT 1 FROM editorial_takedowntask k JOIN editorial_publication u ON u.id = k.publication_id "
    "WHERE u.channel_id = NEW.channel_id AND k.state <> 'checked')"
)
_QUESTIONS_OPEN = (
    "EXISTS (SELECT 1 FROM editorial_followup f JOIN editorial_publication u ON u.post_id = f.post_id "
    "WHERE u.channel_id = NEW.channel_id AND u.state = 'published' AND f.state = 'open')"
)

# What a reader answers, in the words of editorial.reviewing: nobody approves unread.
_UNANSWERED = (
    "NEW.verdict = 'approved' AND ("
    + " OR ".join(
        f"COALESCE(NEW.answers ->> '{name}', '') <> 'yes'" for name in ("tone", "wording", "profile")
    )
    + " OR (COALESCE(NEW.answers ->> 'pictures', '') <> 'yes' AND EXISTS (SELECT 1 FROM editorial_postversion v "
    "WHERE v.id = NEW.version_id AND v.content ->> 'pictures' IS NOT NULL)))"
)

# What went out is told by its publication: which version, who said so, and where it stands.
_PUBLISHED_UNREAD = (
    "NOT EXISTS (SELECT 1 FROM editorial_review r JOIN editorial_post p ON p.current_id = r.version_id "
    "WHERE p.id = NEW.post_id AND p.current_id = NEW.post_version_id AND p.state IN ('due', 'published') "
    "AND r.verdict = 'approved')"
)
_PUBLISHED_ELSE = " OR ".join(
    f"NEW.{column} <> OLD.{column}" for column in ("post_id", "channel_id", "post_version_id", "due_at")
)
_SETTLED_BY_NOBODY = "NEW.state <> 'due' AND (NEW.settled_by_id IS NULL OR NEW.settled_at IS NULL)"
_SETTLED_ANEW = (
    "OLD.state <> 'due' AND ("
    + " OR ".join(f"NEW.{column} <> OLD.{column}" for column in ("url", "settled_by_id", "settled_at"))
    + " OR (NEW.state <> OLD.state AND NOT (OLD.state = 'published' AND NEW.state = 'taken_down')))"
)
_SETTLED_MESSAGE = "A publication that was settled says who settled it and when, and stays as it was noted."


def _frozen_rows(table: str) -> list[Guard]:
    return [
        Guard(
            f"{table}_{operation.lower()}", table, operation, _PARENT_FROZEN.format(row=row), _FROZEN_MESSAGE
        )
        for operation, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ] + [Guard(f"{table}_moved", table, "UPDATE", _PARENT_FROZEN.format(row="OLD"), _FROZEN_MESSAGE)]


def _publications() -> list[Guard]:
    table = "editorial_publication"
    return [
        Guard(
            f"{table}_unread",
            table,
            "INSERT",
            _PUBLISHED_UNREAD,
            "Only the approved version of a post that is due goes out.",
        ),
        Guard(f"{table}_born_settled", table, "INSERT", _SETTLED_BY_NOBODY, _SETTLED_MESSAGE),
        Guard(f"{table}_by_nobody", table, "UPDATE", _SETTLED_BY_NOBODY, _SETTLED_MESSAGE),
        *append_only(
            table,
            "A publication keeps its post, its channel, its version and its time, and is not deleted.",
            update_when=_PUBLISHED_ELSE,
        ),
        Guard(f"{table}_settled", table, "UPDATE", _SETTLED_ANEW, _SETTLED_MESSAGE),
    ]


GUARDS: list[Guard] = [
    *append_only("editorial_postversion", "A version of a post is written once."),
    *append_only("editorial_review", "A review is written once."),
    *append_only("editorial_postwriter", "Who wrote in a post is written once."),
    Guard(
        "editorial_postwriter_late",
        "editorial_postwriter",
        "INSERT",
        _PARENT_FROZEN.format(row="NEW"),
        _FROZEN_MESSAGE,
    ),
    *append_only("editorial_handovernote", "A handover note is written once."),
    Guard(
        "editorial_handover_read",
        "editorial_handover",
        "UPDATE",
        "OLD.state = 'acknowledged'",
        "A handover that was acknowledged stays as it was read.",
    ),
    Guard(
        "editorial_review_by_author", "editorial_review", "INSERT", _BY_AUTHOR, "An author cannot approve."
    ),
    Guard(
        "editorial_review_by_writer", "editorial_review", "INSERT", _BY_WRITER, "An author cannot approve."
    ),
    Guard(
        "editorial_review_by_stranger",
        "editorial_review",
        "INSERT",
        _BY_STRANGER,
        "Only the team's editors approve.",
    ),
    Guard(
        "editorial_review_unanswered",
        "editorial_review",
        "INSERT",
        _UNANSWERED,
        "Whoever approves has answered what a reader is asked.",
    ),
    Guard("editorial_post_born_approved", "editorial_post", "INSERT", _UNAPPROVED, _UNAPPROVED_MESSAGE),
    Guard("editorial_post_unapproved", "editorial_post", "UPDATE", _UNAPPROVED, _UNAPPROVED_MESSAGE),
    Guard("editorial_post_content", "editorial_post", "UPDATE", _CONTENT_CHANGED + ")", _FROZEN_MESSAGE),
    Guard(
        "editorial_post_old_approval",
        "editorial_post",
        "UPDATE",
        "OLD.current_id IS NULL AND NEW.current_id IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM editorial_review r WHERE r.version_id = NEW.current_id)",
        "An approval belongs to the version it was given for. Send the post to review again.",
    ),
    Guard(
        "editorial_post_out",
        "editorial_post",
        "UPDATE",
        "OLD.state = 'published' AND NEW.state <> 'published'",
        "A post that is out stays as it went out.",
    ),
    *_publications(),
    *_frozen_rows("editorial_posttext"),
    *_frozen_rows("editorial_postlink"),
    *_frozen_rows("editorial_postpicture"),
    *(
        Guard(
            f"editorial_closure_{name}",
            "channels_registry_closure",
            "UPDATE",
            _ENDS + condition,
            f"A step of the closure is missing: {words} on the channel.",
        )
        for name, condition, words in (
            ("posts", _POSTS_GOING_OUT, "no post may be on its way out"),
            ("takedowns", _TAKEDOWNS_OPEN, "every picture that has to come down is gone"),
            ("questions", _QUESTIONS_OPEN, "every question has been followed up"),
        )
    ),
]
