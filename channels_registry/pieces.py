"""The pieces of an upload that is under way: one growing file on the disk, or objects of their own in the bucket."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import F

from channels_registry.models import Upload
from core import filestore

BLOCK = 256 * 1024
LEFT_ALONE_SECONDS = 24 * 3600


class Pieces(Protocol):
    def write(self, stream: IO[bytes], offset: int, length: int) -> int: ...
    def whole(self) -> Any: ...
    def forget(self) -> None: ...


@contextmanager
def held(upload: Upload) -> Iterator[Pieces]:
    """Hold the upload's pieces for oneself: two browsers may send the same one, to two web servers."""
    if settings.FILES_BUCKET:
        with transaction.atomic():
            # An update holds the row on PostgreSQL and SQLite alike; a locking read would hold nothing on SQLite.
            Upload.objects.filter(pk=upload.pk).update(name=F("name"))
            yield _InBucket(f"incoming/{_number(upload)}/")
        return
    target = part_of(upload)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield _OnDisk(target, handle)
    finally:
        os.close(handle)


def forget_leftovers() -> int:
    """This will erase what lies among the pieces and belongs to no upload under way, and return how much it was.

    What has been touched in the last day is left: it may be being written.
    """
    lying, stored = _lying(), list(_bucket().names("incoming/")) if settings.FILES_BUCKET else []
    # Read after the pieces: an upload is there before its first piece.
    under_way = {_number(upload) for upload in Upload.objects.filter(finished_at=None)}
    gone = [name for name in stored if name.split("/")[1] not in under_way]
    for name in gone:
        _bucket().erase(name)
    left = [path for path in lying if path.stem not in under_way]
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return len(gone) + len(left)


def _lying() -> list[Path]:
    """Return what has lain in the folder of pieces for more than a day."""
    if not scratch().exists():
        return []
    since = time.time() - LEFT_ALONE_SECONDS
    return [path for path in scratch().iterdir() if path.stat().st_mtime < since]


def part_of(upload: Upload) -> Path:
    """This will return where on the disk the pieces of an upload lie."""
    return scratch() / f"{_number(upload)}.part"


def scratch() -> Path:
    """This will return the folder for what is not kept yet."""
    return Path(settings.FILES_DIR) / "incoming"


def _number(upload: Upload) -> str:
    return uuid.UUID(str(upload.uid)).hex


@dataclass
class _OnDisk:
    target: Path
    handle: int

    def write(self, stream: IO[bytes], offset: int, length: int) -> int:
        """This will write up to `length` bytes at their place and return how many came."""
        written = 0
        for block in _blocks(stream, length):
            os.pwrite(self.handle, block, offset + written)
            written += len(block)
        os.fsync(self.handle)
        return written

    @contextmanager
    def whole(self) -> Iterator[Path]:
        yield self.target

    def forget(self) -> None:
        self.target.unlink(missing_ok=True)


@dataclass
class _InBucket:
    folder: str

    def write(self, stream: IO[bytes], offset: int, length: int) -> int:
        """This will put up to `length` bytes as an object named by their place and return how many came."""
        data = b"".join(_blocks(stream, length))
        _bucket().replace(f"{self.folder}{offset:015d}", data)
        return len(data)

    @contextmanager
    def whole(self) -> Iterator[Path]:
        scratch().mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=scratch()) as out:
            for name in sorted(_bucket().names(self.folder)):
                with _bucket().open(name) as piece:
                    while block := piece.read(BLOCK):
                        out.write(block)
            out.flush()
            yield Path(out.name)

    def forget(self) -> None:
        for name in list(_bucket().names(self.folder)):
            _bucket().erase(name)


def _bucket() -> Any:
    return filestore.place()


def _blocks(stream: IO[bytes], length: int) -> Iterator[bytes]:
    """Yield up to `length` bytes in small blocks; a connection that breaks ends the piece early."""
    left = length
    while left:
        try:
            block = stream.read(min(BLOCK, left))
        except OSError:  # the browser went away in the middle of the piece: what came is kept
            return
        if not block:
            return
        left -= len(block)
        yield block
