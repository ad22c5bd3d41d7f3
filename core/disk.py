"""Kept files on a disk, this machine's own or one that several web servers share."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path

from django.conf import settings


class StoreAway(OSError):
    """Where files are kept does not answer, or does not take or give them now. It passes."""


class Disk:
    """Files below FILES_DIR, closed to others; each is whole when it gets its name, and is never written to again."""

    def place_of(self, name: str) -> str:
        return str(self.path(name))

    def path(self, name: str) -> Path:
        return Path(settings.FILES_DIR) / name

    def write(self, name: str, data: bytes) -> None:
        """This will store the bytes unless something is there. Raises OSError, and leaves nothing half-written."""
        target = self.path(name)
        if not target.exists():
            _make_folder(target.parent)
            _write_once(target, data)

    def write_file(self, name: str, source: Path, *, take: bool) -> bool:
        """This will store a file of any size, and tell whether it is `source` itself that now has the name."""
        target = self.path(name)
        if not target.exists():
            _make_folder(target.parent)
            _link_or_copy(source, target, take=take)
        return target.samefile(source)

    def copy_to(self, name: str, target: Path) -> None:
        """This will put the stored file at `target`, linked where that can be done. Raises FileNotFoundError."""
        try:
            os.link(self.path(name), target)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(self.path(name), target)

    def settle(self, name: str) -> None:
        """This will see to it that the name is on disk, also when somebody else wrote it and has not come so far."""
        _sync(self.path(name).parent)

    def open(self, name: str) -> BufferedIOBase:
        """This will open what is stored. Raises FileNotFoundError."""
        return self.path(name).open("rb")

    def erase(self, name: str) -> None:
        target = self.path(name)
        target.unlink(missing_ok=True)
        if target.parent.exists():
            _sync(target.parent)

    def names(self) -> Iterator[str]:
        root = Path(settings.FILES_DIR)
        yield from (path.relative_to(root).as_posix() for path in sorted(root.glob("*/*/*")))

    def is_empty(self) -> bool:
        root = Path(settings.FILES_DIR)
        return not root.exists() or not any(root.iterdir())

    def is_well(self) -> bool:
        """This will tell whether files can be stored."""
        root = Path(settings.FILES_DIR)
        return os.access(root if root.exists() else root.parent, os.W_OK)


def _link_or_copy(source: Path, target: Path, *, take: bool) -> None:
    part = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        _link_if_taken(source, part, take=take)
        part.chmod(0o400)
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.link(part, target)
    except FileExistsError:
        return
    finally:
        part.unlink(missing_ok=True)


def _link_if_taken(source: Path, part: Path, *, take: bool) -> None:
    if take:
        try:
            os.link(source, part)
        except OSError:  # another disk
            take = False
    if not take:
        with source.open("rb") as read, part.open("xb") as write:
            shutil.copyfileobj(read, write, 1024 * 1024)


def _write_once(target: Path, data: bytes) -> None:
    part = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, target)
    except FileExistsError:
        return  # somebody kept the same bytes in the meantime
    finally:
        part.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it, closed to others, each on disk before the next."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
