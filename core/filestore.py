"""Files stored under the hash of their bytes: written once, read back, never changed; on a disk or in a bucket."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Protocol

from django.conf import settings

from core.disk import Disk
from core.disk import StoreAway as StoreAway

SHA = re.compile(r"[0-9a-f]{64}")
AREA = re.compile(r"[a-z][a-z-]*")
NAME = re.compile(rf"({AREA.pattern})/[0-9a-f]{{2}}/({SHA.pattern})")
BLOCK = 1024 * 1024
READ = 256 * 1024


class FileProblem(Exception):
    """A stored file is not what its hash says."""


class FileMissing(FileProblem):
    """The file is not there."""


class FileDamaged(FileProblem):
    """The file's bytes do not have the hash they are stored under."""


class Place(Protocol):
    """What keeps files by name: `core.disk` or `core.bucket`. Nothing that has a name is ever written over."""

    def place_of(self, name: str) -> str: ...
    def write(self, name: str, data: bytes) -> None: ...
    def write_file(self, name: str, source: Path, *, take: bool) -> bool: ...
    def copy_to(self, name: str, target: Path) -> None: ...
    def settle(self, name: str) -> None: ...
    def open(self, name: str) -> BufferedIOBase: ...
    def erase(self, name: str) -> None: ...
    def names(self) -> Iterator[str]: ...
    def is_empty(self) -> bool: ...
    def is_well(self) -> bool: ...


def place() -> Place:
    """This will return where files are kept: the bucket when FILES_BUCKET names one, otherwise the disk."""
    if not settings.FILES_BUCKET:
        return Disk()
    from core.bucket import Bucket  # its packages are an extra

    return Bucket()


def name_of(area: str, sha: str) -> str:
    """This will return the name the bytes with that hash have, or would have. Raises ValueError for what is no hash."""
    if not SHA.fullmatch(sha) or not AREA.fullmatch(area):
        raise ValueError(f"no place for {area!r} {sha!r}")
    return f"{area}/{sha[:2]}/{sha}"


def path(area: str, sha: str) -> Path:
    """This will return where on the disk the bytes with that hash lie, or would lie. Raises ValueError as `name_of`."""
    return Disk().path(name_of(area, sha))


def place_of(area: str, sha: str) -> str:
    """This will say where the bytes with that hash lie, for whoever has to go and look."""
    return place().place_of(name_of(area, sha))


def keep(area: str, data: bytes) -> str:
    """This will store the bytes, read them back and return their SHA-256 as hex.

    The bytes are stored for good when it returns. What is there already is compared, never written again. Raises
    OSError when the place does not take them (nothing half-written stays), FileDamaged when what is there differs.
    """
    sha = hashlib.sha256(data).hexdigest()
    name, kept_in = name_of(area, sha), place()
    kept_in.write(name, data)
    read(area, sha)
    kept_in.settle(name)
    return sha


def read(area: str, sha: str) -> bytes:
    """This will return the bytes. Raises FileMissing and FileDamaged."""
    with open_kept(area, sha) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != sha:
        raise FileDamaged(sha)
    return data


def keep_file(area: str, source: Path, *, take: bool = True) -> str:
    """This will store a file of any size under its hash, read piece by piece, and return its SHA-256 as hex.

    Unless `take` is false the file itself may be linked in and must not be written to any more; otherwise it is copied
    and read back. Raises OSError and FileDamaged as `keep` does.
    """
    sha = sha_of_file(source)
    name, kept_in = name_of(area, sha), place()
    if not kept_in.write_file(name, source, take=take):
        size_if_whole(area, sha)
    kept_in.settle(name)
    return sha


def copy_to(area: str, sha: str, target: Path) -> None:
    """This will put the stored file at `target`, to be read only. Raises FileMissing. The hash is not recomputed."""
    try:
        place().copy_to(name_of(area, sha), target)
    except FileNotFoundError as error:
        raise FileMissing(sha) from error


def sha_of_file(source: Path) -> str:
    """This will return the SHA-256 of a file as hex, in a fixed amount of memory."""
    with source.open("rb") as stream:
        return digest_of(stream)[0]


def digest_of(stream: BufferedIOBase) -> tuple[str, int]:
    """This will read a stream through and return its SHA-256 as hex and how many bytes it had."""
    digest, size, block = hashlib.sha256(), 0, memoryview(bytearray(READ))
    # Into the same memory each time: making room for each block anew takes as long as hashing it.
    while count := stream.readinto(block):
        digest.update(block[:count])
        size += count
    return digest.hexdigest(), size


def open_kept(area: str, sha: str) -> BufferedIOBase:
    """This will open stored bytes for reading piece by piece. Raises FileMissing. The hash is not recomputed."""
    try:
        return place().open(name_of(area, sha))
    except FileNotFoundError as error:
        raise FileMissing(sha) from error


def size_if_whole(area: str, sha: str) -> int:
    """This will read the stored bytes through and return how many there are. Raises FileMissing and FileDamaged.

    Takes little memory however large the file is.
    """
    with open_kept(area, sha) as stream:
        digest, size = digest_of(stream)
    if digest != sha:
        raise FileDamaged(sha)
    return size


def stored() -> Iterator[tuple[str, str]]:
    """This will yield the area and the hash of every stored file; what has no hash for a name is not ours."""
    for name in place().names():
        if found := NAME.fullmatch(name):
            yield found[1], found[2]


def erase(area: str, sha: str) -> None:
    """This will remove stored bytes for good; what is gone already is left at that.

    Only a signed disposal calls it, and what takes away files of uploads that never came to an end.
    """
    place().erase(name_of(area, sha))
