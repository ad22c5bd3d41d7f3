"""Masked copies: names and faces covered, the original as it was."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image

from core import filestore
from core.moves import MoveRefused
from moderation import archive
from moderation.capture import ORIGINALS
from moderation.export import cover, load, masked_case
from moderation.masking import make_masked_copy
from moderation.models import (
    EvidenceItem,
    MaskedCopy,
)

pytestmark = pytest.mark.django_db


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
