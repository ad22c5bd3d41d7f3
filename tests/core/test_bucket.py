"""Evidence, pictures and exports in an S3-compatible store: over real HTTP, against a server the test starts."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core import backup, bucket, filestore
from core.models import Event
from moderation.models import EvidenceItem, Ground
from moderation.transitions import open_case, register_comment
from tests.core import s3
from tests.core.test_backup import empty, happen, manage  # noqa: F401  (a fixture)

DATA = b"a screenshot"
SHA = hashlib.sha256(DATA).hexdigest()
NAME = f"evidence/{SHA[:2]}/{SHA}"
EVIDENCE = {"shows": "comment", "context": "Below our post."}


def on_disk(settings) -> list[Path]:
    return [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]


def test_bytes_are_put_under_their_hash_and_read_back(store, settings):
    assert filestore.keep("evidence", DATA) == SHA
    assert filestore.read("evidence", SHA) == DATA
    assert store.objects == {NAME: DATA}
    assert store.asked[:2] == [("PUT", NAME), ("GET", NAME)], "what was put is read back before it counts"
    assert filestore.size_if_whole("evidence", SHA) == len(DATA)
    assert on_disk(settings) == []


def test_the_same_bytes_are_put_once(store):
    with ThreadPoolExecutor(8) as pool:
        shas = set(pool.map(lambda _number: filestore.keep("evidence", DATA), range(20)))
    assert shas == {SHA}
    assert store.puts == [NAME]


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA.swapcase()])
def test_what_was_changed_in_the_store_is_damaged_and_not_put_over(store, damage):
    filestore.keep("evidence", DATA)
    store.objects[NAME] = damage
    with pytest.raises(filestore.FileDamaged):
        filestore.read("evidence", SHA)
    with pytest.raises(filestore.FileDamaged):
        filestore.keep("evidence", DATA)
    assert store.objects[NAME] == damage


def test_what_is_gone_is_missing(store):
    with pytest.raises(filestore.FileMissing):
        filestore.read("evidence", SHA)
    with pytest.raises(filestore.FileMissing):
        filestore.size_if_whole("evidence", SHA)
    filestore.erase("evidence", filestore.keep("evidence", DATA))
    assert store.objects == {}


def test_a_store_that_knows_no_conditions_is_asked_first(store):
    store.knows_conditions = False
    for _ in range(2):
        assert filestore.keep("evidence", DATA) == SHA
    assert store.puts == [NAME]
    assert ("HEAD", NAME) in store.asked


def test_a_put_whose_answer_was_lost_counts_once(store):
    store.losing = 1
    assert filestore.keep("evidence", DATA) == SHA
    assert store.puts == [NAME]


def test_a_store_that_is_busy_for_a_moment_is_asked_again(store):
    store.failing = 1
    assert filestore.keep("evidence", DATA) == SHA


def test_a_store_that_stays_away_is_told_as_such(store):
    store.failing = 50
    with pytest.raises(filestore.StoreAway, match="SlowDown"):
        filestore.keep("evidence", DATA)
    assert store.objects == {}


def test_a_body_that_breaks_off_is_no_shorter_file(store):
    filestore.keep("evidence", DATA)
    store.cutting = True
    with pytest.raises(filestore.StoreAway):
        filestore.read("evidence", SHA)


def test_a_wrong_secret_opens_nothing_and_stands_in_no_message(store, settings):
    s3.use(settings, store, secret="another-secret")
    with pytest.raises(filestore.StoreAway) as refused:
        filestore.keep("evidence", DATA)
    assert store.refused
    assert store.objects == {}
    assert "another-secret" not in str(refused.value)


def test_a_large_file_is_put_in_parts_and_only_once(store, tmp_path, monkeypatch):
    monkeypatch.setattr(bucket, "PART", 6 * 1024 * 1024)
    source = tmp_path / "export.zip"
    source.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 55_000)
    for _ in range(2):
        sha = filestore.keep_file("channel-archive", source)
    assert store.objects == {f"channel-archive/{sha[:2]}/{sha}": source.read_bytes()}
    assert len(store.puts) == 1
    assert store.parts == {}
    filestore.copy_to("channel-archive", sha, tmp_path / "back")
    assert filestore.sha_of_file(tmp_path / "back") == sha


def test_every_file_is_listed_also_past_the_first_answer(store):
    kept = {("evidence", filestore.keep("evidence", bytes([number]))) for number in range(8)}
    store.objects["incoming/0123/000000000000000"] = b"a piece is no kept file"
    assert set(filestore.stored()) == kept


@pytest.mark.django_db
def test_the_health_page_says_when_the_store_is_away(store, client):
    assert client.get(reverse("health")).json()["files"] == {"ok": True}
    store.failing = 50
    answer = client.get(reverse("health"))
    assert (answer.status_code, answer.json()["files"]) == (503, {"ok": False})


@pytest.fixture
def case(city, at):
    comment = register_comment(
        actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    ground = Ground.objects.get(code="unlawful_threat")
    return open_case(comment, ground=ground, actor=city.anna, at=at, facts="A threat.")


@pytest.mark.rule("R20")
@pytest.mark.django_db
def test_a_screenshot_is_sealed_shown_and_checked_from_the_store(store, case, city, at, client_of, png):
    anna = client_of(city.anna)
    shot = SimpleUploadedFile("shot.png", png(), content_type="image/png")
    sent = anna.post(reverse("moderation:evidence_add", args=[case.pk]), EVIDENCE | {"screenshot": shot})
    assert sent.status_code == 302
    item = EvidenceItem.objects.get()
    assert store.objects[f"evidence/{item.sha[:2]}/{item.sha}"] == png()
    sealed = anna.post(reverse("moderation:case_move", args=[case.pk, "seal"]), {"seen": "2"})
    assert sealed.status_code == 302, sealed.content.decode()
    call_command("verify_archive")
    store.objects[f"evidence/{item.sha[:2]}/{item.sha}"] = b"other"
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_archive")


@pytest.mark.django_db
def test_a_page_asks_people_to_wait_while_the_store_is_away(store, case, city, client_of, png):
    client = client_of(city.anna)
    client.raise_request_exception = False
    store.failing = 500
    shot = SimpleUploadedFile("shot.png", png(), content_type="image/png")
    sent = client.post(reverse("moderation:evidence_add", args=[case.pk]), EVIDENCE | {"screenshot": shot})
    assert (sent.status_code, sent["Retry-After"]) == (503, "10")
    assert not EvidenceItem.objects.exists()


@pytest.mark.slow
@pytest.mark.rule("R36")
@pytest.mark.django_db(transaction=True)
def test_a_copy_of_the_store_is_laid_back_into_an_empty_one(store, live_people, tmp_path, empty):  # noqa: F811
    for number in range(5):
        happen(live_people, number)
    backup.back_up(tmp_path / "copy", timezone.now())
    with s3.running() as other:
        done = manage(empty | s3.environment_of(other), "restore", str(tmp_path / "copy"))
        assert done.returncode == 0, done.stderr
        assert other.objects == store.objects
        again = manage(empty | s3.environment_of(other), "restore", str(tmp_path / "copy"))
        assert again.returncode == 1
    rows = set(Event.objects.filter(kind="test.kept").values_list("data__sha", flat=True))
    assert {name.rpartition("/")[2] for name in other.objects} == rows
    assert (
        json.loads((tmp_path / "copy" / "manifest.json").read_text())["database"]["vendor"]
        == connection.vendor
    )
