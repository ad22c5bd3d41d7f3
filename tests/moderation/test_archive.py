"""The archive read back: every way to tamper with it is found and named."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import translation

from core import backup, filestore, trail
from core.models import Event, Notice, Seal
from core.workdays import instant
from moderation import archive
from moderation.capture import COPIES, ORIGINALS
from moderation.checking import note_author_told, note_police_report
from moderation.models import (
    ArchiveCheck,
    Evidence,
    EvidenceItem,
)
from moderation.transitions import ask_waiver, sign_waiver
from tests.moderation.tampering import flip, guards_off, verified
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db


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
