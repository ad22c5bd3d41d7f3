"""What the database itself refuses about pictures and consent (R14–R17)."""

from core.triggers import Guard, append_only

_BYTES_CHANGED = " OR ".join(
    f"NEW.{column} <> OLD.{column}" for column in ("sha", "clean_sha", "thumb_sha", "unit_id")
)

GUARDS: list[Guard] = [
    *append_only("consent_consentevent", "What somebody said is written once. A mistake is a new event."),
    *append_only("consent_legalbasis", "A legal basis is written once. A new one takes its place."),
    *append_only("consent_mediabankcheck", "What the media bank said is written once."),
    *append_only("consent_picture", "A picture's bytes are kept as they came.", update_when=_BYTES_CHANGED),
]
