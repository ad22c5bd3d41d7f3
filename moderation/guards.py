"""What the database itself refuses about comments, answers, evidence and removals (R19, R20, R21, R26)."""

from core.triggers import Guard, append_only
from moderation.states import TO_DO

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
# Whoever reads “to be removed” goes and removes it, so that state needs what an order needs.
_ORDERED_EARLY = (
    "NEW.state = 'removal_ordered' AND OLD.state <> 'removal_ordered' AND NOT EXISTS "
    "(SELECT 1 FROM moderation_evidence e JOIN moderation_comment c ON c.id = NEW.comment_id "
    "WHERE e.case_id = NEW.id AND e.state = 'sealed' AND e.revision_id = c.current_id) AND NOT EXISTS "
    "(SELECT 1 FROM moderation_waiver w WHERE w.case_id = NEW.id AND w.signed_by_id IS NOT NULL)"
)
# Evidence is of a comment as it reads now, so what “now” is cannot be set back.
_NOT_THE_LATEST = (
    "COALESCE(NEW.current_id, 0) <> COALESCE(OLD.current_id, 0) AND COALESCE(NEW.current_id, 0) <> COALESCE("
    "(SELECT r.id FROM moderation_commentrevision r WHERE r.comment_id = NEW.id ORDER BY r.number DESC LIMIT 1), 0)"
)
_SEALED_PARENT = (
    "EXISTS (SELECT 1 FROM moderation_evidence e WHERE e.id = {row}.evidence_id AND e.state = 'sealed')"
)
_SEAL_WITHOUT_ITEMS = (
    "NEW.state = 'sealed' AND (TRIM(NEW.context) = '' OR NOT EXISTS "
    "(SELECT 1 FROM moderation_evidenceitem i WHERE i.evidence_id = NEW.id))"
)
_UNCHECKED = (
    "NEW.state = 'removed' AND OLD.state <> 'removed' AND NOT EXISTS "
    "(SELECT 1 FROM moderation_removalcheck x WHERE x.case_id = NEW.id AND x.result = 'gone')"
)
_OUT_OF_ORDER = (
    "(NEW.state = 'appealed' AND OLD.state NOT IN ('removed', 'appealed')) "
    "OR (NEW.state IN ('upheld', 'restored') AND OLD.state NOT IN ('appealed', NEW.state)) "
    "OR (OLD.state IN ('kept', 'upheld', 'restored') AND NEW.state <> OLD.state) "
    "OR (OLD.state = 'removed' AND NEW.state NOT IN ('removed', 'appealed')) "
    "OR (OLD.state = 'appealed' AND NEW.state NOT IN ('appealed', 'upheld', 'restored'))"
)
# What a signed disposal erases is the only change that sealed evidence and revisions may see; the hashes stay.
_DISPOSAL = (
    "EXISTS (SELECT 1 FROM moderation_disposedcase x JOIN moderation_disposal d ON d.id = x.disposal_id "
    "JOIN moderation_case k ON k.id = x.case_id WHERE d.state = 'signed' AND {which})"
)
_EVIDENCE_ERASED = (
    "(NEW.state = OLD.state AND NEW.context = '' AND NEW.manifest = '' AND NEW.manifest_sha = OLD.manifest_sha "
    "AND NEW.case_id = OLD.case_id AND NEW.revision_id = OLD.revision_id AND NEW.sealed_at = OLD.sealed_at "
    f"AND NEW.sealed_by_id = OLD.sealed_by_id AND {_DISPOSAL.format(which='k.id = OLD.case_id')})"
)
# A comment that never had a case is erased when its time is over: first it is marked, then what hangs on it is emptied.
_GONE = "EXISTS (SELECT 1 FROM moderation_comment g WHERE g.id = {comment} AND g.erased_at IS NOT NULL)"
_NEW_OF_GONE, _OLD_OF_GONE = _GONE.format(comment="NEW.comment_id"), _GONE.format(comment="OLD.comment_id")
_REPLY = "(SELECT r.comment_id FROM moderation_reply r WHERE r.id = {row}.reply_id)"
_REVISION_ERASED = (
    "(NEW.text = '' AND NEW.author_name = '' AND NEW.comment_id = OLD.comment_id AND NEW.number = OLD.number "
    f"AND NEW.seen_at = OLD.seen_at AND ({_OLD_OF_GONE} "
    f"OR {_DISPOSAL.format(which='k.comment_id = OLD.comment_id')}))"
)
_REPLYTEXT_ERASED = (
    "(NEW.text = '' AND NEW.reply_id = OLD.reply_id AND NEW.number = OLD.number AND NEW.author_id = OLD.author_id "
    f"AND NEW.saved_at = OLD.saved_at AND {_GONE.format(comment=_REPLY.format(row='OLD'))})"
)
_COMPLAINT_ERASED = (
    "(NEW.outcome = '–' AND NEW.comment_id = OLD.comment_id AND NEW.reference = OLD.reference "
    "AND NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.passed_on_by_id = OLD.passed_on_by_id "
    "AND NEW.passed_on_at = OLD.passed_on_at AND NEW.concluded_at = OLD.concluded_at)"
)
_NOT_SETTLED = (
    "NEW.erased_at IS NOT NULL AND (OLD.state <> 'handled' OR NEW.url <> '' OR NEW.claimed_until > NEW.erased_at "
    "OR NEW.state <> OLD.state OR NEW.kind <> OLD.kind OR NEW.channel_id <> OLD.channel_id "
    "OR NEW.registered_at <> OLD.registered_at OR NEW.registered_by_id <> OLD.registered_by_id "
    "OR COALESCE(NEW.publication_id, 0) <> COALESCE(OLD.publication_id, 0) "
    "OR EXISTS (SELECT 1 FROM moderation_case k WHERE k.comment_id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM moderation_question q "
    "WHERE q.comment_id = NEW.id AND q.answered_at IS NULL AND q.dropped_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM moderation_complaint m WHERE m.comment_id = NEW.id AND m.state = 'passed_on') "
    "OR EXISTS (SELECT 1 FROM moderation_reply r "
    "WHERE r.comment_id = NEW.id AND r.state NOT IN ('sent', 'dropped')))"
)
# Which comment an event is about, by itself or by its answer or complaint.
_TOLD_OF = (
    "(SELECT CASE e.about_type WHEN 'moderation.comment' THEN e.about_id "
    "WHEN 'moderation.reply' THEN (SELECT r.comment_id FROM moderation_reply r WHERE r.id = e.about_id) "
    "WHEN 'moderation.complaint' THEN (SELECT m.comment_id FROM moderation_complaint m WHERE m.id = e.about_id) "
    "END FROM core_event e WHERE e.id = {row}.event_id)"
)
_NEW_TOLD_OF, _OLD_TOLD_OF = _TOLD_OF.format(row="NEW"), _TOLD_OF.format(row="OLD")
_NOTE_ERASED = (
    "(NEW.event_id = OLD.event_id AND NEW.text = '' AND NEW.salt = '' "
    f"AND ({_GONE.format(comment=_OLD_TOLD_OF)} OR {_DISPOSAL.format(which=f'k.comment_id = {_OLD_TOLD_OF}')}))"
)


def _nothing_new(*tables: str) -> list[Guard]:
    """Guards that nothing hangs itself on an erased comment, also not while it is being erased."""
    return [
        Guard(
            f"moderation_{table}_of_erased",
            f"moderation_{table}",
            "INSERT",
            _NEW_OF_GONE,
            _ERASED,
            holds="moderation_comment WHERE id = NEW.comment_id FOR KEY SHARE",
        )
        for table in tables
    ]


def _only_erased(column: str, *kept: str) -> str:
    """The condition that a row of a case lost the text in `column`, nothing else, and that to a signed disposal."""
    same = " AND ".join(f"COALESCE(NEW.{name}, 0) = COALESCE(OLD.{name}, 0)" for name in kept)
    return f"(NEW.{column} = '' AND {same} AND {_DISPOSAL.format(which='k.id = OLD.case_id')})"


_REMOVAL_ERASED = (
    f"({_only_erased('facts', 'case_id', 'evidence_id', 'waiver_id', 'ordered_by_id')} "
    "AND NEW.citation = OLD.citation AND NEW.manifest = OLD.manifest AND NEW.found_by = OLD.found_by "
    "AND NEW.ordered_at = OLD.ordered_at)"
)
_CHECK_ERASED = (
    f"({_only_erased('said', 'case_id', 'checked_by_id')} AND NEW.way = OLD.way AND NEW.result = OLD.result "
    "AND NEW.sha = OLD.sha AND NEW.clean_sha = OLD.clean_sha AND NEW.checked_at = OLD.checked_at)"
)
_NOTICE_ERASED = (
    f"({_only_erased('text', 'case_id', 'told_by_id')} AND NEW.way = OLD.way AND NEW.told_at = OLD.told_at)"
)
_WAIVER_ERASED = (
    f"({_only_erased('description', 'case_id', 'asked_by_id', 'signed_by_id')} "
    "AND NEW.asked_at = OLD.asked_at AND NEW.signed_at = OLD.signed_at)"
)
_READ_BY_AUTHOR = (
    "NEW.read_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM moderation_replytext t "
    "WHERE t.reply_id = NEW.id AND t.author_id = NEW.read_by_id)"
)
_SENT_UNREAD = (
    "NEW.state = 'sent' AND EXISTS (SELECT 1 FROM moderation_comment c "
    "WHERE c.id = NEW.comment_id AND c.kind = 'criticism') AND (NEW.read_by_id IS NULL "
    "OR NEW.read_text_id IS NULL OR NEW.read_text_id <> NEW.current_id)"
)
# Both databases write no boxes as [], and some as [[…].
_BARE_UNSAID = (
    "(NEW.nothing_to_cover AND CAST(NEW.boxes AS TEXT) <> '[]') "
    "OR (NOT NEW.nothing_to_cover AND CAST(NEW.boxes AS TEXT) NOT LIKE '[[%')"
)
_SEALED = "Sealed evidence never changes."
_ERASED = "Nothing is added to a comment that is erased, and nothing of it changes."
_NO_EVIDENCE = "A comment is removed only after evidence of it as it reads now is sealed."

GUARDS: list[Guard] = [
    *append_only(
        "moderation_commentrevision",
        "A revision of a comment is written once.",
        update_when=f"NOT {_REVISION_ERASED}",
    ),
    *append_only(
        "core_eventnote",
        "What was typed with a step is kept as it was, until its comment is erased.",
        update_when=f"NOT {_NOTE_ERASED}",
    ),
    Guard(
        "core_eventnote_of_erased",
        "core_eventnote",
        "INSERT",
        _GONE.format(comment=_NEW_TOLD_OF),
        _ERASED,
        holds=f"moderation_comment WHERE id = {_NEW_TOLD_OF} FOR KEY SHARE",
    ),
    Guard(
        "moderation_comment_born_erased",
        "moderation_comment",
        "INSERT",
        "NEW.erased_at IS NOT NULL",
        "A comment is erased when its time is over.",
    ),
    Guard(
        "moderation_comment_not_settled",
        "moderation_comment",
        "UPDATE",
        f"OLD.erased_at IS NULL AND {_NOT_SETTLED}",
        "A comment is erased when it is handled, waits for nothing and never had a case.",
        holds="moderation_comment WHERE NEW.erased_at IS NOT NULL AND id = NEW.id FOR UPDATE",
    ),
    Guard(
        "moderation_comment_is_erased", "moderation_comment", "UPDATE", "OLD.erased_at IS NOT NULL", _ERASED
    ),
    # Also against taking one out and putting it in again, as SQLite's INSERT OR REPLACE does in one.
    Guard(
        "moderation_comment_stays",
        "moderation_comment",
        "DELETE",
        "1 = 1",
        "A comment is never taken out; what it says is erased when its time is over.",
    ),
    Guard("moderation_complaint_of_erased_stays", "moderation_complaint", "DELETE", _OLD_OF_GONE, _ERASED),
    *_nothing_new("case", "commentrevision", "question", "reply", "complaint"),
    Guard(
        "moderation_replytext_of_erased",
        "moderation_replytext",
        "INSERT",
        _GONE.format(comment=_REPLY.format(row="NEW")),
        _ERASED,
        holds=f"moderation_comment WHERE id = {_REPLY.format(row='NEW')} FOR KEY SHARE",
    ),
    Guard(
        "moderation_reply_is_erased",
        "moderation_reply",
        "UPDATE",
        f"{_OLD_OF_GONE} OR {_NEW_OF_GONE}",
        _ERASED,
    ),
    Guard(
        "moderation_complaint_is_erased",
        "moderation_complaint",
        "UPDATE",
        f"({_OLD_OF_GONE} OR {_NEW_OF_GONE}) AND NOT {_COMPLAINT_ERASED}",
        _ERASED,
    ),
    *append_only(
        "moderation_removal", "An order to remove is written once.", update_when=f"NOT {_REMOVAL_ERASED}"
    ),
    *append_only(
        "moderation_removalcheck", "A check of a removal is written once.", update_when=f"NOT {_CHECK_ERASED}"
    ),
    *append_only("moderation_policereport", "A report to the police is written once."),
    *append_only(
        "moderation_authornotice",
        "What an author was told is written once.",
        update_when=f"NOT {_NOTICE_ERASED}",
    ),
    *append_only("moderation_maskedcopy", "A masked copy is made once."),
    Guard(
        "moderation_maskedcopy_bare",
        "moderation_maskedcopy",
        "INSERT",
        _BARE_UNSAID,
        "A masked copy covers something, or says that nothing had to be covered.",
    ),
    *append_only(
        "moderation_evidence",
        _SEALED,
        update_when=f"OLD.state = 'sealed' AND NOT {_EVIDENCE_ERASED}",
        delete_when="OLD.state = 'sealed'",
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
        f"OLD.state <> 'sealed' AND {_SEAL_WITHOUT_ITEMS}",
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
    Guard("moderation_case_ordered_early", "moderation_case", "UPDATE", _ORDERED_EARLY, _NO_EVIDENCE),
    Guard(
        "moderation_case_born_removed",
        "moderation_case",
        "INSERT",
        "NEW.state IN ('removal_ordered', 'removed', 'appealed', 'upheld', 'restored')",
        _NO_EVIDENCE,
    ),
    Guard(
        "moderation_case_unchecked",
        "moderation_case",
        "UPDATE",
        _UNCHECKED,
        "A case is removed only when somebody or the machine has checked that the comment is gone.",
    ),
    Guard(
        "moderation_case_out_of_order",
        "moderation_case",
        "UPDATE",
        _OUT_OF_ORDER,
        "A closed case is only appealed, and an appeal only upheld or restored.",
    ),
    Guard(
        "moderation_case_born_without_clock",
        "moderation_case",
        "INSERT",
        "NEW.due_at IS NULL AND EXISTS "
        "(SELECT 1 FROM moderation_ground g WHERE g.id = NEW.ground_id AND g.runs_clock)",
        "This ground runs the 24-hour clock.",
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
    *append_only(
        "moderation_case",
        "A case is never deleted, and stays about its comment.",
        update_when="NEW.comment_id <> OLD.comment_id",
    ),
    Guard(
        "moderation_comment_now",
        "moderation_comment",
        "UPDATE",
        _NOT_THE_LATEST,
        "A comment reads now as its latest revision says.",
    ),
    *append_only(
        "moderation_waiver",
        "A signed waiver never changes.",
        update_when=f"OLD.signed_by_id IS NOT NULL AND NOT {_WAIVER_ERASED}",
    ),
    *append_only(
        "moderation_replytext",
        "A text of an answer is written once.",
        update_when=f"NOT {_REPLYTEXT_ERASED}",
    ),
    *append_only(
        "moderation_reply",
        "An answer that is sent never changes.",
        update_when="OLD.state = 'sent'",
    ),
    Guard(
        "moderation_reply_born",
        "moderation_reply",
        "INSERT",
        "NEW.state <> 'draft'",
        "An answer begins as a draft.",
    ),
    Guard(
        "moderation_reply_read_by_author",
        "moderation_reply",
        "UPDATE",
        _READ_BY_AUTHOR,
        "Nobody is the second reader of what they wrote.",
    ),
    Guard(
        "moderation_reply_unread",
        "moderation_reply",
        "UPDATE",
        _SENT_UNREAD,
        "An answer to criticism is read by a second person before it is sent.",
    ),
    *append_only(
        "moderation_question",
        "When somebody asked, and when they were answered, does not change.",
        update_when=(
            "NEW.comment_id <> OLD.comment_id OR NEW.asked_at <> OLD.asked_at OR NEW.due_at <> OLD.due_at "
            "OR OLD.answered_at IS NOT NULL OR OLD.dropped_at IS NOT NULL"
        ),
    ),
    Guard(
        "moderation_watch_born",
        "moderation_watch",
        "INSERT",
        "NEW.state <> 'open'",
        "A watch begins as something to do.",
    ),
    *append_only(
        "moderation_watch",
        "A missed watch stays missed; it is only filled in later, and says so.",
        update_when=(
            "NEW.day <> OLD.day OR NEW.channel_id <> OLD.channel_id "
            "OR (OLD.state IN ('confirmed', 'filled')) "
            "OR (OLD.state = 'missed' AND (NEW.state <> 'filled' OR NEW.missed_at IS NULL "
            "OR NEW.missed_at <> OLD.missed_at))"
        ),
    ),
    *append_only(
        "moderation_disposal",
        "A signed disposal stays.",
        update_when=(
            "OLD.state IN ('done', 'cancelled') OR NEW.proposed_by_id <> OLD.proposed_by_id "
            "OR (OLD.state = 'signed' AND NEW.signed_by_id <> OLD.signed_by_id)"
        ),
    ),
    Guard(
        "moderation_disposal_born",
        "moderation_disposal",
        "INSERT",
        "NEW.state <> 'proposed'",
        "A disposal is proposed before it is signed.",
    ),
    Guard(
        "moderation_disposedcase_late",
        "moderation_disposedcase",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM moderation_disposal d WHERE d.id = NEW.disposal_id AND d.state = 'proposed')",
        "A case is added to a disposal before it is signed.",
    ),
    Guard(
        "moderation_closure_open",
        "channels_registry_closure",
        "UPDATE",
        "NEW.state IN ('ready', 'closed') AND OLD.state <> NEW.state AND (EXISTS (SELECT 1 FROM moderation_case k "
        "JOIN moderation_comment c ON c.id = k.comment_id WHERE c.channel_id = NEW.channel_id AND k.state IN "
        f"({', '.join(repr(str(state)) for state in TO_DO)})) OR EXISTS (SELECT 1 FROM moderation_comment c "
        "WHERE c.channel_id = NEW.channel_id AND c.state = 'new' "
        "AND NOT EXISTS (SELECT 1 FROM moderation_case k WHERE k.comment_id = c.id)))",
        "A step of the closure is missing: no case or comment may be open on the channel.",
    ),
]
