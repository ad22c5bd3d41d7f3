"""Gathering evidence: screenshots in, their bytes kept under their hash, and the seal that makes them final."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import filestore, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveRefused, perform
from core.uploads import CleanImage, clean_image
from moderation.models import Case, Evidence, EvidenceItem
from moderation.rules import may_moderate, must
from moderation.states import CASE_MOVES, CLOSED, CaseState

ORIGINALS, COPIES = "evidence", "evidence-copies"


def add_screenshot(
    case: Case,
    *,
    actor: User,
    at: datetime,
    data: bytes,
    name: str,
    context: str,
    taken_by: str = "",
    shows: str = EvidenceItem.Shows.COMMENT,
    clean: CleanImage | None = None,
) -> EvidenceItem:
    """This will keep a screenshot of the comment as it reads now: the bytes as they came, and a clean copy.

    `clean` is the picture when it was opened already. Several screenshots make one evidence.

    The bytes are on disk, read back, before the row is written. Raises UploadRefused for what is no usable picture,
    MoveRefused outside the team, for closed cases and for grounds where a copy may be a crime.
    """
    _ask(case, actor)
    clean = clean or clean_image(data)
    sha = filestore.keep(ORIGINALS, data)
    clean_sha = filestore.keep(COPIES, clean.clean_bytes)
    with transaction.atomic():
        if case.state == CaseState.FOUND:
            perform(case, "gather", actor=actor, at=at)
        evidence = _gathering(case, context)
        try:
            item = EvidenceItem.objects.create(
                evidence=evidence,
                shows=shows,
                name=name[:200],
                sha=sha,
                clean_sha=clean_sha,
                content_type=clean.content_type,
                size=len(data),
                taken_by=taken_by or actor.name,
                added_by=actor,
                added_at=at,
            )
        except IntegrityError as error:
            raise MoveRefused(_("This screenshot is in the evidence already.")) from error
        trail.record("evidence.add", about=evidence, actor=actor, at=at, data={"sha": sha, "case": case.pk})
    return item


def save_context(case: Case, *, actor: User, at: datetime, context: str) -> None:
    """This will store the description of the context. Raises MoveRefused as add_screenshot does."""
    _ask(case, actor)
    with transaction.atomic():
        if case.state == CaseState.FOUND:
            perform(case, "gather", actor=actor, at=at)
        evidence = _gathering(case, context)
        trail.record("evidence.context", about=evidence, actor=actor, at=at)


@CASE_MOVES.before("seal")
def write_manifest(case: Case, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    """This will read every file back, write the manifest and seal the evidence of the comment as it reads now."""
    evidence = case.evidence.filter(revision=case.comment.current_id, state=Evidence.State.GATHERING).first()
    if evidence is None or not evidence.items.exists():
        raise MoveRefused(_("Add a screenshot of the comment first."))
    if not evidence.context.strip():
        raise MoveRefused(_("Describe the context before you seal."))
    for item in evidence.items.all():
        filestore.read(ORIGINALS, item.sha)
    manifest = trail.canonical(manifest_of(evidence))
    sha = hashlib.sha256(manifest).hexdigest()
    sealed = Evidence.objects.filter(pk=evidence.pk, state=Evidence.State.GATHERING).update(
        state=Evidence.State.SEALED,
        manifest=manifest.decode(),
        manifest_sha=sha,
        sealed_by=actor,
        sealed_at=at,
    )
    if sealed != 1:
        raise ChangedMeanwhile
    evidence.refresh_from_db()
    trail.record("evidence.seal", about=evidence, actor=actor, at=at, data={"manifest": sha, "case": case.pk})
    return {}


def manifest_of(evidence: Evidence) -> dict[str, Any]:
    """This will return what the seal speaks of: the comment, its context, and each file by its hash."""
    revision, comment = evidence.revision, evidence.case.comment
    return {
        "case": evidence.case_id,
        "channel": {"name": comment.channel.name, "address": comment.channel.url},
        "comment": {
            "address": comment.url,
            "author": revision.author_name,
            "text": revision.text,
            "revision": revision.number,
            "seen_at": revision.seen_at.isoformat(),
        },
        "context": evidence.context,
        "files": [facts_of_file(item) for item in evidence.items.order_by("pk")],
    }


def facts_of_file(item: EvidenceItem) -> dict[str, Any]:
    """This will return what the seal says of one screenshot."""
    return {
        "sha256": item.sha,
        "shows": item.shows,
        "name": item.name,
        "bytes": item.size,
        "type": item.content_type,
        "by": item.taken_by,
    }


def _ask(case: Case, actor: User) -> None:
    must(may_moderate(actor, case))
    if case.state in CLOSED:
        raise MoveRefused(_("The case is closed."))
    if case.ground.copy_is_crime:
        raise MoveRefused(
            _("A copy of this may be a crime. Describe it in a waiver, and call the police on 114 14.")
        )


def _gathering(case: Case, context: str) -> Evidence:
    evidence, made = Evidence.objects.get_or_create(
        case=case, revision_id=case.comment.current_id, defaults={"context": context}
    )
    if evidence.is_sealed:
        raise MoveRefused(
            _("The evidence is sealed. If the comment has changed, add a revision of it first.")
        )
    if not made and context != evidence.context and context.strip():
        Evidence.objects.filter(pk=evidence.pk, state=Evidence.State.GATHERING).update(context=context)
        evidence.context = context
    return evidence
