"""What the database itself refuses about slots (R7): a place with a post is not touched, and no place vanishes."""

from core.triggers import Guard

_OTHER_TEAM = (
    "NEW.post_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM editorial_post p "
    "JOIN calendar_app_series s ON s.team_id = p.team_id WHERE p.id = NEW.post_id AND s.id = NEW.series_id)"
)
_OTHER_TEAM_MESSAGE = "A place is filled by a post of the team of its series."

GUARDS: list[Guard] = [
    Guard(
        "calendar_slot_filled_moved",
        "calendar_app_slot",
        "UPDATE",
        "OLD.state = 'filled' AND NEW.state = 'filled' "
        "AND (NEW.starts_at <> OLD.starts_at OR NEW.rule_on <> OLD.rule_on OR NEW.post_id <> OLD.post_id)",
        "A place that has a post is not changed.",
    ),
    Guard(
        "calendar_slot_delete",
        "calendar_app_slot",
        "DELETE",
        "1 = 1",
        "Places are withdrawn or skipped, never deleted.",
    ),
    Guard("calendar_slot_born_elsewhere", "calendar_app_slot", "INSERT", _OTHER_TEAM, _OTHER_TEAM_MESSAGE),
    Guard("calendar_slot_post_elsewhere", "calendar_app_slot", "UPDATE", _OTHER_TEAM, _OTHER_TEAM_MESSAGE),
]
