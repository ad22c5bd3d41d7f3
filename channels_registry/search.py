"""What of this room can be found (core.search): the register, by everybody."""

from core.search import Source

SOURCES = [
    Source(
        kind="channel",
        table="channels_registry_channel",
        columns=("name", "handle", "purpose"),
        title="NEW.name",
        body="NEW.handle || ' ' || NEW.purpose",
        scope="'all'",
        among="all",
    )
]
