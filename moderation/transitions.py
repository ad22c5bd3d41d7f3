"""What changes comments and cases: registering, opening, and what belongs to each of their moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels_registry.models import Channel
from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.notices import Message, make_moot, say, tell
from core.workdays import local_day
from editorial.models import Publication, Team
from moderation.answering import end_question, wait_for_answer
from moderation.models import Case, Comment, CommentRevision, Ground, Removal, RemovalCheck, Waiver
from moderation.rules import may_moderate, may_sign_waiver, must
from moderation.states import CASE_MOVES, CLOSED, CaseState, CommentState

trail.WORDS |= {
    "comment.register": gettext_lazy("Comment registered"),
    "comment.revise": gettext_lazy("New text of the comment"),
    "case.open": gettext_lazy("Case opened"),
    "case.hide": gettext_lazy("Comment hidden"),
    "case.breach": gettext_lazy("24 hours exceeded"),
    "case.ask_waiver": gettext_lazy("Waiver written"),
    "case.sign_waiver": gettext_lazy("Waiver signed"),
    "comment.kind": gettext_lazy("Kind changed"),
    "comment.note": gettext_lazy("Note"),
    "comment.assign": gettext_lazy("Assigned"),
    "comment.question": gettext_lazy("Somebody waits for an answer"),
    "comment.answered": pgettext_lazy("a question", "Answered"),
    "comment.pass_on": gettext_lazy("Passed on as a complaint"),
    "complaint.correct": gettext_lazy("Number of the complaint corrected"),
    "case.note": gettext_lazy("Note"),
    "case.assign": gettext_lazy("Assigned"),
    "case.check": gettext_lazy("Looked whether it is gone"),
    "case.police": gettext_lazy("Reported to the police"),
    "case.tell_author": gettext_lazy("The author was told"),
    "case.export": gettext_lazy("Exported"),
    "evidence.mask": gettext_lazy("Masked copy made"),
    "disposal.propose": gettext_lazy("Disposal proposed"),
    "disposal.erase": gettext_lazy("Case disposed of"),
    "reply.write": gettext_lazy("Answer written"),
    "evidence.add": gettext_lazy("Screenshot added"),
    "evidence.context": gettext_lazy("Context saved"),
    "evidence.seal": gettext_lazy("Evidence sealed"),
    "evidence.open": gettext_lazy("Original opened"),
}


REGISTERED = gettext_lazy("A comment with this address is registered already. Add a revision to it instead.")


def register_comment(
    *,
    actor: User,
    at: datetime,
    channel: Channel,
    kind: str,
    author_name: str,
    text: str,
    url: str = "",
    publication: Publication | None = None,
    asked_at: datetime | None = None,
) -> Comment:
    """This will store a comment with its first revision; a question begins to wait for its answer from `asked_at`.

    Raises MoveRefused outside the channel's team, for an address registered already and for a time in the future.
    """
    team = Team.objects.filter(team_channels__channel=channel).first()
    if team is None or not team.has_member(actor):
        raise MoveForbidden(_("Only the channel's team can do this."))
    if url and Comment.objects.filter(url=url).exists():
        raise MoveRefused(REGISTERED)
    if asked_at is not None and asked_at > at:
        raise MoveRefused(_("The time when it came in lies in the future."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                comment = Comment.objects.create(
                    channel=channel,
                    kind=kind,
                    url=url,
                    publication=publication,
                    registered_by=actor,
                    registered_at=at,
                )
        except IntegrityError as error:  # somebody registered the same address in the same moment
            raise MoveRefused(REGISTERED) from error
        _add_revision(comment, 1, author_name, text, at)
        trail.record("comment.register", about=comment, actor=actor, at=at, data={"kind": kind})
        if kind == Comment.Kind.QUESTION:
            wait_for_answer(comment, actor=actor, at=at, asked_at=asked_at)
    return comment


def revise_comment(comment: Comment, *, actor: User, at: datetime, author_name: str, text: str) -> None:
    """This will add a revision that says what the comment reads now; evidence of the one before no longer suffices."""
    must(may_moderate(actor, comment))
    with transaction.atomic():
        latest = comment.revisions.first()
        try:
            _add_revision(comment, latest.number + 1 if latest else 1, author_name, text, at)
        except IntegrityError as error:
            raise ChangedMeanwhile from error
        trail.record("comment.revise", about=comment, actor=actor, at=at)


def change_kind(comment: Comment, *, actor: User, at: datetime, kind: str) -> None:
    """This will say what kind of comment it is after all. A question begins to wait for its answer, another ends to."""
    must(may_moderate(actor, comment))
    with transaction.atomic():
        before = comment.kind
        mine = Comment.objects.standing().filter(pk=comment.pk, kind=before)
        if mine.exclude(kind=kind).update(kind=kind) != 1:
            raise ChangedMeanwhile
        comment.kind = kind
        trail.record("comment.kind", about=comment, actor=actor, at=at, data={"from": before, "to": kind})
        if before == Comment.Kind.QUESTION:
            end_question(comment, at=at, answered=False)
        if kind == Comment.Kind.QUESTION and comment.state == CommentState.NEW:
            wait_for_answer(comment, actor=actor, at=at)


def open_case(
    comment: Comment,
    *,
    ground: Ground,
    actor: User,
    at: datetime,
    discovered_at: datetime | None = None,
    facts: str = "",
) -> Case:
    """This will open a case and, when the ground runs the clock, lay out its rungs from the discovery in real hours.

    The first people are told by the next round of the clock. Raises MoveRefused outside the team, for a discovery in
    the future, and when the comment has an open case.
    """
    # Adding hours to local time is wrong on the two nights of the clock change; in UTC they are real hours.
    discovered_at = (discovered_at or at).astimezone(UTC)
    must(may_moderate(actor, comment))
    if discovered_at > at:
        raise MoveRefused(_("A discovery cannot lie in the future."))
    if not ground.holds_on(local_day(discovered_at)):
        raise MoveRefused(_("This ground was not in force on that day. Choose another."))
    if comment.cases.exclude(state__in=CLOSED).exists():
        raise MoveRefused(_("The comment has an open case already."))
    try:
        with transaction.atomic():
            case = Case.objects.create(
                comment=comment,
                ground=ground,
                facts=facts,
                opened_by=actor,
                discovered_at=discovered_at,
                due_at=deadline(discovered_at) if ground.runs_clock else None,
            )
            if ground.runs_clock:
                ladders.set_up("case", case.pk, rungs_from(discovered_at))
            proof = {"ground": ground.code, "facts": trail.fingerprint(facts)}
            trail.record("case.open", about=case, actor=actor, at=at, data=proof)
    except IntegrityError as error:  # it got a case, or was erased, in the same moment
        raise ChangedMeanwhile from error
    return case


def rungs_from(discovered_at: datetime) -> dict[str, datetime]:
    """This will return when each step of the ladder is due: real hours, also over a change of summer time (R19)."""
    return {
        step: discovered_at.astimezone(UTC) + timedelta(hours=hours)
        for step, hours in settings.CASE_RUNG_HOURS.items()
    }


def deadline(discovered_at: datetime) -> datetime:
    """This will return the instant 24 real hours after the discovery (R19)."""
    return discovered_at.astimezone(UTC) + timedelta(hours=settings.CASE_RUNG_HOURS["breach"])


def note_hidden(case: Case, *, actor: User, at: datetime) -> None:
    """This will record that the comment is hidden. The clock goes on."""
    must(may_moderate(actor, case))
    with transaction.atomic():
        if (
            Case.objects.filter(pk=case.pk, hidden_at=None).exclude(state__in=CLOSED).update(hidden_at=at)
            != 1
        ):
            raise ChangedMeanwhile
        trail.record("case.hide", about=case, actor=actor, at=at)
    case.hidden_at = at


def ask_waiver(case: Case, *, actor: User, at: datetime, description: str) -> Waiver:
    """This will write the waiver that a second person has to sign. Only for grounds where a copy may be a crime."""
    must(may_moderate(actor, case))
    if not case.ground.copy_is_crime:
        raise MoveRefused(_("This ground needs a screenshot, not a waiver."))
    if not description.strip():
        raise MoveRefused(_("Describe in words what the comment shows."))
    with transaction.atomic():
        waiver, made = Waiver.objects.get_or_create(
            case=case, defaults={"description": description, "asked_by": actor, "asked_at": at}
        )
        if not made:
            raise ChangedMeanwhile
        proof = {"description": trail.fingerprint(description)}
        trail.record("case.ask_waiver", about=case, actor=actor, at=at, data=proof)
        _tell_signers(case, actor, at)
    return waiver


def _tell_signers(case: Case, actor: User, at: datetime) -> None:
    """Tell who has the shift for removing, and the editors, that a second signature is wanted: the 24 hours run."""
    team = case.team
    signers = [] if team is None else team.to_tell("remove", at) + team.editors()
    tell(
        [
            Message(
                recipient=signer,
                key=f"waiver:{case.pk}",
                subject=say(
                    gettext_lazy("Sign the waiver: %(ground)s on %(channel)s"),
                    ground=case.ground.name,
                    channel=str(case.comment.channel),
                ),
                body=gettext_lazy("No copy is kept. Two people have to sign before the comment is removed."),
                url=case_url(case),
                why=gettext_lazy("you have the shift for removing, or are an editor of the team"),
                about=case,
                urgent=True,
            )
            for signer in dict.fromkeys(signers)
            if signer != actor
        ],
        at,
    )


def sign_waiver(case: Case, *, actor: User, at: datetime) -> None:
    """This will put the second signature on the waiver. Raises MoveRefused for whoever wrote it."""
    waiver = Waiver.objects.filter(case=case).first()
    must(may_sign_waiver(actor, case, waiver) if waiver else may_moderate(actor, case))
    if waiver is None:
        raise MoveIncomplete(_("Write the waiver first."))
    with transaction.atomic():
        if Waiver.objects.filter(pk=waiver.pk, signed_by=None).update(signed_by=actor, signed_at=at) != 1:
            raise ChangedMeanwhile
        trail.record("case.sign_waiver", about=case, actor=actor, at=at)


@CASE_MOVES.before("order_removal")
def state_reasons(
    case: Case, *, manifest: str = "", facts: str = "", found_by: str = "", **details: Any
) -> dict[str, Any]:
    """This will complete the statement of reasons: what is it about, and how clear is it? Raises MoveIncomplete."""
    facts = facts.strip() or case.facts.strip()
    if not facts:
        raise MoveIncomplete(_("Say what in the comment makes it go."))
    if case.ground.source == Ground.Source.HOUSE:
        manifest = Removal.Manifest.HOUSE
    elif manifest not in (Removal.Manifest.YES, Removal.Manifest.NO):
        raise MoveIncomplete(_("Say whether it is manifestly illegal."))
    return {"facts": facts, "manifest": manifest, "found_by": found_by or Removal.FoundBy.WATCH}


@CASE_MOVES.effect("order_removal")
def write_removal(
    case: Case, *, actor: User, at: datetime, facts: str, manifest: str, found_by: str, **details: Any
) -> None:
    """This will write the decision, standing on the evidence of the comment as it reads now, or on the waiver."""
    evidence = case.sealed_evidence()
    Removal.objects.create(
        case=case,
        evidence=evidence,
        waiver=None if evidence else Waiver.objects.get(case=case),
        citation=case.ground.citation,
        facts=facts,
        manifest=manifest,
        found_by=found_by,
        ordered_by=actor,
        ordered_at=at,
    )


@CASE_MOVES.before("check_gone")
def ask_order(case: Case, *, at: datetime, **details: Any) -> dict[str, Any]:
    """This will refuse to close on an order about an older revision, and before somebody has checked that it is gone."""
    ordered = Q(evidence__revision=case.comment.current_id) | Q(waiver__isnull=False)
    latest = case.removals.filter(ordered).first()
    if case.state == CaseState.REMOVAL_ORDERED and latest is None:
        raise MoveRefused(_("The comment was edited after the order. Gather evidence of what it says now."))
    since = latest.ordered_at if latest else case.discovered_at
    check = case.checks.filter(checked_at__gte=since).first()
    if check is None or check.result != RemovalCheck.Result.GONE:
        raise MoveIncomplete(
            _("Check the address first, or add a second screenshot that shows that the comment is gone.")
        )
    return {"closed_at": at}


@CASE_MOVES.before("keep")
def note_closing(case: Case, *, at: datetime, **details: Any) -> dict[str, Any]:
    return {"closed_at": at}


@CASE_MOVES.effect("check_gone")
@CASE_MOVES.effect("keep")
def stop_clock(case: Case, *, actor: User, at: datetime, note: str, **details: Any) -> None:
    """This will end the ladder, withdraw e-mails not sent yet, and mark the comment as handled.

    Without a note the comment is handled with the words of the look that found it gone. A breach whose time had come
    stays due: it is recorded also when the case is closed before the clock's next round.
    """
    kept = ["breach"] if case.due_at and case.due_at <= at else []
    ladders.take_down("case", [case.pk], at, except_steps=kept)
    make_moot(case)
    Case.objects.filter(pk=case.pk).update(claimed_by=None, claimed_until=None)
    case.comment.refresh_from_db()
    if case.comment.state == CommentState.NEW:
        check = case.checks.first()
        perform(case.comment, "handle", actor=actor, at=at, note=note or (check.said if check else ""))


def case_url(case: Case) -> str:
    return reverse("moderation:case_page", args=[case.pk])


def _add_revision(comment: Comment, number: int, author_name: str, text: str, at: datetime) -> None:
    comment.current = CommentRevision.objects.create(
        comment=comment, number=number, author_name=author_name, text=text, seen_at=at
    )
    comment.save(update_fields=["current"])
