"""What the database itself refuses about pictures and consent (R14–R17)."""

from core.triggers import Guard, append_only


def _changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


_ASKED = _changed(
    "token_hash",
    "nonce",
    "picture_id",
    "person_id",
    "signer_id",
    "text_id",
    "asked_by_id",
    "asked_at",
    "ends_at",
)

GUARDS: list[Guard] = [
    *append_only("consent_consentevent", "What somebody said is written once. A mistake is a new event."),
    *append_only("consent_legalbasis", "A legal basis is written once. A new one takes its place."),
    *append_only("consent_mediabankcheck", "What the media bank said is written once."),
    *append_only("consent_noticetext", "What signers were told is written once. A change is a new version."),
    *append_only(
        "consent_picture",
        "A picture's bytes are kept as they came.",
        update_when=_changed("sha", "clean_sha", "thumb_sha", "unit_id"),
    ),
    *append_only("consent_consentrequest", "What somebody was asked is written once.", update_when=_ASKED),
    Guard(
        "consent_request_revived",
        "consent_consentrequest",
        "UPDATE",
        "OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS NULL",
        "A link that was called back stays so.",
    ),
    Guard(
        "consent_person_revived",
        "consent_person",
        "UPDATE",
        "OLD.erased_at IS NOT NULL AND NEW.name <> OLD.name",
        "Somebody who is erased gets no name again.",
    ),
]
