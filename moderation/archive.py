"""Reading everything that is sealed back: every night in slices, and at once by `manage.py verify_archive`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy, gettext_noop

from core import filestore, trail
from core.clock import job
from core.models import Event, EventNote, Seal, User
from core.notices import Message, say, tell
from core.trail import Fault
from core.workdays import instant, local_day
from moderation import erasing, told
from moderation.capture import COPIES, ORIGINALS, facts_of_file
from moderation.models import ArchiveCheck, DisposedCase, Evidence, EvidenceItem, MaskedCopy, RemovalCheck

MASKED = "evidence-masked"
CHUNK = 500
SLICE_BYTES = 256 * 1024 * 1024
SLICE_ROWS = 2000
# Where a fault is.
SCREENSHOT = gettext_noop("Case %(case)s, screenshot %(row)s")
CHECK = gettext_noop("Case %(case)s, check %(row)s")
MASKED_COPY = gettext_noop("Case %(case)s, masked copy %(row)s")
EVIDENCE = gettext_noop("Case %(case)s, evidence %(row)s")
CASE = gettext_noop("Case %(case)s")


@dataclass
class Finding:
    """What was read of one row: how much, and what did not hold."""

    pk: int
    files: int = 0
    size: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(after_each: Callable[[str, Finding], None] | None = None) -> list[Fault]:
    """This will read every stored file, sealed row and link of the chain, and return what does not hold, a sentence each.

    Reads only. `after_each` is told of every row that was read.
    """
    faults: list[Fault] = []
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


def _read_file(finding: Finding, area: str, sha: str, where: str, case: int) -> None:
    facts: dict[str, str | int] = {"case": case, "row": finding.pk, "file": f"{area}/{sha[:2]}/{sha}"}
    try:
        finding.size += filestore.size_if_whole(area, sha)
        finding.files += 1
        return
    except filestore.FileMissing:
        said, facts["file"] = gettext_noop("the file %(file)s is missing."), filestore.place_of(area, sha)
    except filestore.FileDamaged:
        said = gettext_noop("the file %(file)s does not have its hash any more.")
    except (OSError, ValueError) as error:
        said, facts["error"] = gettext_noop("the file %(file)s cannot be read: %(error)s"), repr(error)
    finding.faults.append(Fault(said, facts, where))


def _screenshots(after: int) -> Iterator[Finding]:
    for rows in _in_order(EvidenceItem.objects.select_related("evidence"), after):
        erased = _erased({item.evidence.case_id for item in rows})
        for item in rows:
            finding = Finding(item.pk)
            if item.evidence.case_id not in erased:
                _read_file(finding, ORIGINALS, item.sha, SCREENSHOT, item.evidence.case_id)
                _read_file(finding, COPIES, item.clean_sha, SCREENSHOT, item.evidence.case_id)
            yield finding


def _second_screenshots(after: int) -> Iterator[Finding]:
    for rows in _in_order(RemovalCheck.objects.exclude(sha=""), after):
        erased = _erased({check.case_id for check in rows})
        for check in rows:
            finding = Finding(check.pk)
            if check.case_id not in erased:
                _read_file(finding, ORIGINALS, check.sha, CHECK, check.case_id)
                _read_file(finding, COPIES, check.clean_sha, CHECK, check.case_id)
            yield finding


def _masked_copies(after: int) -> Iterator[Finding]:
    for rows in _in_order(MaskedCopy.objects.select_related("item__evidence"), after):
        erased = _erased({copy.item.evidence.case_id for copy in rows})
        for copy in rows:
            finding = Finding(copy.pk)
            if copy.item.evidence.case_id not in erased:
                _read_file(finding, MASKED, copy.sha, MASKED_COPY, copy.item.evidence.case_id)
            yield finding


def _sealed_rows(after: int) -> Iterator[Finding]:
    sealed = Evidence.objects.filter(state=Evidence.State.SEALED).select_related("revision", "case__comment")
    for rows in _in_order(sealed.prefetch_related("items"), after):
        erased = _erased({evidence.case_id for evidence in rows})
        seals = _told_of(about_id__gt=after, about_id__lte=rows[-1].pk)
        read = []
        for evidence in rows:
            said = _faults_of(evidence, seals.pop(evidence.pk, None), evidence.case_id in erased)
            facts: dict[str, str | int] = {"case": evidence.case_id, "row": evidence.pk}
            read.append(Finding(evidence.pk, faults=[Fault(one, facts, EVIDENCE) for one in said]))
        yield from sorted([*read, *_gone(seals)], key=lambda finding: finding.pk)
        after = rows[-1].pk
    yield from _gone(_told_of(about_id__gt=after))


def _told_of(**which: int) -> dict[int, Event]:
    """What the trail says of sealing, by the number of the evidence."""
    events = Event.objects.filter(kind="evidence.seal", about_type="moderation.evidence", **which)
    return {event.about_id or 0: event for event in events.order_by("about_id")}


def _gone(told: dict[int, Event]) -> list[Finding]:
    """What was sealed after the trail and is not there; one that was sealed since the rows were read is."""
    there = (
        Evidence.objects.filter(pk__in=told, state=Evidence.State.SEALED) if told else Evidence.objects.none()
    )
    said = gettext_noop("the trail says that it was sealed, and it is not there.")
    missing = sorted(told.keys() - set(there.values_list("pk", flat=True)))
    return [
        Finding(pk, faults=[Fault(said, {"case": told[pk].data.get("case", 0), "row": pk}, EVIDENCE)])
        for pk in missing
    ]


def _faults_of(evidence: Evidence, told: Event | None, erased: bool) -> Iterator[str]:
    if told is None or told.data.get("manifest") != evidence.manifest_sha:
        yield gettext_noop("the trail does not say that it was sealed with this hash.")
    elif (told.at, told.actor_id) != (evidence.sealed_at, evidence.sealed_by_id):
        yield gettext_noop("who sealed it, or when, was changed.")
    if erased:
        return
    if hashlib.sha256(evidence.manifest.encode()).hexdigest() != evidence.manifest_sha:
        yield gettext_noop("the manifest was changed.")
        return
    sealed, revision = json.loads(evidence.manifest), evidence.revision
    then = sealed["comment"]
    files = [facts_of_file(item) for item in sorted(evidence.items.all(), key=lambda item: item.pk)]
    if evidence.context != sealed["context"]:
        yield gettext_noop("the context was changed after it was sealed.")
    if revision.text != then["text"]:
        yield gettext_noop("the comment's text was changed after it was sealed.")
    if revision.author_name != then["author"]:
        yield gettext_noop("the author's name was changed after it was sealed.")
    seen_at = datetime.fromisoformat(then["seen_at"])
    if (revision.number, revision.seen_at) != (then["revision"], seen_at):
        yield gettext_noop("which text it is of, or when that was seen, was changed after it was sealed.")
    if evidence.case.comment.url != then["address"]:
        yield gettext_noop("the comment's address was changed after it was sealed.")
    if files != sealed["files"]:
        yield gettext_noop("what its screenshots are was changed after it was sealed.")


def _words(after: int) -> Iterator[Finding]:
    while cases := list(told.cases_with_words().filter(pk__gt=after).order_by("pk")[:CHUNK]):
        numbers = [case.pk for case in cases]
        erased = _erased(set(numbers))
        found = {pk: Finding(pk) for pk in numbers}
        for pk, said in told.faults_of([pk for pk in numbers if pk not in erased]):
            found[pk].faults.append(Fault(said, {"case": pk}, CASE))
        yield from found.values()
        after = numbers[-1]


def _emptied_notes(after: int) -> Iterator[Finding]:
    """The chain reads what notes say; whether one that says nothing any more may, is asked here."""
    empty = EventNote.objects.filter(text="", salt="").select_related("event")
    for rows in _in_order(empty, after):
        early = erasing.emptied_early(rows)
        for note in rows:
            said = gettext_noop(
                "What was typed about comment %(comment)s is gone, and nobody disposed of the comment."
            )
            faults = [Fault(said, {"comment": early[note.pk]})] if note.pk in early else []
            yield Finding(note.pk, faults=faults)


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
    ArchiveCheck.Stage.WORDS: _words,
    ArchiveCheck.Stage.NOTES: _emptied_notes,
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
    check.faults = [*check.faults, *(asdict(fault) for finding in read for fault in finding.faults)]
    check.finished_at = at if check.stage == ArchiveCheck.Stage.DONE else None
    columns = ("stage", "reached", "file_count", "byte_count", "faults", "finished_at")
    mine = ArchiveCheck.objects.filter(pk=check.pk, version=seen)
    changed = mine.update(version=seen + 1, **{column: getattr(check, column) for column in columns})
    return changed == 1


_told = lazy(lambda check: " ".join(check.told[:20]), str)


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
        faults=_told(check),
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
