"""Exports: bags that others accept, their own verifier, and what each case tells."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import bagit
import pytest
from django.utils import translation
from django.utils.translation import gettext

from core import filestore
from core.models import Event
from core.moves import MoveRefused, perform
from moderation.capture import ORIGINALS, add_screenshot
from moderation.checking import note_seen
from moderation.export import export_cases, load, masked_case
from moderation.masking import make_masked_copy
from moderation.models import (
    Case,
    EvidenceItem,
)
from moderation.transitions import ask_waiver, sign_waiver
from tests.moderation.tampering import flip
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db


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
