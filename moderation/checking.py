"""After the order: is it gone, does the author know, do the police know."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import filestore, trail
from core.fetching import PUBLIC, FetchFailed, FetchPolicy, FetchRefused, fetch
from core.models import User
from core.moves import MoveIncomplete, MoveRefused
from core.uploads import clean_image
from core.workdays import local_day
from moderation.capture import COPIES, ORIGINALS
from moderation.models import AuthorNotice, Case, PoliceReport, RemovalCheck
from moderation.rules import may_moderate, must
from moderation.states import CaseState

GONE = {404, 410}
SECONDS = 10.0


def check_address(case: Case, *, actor: User, at: datetime, policy: FetchPolicy = PUBLIC) -> RemovalCheck:
    """This will ask the comment's address and note the answer. Only 404 and 410 prove that it is gone.

    A page that opens proves nothing: platforms answer with a login instead of a missing comment. Takes at most ten
    seconds, outside any transaction. Raises MoveRefused outside the team, before the order and without an address.
    """
    _ask(case, actor)
    if not case.comment.url:
        raise MoveRefused(_("The comment has no address. Look yourself, and add a screenshot."))
    try:
        answer = fetch(case.comment.url, limit_bytes=0, seconds=SECONDS, policy=policy)
    except (FetchFailed, FetchRefused) as error:
        return _note(case, actor, at, RemovalCheck.Way.MACHINE, RemovalCheck.Result.UNKNOWN, str(error))
    result = RemovalCheck.Result.GONE if answer.status in GONE else RemovalCheck.Result.UNKNOWN
    said = _("The address answers %(status)s.") % {"status": answer.status}
    return _note(case, actor, at, RemovalCheck.Way.MACHINE, result, said)


def note_seen(
    case: Case, *, actor: User, at: datetime, result: str, said: str, screenshot: bytes | None = None
) -> RemovalCheck:
    """This will note what a person saw. That it is gone needs a second screenshot; where a copy may be a crime, none.

    Raises MoveRefused outside the team and before the order, MoveIncomplete without the screenshot, UploadRefused.
    """
    _ask(case, actor)
    if not said.strip():
        raise MoveIncomplete(_("Say in words what you saw."))
    if case.ground.copy_is_crime:
        if screenshot:
            raise MoveRefused(_("A copy of this may be a crime. Say in words that it is gone."))
    elif result == RemovalCheck.Result.GONE and not screenshot:
        raise MoveIncomplete(_("Add a screenshot that shows that the comment is gone."))
    files = {}
    if screenshot:
        clean = clean_image(screenshot)
        files = {
            "sha": filestore.keep(ORIGINALS, screenshot),
            "clean_sha": filestore.keep(COPIES, clean.clean_bytes),
            "content_type": clean.content_type,
        }
    return _note(case, actor, at, RemovalCheck.Way.PERSON, result, said.strip(), **files)


def note_police_report(
    case: Case, *, actor: User, at: datetime, number: str, reported_on: date
) -> PoliceReport:
    """This will note the number of a report to the police. Raises MoveRefused."""
    must(may_moderate(actor, case))
    if not number.strip():
        raise MoveIncomplete(_("Write the number of the report."))
    if reported_on > local_day(at):
        raise MoveRefused(_("A report cannot lie in the future."))
    try:
        with transaction.atomic():
            report = PoliceReport.objects.create(
                case=case, number=number.strip(), reported_on=reported_on, noted_by=actor, noted_at=at
            )
            trail.record("case.police", about=case, actor=actor, at=at, note=number.strip())
    except IntegrityError as error:
        raise MoveRefused(_("This report is noted already.")) from error
    return report


def note_author_told(case: Case, *, actor: User, at: datetime, way: str, text: str) -> AuthorNotice:
    """This will note what the author was told of the decision, or why they could not be told. Raises MoveRefused."""
    must(may_moderate(actor, case))
    if not text.strip():
        raise MoveIncomplete(_("Write what they were told, or why not."))
    if not case.removals.exists() and case.hidden_at is None:
        raise MoveRefused(_("There is nothing to tell before the comment is hidden or its removal ordered."))
    with transaction.atomic():
        told = AuthorNotice.objects.create(case=case, way=way, text=text.strip(), told_by=actor, told_at=at)
        proof = {"way": way, "text": trail.fingerprint(told.text)}
        trail.record("case.tell_author", about=case, actor=actor, at=at, data=proof)
    return told


def _ask(case: Case, actor: User) -> None:
    must(may_moderate(actor, case))
    if case.state not in (CaseState.REMOVAL_ORDERED, CaseState.GONE):
        raise MoveRefused(_("There is nothing to check before the removal is ordered."))


def _note(
    case: Case, actor: User, at: datetime, way: str, result: str, said: str, **files: str
) -> RemovalCheck:
    with transaction.atomic():
        check = RemovalCheck.objects.create(
            case=case, way=way, result=result, said=said[:300], checked_by=actor, checked_at=at, **files
        )
        trail.record(
            "case.check",
            about=case,
            actor=actor,
            at=at,
            note=check.get_result_display(),
            data={"way": way, "result": result, "sha": check.sha, "said": trail.fingerprint(check.said)},
        )
    return check
