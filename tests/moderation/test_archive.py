"""The archive: read back, exported, masked, disposed of; and every way to tamper with it found and named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import bagit
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image

from core import backup, filestore, trail, triggers
from core.models import Event, Notice, Seal
from core.moves import MoveRefused, perform
from core.workdays import instant
from moderation import archive
from moderation.capture import COPIES, ORIGINALS, add_screenshot
from moderation.checking import note_author_told, note_police_report, note_seen
from moderation.disposal import dispose, propose_disposal, ready_for_disposal
from moderation.export import cover, export_cases, load, masked_case
from moderation.masking import make_masked_copy
from moderation.models import (
    ArchiveCheck,
    Case,
    CommentRevision,
    Disposal,
    Evidence,
    EvidenceItem,
    MaskedCopy,
)
from moderation.transitions import ask_waiver, sign_waiver
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db


def guards_off(*tables: str) -> None:
    with connection.cursor() as cursor:
        for name, table in triggers.installed(connection).items():
            if table in tables:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on_table}")


@pytest.fixture
def sealed(city, at, png, new_case, sweep_at):
    case = walk(new_case(), city, at, png, "removed")
    trail.seal_events(at)
    return case


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def verified() -> str:
    try:
        call_command("verify_archive", stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        return str(error)
    return ""


@pytest.mark.rule("R20")
def test_whole_archive_is_said_to_be_whole_with_its_progress(sealed):
    out = StringIO()
    call_command("verify_archive", stdout=out)
    assert "100 %" in out.getvalue()
    assert "The archive is whole." in out.getvalue()


@pytest.mark.rule("R20")
def test_flipped_bit_and_missing_file_are_named(sealed):
    item, check = EvidenceItem.objects.get(), sealed.checks.get()
    flip(filestore.path(ORIGINALS, item.sha))
    filestore.path(COPIES, check.clean_sha).unlink()
    said = verified()
    assert f"screenshot {item.pk}: the file evidence/{item.sha[:2]}/{item.sha} does not have its hash" in said
    assert f"{check.clean_sha} is missing" in said
    assert "2 faults" in said


CHANGES = {
    "context": (
        "moderation_evidence",
        "UPDATE moderation_evidence SET context = 'Nothing.'",
        "the context was changed",
    ),
    "manifest": (
        "moderation_evidence",
        "UPDATE moderation_evidence SET manifest = '{}'",
        "the manifest was changed",
    ),
    "both": (
        "moderation_evidence",
        "UPDATE moderation_evidence SET manifest_sha = manifest",
        "the trail does not say",
    ),
    "text": (
        "moderation_commentrevision",
        "UPDATE moderation_commentrevision SET text = 'Nice.'",
        "the comment's text was changed",
    ),
    "author": (
        "moderation_commentrevision",
        "UPDATE moderation_commentrevision SET author_name = 'Erik'",
        "the author's name was changed",
    ),
    "number": (
        "moderation_commentrevision",
        "UPDATE moderation_commentrevision SET number = 2",
        "which text it is of",
    ),
    "address": (
        "moderation_comment",
        "UPDATE moderation_comment SET url = 'https://example.org/'",
        "the comment's address was changed",
    ),
    "screenshot": (
        "moderation_evidenceitem",
        "UPDATE moderation_evidenceitem SET sha = clean_sha",
        "what its screenshots are",
    ),
    "who took it": (
        "moderation_evidenceitem",
        "UPDATE moderation_evidenceitem SET taken_by = 'Erik'",
        "what its screenshots are",
    ),
    "who sealed it": (
        "moderation_evidence",
        "UPDATE moderation_evidence SET sealed_by_id = (SELECT MAX(id) FROM core_user)",
        "who sealed it, or when",
    ),
    "reasons": (
        "moderation_removal",
        "UPDATE moderation_removal SET facts = 'Nothing much.'",
        "an order to remove, or its reasons, is not what the trail says",
    ),
    "how clear": (
        "moderation_removal",
        "UPDATE moderation_removal SET manifest = 'no'",
        "an order to remove, or its reasons, is not what the trail says",
    ),
    "who ordered": (
        "moderation_removal",
        "UPDATE moderation_removal SET ordered_by_id = (SELECT MAX(id) FROM core_user)",
        "an order to remove, or its reasons, is not what the trail says",
    ),
    "unsealed": (
        "moderation_evidence",
        "UPDATE moderation_evidence SET state = 'gathering'",
        "it is not there",
    ),
    "event": (
        "core_event",
        "UPDATE core_event SET note = 'x' WHERE kind = 'case.open'",
        "are not those it sealed",
    ),
    "event gone": (
        "core_event",
        "DELETE FROM core_event WHERE kind = 'case.open'",
        "are not those it sealed",
    ),
    "seal": ("core_seal", "UPDATE core_seal SET event_count = event_count + 1", "was changed"),
    "fork": ("core_seal", "UPDATE core_seal SET prev = hash", "does not follow the one before it"),
}


LOOK, AUTHOR = "a look whether the comment is gone is not", "what its author was told is not"
POLICE, WAIVER = "a report to the police is not", "its waiver is not"
ROWS = {
    "what a look saw": (
        "moderation_removalcheck",
        "UPDATE moderation_removalcheck SET said = 'It is there.'",
        LOOK,
    ),
    "who looked": (
        "moderation_removalcheck",
        "UPDATE moderation_removalcheck SET checked_by_id = {sara}",
        LOOK,
    ),
    "a look that is gone": ("moderation_removalcheck", "DELETE FROM moderation_removalcheck", LOOK),
    "a look that was never made": (
        "moderation_removalcheck",
        "INSERT INTO moderation_removalcheck (case_id, way, result, said, sha, clean_sha, content_type, checked_by_id, "
        "checked_at) SELECT case_id, way, result, said, '', '', '', checked_by_id, checked_at FROM moderation_removalcheck",
        LOOK,
    ),
    "the author was told": (
        "moderation_authornotice",
        "UPDATE moderation_authornotice SET text = 'Sorry.'",
        AUTHOR,
    ),
    "number of the police": (
        "moderation_policereport",
        "UPDATE moderation_policereport SET number = 'B 2'",
        POLICE,
    ),
    "description": ("moderation_waiver", "UPDATE moderation_waiver SET description = 'A cat.'", WAIVER),
    "second signature": ("moderation_waiver", "UPDATE moderation_waiver SET signed_by_id = {sara}", WAIVER),
}


@pytest.mark.rule("R20", "R36")
@pytest.mark.parametrize("change", ROWS)
def test_words_of_a_case_that_were_changed_past_the_trail_are_named(city, at, sealed, new_case, change):
    note_author_told(sealed, actor=city.anna, at=at, way="message", text="It is removed.")
    note_police_report(sealed, actor=city.anna, at=at, number="B 1", reported_on=at.date())
    waived = new_case("child_abuse", facts="")
    ask_waiver(waived, actor=city.anna, at=at, description="A picture, told in words.")
    sign_waiver(waived, actor=city.erik, at=at)
    trail.seal_events(at)
    assert verified() == ""
    table, sql, expected = ROWS[change]
    guards_off(table)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(sara=city.sara.pk))
    number = waived.pk if expected == WAIVER else sealed.pk
    assert f"Case {number}: {expected} what the trail says." in verified()
    assert "1 faults" in verified() or "1 fault" in verified()


@pytest.mark.rule("R20")
@pytest.mark.parametrize("change", CHANGES)
def test_changed_row_and_forked_chain_are_named(sealed, change):
    table, sql, expected = CHANGES[change]
    guards_off(table)
    if change == "both":
        sql = "UPDATE moderation_evidence SET manifest_sha = substr(manifest_sha, 2) || 'x'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert expected in verified()


@pytest.mark.rule("R20", "R36")
def test_archive_is_read_every_night_in_slices_and_its_keepers_told(city, at, sealed, monkeypatch):
    monkeypatch.setattr(archive, "SLICE_ROWS", 1)
    night = instant(at.date() + timedelta(days=1), "02:00")
    assert archive.check_archive(night - timedelta(seconds=1)) == 0
    while not ArchiveCheck.objects.filter(day=night.date(), stage="done").exists():
        archive.check_archive(night)
    check = ArchiveCheck.objects.get(day=night.date())
    assert (check.faults, check.file_count, check.finished_at) == ([], 4, night)
    told = Notice.objects.get(key=f"archive:{night.date()}")
    assert told.recipient == city.rut
    assert Seal.objects.first().hash in told.body
    assert archive.check_archive(night) == 0
    flip(filestore.path(ORIGINALS, EvidenceItem.objects.get().sha))
    later = night + timedelta(days=1)
    while not ArchiveCheck.objects.filter(day=later.date(), stage="done").exists():
        archive.check_archive(later)
    assert "does not have its hash" in ArchiveCheck.objects.get(day=later.date()).told[0]
    assert set(
        Notice.objects.filter(key=f"archive:{later.date()}", urgent=True).values_list(
            "recipient__name", flat=True
        )
    ) == {"Rut", "Admin"}


@pytest.mark.rule("R20")
def test_evidence_that_is_gone_is_named_once_also_between_others_and_slice_by_slice(
    city, at, png, new_case, monkeypatch
):
    cases = [
        walk(new_case(), city, at, lambda c=colour: png(c), "sealed") for colour in ("red", "blue", "white")
    ]
    rows = [case.evidence.get().pk for case in cases]
    guards_off("moderation_evidence")
    Evidence.objects.filter(pk__in=[rows[1], rows[2]]).update(state="gathering")
    expected = [
        f"Case {case.pk}, evidence {row}: the trail says that it was sealed, and it is not there."
        for case, row in zip(cases[1:], rows[1:], strict=True)
    ]
    assert [line for line in verified().splitlines() if "evidence" in line] == expected
    Evidence.objects.filter(pk=rows[2]).update(state="sealed")
    night = instant(at.date() + timedelta(days=1), "02:00")
    monkeypatch.setattr(archive, "SLICE_ROWS", 1)
    while not ArchiveCheck.objects.filter(stage="done").exists():
        archive.check_archive(night)
    assert ArchiveCheck.objects.get().told == expected[:1]


@pytest.mark.rule("R20")
def test_faults_are_said_in_the_language_of_whoever_reads_and_in_english_in_the_shell(
    city, at, sealed, client_of
):
    flip(filestore.path(ORIGINALS, EvidenceItem.objects.get().sha))
    guards_off("core_event")
    Event.objects.filter(kind="case.open").update(note="x")
    night = instant(at.date() + timedelta(days=1), "02:00")
    ArchiveCheck.objects.create(day=at.date(), stage="done", started_at=at, faults=["As it was kept first."])
    city.rut.language = "sv"
    city.rut.save()
    while not ArchiveCheck.objects.filter(day=night.date(), stage="done").exists():
        archive.check_archive(night)
    swedish = ("har inte längre sin kontrollsumma.", "är inte de som den låste")
    english = ("does not have its hash any more.", "are not those it sealed")
    page = client_of(city.rut).get(reverse("moderation:archive_page")).content.decode()
    told = Notice.objects.get(key=f"archive:{night.date()}", recipient=city.rut).body
    for text in (page, told):
        assert [one in text for one in swedish + english] == [True, True, False, False]
    assert "As it was kept first." in page
    page = client_of(city.admin).get(reverse("moderation:archive_page")).content.decode()
    assert [one in page for one in swedish + english] == [False, False, True, True]
    with translation.override("sv"):
        said = verified()
        assert [one in said for one in swedish + english] == [False, False, True, True]
        assert backup.faults()[0].startswith("The events of seal")


@pytest.fixture
def bag(city, at, sealed, new_case, png, tmp_path):
    other = walk(new_case(), city, at, lambda color="red": png(color), "sealed")
    out = BytesIO()
    export_cases([load(sealed), load(other)], actor=city.rut, at=at, out=out, name="export")
    zipfile.ZipFile(out).extractall(tmp_path)
    return tmp_path / "export"


def check_bag(bag: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", "-B", "verify.py"], cwd=bag, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.rule("R20")
def test_export_is_a_bag_that_bagit_accepts_with_ascii_names_and_a_readable_case(bag):
    assert "BagIt-Version: 1.0" in (bag / "bagit.txt").read_text()
    assert bagit.Bag(str(bag)).validate()
    assert all(path.name.isascii() for path in bag.rglob("*"))
    html = min(bag.glob("data/case-*/case.html")).read_text()
    assert "A threat." in html
    assert "<script" not in html
    facts = json.loads(min(bag.glob("data/case-*/case.json")).read_text())
    assert (facts["state"], facts["ground"]["code"]) == ("removed", "unlawful_threat")
    statement = json.loads(min(bag.glob("data/case-*/statement-1.json")).read_text())
    assert statement["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert statement["manifestly_illegal"] is True
    assert check_bag(bag) == (0, "Allt stämmer. (All holds.)\n")


@pytest.mark.rule("R20")
def test_verifier_of_the_bag_finds_a_flipped_bit_in_each_file_in_turn(bag, tmp_path):
    files = sorted(path.relative_to(bag) for path in bag.rglob("*") if path.is_file())
    assert len(files) > 12
    for name in files:
        broken = tmp_path / "broken"
        shutil.copytree(bag, broken)
        flip(broken / name)
        status, said = check_bag(broken)
        assert status != 0, name
        if name.name not in {"verify.py", "tagmanifest-sha256.txt"}:
            assert str(name) in said or "cannot be read" in said, (name, said)
        shutil.rmtree(broken)


def test_verifier_finds_a_chain_rewritten_together_with_its_manifests(bag):
    chain = json.loads((bag / "data/chain.json").read_text())
    row = next(row for link in chain["links"] for row in link["lines"] if "case.open" in row.get("line", ""))
    row["line"] = row["line"].replace("Anna", "Erik")
    (bag / "data/chain.json").write_text(json.dumps(chain))
    bagit.Bag(str(bag))  # it still loads; rewriting its manifests is left to the forger
    assert "does not hold the events" in check_bag(bag)[1]


def test_export_shows_nothing_of_other_cases_in_its_chain(city, at, png, new_case, tmp_path):
    new_case(facts="Something about somebody else.")
    case = walk(new_case(), city, at, png, "sealed")
    out = BytesIO()
    export_cases([load(case)], actor=city.rut, at=at, out=out, name="export")
    assert all(
        b"somebody else" not in archive_file.read(name)
        for archive_file in [zipfile.ZipFile(out)]
        for name in archive_file.namelist()
    )


@pytest.mark.parametrize("who", ["anna", "erik", "karin", "olle", "stranger"])
def test_only_keepers_of_records_export(city, at, sealed, who):
    with pytest.raises(MoveRefused, match="Only a records officer"):
        export_cases([load(sealed)], actor=getattr(city, who), at=at, out=BytesIO(), name="x")
    assert not Event.objects.filter(kind="case.export").exists()


def test_damaged_file_stops_the_export_and_nothing_is_noted(city, at, sealed):
    flip(filestore.path(ORIGINALS, EvidenceItem.objects.get().sha))
    with pytest.raises(filestore.FileDamaged):
        export_cases([load(sealed)], actor=city.rut, at=at, out=BytesIO(), name="x")
    assert not Event.objects.filter(kind="case.export").exists()


def test_masked_copy_covers_names_and_faces_and_leaves_the_original(city, at, sealed):
    item = EvidenceItem.objects.get()
    with pytest.raises(MoveRefused, match="Make a masked copy of each"):
        masked_case(load(sealed), actor=city.rut, at=at, out=BytesIO())
    copy = make_masked_copy(item, actor=city.rut, at=at, boxes=[[0, 0, 50, 100]])
    with Image.open(BytesIO(filestore.read(archive.MASKED, copy.sha))) as image:
        assert image.getpixel((2, 2)) == (0, 0, 0)
        assert image.getpixel((30, 2)) == (0, 128, 128)
    out = BytesIO()
    masked_case(load(sealed), actor=city.rut, at=at, out=out, words=["threat"])
    pages = zipfile.ZipFile(out)
    html = pages.read(next(name for name in pages.namelist() if name.endswith("html"))).decode()
    assert "Kalle" not in html
    assert "A █████." in html
    assert not any(item.sha in name for name in pages.namelist())
    assert filestore.size_if_whole(ORIGINALS, item.sha)
    with pytest.raises(MoveRefused, match="Give each box"):
        make_masked_copy(item, actor=city.rut, at=at, boxes=[[0, 0, -1, 5]])
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        make_masked_copy(item, actor=city.olle, at=at, boxes=[])


def test_masked_copy_without_boxes_has_to_be_meant_and_its_export_says_so(city, at, sealed):
    item = EvidenceItem.objects.get()

    def exported() -> str:
        out = BytesIO()
        masked_case(load(sealed), actor=city.rut, at=at, out=out)
        pages = zipfile.ZipFile(out)
        return pages.read(next(name for name in pages.namelist() if name.endswith("html"))).decode()

    with translation.override("sv"):
        all_covered = gettext("A masked copy: names and faces are covered.")
        nothing_covered = gettext("Nothing had to be covered, as whoever made the copy judged.")
    good = make_masked_copy(item, actor=city.rut, at=at, boxes=[[0, 0, 50, 100]])
    with pytest.raises(MoveRefused, match="Mark what is to be covered"):
        make_masked_copy(item, actor=city.rut, at=at, boxes=[])
    with pytest.raises(MoveRefused, match="Boxes are marked"):
        make_masked_copy(item, actor=city.rut, at=at, boxes=[[0, 0, 5, 5]], nothing_to_cover=True)
    assert item.masked_copies.get() == good
    page = exported()
    assert (all_covered in page, nothing_covered in page) == (True, False)
    make_masked_copy(item, actor=city.rut, at=at, boxes=[], nothing_to_cover=True)
    page = exported()
    assert (all_covered in page, nothing_covered in page) == (False, True)


@pytest.mark.parametrize(
    ("boxes", "nothing"),
    [([], False), ([[1, 1, 5, 5]], True), (None, False), ("", False), ({}, False), ([0], False), ([], None)],
)
def test_raw_rows_cannot_leave_a_masked_copy_bare_without_saying_so(city, at, sealed, boxes, nothing):
    item = EvidenceItem.objects.first()
    row = MaskedCopy(
        item=item, boxes=boxes, nothing_to_cover=nothing, sha="0" * 64, made_by=city.anna, made_at=at
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        MaskedCopy.objects.bulk_create([row])
    assert not MaskedCopy.objects.exists()


def test_names_are_covered_whole_and_in_parts_whatever_their_case():
    assert cover("KALLE said that Kalle Svensson (kalle) lies. x", {"Kalle Svensson"}) == (
        "█████ said that █████ (█████) lies. x"
    )
    assert cover("a+b", {"a+b"}) == "█████"


@pytest.fixture
def second_officer(city):
    city.sara.is_records_officer = True
    city.sara.save()
    return city.sara


def test_disposal_takes_two_people_after_the_term_and_leaves_the_hashes(city, at, sealed, second_officer):
    item, evidence, later = EvidenceItem.objects.get(), Evidence.objects.get(), at + timedelta(days=5 * 366)
    assert not ready_for_disposal(later - timedelta(days=9)).exists()
    assert list(ready_for_disposal(later)) == [sealed]
    with pytest.raises(MoveRefused, match="Only a records officer"):
        propose_disposal(actor=city.anna, at=later, case_ids=[sealed.pk])
    disposal = propose_disposal(actor=city.rut, at=later, case_ids=[sealed.pk])
    with pytest.raises(MoveRefused, match="second person"):
        perform(disposal, "sign", actor=city.rut, at=later)
    assert dispose(later) == 0
    perform(disposal, "sign", actor=second_officer, at=later)
    assert dispose(later) == 1
    assert dispose(later) == 0
    disposal.refresh_from_db()
    assert disposal.state == "done"
    assert not filestore.path(ORIGINALS, item.sha).exists()
    assert not filestore.path(COPIES, item.clean_sha).exists()
    after = Evidence.objects.get(pk=evidence.pk)
    assert (after.manifest, after.context, after.manifest_sha) == ("", "", evidence.manifest_sha)
    assert CommentRevision.objects.get().text == ""
    assert EvidenceItem.objects.get().sha == item.sha
    trail.seal_events(later)
    assert verified() == ""
    out = BytesIO()
    export_cases([load(sealed)], actor=city.rut, at=later, out=out, name="x")


def test_disposal_keeps_bytes_that_another_case_holds(city, at, png, sealed, new_case, second_officer):
    walk(new_case(), city, at, png, "sealed")
    item, later = EvidenceItem.objects.first(), at + timedelta(days=5 * 366)
    perform(
        propose_disposal(actor=city.rut, at=later, case_ids=[sealed.pk]),
        "sign",
        actor=second_officer,
        at=later,
    )
    dispose(later)
    assert filestore.path(ORIGINALS, item.sha).exists()
    assert verified() == ""


RAW = {
    "signed alone": "UPDATE moderation_disposal SET state = 'signed', signed_by_id = proposed_by_id",
    "signed by nobody": "UPDATE moderation_disposal SET state = 'signed'",
    "erased unsigned": "UPDATE moderation_evidence SET context = '', manifest = ''",
    "revision erased unsigned": "UPDATE moderation_commentrevision SET text = '', author_name = ''",
    "deleted": "DELETE FROM moderation_disposal",
}


@pytest.mark.rule("R20")
@pytest.mark.parametrize("attack", RAW)
def test_raw_sql_cannot_dispose_alone(city, at, sealed, attack):
    later = at + timedelta(days=5 * 366)
    propose_disposal(actor=city.rut, at=later, case_ids=[sealed.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW[attack])
    assert Disposal.objects.get().state == "proposed"


WORDS = {
    "facts of the order": "UPDATE moderation_removal SET facts = '', manifest = 'no'",
    "facts unsigned": "UPDATE moderation_removal SET facts = ''",
    "look unsigned": "UPDATE moderation_removalcheck SET said = ''",
    "letter unsigned": "UPDATE moderation_authornotice SET text = ''",
}


def words_of(case: Case) -> list[str]:
    """Everything that was written about the comment, wherever it lies."""
    case.refresh_from_db()
    return [
        case.facts,
        *case.removals.values_list("facts", flat=True),
        *case.checks.values_list("said", flat=True),
        *case.author_notices.values_list("text", flat=True),
    ]


@pytest.fixture
def removed(city, at, sealed):
    note_author_told(sealed, actor=city.anna, at=at, way="message", text="Your threat is removed.")
    return sealed


def test_disposal_takes_what_was_written_about_the_comment_too(city, at, removed, second_officer):
    assert all(words_of(removed))
    repeated = [*words_of(removed), "A threat."]
    events = Event.objects.filter(about_type="moderation.case", about_id=removed.pk)
    assert not [note for note in events.values_list("note", flat=True) if note in repeated]
    later = at + timedelta(days=5 * 366)
    disposal = propose_disposal(actor=city.rut, at=later, case_ids=[removed.pk])
    perform(disposal, "sign", actor=second_officer, at=later)
    dispose(later)
    assert not any(words_of(removed))
    assert removed.removals.get().manifest == "yes"
    trail.seal_events(later)
    assert verified() == ""


@pytest.mark.parametrize("attack", WORDS)
def test_raw_sql_cannot_erase_what_was_written(removed, attack):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WORDS[attack])
    assert all(words_of(removed))


@pytest.fixture
def told(city, at, png, tmp_path):
    """The page and the facts of an exported case, and the page of its masked copy."""

    def export(case: Case) -> tuple[str, dict, str]:
        whole, masked = BytesIO(), BytesIO()
        export_cases([load(case)], actor=city.rut, at=at, out=whole, name="export")
        masked_case(load(case), actor=city.rut, at=at, out=masked)
        bag, copy = zipfile.ZipFile(whole), zipfile.ZipFile(masked)
        folder = f"case-{case.pk:07}"
        return (
            bag.read(f"export/data/{folder}/case.html").decode(),
            json.loads(bag.read(f"export/data/{folder}/case.json")),
            copy.read(f"{folder}-masked/case.html").decode(),
        )

    return export


def test_case_that_was_opened_without_words_is_told_by_its_decision(city, at, png, new_case, told):
    case = new_case(facts="")
    add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post.")
    make_masked_copy(EvidenceItem.objects.get(), actor=city.anna, at=at, boxes=[[0, 0, 50, 100]])
    with translation.override("sv"):
        about = f"<dt>{gettext('What it is about')}</dt>"
        sealing = f"<td>{gettext('Evidence sealed')}</td>"
    page, facts, masked = told(case)
    assert (about in page, about in masked, facts["decisions"]) == (False, False, [])
    perform(case, "seal", actor=city.anna, at=at)
    perform(case, "order_removal", actor=city.anna, at=at, manifest="yes", facts="Kalle names a street.")
    note_seen(case, actor=city.anna, at=at, result="gone", said="It is gone.", screenshot=png("white"))
    page, facts, masked = told(case)
    assert f"{about}<dd>Kalle names a street.</dd>" in page
    assert page.count(sealing) == 1
    second = case.checks.get().sha
    assert f'<img src="{second}.png"' in page
    assert [one["facts"] for one in facts["decisions"]] == ["Kalle names a street."]
    assert f"{about}<dd>█████ names a street.</dd>" in masked
    assert "4 kap. 5 § brottsbalken<br>█████ names a street.<br>Anna" in masked
    assert second not in masked


@pytest.mark.rule("R20")
def test_exported_waiver_is_told_with_both_who_signed_it(city, at, new_case, told):
    case = new_case("child_abuse", facts="")
    ask_waiver(case, actor=city.anna, at=at, description="A picture, told in words.")
    sign_waiver(case, actor=city.erik, at=at)
    page, facts, masked = told(case)
    assert "A picture, told in words." in masked
    assert (facts["waiver"]["written_by"], facts["waiver"]["signed_by"]) == (city.anna.name, city.erik.name)
    assert (city.anna.name in page, city.erik.name in page) == (True, True)
    assert told(new_case())[1]["waiver"] is None
