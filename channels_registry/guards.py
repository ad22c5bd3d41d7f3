"""What the database itself refuses about channels, rest and closures (R29, R32–R35, R40): see docs/rules.md."""

from channels_registry.states import (
    CHANNEL_MOVES,
    CLOSURE_MOVES,
    DECIDED,
    DORMANCY_MOVES,
    ENDED,
    STOPPABLE,
    steps_of,
)
from core.moves import MoveTable
from core.triggers import Guard, append_only, days_between


def _in(states: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{state!s}'" for state in states) + ")"


def _follows_the_table(table: str, moves: MoveTable) -> Guard:
    return Guard(
        f"{table}_steps",
        table,
        "UPDATE",
        f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN {steps_of(moves)}",
        "The state is moved step by step.",
    )


_BEYOND_PLAN = _in(("awaiting_decision", *DECIDED))
_KEPT = _in(("ready", "closed", "ordered", "deregistered"))
_ENDED_THERE = _in(("closed", "ordered", "deregistered"))
_PREPARING = "EXISTS (SELECT 1 FROM channels_registry_closure k WHERE k.id = {row}.closure_id AND k.state = 'preparing')"
_RUNNING = (
    "EXISTS (SELECT 1 FROM channels_registry_closure k WHERE k.channel_id = NEW.id "
    "AND k.state NOT IN ('rejected', 'cancelled', 'deregistered'))"
)

_TWO_SIGNATURES = (
    "EXISTS (SELECT 1 FROM channels_registry_decision a JOIN channels_registry_decision b "
    "ON b.closure_id = a.closure_id AND b.signer_id <> a.signer_id "
    "WHERE a.closure_id = NEW.id AND a.role = 'responsible' AND b.role = 'communications' "
    "AND a.said = 'yes' AND b.said = 'yes' AND a.voided_at IS NULL AND b.voided_at IS NULL "
    "AND a.plan_sha = NEW.plan_sha AND b.plan_sha = NEW.plan_sha)"
)
_THREE_NOTICES = (
    "(SELECT COUNT(DISTINCT n.published_on) FROM channels_registry_followernotice n "
    "WHERE n.closure_id = NEW.id AND n.published_on IS NOT NULL) >= 3"
)
_NOT_KEPT = (
    "EXISTS (SELECT 1 FROM channels_registry_archiveitem i WHERE i.closure_id = NEW.id AND i.opened_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM channels_registry_archivedecision d WHERE d.id = NEW.archive_id AND ("
    "(d.keeps_content AND NOT EXISTS (SELECT 1 FROM channels_registry_archiveitem i "
    "WHERE i.closure_id = NEW.id AND i.kind = 'content')) OR "
    "(d.keeps_layout AND NOT EXISTS (SELECT 1 FROM channels_registry_archiveitem i "
    "WHERE i.closure_id = NEW.id AND i.kind = 'layout'))))"
)
_PLAN_COLUMNS = (
    "channel_id",
    "reason",
    "motive",
    "public_reason",
    "no_merger_why",
    "followers_go_to",
    "tells_nobody",
)
_PLAN_CHANGED = (
    "NEW.state <> 'preparing' AND ("
    + " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _PLAN_COLUMNS)
    + " OR COALESCE(NEW.merge_into_id, 0) <> COALESCE(OLD.merge_into_id, 0)"
    + " OR COALESCE(NEW.archive_id, 0) <> COALESCE(OLD.archive_id, 0)"
    + " OR (NEW.closes_on IS NULL) <> (OLD.closes_on IS NULL) OR NEW.closes_on <> OLD.closes_on)"
)
_SEAT = (
    "EXISTS (SELECT 1 FROM channels_registry_closure k JOIN channels_registry_channel c ON c.id = k.channel_id "
    "JOIN core_unit u ON u.id = c.unit_id WHERE k.id = NEW.closure_id AND ("
    "(NEW.role = 'responsible' AND u.responsible_chief_id = NEW.signer_id) OR "
    "(NEW.role = 'communications' AND u.communications_chief_id = NEW.signer_id) OR "
    "EXISTS (SELECT 1 FROM channels_registry_deputyship d WHERE d.unit_id = u.id AND d.role = NEW.role "
    "AND d.deputy_id = NEW.signer_id AND d.starts_on <= NEW.decided_on AND d.ends_on >= NEW.decided_on)))"
)
_ON_THE_PLAN = (
    "EXISTS (SELECT 1 FROM channels_registry_closure k WHERE k.id = NEW.closure_id AND "
    "(NEW.said = 'no' OR (k.state = 'awaiting_decision' AND k.plan_sha <> '' AND k.plan_sha = NEW.plan_sha)))"
)
_BY_THE_HANDLER = (
    "EXISTS (SELECT 1 FROM channels_registry_closure k JOIN core_user s ON s.id = NEW.signer_id "
    "JOIN core_user h ON h.id IN (k.handler_id, k.opened_by_id) "
    "WHERE k.id = NEW.closure_id AND (h.id = s.id OR h.mailbox = s.mailbox))"
)
_ONLY_VOIDED = (
    "NOT (OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL AND "
    + " AND ".join(
        f"NEW.{column} = OLD.{column}"
        for column in ("id", "closure_id", "role", "signer_id", "said", "note", "plan_sha", "decided_on")
    )
    + ")"
)
_EARLY = (
    "NEW.state = 'closed' AND OLD.state <> 'closed' AND NOT NEW.tells_nobody AND NOT EXISTS (SELECT 1 FROM "
    "channels_registry_platformclosure p JOIN channels_registry_followernotice n ON n.closure_id = p.closure_id "
    f"WHERE p.closure_id = NEW.id AND {days_between('n.published_on', 'p.closed_on')} >= 30)"
)
# Six months are at least 181 days, however they fall.
_NOT_SILENT = (
    "NEW.said = 'yes' AND EXISTS (SELECT 1 FROM channels_registry_closure k JOIN channels_registry_channel c "
    "ON c.id = k.channel_id WHERE k.id = NEW.closure_id AND k.tells_nobody AND (c.last_post_on IS NULL OR "
    f"{days_between('c.last_post_on', 'NEW.decided_on')} < 181))"
)
_UNSAID = (
    "OLD.state = 'preparing' AND NEW.state = 'awaiting_decision' AND NOT EXISTS (SELECT 1 FROM "
    "channels_registry_archivedecision d WHERE d.id = NEW.archive_id AND d.officer_word <> '' "
    "AND d.officer_id = d.noted_by_id)"
)
_SIGNED_BY = (
    "EXISTS (SELECT 1 FROM channels_registry_decision s JOIN channels_registry_closure k ON k.id = s.closure_id "
    "JOIN channels_registry_channel c ON c.id = k.channel_id WHERE c.unit_id = OLD.unit_id AND s.role = OLD.role "
    "AND s.signer_id = OLD.deputy_id AND s.decided_on >= OLD.starts_on AND s.decided_on {until})"
)
_DEPUTY_HANDLES = (
    "EXISTS (SELECT 1 FROM channels_registry_closure k JOIN channels_registry_channel c ON c.id = k.channel_id "
    f"WHERE c.unit_id = NEW.unit_id AND k.state IN {_in(STOPPABLE)} "
    "AND NEW.deputy_id IN (k.handler_id, k.opened_by_id))"
)
_PLANNED_NOTICE = (
    "(NEW.text <> OLD.text OR NEW.planned_at <> OLD.planned_at OR NEW.closure_id <> OLD.closure_id) AND NOT "
    + _PREPARING.format(row="OLD")
)
_OF_ENDED = (
    "EXISTS (SELECT 1 FROM channels_registry_channel c WHERE c.id = {row}.channel_id "
    f"AND c.state IN {_in(ENDED)})"
)
_STEP = "A step of the closure is missing: "

GUARDS: list[Guard] = [
    _follows_the_table("channels_registry_channel", CHANNEL_MOVES),
    _follows_the_table("channels_registry_closure", CLOSURE_MOVES),
    _follows_the_table("channels_registry_dormancy", DORMANCY_MOVES),
    Guard(
        "registry_channel_born",
        "channels_registry_channel",
        "INSERT",
        "NEW.state NOT IN ('proposed', 'active')",
        "A channel begins as proposed or active.",
    ),
    Guard(
        "registry_channel_rests",
        "channels_registry_channel",
        "UPDATE",
        "NEW.state = 'dormant' AND OLD.state <> 'dormant' AND NOT EXISTS (SELECT 1 FROM "
        "channels_registry_dormancy d WHERE d.channel_id = NEW.id AND d.state = 'resting')",
        "A channel rests only by its case, with comments off or watched.",
    ),
    Guard(
        "registry_rest_unwatched",
        "channels_registry_dormancy",
        "UPDATE",
        "NEW.state = 'resting' AND OLD.state <> 'resting' AND NEW.comments = 'off' "
        "AND NEW.comments_checked_at IS NULL",
        "Somebody has to check that comments are off before the channel rests.",
    ),
    Guard(
        "registry_rest_born",
        "channels_registry_dormancy",
        "INSERT",
        # A rest that nobody asked for is that of a channel which rested before rests were cases.
        "NEW.state <> 'planned' AND NOT (NEW.asked_by_id IS NULL AND EXISTS (SELECT 1 FROM "
        "channels_registry_channel c WHERE c.id = NEW.channel_id AND c.state = 'dormant'))",
        "A rest begins as planned.",
    ),
    *(
        Guard(
            f"registry_rest_long_{operation.lower()}",
            "channels_registry_dormancy",
            operation,
            f"{days_between('NEW.starts_on', 'NEW.ends_on')} > 366",
            "A rest is at most a year.",
        )
        for operation in ("INSERT", "UPDATE")
    ),
    Guard(
        "registry_channel_closing",
        "channels_registry_channel",
        "UPDATE",
        f"(NEW.state = 'closing' AND OLD.state <> 'closing' AND NOT {_RUNNING}) OR "
        f"(OLD.state = 'closing' AND NEW.state = 'active' AND {_RUNNING})",
        "A channel is closing exactly while its closure runs.",
    ),
    Guard(
        "registry_channel_closed",
        "channels_registry_channel",
        "UPDATE",
        "NEW.state <> OLD.state AND NEW.state IN ('closed', 'deregistered') AND NOT EXISTS (SELECT 1 FROM "
        "channels_registry_closure k WHERE k.channel_id = NEW.id AND k.state = NEW.state)",
        "A channel ends only by its closure.",
    ),
    Guard(
        "registry_channel_over",
        "channels_registry_channel",
        "UPDATE",
        "OLD.state = 'deregistered'",
        "A deregistered channel is kept as it was.",
    ),
    Guard(
        "registry_channel_rest_kept",
        "channels_registry_channel",
        "UPDATE",
        "OLD.state = 'dormant' AND NEW.state = 'dormant' AND NEW.comment_mode <> OLD.comment_mode",
        "While a channel rests its comments stay as its rest says.",
    ),
    Guard(
        "registry_channel_unit",
        "channels_registry_channel",
        "UPDATE",
        "NEW.unit_id <> OLD.unit_id AND EXISTS (SELECT 1 FROM channels_registry_closure k "
        "WHERE k.channel_id = NEW.id AND k.state = 'awaiting_decision')",
        "A channel keeps its unit while the unit's chiefs decide about its closure.",
    ),
    *(
        Guard(
            f"registry_ended_{table}_{operation.lower()}",
            f"channels_registry_{table}",
            operation,
            _OF_ENDED.format(row="OLD" if operation == "DELETE" else "NEW"),
            "A channel that has ended is kept as it was.",
        )
        for table, operation in (
            ("namededitor", "INSERT"),
            ("namededitor", "UPDATE"),
            ("namededitor", "DELETE"),
            ("activityproof", "INSERT"),
            ("lookover", "INSERT"),
            ("handlehistory", "INSERT"),
        )
    ),
    Guard(
        "registry_channel_silence",
        "channels_registry_channel",
        "UPDATE",
        "OLD.last_post_on IS NOT NULL AND (NEW.last_post_on IS NULL OR NEW.last_post_on < OLD.last_post_on)",
        "The last post cannot be moved back in time.",
    ),
    Guard(
        "registry_channel_kept",
        "channels_registry_channel",
        "DELETE",
        "OLD.state IN ('closing', 'closed', 'deregistered')",
        "A channel with a closure is never deleted.",
    ),
    Guard(
        "registry_closure_born",
        "channels_registry_closure",
        "INSERT",
        "NEW.state <> 'preparing'",
        "A closure begins with its preparation.",
    ),
    Guard(
        "registry_closure_reason",
        "channels_registry_closure",
        "INSERT",
        "NEW.reason = '' OR TRIM(NEW.motive) = ''",
        "A closure states its reason.",
    ),
    Guard(
        "registry_closure_no_reason",
        "channels_registry_closure",
        "UPDATE",
        "NEW.reason = '' OR TRIM(NEW.motive) = ''",
        "A closure states its reason.",
    ),
    Guard(
        "registry_closure_signer",
        "channels_registry_closure",
        "UPDATE",
        "NEW.handler_id <> OLD.handler_id AND EXISTS (SELECT 1 FROM channels_registry_decision d "
        "WHERE d.closure_id = NEW.id AND d.signer_id = NEW.handler_id AND d.voided_at IS NULL)",
        "Whoever has signed does not handle the closure.",
    ),
    Guard(
        "registry_closure_plan",
        "channels_registry_closure",
        "UPDATE",
        _PLAN_CHANGED,
        "The plan can be changed only while it is being prepared.",
    ),
    Guard(
        "registry_closure_advice",
        "channels_registry_closure",
        "UPDATE",
        f"NEW.state IN {_BEYOND_PLAN} AND (NEW.plan_sha = '' OR NEW.archive_id IS NULL OR NOT EXISTS (SELECT 1 "
        "FROM channels_registry_consultation a WHERE a.closure_id = NEW.id))",
        _STEP + "the web strategists' advice and the archive decision.",
    ),
    Guard(
        "registry_closure_undecided",
        "channels_registry_closure",
        "UPDATE",
        f"NEW.state IN {_in(tuple(DECIDED))} AND NOT {_TWO_SIGNATURES}",
        _STEP + "both chiefs have to sign this plan.",
    ),
    Guard(
        "registry_closure_untold",
        "channels_registry_closure",
        "UPDATE",
        f"NEW.state IN {_in(('archiving', 'ready', 'closed', 'ordered', 'deregistered'))} "
        f"AND NOT NEW.tells_nobody AND NOT {_THREE_NOTICES}",
        _STEP + "three published notices on three days.",
    ),
    Guard(
        "registry_closure_unkept",
        "channels_registry_closure",
        "UPDATE",
        f"NEW.state IN {_KEPT} AND ({_NOT_KEPT})",
        _STEP + "what is kept has to be there and opened by somebody.",
    ),
    Guard(
        "registry_closure_unclosed",
        "channels_registry_closure",
        "UPDATE",
        f"NEW.state IN {_ENDED_THERE} AND NOT EXISTS (SELECT 1 FROM channels_registry_platformclosure p "
        "WHERE p.closure_id = NEW.id)",
        _STEP + "how the account was closed on the platform.",
    ),
    Guard(
        "registry_closure_early",
        "channels_registry_closure",
        "UPDATE",
        _EARLY,
        _STEP + "the followers have thirty days from the first notice.",
    ),
    Guard(
        "registry_closure_unsaid",
        "channels_registry_closure",
        "UPDATE",
        _UNSAID,
        _STEP + "the records officer's own word.",
    ),
    Guard(
        "registry_closure_unanswered",
        "channels_registry_closure",
        "UPDATE",
        "NEW.state IN ('ordered', 'deregistered') AND NOT EXISTS (SELECT 1 FROM "
        "channels_registry_deregistrationorder o WHERE o.closure_id = NEW.id AND "
        "(NEW.state = 'ordered' OR (o.sent_at IS NOT NULL AND o.answer <> '')))",
        _STEP + "the order to deregister, sent and answered.",
    ),
    *append_only("channels_registry_closure", "A closure is never deleted.", update_when="1 = 0"),
    *append_only("channels_registry_consultation", "Advice is written once."),
    Guard(
        "registry_advice_own",
        "channels_registry_consultation",
        "INSERT",
        "NEW.noted_by_id <> NEW.strategist_id",
        "Advice is given by the web strategist in person.",
    ),
    Guard(
        "registry_archive_word",
        "channels_registry_archivedecision",
        "INSERT",
        "NEW.officer_word <> '' AND NEW.noted_by_id <> NEW.officer_id",
        "The records officer's word is said by the officer in person.",
    ),
    Guard(
        "registry_deputy_handles",
        "channels_registry_deputyship",
        "INSERT",
        _DEPUTY_HANDLES,
        "Whoever handles or opened a closure in the unit is no deputy there.",
    ),
    Guard(
        "registry_deputy_handles_changed",
        "channels_registry_deputyship",
        "UPDATE",
        "(NEW.deputy_id <> OLD.deputy_id OR NEW.unit_id <> OLD.unit_id OR NEW.ends_on > OLD.ends_on) "
        f"AND {_DEPUTY_HANDLES}",
        "Whoever handles or opened a closure in the unit is no deputy there.",
    ),
    Guard(
        "registry_deputy_changed",
        "channels_registry_deputyship",
        "UPDATE",
        "(NEW.unit_id <> OLD.unit_id OR NEW.role <> OLD.role OR NEW.deputy_id <> OLD.deputy_id "
        f"OR NEW.starts_on > OLD.starts_on) AND {_SIGNED_BY.format(until='<= OLD.ends_on')}",
        "A deputyship under which somebody has signed stays.",
    ),
    Guard(
        "registry_deputy_shortened",
        "channels_registry_deputyship",
        "UPDATE",
        "NEW.ends_on < OLD.ends_on AND "
        + _SIGNED_BY.format(until="<= OLD.ends_on AND s.decided_on > NEW.ends_on"),
        "A deputyship under which somebody has signed stays.",
    ),
    Guard(
        "registry_deputy_deleted",
        "channels_registry_deputyship",
        "DELETE",
        _SIGNED_BY.format(until="<= OLD.ends_on"),
        "A deputyship under which somebody has signed stays.",
    ),
    *append_only("channels_registry_archivedecision", "An archive decision is written once."),
    *append_only("channels_registry_decision", "A decision is written once.", update_when=_ONLY_VOIDED),
    *append_only("channels_registry_handlehistory", "Earlier handles are written once."),
    *append_only("channels_registry_activityproof", "A proof of activity is written once."),
    *append_only("channels_registry_lookover", "A look-over is written once."),
    *append_only("channels_registry_platformclosure", "The end on the platform is written once."),
    Guard(
        "registry_decision_seat",
        "channels_registry_decision",
        "INSERT",
        f"NOT {_SEAT}",
        "Only who holds the role that day can decide.",
    ),
    Guard(
        "registry_decision_plan",
        "channels_registry_decision",
        "INSERT",
        f"NOT {_ON_THE_PLAN}",
        "A signature belongs to the plan as it stands.",
    ),
    Guard(
        "registry_decision_silence",
        "channels_registry_decision",
        "INSERT",
        _NOT_SILENT,
        "Without notices only a channel that has been silent for six months is closed.",
    ),
    Guard(
        "registry_decision_handler",
        "channels_registry_decision",
        "INSERT",
        _BY_THE_HANDLER,
        "Whoever handles the closure does not decide it.",
    ),
    Guard(
        "registry_notice_added",
        "channels_registry_followernotice",
        "INSERT",
        f"NOT {_PREPARING.format(row='NEW')} OR NEW.published_at IS NOT NULL",
        "Notices belong to the plan.",
    ),
    Guard(
        "registry_notice_changed",
        "channels_registry_followernotice",
        "UPDATE",
        _PLANNED_NOTICE,
        "Notices belong to the plan.",
    ),
    Guard(
        "registry_notice_deleted",
        "channels_registry_followernotice",
        "DELETE",
        f"NOT {_PREPARING.format(row='OLD')} OR OLD.published_at IS NOT NULL",
        "A notice that was signed or published stays.",
    ),
    *append_only(
        "channels_registry_archiveitem",
        "An archived file stays as it is.",
        update_when="NEW.sha <> OLD.sha OR NEW.closure_id <> OLD.closure_id OR OLD.opened_at IS NOT NULL",
    ),
    *append_only(
        "channels_registry_deregistrationorder",
        "An order to deregister stays as it was written.",
        update_when="NEW.body <> OLD.body OR NEW.message_id <> OLD.message_id OR NEW.closure_id <> OLD.closure_id "
        "OR (OLD.answer <> '' AND NEW.answer <> OLD.answer)",
    ),
]
