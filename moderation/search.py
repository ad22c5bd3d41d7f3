"""What of this room can be found (core.search): comments as they read last, and cases."""

from core.search import Source

_CHANNEL = "(SELECT 'c' || channel_id || ' kanswer' FROM moderation_comment WHERE id = NEW.comment_id)"

SOURCES = [
    Source(
        kind="comment",
        table="moderation_commentrevision",
        columns=("text",),
        title="NEW.author_name",
        body="NEW.text",
        scope=_CHANNEL,
        among="kanswer",
        key="NEW.comment_id",
        when="(NEW.text <> '' OR NEW.author_name <> '')",  # what is erased is not found
    ),
    Source(
        kind="case",
        table="moderation_case",
        columns=("facts", "ground_id"),
        title="(SELECT name FROM moderation_ground WHERE id = NEW.ground_id)",
        body="NEW.facts",
        scope=_CHANNEL + " || ' kcase'",
        among="kcase",
    ),
]
