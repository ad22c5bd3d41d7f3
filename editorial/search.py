"""What of this room can be found (core.search)."""

from core.search import Source

SOURCES = [
    Source(
        kind="post",
        table="editorial_post",
        columns=("title", "base_text", "team_id"),
        title="NEW.title",
        body="NEW.base_text",
        scope="'t' || NEW.team_id || ' kpost'",
        among="kpost",
    )
]
