"""Disposal: when a case's time is over, one person proposes, another signs, and its files and texts go. Hashes stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import filestore, trail
from core.clock import job
from core.models import User
from core.moves import ChangedMeanwhile, MoveIncomplete, perform
from moderation.archive import MASKED
from moderation.capture import COPIES, ORIGINALS
from moderation.erasing import erase_notes
from moderation.models import (
    AuthorNotice,
    Case,
    Comment,
    CommentRevision,
    Disposal,
    DisposedCase,
    Evidence,
    EvidenceItem,
    Ground,
    MaskedCopy,
    Removal,
    RemovalCheck,
    Waiver,
)
from moderation.rules import may_keep_records, must
from moderation.states import DISPOSAL_MOVES, CaseState, DisposalState

AT_ONCE = 500
DISPOSED = gettext_lazy("Disposed of. The hash stays.")
OVER = (CaseState.REMOVED, CaseState.KEPT, CaseState.UPHELD, CaseState.RESTORED)
PLANNED = (DisposalState.PROPOSED, DisposalState.SIGNED, DisposalState.DONE)


def ready_for_disposal(at: datetime) -> models.QuerySet[Case]:
    """This will find the cases whose ground's years are over and that no run of disposal holds, the oldest first."""
    over = models.Q(pk__in=[])
    for ground in Ground.objects.all():
        over |= models.Q(ground=ground, closed_at__lte=at - relativedelta(years=ground.keep_years))
    planned = DisposedCase.objects.filter(disposal__state__in=PLANNED).values("case")
    return Case.objects.filter(over, state__in=OVER).exclude(pk__in=planned).order_by("closed_at", "pk")


def propose_disposal(*, actor: User, at: datetime, case_ids: Iterable[int]) -> Disposal:
    """This will propose that these cases are disposed of. Raises MoveRefused for others than keepers of the records."""
    must(may_keep_records(actor))
    wanted = list(ready_for_disposal(at).filter(pk__in=list(case_ids)[:AT_ONCE]))
    if not wanted:
        raise MoveIncomplete(_("Choose cases whose time is over."))
    try:
        with transaction.atomic():
            disposal = Disposal.objects.create(proposed_by=actor, proposed_at=at)
            DisposedCase.objects.bulk_create([DisposedCase(disposal=disposal, case=case) for case in wanted])
            trail.record(
                "disposal.propose",
                about=disposal,
                actor=actor,
                at=at,
                data={"cases": [case.pk for case in wanted]},
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    return disposal


@DISPOSAL_MOVES.before("sign")
def note_signer(disposal: Disposal, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"signed_by": actor, "signed_at": at}


@DISPOSAL_MOVES.before("finish")
def note_done(disposal: Disposal, *, at: datetime, **details: Any) -> dict[str, Any]:
    return {"done_at": at}


@job("disposal")
def dispose(at: datetime) -> int:
    """This will erase what signed disposals name, and return how many cases. A crash leaves the rest to the next round."""
    erased = 0
    for disposal in Disposal.objects.filter(state=DisposalState.SIGNED):
        for row in disposal.rows.filter(erased_at=None).select_related("case__comment")[:AT_ONCE]:
            erase_case(row, at)
            erased += 1
        perform(disposal, "finish", actor=None, at=at)
    return erased


def erase_case(row: DisposedCase, at: datetime) -> None:
    """This will erase a case's files, the texts of its evidence and of its comment. The hashes and the trail stay.

    The files go first: a crash in between leaves a row that is erased again, never a file that no row speaks of.
    """
    case = row.case
    for area, sha in _files_of(case):
        filestore.erase(area, sha)
    with transaction.atomic():
        # What is in no sealed evidence is not guarded; what is, the database lets go only under a signed disposal.
        Evidence.objects.filter(case=case).update(context="", manifest="")
        _erase_words(case)
        kept = Case.objects.filter(comment=case.comment).exclude(
            disposals__disposal__state__in=[DisposalState.SIGNED, DisposalState.DONE]
        )
        if not kept.exists():
            CommentRevision.objects.filter(comment=case.comment).update(text="", author_name="")
            erase_notes(Comment.objects.filter(pk=case.comment_id))
        if DisposedCase.objects.filter(pk=row.pk, erased_at=None).update(erased_at=at) == 1:
            trail.record("disposal.erase", about=case, actor=None, at=at, data={"disposal": row.disposal_id})


def _erase_words(case: Case) -> None:
    """What was written about the comment goes with it. What became of the case, when and by whom, stays."""
    Case.objects.filter(pk=case.pk).update(facts="")
    Removal.objects.filter(case=case).update(facts="")
    RemovalCheck.objects.filter(case=case).update(said="")
    AuthorNotice.objects.filter(case=case).update(text="")
    Waiver.objects.filter(case=case).update(description="")


def _files_of(case: Case) -> Iterable[tuple[str, str]]:
    """Yield the files that only this case holds: the same bytes may be in another case's evidence."""
    items = EvidenceItem.objects.filter(evidence__case=case)
    checks = RemovalCheck.objects.filter(case=case).exclude(sha="")
    others = EvidenceItem.objects.exclude(evidence__case=case)
    other_checks = RemovalCheck.objects.exclude(case=case)
    for area, column in ((ORIGINALS, "sha"), (COPIES, "clean_sha")):
        for sha in {*items.values_list(column, flat=True), *checks.values_list(column, flat=True)}:
            named = {column: sha}
            if not _alive(others.filter(**named), "evidence__case") and not _alive(
                other_checks.filter(**named), "case"
            ):
                yield area, sha
    copies = MaskedCopy.objects.filter(item__evidence__case=case)
    for sha in set(copies.values_list("sha", flat=True)):
        same = MaskedCopy.objects.exclude(item__evidence__case=case).filter(sha=sha)
        if not _alive(same, "item__evidence__case"):
            yield MASKED, sha


def _alive(rows: models.QuerySet[Any], path: str) -> bool:
    erased = DisposedCase.objects.filter(erased_at__isnull=False).values("case")
    return rows.exclude(**{f"{path}__in": erased}).exists()
