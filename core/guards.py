"""What the database refuses to do to the trail: events are written once and sealed once; seals never change."""

from core.triggers import Guard, append_only

_SAME = " AND ".join(
    f"(NEW.{column} = OLD.{column})"
    for column in ("id", "at", "kind", "about_type", "about_id", "about_label", "actor_name", "note", "data")
)

GUARDS: list[Guard] = [
    *append_only(
        "core_event",
        "The trail is append-only.",
        # The one change an event may see is to be sealed, once.
        update_when=(
            "NOT (OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL AND "
            "COALESCE(NEW.actor_id, 0) = COALESCE(OLD.actor_id, 0) AND " + _SAME + ")"
        ),
    ),
    Guard(
        "core_event_born_unsealed",
        "core_event",
        "INSERT",
        "NEW.seal_id IS NOT NULL",
        "An event is born unsealed.",
    ),
    *append_only("core_seal", "A seal never changes."),
]
