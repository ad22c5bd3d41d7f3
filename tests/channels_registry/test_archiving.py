"""What is kept: exports in pieces, cut and resumed; screenshots; the package for the archive (R34)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from datetime import timedelta

import bagit
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import archiving, packages, pieces
from channels_registry.models import ArchiveItem, Upload
from core import filestore
from core.models import Event
from core.moves import MoveRefused, perform
from tests.channels_registry.closures import PROMISED, zip_bytes

pytestmark = pytest.mark.django_db


class Breaks(io.BytesIO):
    """A connection that ends before everything has come."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data)
        self.after = after

    def read(self, size: int = -1) -> bytes:
        if self.tell() >= self.after:
            raise OSError("the browser went away")
        return super().read(min(size, self.after - self.tell()))


def begin(closure, city, at, data, name="export.zip", changed=0):
    return archiving.begin_upload(closure, actor=city.anna, at=at, name=name, size=len(data), changed=changed)


@pytest.mark.rule("R34")
def test_upload_that_breaks_off_goes_on_where_it_was(journey, city, at):
    closure, data = journey.telling(), zip_bytes("x" * 300_000)
    upload = begin(closure, city, at, data)
    archiving.take_piece(upload, offset=0, stream=io.BytesIO(data[:1000]), length=1000)
    came = archiving.take_piece(upload, offset=1000, stream=Breaks(data[1000:], 500), length=100_000)
    assert came == 1500
    again = begin(closure, city, at, data)
    assert (again.pk, again.received) == (upload.pk, 1500)
    newer = begin(
        closure, city, at, data, changed=1_795_000_000_000
    )  # the same name and size, saved again since
    assert (newer.pk != upload.pk, newer.received) == (True, 0)
    with pytest.raises(archiving.UploadProblem) as wrong:
        archiving.take_piece(again, offset=1000, stream=io.BytesIO(data[1000:]), length=10)
    assert wrong.value.received == 1500
    with pytest.raises(archiving.UploadProblem, match="not complete"):
        archiving.finish_upload(again, actor=city.anna, at=at)
    archiving.take_piece(again, offset=1500, stream=io.BytesIO(data[1500:]), length=len(data) - 1500)
    item = archiving.finish_upload(again, actor=city.anna, at=at)
    assert item.sha == hashlib.sha256(data).hexdigest()
    assert filestore.read(archiving.ORIGINALS, item.sha) == data
    assert not pieces.part_of(again).exists()
    with pytest.raises(archiving.UploadProblem):
        archiving.take_piece(again, offset=len(data), stream=io.BytesIO(b"x"), length=1)
    assert Event.objects.get(kind="closure.item").data["sha"] == item.sha


@pytest.mark.rule("R34")
def test_pieces_that_come_to_several_web_servers_meet_in_the_bucket(
    store, journey, city, at, tmp_path, settings
):
    closure, data = journey.telling(), zip_bytes("x" * 300_000)
    upload = begin(closure, city, at, data)
    for number, offset in enumerate(range(0, len(data), 100_000)):
        settings.FILES_DIR = tmp_path / f"machine-{number}"
        piece = data[offset : offset + 100_000]
        stream = Breaks(piece, 40_000) if number == 0 else io.BytesIO(piece)
        came = archiving.take_piece(upload, offset=offset, stream=stream, length=len(piece))
        if number == 0:
            assert came == 40_000
            rest = io.BytesIO(piece[came:])
            archiving.take_piece(upload, offset=came, stream=rest, length=len(piece) - came)
    item = archiving.finish_upload(upload, actor=city.anna, at=at)
    assert store.objects == {f"channel-archive/{item.sha[:2]}/{item.sha}": data}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path]


@pytest.mark.rule("R34")
@pytest.mark.parametrize("length", [0, -1, archiving.PIECE + 1])
def test_piece_of_a_wrong_length_is_refused(journey, city, at, length):
    upload = begin(journey.telling(), city, at, zip_bytes())
    with pytest.raises(archiving.UploadProblem):
        archiving.take_piece(upload, offset=0, stream=io.BytesIO(b""), length=length)


@pytest.mark.rule("R34")
@pytest.mark.parametrize(("size", "reason"), [(0, "empty"), (2 * 1024**3 + 1, "larger than 2048 MB")])
def test_upload_of_a_wrong_size_is_refused(journey, city, at, size, reason):
    with pytest.raises(MoveRefused, match=reason):
        archiving.begin_upload(journey.telling(), actor=city.anna, at=at, name="x.zip", size=size)


@pytest.mark.rule("R34")
def test_what_no_platform_hands_out_is_refused_and_nothing_stays(journey, city, at):
    closure, data = journey.telling(), b"MZ\x90\x00\x03\x00\x00\x00\xff\xff"
    upload = begin(closure, city, at, data, "export.exe")
    with pytest.raises(MoveRefused, match="no export"):
        archiving.take_piece(upload, offset=0, stream=io.BytesIO(data), length=len(data))
    assert not ArchiveItem.objects.exists()


@pytest.mark.rule("R34")
def test_export_goes_up_in_pieces_through_the_page_and_comes_down_whole(journey, city, client_of):
    closure, data, anna = journey.telling(), zip_bytes("y" * 5000), client_of(city.anna)
    url = reverse("channels_registry:upload_begin", args=[closure.pk])
    begun = anna.post(url, {"name": "../../export.zip", "size": len(data)}).json()
    piece = reverse("channels_registry:upload_piece", args=[closure.pk, begun["upload"]])

    def send(offset, body):
        return anna.post(
            piece, body, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)}
        )

    assert send(0, data[:100]).json() == {"received": 100}
    lost = send(0, data[:100])
    assert (lost.status_code, lost.json()["received"]) == (409, 100)
    assert anna.post(piece, data, content_type="application/octet-stream").status_code == 422
    early = anna.post(piece + "finish/")
    assert (early.status_code, early.json()["received"]) == (409, 100)
    assert send(100, data[100:]).json() == {"received": len(data)}
    other = client_of(city.erik).post(piece + "finish/")
    assert other.status_code == 404
    assert anna.post(piece + "finish/").json()["sha"] == hashlib.sha256(data).hexdigest()
    item = closure.items.get()
    assert item.name == "export.zip"
    down = client_of(city.rut).get(reverse("channels_registry:item_original", args=[closure.pk, item.pk]))
    assert b"".join(down.streaming_content) == data
    assert down["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(kind="closure.item_taken", actor=city.rut).exists()
    stranger = client_of(city.olle)
    assert (
        stranger.get(reverse("channels_registry:item_original", args=[closure.pk, item.pk])).status_code
        == 404
    )
    assert stranger.post(url, {"name": "x.zip", "size": 5}).status_code == 404


@pytest.mark.rule("R34")
@pytest.mark.parametrize("size", [500, 3 * 1024 * 1024])
def test_export_goes_up_as_a_plain_form(journey, city, client_of, size):
    closure, anna = journey.telling(), client_of(city.anna)
    data = zip_bytes("z" * size)
    url = reverse("channels_registry:export_add", args=[closure.pk])
    answer = anna.post(url, {"export": SimpleUploadedFile("export.zip", data)})
    assert answer.status_code == 302, answer.content.decode()
    assert closure.items.get().sha == hashlib.sha256(data).hexdigest()
    again = anna.post(url, {"export": SimpleUploadedFile("export.zip", data)})
    assert (again.status_code, "kept already" in again.content.decode()) == (409, True)
    assert anna.post(url, {}).status_code == 422


@pytest.mark.rule("R34")
def test_screenshot_is_kept_shown_and_opened_by_somebody(journey, city, client_of, png):
    closure, anna = journey.telling(), client_of(city.anna)
    url = reverse("channels_registry:shot_add", args=[closure.pk])
    assert anna.post(url, {"screenshot": SimpleUploadedFile("a.png", png())}).status_code == 302
    assert anna.post(url, {"screenshot": SimpleUploadedFile("a.png", b"hello")}).status_code == 422
    item = closure.items.get()
    copy = anna.get(reverse("channels_registry:item_copy", args=[closure.pk, item.pk]))
    assert copy["Content-Type"] == "image/png"
    opened = reverse("channels_registry:item_opened", args=[closure.pk, item.pk])
    assert client_of(city.rut).post(opened).status_code == 302
    item.refresh_from_db()
    assert item.opened_by == city.rut
    assert anna.post(opened).status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveItem.objects.update(sha="0" * 64)


@pytest.mark.rule("R34")
def test_file_that_was_damaged_on_disk_is_not_opened(journey, city):
    closure = journey.telling()
    source = journey.tmp_path / "e.zip"
    source.write_bytes(zip_bytes())
    item = archiving.keep_export(closure, actor=city.anna, at=journey.at, source=source, name="e.zip")
    kept = filestore.path(archiving.ORIGINALS, item.sha)
    kept.chmod(0o600)
    kept.write_bytes(b"other")
    with pytest.raises(MoveRefused, match="missing or damaged"):
        archiving.note_opened(item, actor=city.rut, at=journey.at)
    kept.unlink()
    with pytest.raises(MoveRefused, match="missing or damaged"):
        archiving.note_opened(item, actor=city.rut, at=journey.at)


@pytest.mark.rule("R34")
def test_files_are_kept_only_while_telling_and_archiving(journey, city, png):
    closure = journey.awaiting()
    with pytest.raises(MoveRefused, match="awaiting decision"):
        begin(closure, city, journey.at, zip_bytes())
    assert not Upload.objects.exists()


@pytest.mark.rule("R34")
def test_archive_package_is_a_valid_bag_with_the_hashes_in_the_trail(journey, city, client_of, tmp_path):
    closure = journey.closed()
    package = closure.package
    rut = client_of(city.rut)
    down = rut.get(reverse("channels_registry:package_download", args=[closure.pk]))
    data = b"".join(down.streaming_content)
    assert hashlib.sha256(data).hexdigest() == package.sha
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert all(name.isascii() for name in packed.namelist())
        packed.extractall(tmp_path / "out")
    folder = tmp_path / "out" / f"avslut-{closure.pk}"
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    story = json.loads((folder / "data" / "closure.json").read_text())
    assert {row["by"] for row in story["decisions"]} == {"Karin", "Ulf"}
    assert len(story["files"]) == 2
    assert {row["sha256"] for row in story["files"]} == {item.sha for item in closure.items.all()}
    event = Event.objects.get(kind="closure.package")
    assert event.data["sha"] == package.sha
    manifest = hashlib.sha256((folder / "manifest-sha256.txt").read_bytes()).hexdigest()
    assert event.data["manifest"] == manifest == package.manifest_sha


@pytest.mark.rule("R34")
def test_package_that_cannot_be_built_says_why_and_is_tried_again(journey, city):
    closure = journey.ready()
    item = closure.items.first()
    filestore.path(archiving.ORIGINALS, item.sha).rename(journey.tmp_path / "away")
    journey.at += PROMISED
    perform(closure, "close", actor=city.anna, at=journey.at, how="deleted", handle_kept="The vault")
    assert packages.build_packages(journey.at) == 0
    closure = journey.fresh(closure)
    assert "FileMissing" in closure.package.error
    target = filestore.path(archiving.ORIGINALS, item.sha)
    (journey.tmp_path / "away").rename(target)
    assert packages.build_packages(journey.at + timedelta(minutes=16)) == 1


@pytest.mark.parametrize("move", ["cancel", "reject"])
def test_upload_that_broke_off_goes_with_the_closure_that_stops(
    journey, city, at, move, django_capture_on_commit_callbacks
):
    closure, data = journey.telling(), zip_bytes("x" * 3000)
    upload = begin(closure, city, at, data)
    archiving.take_piece(upload, offset=0, stream=io.BytesIO(data[:1000]), length=1000)
    assert pieces.part_of(upload).exists()
    with django_capture_on_commit_callbacks(execute=True):
        perform(closure, move, actor=city.anna if move == "cancel" else city.karin, at=at, note="No.")
    assert not closure.uploads.exists()
    with pytest.raises(archiving.UploadProblem, match="nothing more is kept"):
        archiving.take_piece(upload, offset=1000, stream=io.BytesIO(data[1000:]), length=10)
    assert not pieces.part_of(upload).exists()


@pytest.mark.slow
@pytest.mark.rule("R34")
def test_upload_cut_at_1300_megabytes_goes_on_and_is_hashed_as_one(journey, city, client_of):
    """The first 1.3 GB are a hole in the file, so that they take no room; what follows is sent through the page."""
    closure, anna = journey.telling(), client_of(city.anna)
    cut, rest = 1300 * 1024**2, b"PK" * (3 * 1024**2)
    begin_at = reverse("channels_registry:upload_begin", args=[closure.pk])
    facts = {"name": "export.zip", "size": cut + len(rest)}
    begun = anna.post(begin_at, facts).json()
    upload = Upload.objects.get(uid=begun["upload"])
    piece = reverse("channels_registry:upload_piece", args=[closure.pk, begun["upload"]])

    def send(offset, body):
        headers = {"Upload-Offset": str(offset)}
        return anna.post(piece, body, content_type="application/octet-stream", headers=headers).json()

    send(0, b"PK\x03\x04")
    with pieces.part_of(upload).open("r+b") as part:
        part.truncate(cut)
    Upload.objects.filter(pk=upload.pk).update(received=cut)
    assert "broke off at 1.3" in anna.get(
        reverse("channels_registry:closure_step", args=[closure.pk, "keep"])
    ).content.decode().replace("\xa0", " ")
    again = anna.post(begin_at, facts).json()
    assert (again["upload"], again["received"]) == (begun["upload"], cut)
    assert send(0, rest)["received"] == cut
    assert send(cut, rest)["received"] == cut + len(rest)
    done = anna.post(piece + "finish/").json()
    whole = hashlib.sha256(b"PK\x03\x04")
    zeros = bytes(1024**2)
    whole.update(zeros[4:])
    for _number in range(1299):
        whole.update(zeros)
    whole.update(rest)
    assert done["sha"] == whole.hexdigest()
    item = closure.items.get()
    assert item.size == cut + len(rest)
    archiving.note_opened(item, actor=city.rut, at=journey.at)
    assert not pieces.part_of(upload).exists()


@pytest.mark.rule("R34")
def test_a_file_that_is_no_export_is_refused_with_its_first_piece_and_one_kept_already_leaves_nothing(
    journey, city, at, client_of
):
    closure, anna = journey.telling(), client_of(city.anna)
    upload = begin(closure, city, at, b"MZ\x90\x00\xff\xfe" * 4000)
    with pytest.raises(archiving.UploadProblem, match="no export"):
        archiving.take_piece(upload, offset=0, stream=io.BytesIO(b"MZ\x90\x00\xff\xfe" * 1000), length=6000)
    assert (closure.uploads.exists(), pieces.part_of(upload).exists()) == (False, False)
    data = zip_bytes()
    for kept in (True, False):
        upload = begin(closure, city, at, data)
        archiving.take_piece(upload, offset=0, stream=io.BytesIO(data), length=len(data))
        if kept:
            archiving.finish_upload(upload, actor=city.anna, at=at)
        else:
            with pytest.raises(MoveRefused, match="kept already"):
                archiving.finish_upload(upload, actor=city.anna, at=at)
    assert not closure.uploads.filter(finished_at=None).exists()
    assert not pieces.part_of(upload).exists()
    page = anna.get(reverse("channels_registry:closure_step", args=[closure.pk, "keep"])).content.decode()
    assert "It is kept until" not in page


@pytest.mark.rule("R34")
def test_clock_forgets_what_broke_off_two_weeks_ago_and_pieces_that_belong_to_no_upload(
    journey, city, at, client_of
):
    closure, data = journey.telling(), zip_bytes("x" * 3000)
    upload = begin(closure, city, at, data)
    archiving.take_piece(upload, offset=0, stream=io.BytesIO(data[:1000]), length=1000)
    page = client_of(city.anna).get(reverse("channels_registry:closure_step", args=[closure.pk, "keep"]))
    assert "It is kept until" in page.content.decode()
    folder = pieces.scratch() / "tmpleft"
    folder.mkdir()
    (folder / "package.zip").write_bytes(b"PK")
    lost, new = pieces.scratch() / f"{'a' * 32}.part", pieces.scratch() / f"{'b' * 32}.part"
    lost.write_bytes(b"PK")
    new.write_bytes(b"PK")
    for path in (folder, lost, pieces.part_of(upload)):
        os.utime(path, (0, 0))
    assert archiving.forget_what_broke_off(at + timedelta(days=13)) == 0
    assert [path.exists() for path in (folder, lost, new)] == [False, False, True]
    assert pieces.part_of(upload).exists()
    assert archiving.forget_what_broke_off(at + timedelta(days=15)) == 1
    assert (closure.uploads.exists(), pieces.part_of(upload).exists()) == (False, False)
