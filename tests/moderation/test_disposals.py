"""Disposal: two people after the term; hashes stay, bytes and words go."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction

from core import filestore, trail
from core.models import Event, EventNote
from core.moves import MoveRefused, perform
from moderation.capture import COPIES, ORIGINALS
from moderation.checking import note_author_told
from moderation.claims import add_note
from moderation.disposal import dispose, propose_disposal, ready_for_disposal
from moderation.export import export_cases, load
from moderation.models import (
    Case,
    CommentRevision,
    Disposal,
    Evidence,
    EvidenceItem,
)
from tests.moderation.tampering import verified
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db


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


def test_disposal_takes_the_notes_about_the_comment_and_only_a_signed_one(city, at, sealed, second_officer):
    add_note(sealed.comment, actor=city.anna, at=at, text="She called too.")
    assert set(EventNote.objects.values_list("text", flat=True)) == {
        "I looked.",
        "She called too.",
    }
    trail.seal_events(at)
    later = at + timedelta(days=5 * 366)
    disposal = propose_disposal(actor=city.rut, at=later, case_ids=[sealed.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_eventnote SET text = '', salt = ''")
    perform(disposal, "sign", actor=second_officer, at=later)
    dispose(later)
    assert set(EventNote.objects.values_list("text", "salt")) == {("", "")}
    trail.seal_events(later)
    assert verified() == ""


@pytest.mark.parametrize("attack", WORDS)
def test_raw_sql_cannot_erase_what_was_written(removed, attack):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WORDS[attack])
    assert all(words_of(removed))
