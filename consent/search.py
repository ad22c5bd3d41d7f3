"""What of this room can be found (core.search): pictures, and the people in them for the unit that keeps them."""

from core.search import Source

SOURCES = [
    Source(
        kind="picture",
        table="consent_picture",
        columns=("title", "alt_text", "credit", "unit_id"),
        title="NEW.title",
        body="NEW.alt_text || ' ' || NEW.credit",
        scope="'u' || NEW.unit_id || ' kpicture'",
        among="kpicture",
    ),
    Source(
        kind="person",
        table="consent_person",
        columns=("name", "unit_id"),
        title="NEW.name",
        body="''",
        scope="'p' || NEW.unit_id || ' kperson'",
        among="kperson",
    ),
]
