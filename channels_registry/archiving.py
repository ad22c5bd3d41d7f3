"""What is kept of a channel: screenshots, the platform's export piece by piece, and the package for the archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import pieces, rules
from channels_registry.models import ArchiveItem, Closure, Upload
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core import filestore, trail
from core.clock import job
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused
from core.rules import Refusal
from core.uploads import CleanImage
from core.workdays import local_day

ORIGINALS, COPIES = "channel-archive", "channel-archive-copies"
KEEPING = (ClosureState.TELLING, ClosureState.ARCHIVING)
PIECE, HEAD = 8 * 1024 * 1024, 4096
# What exports come as: the first bytes, and the type they are handed out with.
SIGNATURES = (
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"%PDF-", "application/pdf"),
)

trail.WORDS |= {
    "closure.item": gettext_lazy("File kept"),
    "closure.item_opened": gettext_lazy("File opened and found whole"),
    "closure.item_taken": gettext_lazy("File taken out"),
    "closure.upload": gettext_lazy("Upload begun"),
}


class UploadProblem(MoveRefused):
    """The piece does not fit where the upload is; `received` says from where to go on."""

    def __init__(self, reason: str, received: int):
        super().__init__(reason)
        self.received = received


def keep_screenshot(closure: Closure, *, actor: User, at: datetime, image: CleanImage) -> ArchiveItem:
    """This will keep a screenshot of the layout: the bytes as they came, and a clean copy for looking at (R34)."""
    _ask(closure, actor)
    sha = filestore.keep(ORIGINALS, image.original)
    return _add(
        closure,
        actor,
        at,
        kind=ArchiveItem.Kind.LAYOUT,
        name=image.name or "skarmdump.png",
        sha=sha,
        clean_sha=filestore.keep(COPIES, image.clean_bytes),
        content_type=image.content_type,
        size=image.size,
    )


def keep_export(closure: Closure, *, actor: User, at: datetime, source: Path, name: str) -> ArchiveItem:
    """This will keep a file that lies on disk as the channel's content, under its hash; memory does not grow with it."""
    _ask(closure, actor)
    size = source.stat().st_size
    _ask_size(size)
    content_type = type_of(source)
    sha = filestore.keep_file(ORIGINALS, source)
    return _add(
        closure,
        actor,
        at,
        kind=ArchiveItem.Kind.CONTENT,
        name=name,
        sha=sha,
        content_type=content_type,
        size=size,
    )


def type_of(source: Path) -> str:
    """This will tell by its first bytes what an export is. Raises MoveRefused for what no platform hands out."""
    with source.open("rb") as stream:
        head = stream.read(HEAD)
    for start, content_type in SIGNATURES:
        if head.startswith(start):
            return content_type
    if head[257:262] == b"ustar":
        return "application/x-tar"
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > len(head) - 4 else ""
    if text and "\x00" not in text:
        return "text/plain"
    raise MoveRefused(_("This is no export: a ZIP, TAR, PDF or text file as the platform hands it out."))


def begin_upload(
    closure: Closure, *, actor: User, at: datetime, name: str, size: int, changed: int = 0
) -> Upload:
    """This will begin an upload, or take up the one of the same name, size and last change that broke off.

    `changed` is in milliseconds since 1970, as browsers tell it.
    """
    _ask(closure, actor)
    _ask_size(size)
    name = Path(name).name[:200] or "export"
    broken = closure.uploads.filter(
        name=name, size=size, changed=changed, finished_at=None, begun_by=actor
    ).first()
    if broken:
        return broken
    with transaction.atomic():
        upload = Upload.objects.create(
            closure=closure, name=name, size=size, changed=changed, begun_by=actor, begun_at=at
        )
        trail.record("closure.upload", about=closure, actor=actor, at=at, data={"name": name, "size": size})
    return upload


def take_piece(upload: Upload, *, offset: int, stream: IO[bytes], length: int) -> int:
    """This will write one piece at its place and return how many bytes are there; one cut short counts as far as it came.

    Raises UploadProblem when the piece does not begin where the upload is, is too long, or the upload is finished.
    """
    if not 0 < length <= PIECE:
        raise UploadProblem(_("A piece has to have 1 to %(most)s bytes.") % {"most": PIECE}, upload.received)
    wrong = ""
    with pieces.held(upload) as held:
        if not Upload.objects.filter(pk=upload.pk).exists():
            held.forget()
            raise UploadProblem(_("The closure has gone on or stopped, and nothing more is kept."), 0)
        upload.refresh_from_db()
        if upload.finished_at or offset != upload.received or offset + length > upload.size:
            raise UploadProblem(_("The piece does not fit. Go on from where the upload is."), upload.received)
        written = held.write(stream, offset, length)
        rows = Upload.objects.filter(pk=upload.pk, received=offset, finished_at=None)
        if not rows.update(received=offset + written):
            raise UploadProblem(_("The piece does not fit. Go on from where the upload is."), upload.received)
        if offset < min(HEAD, upload.size) <= offset + written:
            wrong = _why_no_export(held)
    if wrong:  # said before the other gigabytes are sent
        forget(upload)
        raise UploadProblem(wrong, 0)
    upload.received = offset + written
    return upload.received


def _why_no_export(held: pieces.Pieces) -> str:
    with held.whole() as source:
        try:
            type_of(source)
        except MoveRefused as refused:
            return refused.reason
    return ""


def finish_upload(upload: Upload, *, actor: User, at: datetime) -> ArchiveItem:
    """This will keep a complete upload under its hash and forget the pieces. Raises UploadProblem before that.

    A file that is not taken, because it is kept already for one, is forgotten too: sending it again would not help.
    """
    if upload.received != upload.size:
        raise UploadProblem(_("The file is not complete yet."), upload.received)
    try:
        with pieces.held(upload) as held, transaction.atomic():
            if not Upload.objects.filter(pk=upload.pk, finished_at=None).update(finished_at=at):
                raise ChangedMeanwhile
            with held.whole() as source:
                item = keep_export(upload.closure, actor=actor, at=at, source=source, name=upload.name)
    except (ChangedMeanwhile, MoveForbidden):
        raise
    except MoveRefused:
        forget(upload)
        raise
    held.forget()
    return item


def forget(upload: Upload) -> None:
    """This will forget an upload that was not finished, with its pieces."""
    with pieces.held(upload) as held:
        Upload.objects.filter(pk=upload.pk, finished_at=None).delete()
        held.forget()


@job("broken uploads")
def forget_what_broke_off(at: datetime) -> int:
    """This will forget uploads that nobody has finished in two weeks and return how many; once a day, pieces without one.

    Pieces are left behind when a process ends between the row and the file, and the folders of packages likewise.
    """
    old = Upload.objects.filter(finished_at=None, begun_at__lt=at - Upload.KEPT)[:50]
    for upload in old:
        forget(upload)
    today = f"leftover-pieces:{local_day(at)}"
    # Looked for first: a database writes down each row that was there already as an error.
    if not cache.get(today) and cache.add(today, 1, timedelta(days=2).total_seconds()):
        pieces.forget_leftovers()
    return len(old)


@CLOSURE_MOVES.effect("make_ready")
@CLOSURE_MOVES.effect("cancel")
@CLOSURE_MOVES.effect("reject")
def forget_broken_uploads(closure: Closure, **details: Any) -> None:
    """This will forget uploads that were not finished, with their pieces, once nothing more can be kept."""
    for upload in closure.uploads.filter(finished_at=None):
        Upload.objects.filter(pk=upload.pk).delete()
        transaction.on_commit(partial(_forget_pieces, upload))


def _forget_pieces(upload: Upload) -> None:
    with pieces.held(upload) as held:
        held.forget()


def note_opened(item: ArchiveItem, *, actor: User, at: datetime) -> None:
    """This will note that somebody opened the file and found it whole, after its hash was computed again (R34)."""
    answer = rules.may_handle(actor, item.closure)
    if isinstance(answer, Refusal) and not actor.is_records_officer:
        raise MoveForbidden(answer)
    try:
        filestore.size_if_whole(ORIGINALS, item.sha)
    except filestore.FileProblem as problem:
        raise MoveRefused(
            _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.")
            % {"sha": item.sha}
        ) from problem
    with transaction.atomic():
        if not ArchiveItem.objects.filter(pk=item.pk, opened_at=None).update(opened_by=actor, opened_at=at):
            raise ChangedMeanwhile(_("Somebody has opened this file already."))
        trail.record("closure.item_opened", about=item.closure, actor=actor, at=at, data={"sha": item.sha})


def _add(closure: Closure, actor: User, at: datetime, **facts: Any) -> ArchiveItem:
    facts["name"] = " ".join(str(facts["name"]).split())[:200]
    try:
        with transaction.atomic():
            item = ArchiveItem.objects.create(closure=closure, added_by=actor, added_at=at, **facts)
            data = {"sha": item.sha, "bytes": item.size, "kind": item.kind}
            trail.record("closure.item", about=closure, actor=actor, at=at, data=data)
    except IntegrityError as error:
        raise MoveRefused(_("This file is kept already.")) from error
    return item


def _ask(closure: Closure, actor: User) -> None:
    answer = rules.may_handle(actor, closure)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    if closure.state not in KEEPING:
        raise MoveRefused(
            _(
                "Files are kept while the followers are told and during the archiving. The closure is %(state)s."
            )
            % {"state": closure.state_label}
        )


def _ask_size(size: int) -> None:
    if size <= 0:
        raise MoveRefused(_("The file is empty. Choose another file."))
    if size > settings.EXPORT_MAX_BYTES:
        raise MoveRefused(
            _("The file is larger than %(size)s MB. Ask the platform for several smaller ones.")
            % {"size": settings.EXPORT_MAX_BYTES // (1024 * 1024)}
        )
