"""What leaves the house: exports, masked copies and disposals, on their pages."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import bagit
import pytest
from django.urls import reverse

from core.models import Event
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
    assert rut.post(sign).status_code == 403
    assert client_of(city.anna).post(sign).status_code == 404
    assert admin.post(sign).status_code == 302
