"""The pages of pictures: who is let in, what they answer, and that nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from consent.models import Appearance, ConsentEvent, LegalBasis, Person, Picture
from consent.transitions import note_bank
from core import filestore
from tests.conftest import City

NewPicture = Callable[..., Picture]
ClientOf = Callable[..., Client]


def upload(data: bytes, name: str = "pond.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def form(city: City, data: bytes, **values: object) -> dict[str, object]:
    return {
        "images": upload(data),
        "title": "The pond in May",
        "alt_text": "Two swans.",
        "source": "own",
        "unit": city.unit.pk,
    } | values


def test_picture_is_added_and_its_camera_and_position_are_nowhere_in_what_is_shown(
    city: City, client_of: ClientOf
) -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Kamera AB"
    Image.new("RGB", (900, 600), "teal").save(out, "JPEG", exif=exif)
    assert b"Kamera AB" in out.getvalue()
    client = client_of(city.anna)
    answer = client.post(reverse("consent:picture_new"), form(city, out.getvalue()))
    picture = Picture.objects.get()
    assert answer["Location"] == reverse("consent:picture_page", args=[picture.pk])
    for name in ("picture_copy", "picture_thumb"):
        shown = client.get(reverse(f"consent:{name}", args=[picture.pk]))
        assert shown["Content-Type"] == "image/jpeg"
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert b"Kamera AB" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (480, 320)
    assert b"Kamera AB" in client.get(reverse("consent:picture_original", args=[picture.pk])).content


def test_no_picture_is_refused_with_a_sentence_and_what_was_typed_stays(
    city: City, client_of: ClientOf
) -> None:
    answer = client_of(city.anna).post(reverse("consent:picture_new"), form(city, b"<svg></svg>"))
    assert answer.status_code == 422
    assert "SVG drawings cannot be used" in answer.content.decode()
    assert "The pond in May" in answer.content.decode()
    assert not Picture.objects.exists()


def test_same_picture_twice_is_said(
    city: City, client_of: ClientOf, new_picture: NewPicture, png: Callable[..., bytes]
) -> None:
    known = new_picture("teal", title="<Swans>")
    answer = client_of(city.anna).post(reverse("consent:picture_new"), form(city, png("teal")))
    assert answer.status_code == 409
    there = reverse("consent:picture_page", args=[known.pk])
    assert f'has this picture already. <a href="{there}">&lt;Swans&gt;</a></p>' in answer.content.decode()


def test_media_bank_picture_needs_its_number(
    city: City, client_of: ClientOf, png: Callable[..., bytes]
) -> None:
    answer = client_of(city.anna).post(reverse("consent:picture_new"), form(city, png(), source="media_bank"))
    assert answer.status_code == 422
    assert "Give the media bank&#x27;s number." in answer.content.decode()


@pytest.mark.parametrize("name", ["picture_page", "picture_thumb", "picture_copy", "picture_original"])
def test_people_of_other_units_see_no_picture(
    city: City, client_of: ClientOf, new_picture: NewPicture, name: str
) -> None:
    url = reverse(f"consent:{name}", args=[new_picture().pk])
    for stranger in (city.stranger, city.olle):
        assert client_of(stranger).get(url).status_code == 404
    for insider in (city.anna, city.erik, city.rut, city.admin):
        assert client_of(insider).get(url).status_code == 200
    assert "teal pond" not in client_of(city.olle).get(reverse("consent:pictures_page")).content.decode()


def test_records_officer_reads_and_does_not_write(
    city: City, client_of: ClientOf, new_picture: NewPicture
) -> None:
    picture = new_picture()
    answer = client_of(city.rut).post(
        reverse("consent:picture_basis", args=[picture.pk]), {"basis": "consent", "motive": "Because."}
    )
    assert answer.status_code == 403
    assert "Only people of the picture" in answer.content.decode()
    assert not LegalBasis.objects.exists()


@pytest.mark.rule("R15", "R16")
def test_child_is_listed_with_guardians_and_both_must_say_yes_through_the_page(
    city: City, client_of: ClientOf, new_picture: NewPicture
) -> None:
    picture, client = new_picture(), client_of(city.anna)
    page = reverse("consent:picture_page", args=[picture.pk])
    client.post(
        reverse("consent:picture_person", args=[picture.pk]),
        {
            "place": "on the swing",
            "name": "Maja Lind",
            "born_on": "2019-03-04",
            "guardians": "Mia Lind\nJan Lind",
            "is_identifiable": "on",
        },
    )
    client.post(reverse("consent:picture_basis", args=[picture.pk]), {"basis": "consent", "motive": "Asked."})
    child = Person.objects.get(name="Maja Lind")
    assert "Mia Lind, guardian of Maja Lind, is missing" in client.get(page).content.decode()
    for row in child.guardianships.all():
        client.post(
            reverse("consent:picture_consent", args=[picture.pk]),
            {
                "who": f"{child.pk}-{row.guardian_id}",
                "said": "given",
                "way": "oral",
                "note": "At the school",
                "witness": "Erik",
                "where": "all",
            },
        )
    assert ConsentEvent.objects.count() == 2
    assert "Can be used" in client.get(page).content.decode()


def test_unknown_person_is_taken_off_only_with_a_reason(
    city: City, client_of: ClientOf, new_picture: NewPicture
) -> None:
    picture, client = new_picture(), client_of(city.anna)
    client.post(
        reverse("consent:picture_person", args=[picture.pk]),
        {"place": "in the door", "is_identifiable": "on"},
    )
    appearance = Appearance.objects.get()
    assert client.post(reverse("consent:picture_unlist", args=[appearance.pk])).status_code == 422
    client.post(reverse("consent:picture_unlist", args=[appearance.pk]), {"note": "It is a statue."})
    assert not Appearance.objects.exists()
    assert (
        "It is a statue." in client.get(reverse("consent:picture_page", args=[picture.pk])).content.decode()
    )


def test_list_takes_as_many_queries_for_three_as_for_one(
    city: City,
    client_of: ClientOf,
    new_picture: NewPicture,
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(city.anna)
    new_picture("red")
    for colors in ((), ("green", "blue")):
        for color in colors:
            new_picture(color)
        with django_assert_num_queries(11):  # type: ignore[attr-defined]
            client.get(reverse("consent:pictures_page"))


def test_list_fetches_guardians_and_looks_in_the_bank_once_for_all(
    city: City,
    at: datetime,
    client_of: ClientOf,
    new_picture: NewPicture,
    listed: Callable[..., Person],
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(city.anna)
    for colors in (("red",), ("green", "blue")):
        for color in colors:
            listed(new_picture(color), name=f"Maja {color}", born_on=date(2019, 3, 4))
            banked = new_picture(f"dark{color}", source="media_bank", reference=color)
            note_bank(banked, actor=city.anna, at=at, says="yes")
        with django_assert_num_queries(13):  # type: ignore[attr-defined]
            client.get(reverse("consent:pictures_page"))


def test_damaged_file_is_said_and_not_a_crash(
    city: City, client_of: ClientOf, new_picture: NewPicture
) -> None:
    picture = new_picture()
    filestore.path("picture-copies", picture.clean_sha).unlink()
    answer = client_of(city.anna).get(reverse("consent:picture_copy", args=[picture.pk]))
    assert answer.status_code == 409
    assert picture.clean_sha in answer.content.decode()


@pytest.mark.rule("R15")
@pytest.mark.parametrize("table", ["consentevent", "legalbasis", "mediabankcheck"])
def test_what_was_said_is_never_changed_by_any_door(
    new_picture: NewPicture,
    city: City,
    at: datetime,
    table: str,
    listed: Callable[..., Person],
    says: Callable[..., None],
) -> None:
    from consent.transitions import note_bank

    picture = new_picture(source="media_bank", reference="MB-1")
    says(picture, listed(picture), "refused")
    note_bank(picture, actor=city.anna, at=at, says="no")
    for statement in (f"UPDATE consent_{table} SET noted_at = noted_at", f"DELETE FROM consent_{table}"):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            connection.cursor().execute(statement)


def test_picture_page_takes_the_same_queries_for_three_people_as_for_one(
    city: City,
    client_of: ClientOf,
    new_picture: NewPicture,
    listed: Callable[..., Person],
    says: Callable[..., None],
    django_assert_num_queries: Callable[..., object],
) -> None:
    picture, client = new_picture(), client_of(city.anna)
    url = reverse("consent:picture_page", args=[picture.pk])
    for names in (("Maja",), ("Nora", "Ida")):
        for name in names:
            says(picture, listed(picture, name=name), "given")
        client.get(url)  # the first look of the day is noted
        with django_assert_num_queries(13):  # type: ignore[attr-defined]
            client.get(url)
