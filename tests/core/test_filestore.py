"""Files that are written once and never changed, on a real disk."""

from __future__ import annotations

import hashlib
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from core import filestore

DATA = b"a screenshot"
SHA = hashlib.sha256(DATA).hexdigest()


@contextmanager
def small_disk() -> Iterator[int]:
    """The operating system takes no file longer than this; writing on is a real error half way through.

    No longer than needed: what pytest writes meanwhile may be a longer file.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield 4096
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def everything(settings) -> list[Path]:
    return sorted(path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file())


def test_file_is_kept_under_its_hash_and_read_back(settings):
    assert filestore.keep("evidence", DATA) == SHA
    assert filestore.read("evidence", SHA) == DATA
    assert filestore.path("evidence", SHA) == Path(settings.FILES_DIR) / "evidence" / SHA[:2] / SHA
    assert everything(settings) == [filestore.path("evidence", SHA)]


def test_file_and_folders_are_closed_to_others(settings):
    filestore.keep("evidence", DATA)
    path = filestore.path("evidence", SHA)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    for folder in (path.parent, path.parent.parent, Path(settings.FILES_DIR)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_same_bytes_are_written_once(settings):
    filestore.keep("evidence", DATA)
    first = filestore.path("evidence", SHA).stat()
    filestore.keep("evidence", DATA)
    second = filestore.path("evidence", SHA).stat()
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)


def test_areas_are_apart():
    filestore.keep("evidence", DATA)
    with pytest.raises(filestore.FileMissing):
        filestore.read("evidence-copies", SHA)


def test_empty_and_large_files_are_kept():
    for data in (b"", bytes(3_000_000)):
        assert filestore.read("pictures", filestore.keep("pictures", data)) == data


def test_file_that_is_gone_is_missing():
    filestore.keep("evidence", DATA)
    filestore.path("evidence", SHA).unlink()
    with pytest.raises(filestore.FileMissing):
        filestore.read("evidence", SHA)


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA + b"\n", DATA.swapcase()])
def test_changed_file_is_damaged_and_not_silently_written_over(damage):
    filestore.keep("evidence", DATA)
    path = filestore.path("evidence", SHA)
    path.chmod(0o600)
    path.write_bytes(damage)
    with pytest.raises(filestore.FileDamaged):
        filestore.read("evidence", SHA)
    with pytest.raises(filestore.FileDamaged):
        filestore.keep("evidence", DATA)
    assert path.read_bytes() == damage


def test_disk_that_takes_no_more_leaves_nothing_half_written(settings):
    with small_disk() as limit:
        with pytest.raises(OSError, match="large"):
            filestore.keep("evidence", bytes(limit * 3))
        assert everything(settings) == []
        assert filestore.keep("evidence", DATA) == SHA


def test_part_left_by_a_killed_process_is_no_file(settings):
    folder = filestore.path("evidence", SHA).parent
    folder.mkdir(parents=True)
    (folder / ".0123.part").write_bytes(DATA[:4])
    with pytest.raises(filestore.FileMissing):
        filestore.read("evidence", SHA)
    assert filestore.keep("evidence", DATA) == SHA
    assert filestore.read("evidence", SHA) == DATA


def test_many_keeping_the_same_bytes_at_once_make_one_file(settings):
    data = bytes(200_000)
    with ThreadPoolExecutor(8) as pool:
        shas = set(pool.map(lambda _number: filestore.keep("evidence", data), range(40)))
    assert len(shas) == 1
    assert len(everything(settings)) == 1


@pytest.mark.parametrize(
    ("area", "sha"),
    [
        ("evidence", "../../../etc/passwd"),
        ("evidence", ""),
        ("evidence", SHA.upper()),
        ("..", SHA),
        ("a/b", SHA),
    ],
)
def test_what_is_no_hash_leads_nowhere(area, sha):
    with pytest.raises(ValueError, match="no place"):
        filestore.read(area, sha)
