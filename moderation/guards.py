"""What the database itself refuses about comments, evidence and removals (R19, R20): see docs/rules.md."""

from core.triggers import Guard, append_only

_STANDS_ON_EVIDENCE = (
    "EXISTS (SELECT 1 FROM moderation_evidence e JOIN moderation_case k ON k.id = e.case_id "
    "JOIN moderation_comment c ON c.id = k.comment_id "
    "WHERE e.id = NEW.evidence_id AND k.id = NEW.case_id AND e.state = 'sealed' AND e.revision_id = c.current_id)"
)
_STANDS_ON_WAIVER = (
    "EXISTS (SELECT 1 FROM moderation_waiver w "
    "WHERE w.id = NEW.waiver_id AND w.case_id = NEW.case_id AND w.signed_by_id IS NOT NULL)"
)
_CASE_WITHOUT_REMOVAL = (
    "NOT EXISTS (SELECT 1 FROM moderation_removal r LEFT JOIN moderation_evidence e ON e.id = r.evidence_id "
    "JOIN moderation_comment c ON c.id = NEW.comment_id "
    "WHERE r.case_id = NEW.id AND (r.waiver_id IS NOT NULL OR e.revision_id = c.current_id))"
)
# A comment that its author took away leaves nothing to order; whoever noted it gone checks it.
_REMOVED_EARLY = (
    f"((NEW.state = 'removed' AND OLD.state <> 'removed' AND OLD.state <> 'gone' AND {_CASE_WITHOUT_REMOVAL}) "
    f"OR (NEW.state = 'removed' AND OLD.state NOT IN ('removed', 'removal_ordered', 'gone')))"
)
_SEALED_PARENT = (
    "EXISTS (SELECT 1 FROM moderation_evidence e WHERE e.id = {row}.evidence_id AND e.state = 'sealed')"
)
_SEAL_WITHOUT_ITEMS = (
    "NEW.state = 'sealed' AND (TRIM(NEW.context) = '' OR NOT EXISTS "
    "(SELECT 1 FROM moderation_evidenceitem i WHERE i.evidence_id = NEW.id))"
)
_SEALED = "Sealed evidence never changes."
_NO_EVIDENCE = "A comment is removed only after evidence of it as it reads now is sealed."

GUARDS: list[Guard] = [
    *append_only("moderation_commentrevision", "A revision of a comment is written once."),
    *append_only("moderation_removal", "An order to remove is written once."),
    *append_only(
        "moderation_evidence", _SEALED, update_when="OLD.state = 'sealed'", delete_when="OLD.state = 'sealed'"
    ),
    Guard(
        "moderation_evidence_born",
        "moderation_evidence",
        "INSERT",
        "NEW.state = 'sealed'",
        "Seal it as a step.",
    ),
    Guard(
        "moderation_evidence_empty",
        "moderation_evidence",
        "UPDATE",
        _SEAL_WITHOUT_ITEMS,
        "Evidence needs a screenshot and its context before it is sealed.",
    ),
    *(
        Guard(
            f"moderation_item_{name}",
            "moderation_evidenceitem",
            operation,
            _SEALED_PARENT.format(row=row),
            _SEALED,
        )
        for name, operation, row in (
            ("added", "INSERT", "NEW"),
            ("changed", "UPDATE", "OLD"),
            ("moved_in", "UPDATE", "NEW"),
            ("deleted", "DELETE", "OLD"),
        )
    ),
    Guard("moderation_item_truncate", "moderation_evidenceitem", "TRUNCATE", "1 = 1", _SEALED),
    Guard(
        "moderation_removal_early",
        "moderation_removal",
        "INSERT",
        f"NOT {_STANDS_ON_EVIDENCE} AND NOT {_STANDS_ON_WAIVER}",
        _NO_EVIDENCE,
    ),
    Guard("moderation_case_removed_early", "moderation_case", "UPDATE", _REMOVED_EARLY, _NO_EVIDENCE),
    Guard(
        "moderation_case_born_removed",
        "moderation_case",
        "INSERT",
        "NEW.state IN ('removal_ordered', 'removed')",
        _NO_EVIDENCE,
    ),
    Guard(
        "moderation_case_clock",
        "moderation_case",
        "UPDATE",
        "NEW.discovered_at <> OLD.discovered_at OR COALESCE(NEW.due_at, OLD.discovered_at) <> "
        "COALESCE(OLD.due_at, OLD.discovered_at) "
        "OR (OLD.breached_at IS NOT NULL AND (NEW.breached_at IS NULL OR NEW.breached_at <> OLD.breached_at))",
        "The clock of a case cannot be set, and a breach cannot be taken back.",
    ),
    *append_only("moderation_case", "A case is never deleted.", update_when="1 = 0"),
    *append_only(
        "moderation_waiver", "A signed waiver never changes.", update_when="OLD.signed_by_id IS NOT NULL"
    ),
]
