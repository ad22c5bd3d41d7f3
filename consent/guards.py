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

_YES = "('given', 'renewed')"

GUARDS: list[Guard] = [
    *append_only("consent_consentevent", "What somebody said is written once. A mistake is a new event."),
    # Asked of each new word, not of those noted before scans and witnesses were kept.
    Guard(
        "consent_paper_without_scan",
        "consent_consentevent",
        "INSERT",
        f"NEW.way = 'paper' AND NEW.said IN {_YES} AND NEW.scan_sha = ''",
        "A yes on paper needs its scan.",
    ),
    Guard(
        "consent_oral_without_witness",
        "consent_consentevent",
        "INSERT",
        f"NEW.way = 'oral' AND NEW.said IN {_YES} AND NEW.witness = ''",
        "A yes said orally needs its witness.",
    ),
    Guard(
        "consent_basis_without_motive",
        "consent_legalbasis",
        "INSERT",
        "TRIM(NEW.motive) = ''",
        "A legal basis needs its motive.",
    ),
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
