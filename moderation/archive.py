"""Reading everything that is sealed back: every night in slices, and at once by `manage.py verify_archive`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core import filestore, trail
from core.clock import job
from core.models import Event, Seal, User
from core.notices import Message, say, tell
from core.workdays import instant, local_day
from moderation.capture import COPIES, ORIGINALS
from moderation.models import ArchiveCheck, DisposedCase, Evidence, EvidenceItem, MaskedCopy, RemovalCheck

MASKED = "evidence-masked"
CHUNK = 500
SLICE_BYTES = 256 * 1024 * 1024
SLICE_ROWS = 2000


@dataclass
class Finding:
    """What was read of one row: how much, and what did not hold."""

    pk: int
    files: int = 0
    size: int = 0
    faults: list[str] = field(default_factory=list)


def verify(after_each: Callable[[str, Finding], None] | None = None) -> list[str]:
    """This will read every stored file, sealed row and link of the chain, and return what does not hold, a sentence each.

    Reads only. `after_each` is told of every row that was read.
    """
    faults = []
    for stage in STAGES:
        for finding in read_stage(stage, 0):
            faults += finding.faults
            if after_each:
                after_each(stage, finding)
    return faults


def read_stage(stage: str, after: int) -> Iterator[Finding]:
    """This will read the rows of one stage from number `after` on, in order. Reads only."""
    return STAGES[stage](after)


def how_much() -> tuple[int, int]:
    """This will return how many files and bytes of originals there are to read."""
    found = EvidenceItem.objects.aggregate(count=models.Count("pk"), size=models.Sum("size"))
    return found["count"] * 2 + RemovalCheck.objects.exclude(sha="").count() * 2, found["size"] or 0


def _in_order(queryset: models.QuerySet[Any], after: int) -> Iterator[list[Any]]:
    """Yield the rows after a number, a chunk at a time, so that memory stays flat."""
    while rows := list(queryset.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield rows
        after = rows[-1].pk


def _erased(case_ids: set[int]) -> set[int]:
    gone = DisposedCase.objects.filter(case__in=case_ids, erased_at__isnull=False)
    return set(gone.values_list("case_id", flat=True))


def _read_file(finding: Finding, area: str, sha: str, what: str) -> None:
    try:
        finding.size += filestore.size_if_whole(area, sha)
        finding.files += 1
    except filestore.FileMissing:
        finding.faults.append(f"{what}: the file {filestore.place_of(area, sha)} is missing.")
    except (filestore.FileDamaged, OSError, ValueError) as error:
        why = "does not have its hash any more" if isinstance(error, filestore.FileDamaged) else repr(error)
        finding.faults.append(f"{what}: the file {area}/{sha[:2]}/{sha} {why}.")


def _screenshots(after: int) -> Iterator[Finding]:
    for rows in _in_order(EvidenceItem.objects.select_related("evidence"), after):
        erased = _erased({item.evidence.case_id for item in rows})
        for item in rows:
            finding = Finding(item.pk)
            if item.evidence.case_id not in erased:
                what = f"Case {item.evidence.case_id}, screenshot {item.pk}"
                _read_file(finding, ORIGINALS, item.sha, what)
                _read_file(finding, COPIES, item.clean_sha, what)
            yield finding


def _second_screenshots(after: int) -> Iterator[Finding]:
    for rows in _in_order(RemovalCheck.objects.exclude(sha=""), after):
        erased = _erased({check.case_id for check in rows})
        for check in rows:
            finding = Finding(check.pk)
            if check.case_id not in erased:
                _read_file(finding, ORIGINALS, check.sha, f"Case {check.case_id}, check {check.pk}")
                _read_file(finding, COPIES, check.clean_sha, f"Case {check.case_id}, check {check.pk}")
            yield finding


def _masked_copies(after: int) -> Iterator[Finding]:
    for rows in _in_order(MaskedCopy.objects.select_related("item__evidence"), after):
        erased = _erased({copy.item.evidence.case_id for copy in rows})
        for copy in rows:
            finding = Finding(copy.pk)
            if copy.item.evidence.case_id not in erased:
                what = f"Case {copy.item.evidence.case_id}, masked copy {copy.pk}"
                _read_file(finding, MASKED, copy.sha, what)
            yield finding


def _sealed_rows(after: int) -> Iterator[Finding]:
    sealed = Evidence.objects.filter(state=Evidence.State.SEALED).select_related("revision")
    for rows in _in_order(sealed.prefetch_related("items"), after):
        erased = _erased({evidence.case_id for evidence in rows})
        events = Event.objects.filter(
            kind="evidence.seal",
            about_type="moderation.evidence",
            about_id__in=[evidence.pk for evidence in rows],
        )
        told = {event.about_id: event.data.get("manifest") for event in events}
        for evidence in rows:
            faults = list(_faults_of(evidence, told.get(evidence.pk), evidence.case_id in erased))
            yield Finding(evidence.pk, faults=faults)


def _faults_of(evidence: Evidence, told: str | None, erased: bool) -> Iterator[str]:
    what = f"Case {evidence.case_id}, evidence {evidence.pk}"
    if told != evidence.manifest_sha:
        yield f"{what}: the trail does not say that it was sealed with this hash."
    if erased:
        return
    if hashlib.sha256(evidence.manifest.encode()).hexdigest() != evidence.manifest_sha:
        yield f"{what}: the manifest was changed."
        return
    sealed, revision = json.loads(evidence.manifest), evidence.revision
    now = {
        "context": evidence.context,
        "text": revision.text,
        "author": revision.author_name,
        "files": [item.sha for item in sorted(evidence.items.all(), key=lambda item: item.pk)],
    }
    then = {
        "context": sealed["context"],
        "text": sealed["comment"]["text"],
        "author": sealed["comment"]["author"],
        "files": [file["sha256"] for file in sealed["files"]],
    }
    for name, value in now.items():
        if value != then[name]:
            yield f"{what}: the row was changed after it was sealed ({name})."


def _chain(after: int) -> Iterator[Finding]:
    before = Seal.objects.filter(pk__lte=after).order_by("-pk").first()
    expected = before.hash if before else trail.GENESIS
    for rows in _in_order(Seal.objects.all(), after):
        for seal in rows:
            yield Finding(seal.pk, faults=trail.faults_of(seal, expected))
            expected = seal.hash


STAGES: dict[str, Callable[[int], Iterator[Finding]]] = {
    ArchiveCheck.Stage.FILES: _screenshots,
    ArchiveCheck.Stage.CHECKS: _second_screenshots,
    ArchiveCheck.Stage.MASKED: _masked_copies,
    ArchiveCheck.Stage.EVIDENCE: _sealed_rows,
    ArchiveCheck.Stage.CHAIN: _chain,
}


@job("archive")
def check_archive(at: datetime) -> int:
    """This will read the next slice of the night's check, from 02:00 on, and return how many rows it read.

    A slice is at most 256 MB or 2 000 rows, so that a round of the clock stays short. When all is read the records
    officers are told what does not hold, or that all holds, with the head of the chain so that it stands elsewhere too.
    """
    day = local_day(at)
    if at < instant(day, settings.ARCHIVE_CHECKED_AT):
        return 0
    check = ArchiveCheck.objects.filter(day=day).first()
    if check is None:
        check, _made = ArchiveCheck.objects.get_or_create(day=day, defaults={"started_at": at})
    if check.stage == ArchiveCheck.Stage.DONE:
        return 0
    read = _read_slice(check)
    if _store(check, read, at) and check.stage == ArchiveCheck.Stage.DONE:
        _tell_keepers(check, at)
    return len(read)


def _read_slice(check: ArchiveCheck) -> list[Finding]:
    read: list[Finding] = []
    size = 0
    for finding in islice(read_stage(check.stage, check.reached), SLICE_ROWS):
        read.append(finding)
        size += finding.size
        if size >= SLICE_BYTES:
            break
    return read


def _store(check: ArchiveCheck, read: list[Finding], at: datetime) -> bool:
    """Keep how far the check has come, unless another round came as far meanwhile."""
    seen, stages = check.version, [*STAGES, ArchiveCheck.Stage.DONE]
    if read:
        check.reached = read[-1].pk
    else:
        check.stage, check.reached = stages[stages.index(check.stage) + 1], 0
    check.file_count += sum(finding.files for finding in read)
    check.byte_count += sum(finding.size for finding in read)
    check.faults = [*check.faults, *(fault for finding in read for fault in finding.faults)]
    check.finished_at = at if check.stage == ArchiveCheck.Stage.DONE else None
    columns = ("stage", "reached", "file_count", "byte_count", "faults", "finished_at")
    mine = ArchiveCheck.objects.filter(pk=check.pk, version=seen)
    changed = mine.update(version=seen + 1, **{column: getattr(check, column) for column in columns})
    return changed == 1


def _tell_keepers(check: ArchiveCheck, at: datetime) -> None:
    head = Seal.objects.order_by("-pk").values_list("hash", flat=True).first() or trail.GENESIS
    keepers = User.objects.filter(is_records_officer=True)
    if check.faults:
        keepers |= User.objects.filter(is_superuser=True)
    subject = (
        say(gettext_lazy("The archive is not whole: %(count)s faults"), count=len(check.faults))
        if check.faults
        else gettext_lazy("The archive is whole")
    )
    body = say(
        gettext_lazy("%(files)s files were read. The head of the chain is %(head)s. %(faults)s"),
        files=check.file_count,
        head=head,
        faults=" ".join(check.faults[:20]),
    )
    tell(
        [
            Message(
                recipient=keeper,
                key=f"archive:{check.day}",
                subject=subject,
                body=body,
                url=reverse("moderation:archive_page"),
                why=gettext_lazy("you keep the records"),
                about=check,
                urgent=bool(check.faults),
            )
            for keeper in keepers
        ],
        at,
    )
