"""New pictures of every kind, many at once, marked, blurred and looking alike."""

from __future__ import annotations

import hashlib
import io
import itertools
import struct
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from consent import arrivals
from consent.copies import blurred, difference, look_of
from consent.forms.people import SIDES
from consent.models import Appearance, Person, Picture
from consent.queries import look_alikes
from consent.transitions import COPIES, add_picture, blur, change_place, list_person, unlist
from core import filestore
from core.moves import ChangedMeanwhile, MoveRefused, perform
from core.uploads import clean_image
from editorial.models import Post
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from tests.conftest import City

pytestmark = pytest.mark.django_db

NewPicture = Callable[..., Picture]


def drawn(
    seed: int = 1, size: tuple[int, int] = (320, 240), kind: str = "JPEG", mode: str = "RGB", **save: Any
) -> bytes:
    """A picture with shapes of its own for each seed."""
    image = Image.new("RGB", size, "#9fd3ea")
    pen = ImageDraw.Draw(image)
    for number in range(12):
        x, y = (seed * 37 + number * 53) % 300, (seed * 91 + number * 29) % 220
        pen.ellipse(
            (x, y, x + 50, y + 40), fill=((seed * 40 + number * 20) % 255, number * 20, seed * 7 % 255)
        )
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **save)
    return out.getvalue()


def sent(city: City, *files: bytes, **values: Any) -> dict[str, Any]:
    uploads = [SimpleUploadedFile(f"{number}.jpg", data) for number, data in enumerate(files, 1)]
    return {"images": uploads, "title": "Swans", "source": "own", "unit": city.unit.pk} | values


def exif(orientation: int = 1) -> Image.Exif:
    facts = Image.Exif()
    facts[0x0112] = orientation
    facts[0x010F] = "Kamera AB"
    facts.get_ifd(0x8825)[2] = (57.0, 42.0, 30.0)
    facts.get_ifd(0x8825)[1] = "N"
    return facts


def test_many_come_at_once_without_script_and_the_broken_ones_are_named(city: City, client_of: Any) -> None:
    client = client_of(city.anna)
    answer = client.post(
        reverse("consent:picture_new"), sent(city, drawn(1), b"<svg></svg>", drawn(2), drawn(1))
    )
    added = list(Picture.objects.order_by("pk"))
    assert [picture.title for picture in added] == ["Swans 1", "Swans 3"]
    assert (
        answer["Location"] == f"{reverse('consent:pictures_describe')}?pictures={added[0].pk},{added[1].pk}"
    )
    page = client.get(answer["Location"]).content.decode()
    assert "2.jpg: SVG drawings cannot be used" in page
    there = reverse("consent:picture_page", args=[added[0].pk])
    assert f'4.jpg: The unit has this picture already. <a href="{there}">Swans 1</a>' in page
    rows = {f"{picture.pk}-title": f"Swans {picture.pk}" for picture in added}
    missing = client.post(answer["Location"], rows | {f"{added[0].pk}-alt_text": "Two swans."})
    assert (missing.status_code, "Two swans." in missing.content.decode()) == (422, True)
    told = {f"{picture.pk}-alt_text": "Two swans." for picture in added}
    assert client.post(answer["Location"], rows | told).status_code == 302
    assert set(Picture.objects.values_list("alt_text", flat=True)) == {"Two swans."}


def test_too_many_without_script_is_said_and_each_alone_is_answered_as_json(
    city: City, client_of: Any
) -> None:
    client, url = client_of(city.anna), reverse("consent:picture_new")
    answer = client.post(url, sent(city, *[drawn(seed) for seed in range(11)]))
    page = client.get(answer["Location"]).content.decode()
    assert "At most 10 at a time without script. Send it by itself." in page
    assert "10 of 11 pictures are added." in page
    assert Picture.objects.count() == 10
    one = client.post(
        url, sent(city, drawn(50), number="7", count="11"), headers={"Accept": "application/json"}
    )
    assert one.json() == {"pk": Picture.objects.latest("pk").pk, "title": "Swans 7"}
    again = client.post(url, sent(city, drawn(50)), headers={"Accept": "application/json"})
    assert (again.status_code, "already" in again.json()["error"]) == (409, True)
    assert again.json()["url"] == reverse("consent:picture_page", args=[one.json()["pk"]])
    assert again.json()["title"] == "Swans 7"
    bad = client.post(url, {"title": "x"}, headers={"Accept": "application/json"})
    assert bad.status_code == 422
    assert "Pictures: This field is required." in bad.json()["error"]


def test_empty_and_damaged_files_do_not_take_the_good_ones_with_them(city: City, client_of: Any) -> None:
    client = client_of(city.anna)
    whole = drawn(3)
    answer = client.post(reverse("consent:picture_new"), sent(city, b"", drawn(1), whole[: len(whole) // 2]))
    page = client.get(answer["Location"]).content.decode()
    assert [picture.title for picture in Picture.objects.all()] == ["Swans 2"]
    assert "1.jpg: The file is empty." in page
    assert "3.jpg: The picture is damaged or incomplete." in page
    assert "1 of 3 pictures are added." in page
    nothing = client.post(reverse("consent:picture_new"), sent(city, b"", b"<svg></svg>"))
    said = nothing.content.decode()
    assert nothing.status_code == 422
    assert all(words in said for words in ("1.jpg: The file is empty.", "2.jpg: SVG", "Swans"))


def test_full_disk_is_said_for_each_file_and_is_no_crash(
    city: City, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, calls = filestore.keep, []

    def full(area: str, data: bytes) -> str:
        calls.append(area)
        if len(calls) == 4:  # the second picture's first file
            raise OSError(28, "No space left on device")
        return keep(area, data)

    monkeypatch.setattr(filestore, "keep", full)
    client = client_of(city.anna)
    answer = client.post(reverse("consent:picture_new"), sent(city, drawn(1), drawn(2), drawn(3)))
    assert [picture.title for picture in Picture.objects.order_by("pk")] == ["Swans 1", "Swans 3"]
    assert "2.jpg: The disk did not take the picture." in client.get(answer["Location"]).content.decode()


def test_files_of_an_upload_that_never_ended_go_after_a_day_and_no_others(
    city: City, at: datetime, sweep_at: Any
) -> None:
    def lies_there(area: str, data: bytes) -> bool:
        return filestore.path(area, hashlib.sha256(data).hexdigest()).exists()

    about = {"actor": city.anna, "unit": city.unit, "title": "The pond", "alt_text": "A pond."}
    whole, broken, again = (clean_image(drawn(seed)) for seed in (1, 2, 3))
    kept = add_picture(image=whole, at=at, **about)
    # What is left of a process that ends between the files and the row.
    for image in (whole, broken, again):
        arrivals.keep({COPIES: image.clean_bytes, arrivals.SCANS: image.original}, at)
    add_picture(image=again, at=at + timedelta(hours=1), **about)
    sweep_at(at + timedelta(hours=23))
    assert lies_there(COPIES, broken.clean_bytes)
    sweep_at(at + timedelta(hours=25))
    assert [lies_there(COPIES, one.clean_bytes) for one in (whole, broken, again)] == [True, False, True]
    assert not any(lies_there(arrivals.SCANS, one.original) for one in (whole, broken, again))
    assert filestore.read(COPIES, kept.clean_sha) == whole.clean_bytes
    assert not arrivals.Arrival.objects.exists()


def test_pictures_beyond_a_page_are_described_on_the_next(
    city: City, client_of: Any, new_picture: NewPicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.views.uploads.ON_A_PAGE", 2)
    pks = [new_picture(color, alt_text="").pk for color in ("red", "green", "blue")]
    url = reverse("consent:pictures_describe")
    client, data = client_of(city.anna), {f"{pk}-title": "Pond" for pk in pks}
    data |= {f"{pk}-alt_text": "A pond." for pk in pks}
    first = client.post(f"{url}?pictures={','.join(map(str, pks))}", data)
    assert first.url == f"{url}?pictures={pks[2]}"
    assert client.post(first.url, data).url == reverse("consent:pictures_page")
    assert not Picture.objects.filter(alt_text="").exists()


def test_pictures_of_others_are_not_described(city: City, client_of: Any, new_picture: NewPicture) -> None:
    url = f"{reverse('consent:pictures_describe')}?pictures={new_picture().pk},x,99999"
    assert "A teal pond" not in client_of(city.olle).get(url).content.decode()


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (drawn(mode="CMYK"), ""),
        (drawn(kind="PNG", mode="I;16"), ""),
        (drawn(kind="WEBP"), ""),
        (drawn(kind="GIF", mode="P"), "GIF pictures cannot be used"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 64, "HEIC and AVIF pictures cannot be used"),
        (b"", "empty"),
    ],
    ids=["cmyk", "16 bit", "webp", "gif", "heic", "nothing"],
)
def test_kinds_of_pictures(city: City, client_of: Any, data: bytes, answer: str) -> None:
    page = client_of(city.anna).post(reverse("consent:picture_new"), sent(city, data))
    assert page.status_code == (422 if answer else 302)
    if answer:
        assert answer in page.content.decode()
    else:
        shown = Picture.objects.get()
        with Image.open(io.BytesIO(filestore.read(COPIES, shown.shown_sha))) as image:
            assert image.mode in {"RGB", "RGBA"}


def test_animated_picture_shows_its_first_frame(city: City, client_of: Any) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    client_of(city.anna).post(reverse("consent:picture_new"), sent(city, out.getvalue()))
    with Image.open(io.BytesIO(filestore.read(COPIES, Picture.objects.get().shown_sha))) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((5, 5))[0] > 200


def test_decompression_bomb_is_refused(city: City, client_of: Any) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    page = client_of(city.anna).post(reverse("consent:picture_new"), sent(city, bomb))
    assert page.status_code == 422
    assert "million pixels" in page.content.decode()


@pytest.mark.parametrize("tenth", range(10))
def test_picture_cut_at_each_tenth_is_refused_with_a_sentence(city: City, client_of: Any, tenth: int) -> None:
    whole = drawn(3, (640, 480))
    page = client_of(city.anna).post(
        reverse("consent:picture_new"), sent(city, whole[: len(whole) * tenth // 10])
    )
    assert page.status_code == 422
    said = ("damaged or incomplete", "Choose another file", "file is empty")
    assert any(words in page.content.decode() for words in said)
    assert not Picture.objects.exists()


def test_turned_picture_stands_upright_and_tells_no_position(city: City, client_of: Any) -> None:
    client = client_of(city.anna)
    client.post(reverse("consent:picture_new"), sent(city, drawn(4, exif=exif(6))))
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == (240, 320)
    for name in ("picture_copy", "picture_thumb"):
        data = client.get(reverse(f"consent:{name}", args=[picture.pk])).content
        with Image.open(io.BytesIO(data)) as image:
            assert image.height > image.width
            assert not dict(image.getexif())
        assert b"Kamera AB" not in data
        assert b"Exif" not in data


@pytest.mark.parametrize("seed", range(1, 8))
def test_copies_look_alike_and_others_do_not(seed: int) -> None:
    original = look_of(drawn(seed, (640, 480)))
    with Image.open(io.BytesIO(drawn(seed, (640, 480)))) as image:
        out = io.BytesIO()
        image.resize((200, 150)).save(out, "JPEG", quality=40)
    assert difference(original, look_of(out.getvalue())) <= 3
    assert difference(original, look_of(drawn(seed + 20, (640, 480)))) > 8


def test_look_alike_is_pointed_out_to_those_who_may_see_it(city: City, at: datetime, client_of: Any) -> None:
    about = {"actor": city.anna, "at": at, "unit": city.unit, "alt_text": "Swans."}
    first = add_picture(image=clean_image(drawn(9, (640, 480))), title="The pond", **about)
    with Image.open(io.BytesIO(drawn(9, (640, 480)))) as image:
        out = io.BytesIO()
        image.resize((320, 240)).save(out, "PNG")
    second = add_picture(image=clean_image(out.getvalue()), title="The pond, small", **about)
    add_picture(image=clean_image(drawn(33)), title="Another", **about)
    assert look_alikes(second, city.anna) == [first]
    assert look_alikes(second, city.olle) == []
    assert (
        "Looks nearly the same"
        in client_of(city.anna).get(reverse("consent:picture_page", args=[second.pk])).content.decode()
    )


def test_blurred_place_is_gone_from_the_copy() -> None:
    image = Image.new("RGB", (400, 300), "white")
    pen = ImageDraw.Draw(image)
    for x in range(100, 200, 4):
        pen.line((x, 100, x, 200), fill="black", width=2)
    out = io.BytesIO()
    image.save(out, "PNG")
    copy = Image.open(io.BytesIO(blurred(out.getvalue(), [(250, 333, 250, 333)])))
    row = [copy.convert("L").getpixel((x, 150)) for x in range(110, 190)]
    assert max(abs(one - other) for one, other in itertools.pairwise(row)) < 12  # no line is left
    assert copy.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.rule("R15")
def test_blurring_makes_an_unknown_face_usable_and_an_approval_fall(
    city: City, at: datetime, listed: Any, says: Any
) -> None:
    about = {"actor": city.anna, "at": at, "unit": city.unit, "alt_text": "Swans."}
    picture = add_picture(image=clean_image(drawn(2)), title="The pond", **about)
    says(picture, listed(picture), "given")
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"title": "Swans", "base_text": "The swans."},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    place = list_person(picture, actor=city.anna, at=at, place="behind the tree")
    with pytest.raises(MoveRefused, match="Mark the place"):
        blur(picture, actor=city.anna, at=at, places=[place])
    change_place(place, actor=city.anna, at=at, box=(100, 100, 300, 300))
    seen = Picture.objects.get(pk=picture.pk)
    with pytest.raises(MoveRefused, match="Tick at least one place"):
        blur(picture, actor=city.anna, at=at, places=[])
    blur(picture, actor=city.anna, at=at, places=[place])
    post.refresh_from_db()
    assert post.state == "draft"
    assert picture.shown_sha != picture.clean_sha
    assert filestore.read(COPIES, picture.clean_sha)
    with pytest.raises(MoveRefused, match="blurred already"):
        blur(picture, actor=city.anna, at=at, places=[place])
    with pytest.raises(ChangedMeanwhile):
        blur(seen, actor=city.anna, at=at, places=[])
    perform(post, "submit", actor=city.anna, at=at)
    assert post.current.content["pictures"][0]["sha"] == picture.blurred_sha
    place.refresh_from_db()
    with pytest.raises(MoveRefused, match="Show it again"):
        unlist(place, actor=city.anna, at=at, note="A statue.")
    blur(picture, actor=city.anna, at=at, places=[])
    assert picture.shown_sha == picture.clean_sha
    post.refresh_from_db()
    assert post.state == "draft"
    with pytest.raises(MoveRefused, match="Somebody is unknown"):
        perform(post, "submit", actor=city.anna, at=at)


@pytest.mark.parametrize(
    ("box", "status"),
    [
        ({"left": "10", "top": "10", "width": "20", "height": "20"}, 302),
        ({}, 302),
        ({"left": "10"}, 422),
        ({"left": "95", "top": "10", "width": "20", "height": "20"}, 409),
        ({"left": "-1", "top": "10", "width": "20", "height": "20"}, 422),
        ({"left": "ten", "top": "10", "width": "20", "height": "20"}, 422),
        ({"left": "10", "top": "10", "width": "0", "height": "20"}, 409),
    ],
)
def test_place_is_marked_or_only_listed(
    city: City, client_of: Any, new_picture: NewPicture, box: dict[str, str], status: int
) -> None:
    picture = new_picture()
    data = {"place": "in the door", "is_identifiable": "on"} | box
    answer = client_of(city.anna).post(reverse("consent:picture_person", args=[picture.pk]), data)
    assert answer.status_code == status
    assert Appearance.objects.exists() == (status == 302)
    if status != 302:
        assert "in the door" in answer.content.decode()


def test_mark_is_taken_away_when_its_numbers_are_emptied_and_not_while_it_is_blurred(
    city: City, at: datetime, client_of: Client, new_picture: NewPicture
) -> None:
    picture = new_picture()
    place = list_person(picture, actor=city.anna, at=at, place="in the door", box=(100, 100, 200, 200))
    url = reverse("consent:picture_place", args=[place.pk])
    emptied = {"place": "in the door", "is_identifiable": "on"} | dict.fromkeys(SIDES, "")
    blur(picture, actor=city.anna, at=at, places=[place])
    assert client_of(city.anna).post(url, emptied).status_code == 409
    blur(picture, actor=city.anna, at=at, places=[])
    assert client_of(city.anna).post(url, emptied).status_code == 302
    place.refresh_from_db()
    assert place.box is None


@pytest.mark.rule("R15")
def test_unknown_face_gets_a_name_and_somebody_who_said_no_is_not_simply_taken_off(
    city: City, at: datetime, client_of: Client, new_picture: NewPicture, says: Any
) -> None:
    picture = new_picture()
    place = list_person(picture, actor=city.anna, at=at, place="in the door")
    client = client_of(city.anna)
    assert (
        "1 face has no name: more consent is needed."
        in client.get(reverse("consent:picture_page", args=[picture.pk])).content.decode()
    )
    client.post(
        reverse("consent:picture_place", args=[place.pk]),
        {"place": "in the door", "name": "Nora Ek", "is_identifiable": "on"},
    )
    nora = Person.objects.get(name="Nora Ek")
    says(picture, nora, "refused")
    refused = client.post(reverse("consent:picture_unlist", args=[place.pk]), {"note": "Away."})
    assert (refused.status_code, "has said no" in refused.content.decode()) == (409, True)
    says(picture, nora, "invalidated")
    assert (
        client.post(reverse("consent:picture_unlist", args=[place.pk]), {"note": "Not her."}).status_code
        == 302
    )


def test_facts_are_corrected_and_where_it_was_taken_is_not_in_the_file(
    city: City, client_of: Any, new_picture: NewPicture
) -> None:
    picture, client = new_picture(), client_of(city.anna)
    url = reverse("consent:picture_facts", args=[picture.pk])
    facts = {
        "title": "New",
        "alt_text": "Swans.",
        "source": "own",
        "taken_at": "Norra skolan",
        "licence": "CC BY",
    }
    assert client.post(url, facts | {"taken_on": "2026-05-01"}).status_code == 302
    picture.refresh_from_db()
    assert (picture.title, picture.taken_at, picture.licence) == ("New", "Norra skolan", "CC BY")
    assert client.post(url, facts | {"source": "media_bank"}).status_code == 422
    assert client_of(city.rut).post(url, facts | {"title": "Other"}).status_code == 403
    assert client_of(city.olle).post(url, facts).status_code == 404
