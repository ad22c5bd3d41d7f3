"""What leaves the house: exports, masked copies and disposals, on their pages."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import bagit
import pytest
from django.urls import reverse

from core import filestore
from core.models import Event
from core.moves import perform
from moderation.capture import COPIES
from moderation.disposal import dispose, propose_disposal
from moderation.masking import make_masked_copy
from moderation.models import Disposal
from tests.moderation.test_case_moves import walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_records_officer_exports_a_case_and_a_period_and_others_do_not(
    city, at, png, new_case, client_of, tmp_path
):
    case = walk(new_case(), city, at, png, "removed")
    rut = client_of(city.rut)
    period = {"first": "2026-11-24", "last": "2026-11-24"}
    for url, data in (
        (reverse("moderation:case_export", args=[case.pk]), {}),
        (reverse("moderation:period_export"), period),
    ):
        response = rut.post(url, data)
        assert response["Content-Disposition"].startswith("attachment")
        zipfile.ZipFile(BytesIO(b"".join(response))).extractall(tmp_path / "bags")
    assert len(list((tmp_path / "bags").iterdir())) == 2
    assert all(bagit.Bag(str(bag)).validate() for bag in (tmp_path / "bags").iterdir())
    assert Event.objects.filter(kind="case.export").count() == 2
    empty = rut.post(reverse("moderation:period_export"), {"first": "2020-01-01", "last": "2020-01-02"})
    assert (empty.status_code, "No case was discovered" in empty.content.decode()) == (409, True)
    assert rut.post(reverse("moderation:period_export"), {"first": "x"}).status_code == 422
    anna = client_of(city.anna)
    assert anna.post(reverse("moderation:case_export", args=[case.pk])).status_code == 403
    assert anna.get(reverse("moderation:archive_page")).status_code == 403
    assert rut.get(reverse("moderation:archive_page")).status_code == 200


def test_masked_copy_is_made_and_handed_out_on_the_page(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "removed")
    item = case.evidence.get().items.get()
    hand_out = reverse("moderation:case_masked", args=[case.pk])
    assert anna.post(hand_out).status_code == 422
    mask = reverse("moderation:evidence_mask", args=[item.pk])
    assert anna.get(reverse("moderation:evidence_masked", args=[item.pk])).status_code == 404
    for bad in ("a b c d", "1 2 3", "nan 0 5 5", "0 0 inf 9", "-1 0 5 5"):
        response = anna.post(mask, {"boxes": bad})
        assert (response.status_code, bad in response.content.decode()) == (422, True), bad
    assert anna.post(mask, {"boxes": "10 10 20,5 30"}).status_code == 302
    assert ">10 10 20.5 30</textarea>" in anna.get(mask).content.decode()
    empty = anna.post(mask, {"boxes": ""})
    assert (empty.status_code, "Mark what is to be covered" in empty.content.decode()) == (422, True)
    assert item.masked_copies.get().boxes == [[10, 10, 20.5, 30]]
    assert anna.post(mask, {"boxes": "", "nothing": "on"}).status_code == 302
    assert item.masked_copies.first().boxes == []
    assert anna.get(reverse("moderation:evidence_masked", args=[item.pk]))["Content-Type"] == "image/png"
    response = anna.post(hand_out, {"words": "K, Anna"})
    pages = zipfile.ZipFile(BytesIO(b"".join(response)))
    assert pages.testzip() is None
    assert "<dt>Avslutat</dt>" in pages.read(f"case-{case.pk:07}-masked/case.html").decode()


def test_disposal_is_proposed_and_signed_on_the_page(city, at, png, new_case, client_of, time_machine):
    case = walk(new_case(), city, at, png, "removed")
    time_machine.move_to(at + timedelta(days=5 * 366), tick=False)
    rut, admin = client_of(city.rut), client_of(city.admin)
    assert rut.post(reverse("moderation:disposal_new"), {"case": ["x"]}).status_code == 422
    assert rut.post(reverse("moderation:disposal_new"), {"case": [case.pk]}).status_code == 302
    sign = reverse("moderation:disposal_move", args=[Disposal.objects.get().pk, "sign"])
    to_sign = admin.get(reverse("moderation:archive_page")).content.decode()
    assert f'<a href="{reverse("moderation:case_page", args=[case.pk])}">{case}: Olaga hot</a>' in to_sign
    assert rut.post(sign).status_code == 403
    assert client_of(city.anna).post(sign).status_code == 404
    assert admin.post(sign).status_code == 302


def test_case_that_was_disposed_of_says_so_and_shows_no_broken_picture(
    city, at, png, new_case, client_of, anna, time_machine
):
    case = walk(new_case(), city, at, png, "removed")
    item = case.evidence.get().items.get()
    make_masked_copy(item, actor=city.anna, at=at, boxes=[[0, 0, 50, 100]])
    later = at + timedelta(days=5 * 366)
    time_machine.move_to(later, tick=False)
    disposal = propose_disposal(actor=city.rut, at=later, case_ids=[case.pk])
    perform(disposal, "sign", actor=city.admin, at=later)
    dispose(later)
    anna, rut = client_of(city.anna), client_of(city.rut)  # the login from five years ago is over
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert "The case was disposed of: files and texts are gone." in page
    assert (item.sha in page, "<img" in page) == (True, False)
    assert reverse("moderation:case_masked", args=[case.pk]) not in page
    comment = anna.get(reverse("moderation:comment_page", args=[case.comment_id])).content.decode()
    assert "Disposed of. The hash stays." in comment
    for name, number in (
        ("evidence_copy", item.pk),
        ("evidence_original", item.pk),
        ("evidence_mask", item.pk),
        ("evidence_masked", item.pk),
        ("check_copy", case.checks.get().pk),
    ):
        answer = anna.get(reverse(f"moderation:{name}", args=[number]))
        assert (answer.status_code, "Disposed of. The hash stays." in answer.content.decode()) == (410, True)
    assert not Event.objects.filter(kind="evidence.open").exists()
    refused = anna.post(reverse("moderation:case_masked", args=[case.pk]))
    assert (refused.status_code, "nothing left to hand out" in refused.content.decode()) == (409, True)
    export = rut.post(reverse("moderation:case_export", args=[case.pk]))
    bag = zipfile.ZipFile(BytesIO(b"".join(export)))
    assert not [name for name in bag.namelist() if name.endswith(".png")]


def test_damaged_file_is_named_where_it_is_masked(city, at, png, new_case, anna):
    item = walk(new_case(), city, at, png, "sealed").evidence.get().items.get()
    filestore.erase(COPIES, item.clean_sha)
    answer = anna.post(reverse("moderation:evidence_mask", args=[item.pk]), {"boxes": "1 1 5 5"})
    assert (answer.status_code, "missing or damaged" in answer.content.decode()) == (409, True)
    answer = anna.get(reverse("moderation:evidence_copy", args=[item.pk]))
    assert (answer.status_code, "missing or damaged" in answer.content.decode()) == (409, True)
