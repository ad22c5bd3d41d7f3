"""Files stored under the hash of their bytes: written once, read back, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings

SHA = re.compile(r"[0-9a-f]{64}")
AREA = re.compile(r"[a-z][a-z-]*")


class FileProblem(Exception):
    """A stored file is not what its hash says."""


class FileMissing(FileProblem):
    """The file is not there."""


class FileDamaged(FileProblem):
    """The file's bytes do not have the hash they are stored under."""


def path(area: str, sha: str) -> Path:
    """This will return where the bytes with that hash lie, or would lie. Raises ValueError for what is no hash."""
    if not SHA.fullmatch(sha) or not AREA.fullmatch(area):
        raise ValueError(f"no place for {area!r} {sha!r}")
    return Path(settings.FILES_DIR) / area / sha[:2] / sha


def keep(area: str, data: bytes) -> str:
    """This will store the bytes, read them back and return their SHA-256 as hex.

    The bytes are on disk when it returns. What is stored already is compared, never written again. Raises OSError when
    the disk does not take them (nothing half-written stays), FileDamaged when what is stored differs.
    """
    sha = hashlib.sha256(data).hexdigest()
    target = path(area, sha)
    if not target.exists():
        _write_once(target, data)
    read(area, sha)
    _sync(target.parent)  # also when somebody else wrote it: they may not have come this far
    return sha


def read(area: str, sha: str) -> bytes:
    """This will return the bytes. Raises FileMissing and FileDamaged."""
    try:
        data = path(area, sha).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(sha) from error
    if hashlib.sha256(data).hexdigest() != sha:
        raise FileDamaged(sha)
    return data


def keep_file(area: str, source: Path) -> str:
    """This will store a file of any size under its hash, read piece by piece, and return its SHA-256 as hex.

    On the same disk the file itself is linked in and must not be written to any more; from another disk it is copied
    and read back. Raises OSError and FileDamaged as `keep` does.
    """
    sha = sha_of_file(source)
    target = path(area, sha)
    if not target.exists():
        _make_folder(target.parent)
        _link_or_copy(source, target)
    if not target.samefile(source) and sha_of_file(target) != sha:
        raise FileDamaged(sha)
    _sync(target.parent)
    return sha


def sha_of_file(source: Path) -> str:
    """This will return the SHA-256 of a file as hex, in a fixed amount of memory."""
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_kept(area: str, sha: str) -> IO[bytes]:
    """This will open stored bytes for reading piece by piece. Raises FileMissing. The hash is not recomputed."""
    try:
        return path(area, sha).open("rb")
    except FileNotFoundError as error:
        raise FileMissing(sha) from error


def _link_or_copy(source: Path, target: Path) -> None:
    part = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        try:
            os.link(source, part)
        except OSError:  # another disk
            with source.open("rb") as read, part.open("xb") as write:
                shutil.copyfileobj(read, write, 1024 * 1024)
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


def size_if_whole(area: str, sha: str) -> int:
    """This will read the stored bytes through and return how many there are. Raises FileMissing and FileDamaged.

    Takes little memory however large the file is.
    """
    try:
        with path(area, sha).open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
    except FileNotFoundError as error:
        raise FileMissing(sha) from error
    if digest != sha:
        raise FileDamaged(sha)
    return size


def erase(area: str, sha: str) -> None:
    """This will remove stored bytes for good; what is gone already is left at that. Only a signed disposal calls it."""
    target = path(area, sha)
    target.unlink(missing_ok=True)
    if target.parent.exists():
        _sync(target.parent)


def _write_once(target: Path, data: bytes) -> None:
    _make_folder(target.parent)
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
