"""Pictures as people, phones and enemies send them, through the real worker process."""

from __future__ import annotations

import hashlib
import io
import logging
import random
import struct
import zlib
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image, ImageCms, PngImagePlugin, features

from core import uploads
from core.uploads import ImageUploadField, UploadRefused, clean_image

DAMAGED = "damaged or incomplete"
NO_PICTURE = "not a JPEG, PNG or WebP picture"


def encoded(image: Image.Image, family: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, family, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, rows: bytes, *extra: bytes, depth: int = 8, color: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    chunks = [chunk(b"IHDR", head), *extra, chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def half_red_half_blue(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (64, 32), "blue")
    image.paste("red", (0, 0, 32, 32))
    return image.convert(mode)


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))


def near(pixel: Any, wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, wanted, strict=True))


FAMILIES = ["JPEG", "PNG"] + (["WEBP"] if features.check("webp") else [])


@pytest.mark.parametrize("family", FAMILIES)
def test_picture_keeps_its_bytes_and_gets_a_clean_copy_of_the_same_family(family):
    data = encoded(half_red_half_blue(), family)
    clean = clean_image(data, name="swans.bin")
    assert (clean.original, clean.size, clean.name) == (data, len(data), "swans.bin")
    assert clean.sha == hashlib.sha256(data).hexdigest()
    assert clean.content_type == uploads.TYPES[family]
    copy = opened(clean.clean_bytes)
    assert (copy.format, copy.size) == (family, (clean.width, clean.height)) == (family, (64, 32))
    assert near(copy.getpixel((8, 16)), (255, 0, 0))
    assert near(copy.getpixel((56, 16)), (0, 0, 255))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"Hej, this is only a text.\n", NO_PICTURE),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>", "web page"),
        (b"<html><body>hej</body></html>", "web page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "HEIC and AVIF"),
        (b"BM" + bytes(60), NO_PICTURE),
        (b"II*\0" + bytes(60), NO_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", NO_PICTURE),
        (b"GIF89a=1;alert(1)//", "GIF"),
        (b"\x89PNG\r\n\x1a\n", DAMAGED),
        (b"\xff\xd8\xff\xe0", DAMAGED),
        (b"RIFF\x10\0\0\0WEBPVP8 ", DAMAGED),
        (b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", DAMAGED),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(UploadRefused, match=sentence):
        clean_image(data, name="screenshot.png")


def test_gif_made_by_a_program_is_refused():
    with pytest.raises(UploadRefused, match="GIF pictures cannot be used"):
        clean_image(encoded(half_red_half_blue(), "GIF"))


@pytest.mark.parametrize("tenth", range(10))
def test_jpeg_cut_at_any_tenth_is_refused(tenth):
    data = encoded(noise(120, 90), "JPEG")
    with pytest.raises(UploadRefused):
        clean_image(data[: len(data) * tenth // 10])


@pytest.mark.parametrize("family", FAMILIES[1:])
@pytest.mark.parametrize("tenth", range(1, 10))
def test_png_and_webp_cut_short_are_refused(family, tenth):
    data = encoded(noise(120, 90), family)
    with pytest.raises(UploadRefused, match=DAMAGED):
        clean_image(data[: len(data) * tenth // 10])


def test_picture_of_50_000_by_50_000_in_a_few_bytes_is_refused_for_its_pixels():
    data = png_of(50_000, 50_000, b"\0" * 100)
    assert len(data) < 100
    with pytest.raises(UploadRefused, match="more than 40 million pixels"):
        clean_image(data)


def test_picture_just_above_the_pixels_allowed_is_refused_and_just_at_them_is_not(settings):
    settings.UPLOAD_MAX_PIXELS = 64 * 32
    clean_image(encoded(half_red_half_blue(), "PNG"))
    with pytest.raises(UploadRefused, match="Save a smaller copy"):
        clean_image(encoded(Image.new("RGB", (64, 33)), "PNG"))


def test_file_larger_than_allowed_is_refused_unread(settings):
    settings.UPLOAD_MAX_BYTES = 2 * 1024 * 1024
    endless = open("/dev/zero", "rb")  # noqa: SIM115
    with endless, pytest.raises(UploadRefused, match="larger than 2 MB"):
        clean_image(endless)


@pytest.mark.parametrize(
    "text",
    [
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 80_000_000, 9)),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(b"a" * 80_000_000, 9)),
    ],
    ids=["zTXt", "iTXt"],
)
def test_bomb_of_text_in_a_png_is_refused(text):
    data = png_of(1, 1, b"\0\0", text)
    assert len(data) < 100_000
    with pytest.raises(UploadRefused, match="hidden text"):
        clean_image(data)


def test_pixels_that_unpack_to_far_more_than_the_size_says_do_no_harm():
    clean = clean_image(png_of(1, 1, b"\0" * 200_000_000))
    assert (clean.width, clean.height) == (1, 1)


def test_picture_that_is_also_a_web_page_loses_the_page():
    script = b"<script>alert('x')</script>"
    data = encoded(half_red_half_blue(), "PNG", pnginfo=_texts(Comment=script.decode())) + b"\n" + script
    assert data.count(script) == 2
    clean = clean_image(data)
    assert clean.original == data
    assert b"script" not in clean.clean_bytes


def test_archive_behind_a_jpeg_is_gone_from_the_clean_copy():
    clean = clean_image(encoded(half_red_half_blue(), "JPEG") + b"PK\x03\x04secret.txt")
    assert b"secret" not in clean.clean_bytes


def _texts(**texts: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    return info


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MarvelPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (57.0, 42.0, 24.0), 3: "E", 4: (11.0, 58.0, 1.0)})
    return exif


@pytest.mark.parametrize("family", FAMILIES)
def test_picture_is_turned_upright_and_its_position_is_gone(family):
    data = encoded(half_red_half_blue(), family, exif=_exif(6))
    before = opened(data).getexif()
    assert before[0x0112] == 6
    assert before.get_ifd(0x8825)[1] == "N"
    clean = clean_image(data)
    copy = opened(clean.clean_bytes)
    assert copy.size == (clean.width, clean.height) == (32, 64)
    assert near(copy.getpixel((16, 8)), (255, 0, 0))
    assert near(copy.getpixel((16, 56)), (0, 0, 255))
    assert not copy.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(copy.info)
    assert b"MarvelPhone" in data
    assert b"MarvelPhone" not in clean.clean_bytes


def test_broken_exif_does_not_cost_the_picture():
    clean = clean_image(encoded(half_red_half_blue(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff\xff"))
    assert (clean.width, clean.height) == (64, 32)


def test_comments_and_texts_are_gone():
    for family, options in (
        ("JPEG", {"comment": b"taken at home", "xmp": b"<x>home</x>", "dpi": (301, 301)}),
        ("PNG", {"pnginfo": _texts(Author="home"), "dpi": (301, 301)}),
    ):
        data = encoded(half_red_half_blue(), family, **options)
        assert b"home" in data
        assert b"home" not in clean_image(data).clean_bytes


def test_colours_of_a_profile_are_kept_when_the_profile_goes():
    """The profile swaps red and blue: whoever ignores it sees the wrong colour."""
    standard = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    places = {}
    for start in range(132, 132 + 12 * struct.unpack(">I", standard[128:132])[0], 12):
        places[standard[start : start + 4]] = slice(start + 4, start + 12)
    swapped = bytearray(standard)
    swapped[places[b"rXYZ"]], swapped[places[b"bXYZ"]] = standard[places[b"bXYZ"]], standard[places[b"rXYZ"]]
    data = encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 77)), "PNG", icc_profile=bytes(swapped))
    copy = opened(clean_image(data).clean_bytes)
    assert near(copy.getpixel((4, 4)), (0, 0, 255, 77))
    assert "icc_profile" not in copy.info


def test_broken_profile_does_not_cost_the_picture():
    assert clean_image(encoded(half_red_half_blue(), "PNG", icc_profile=b"no profile at all")).width == 64


@pytest.mark.parametrize("family", FAMILIES[1:])
def test_of_a_moving_picture_the_first_frame_is_kept(family):
    frames = [Image.new("RGB", (64, 32), color) for color in ("red", "green", "blue")]
    data = encoded(frames[0], family, save_all=True, append_images=frames[1:], duration=100)
    assert opened(data).n_frames == 3
    copy = opened(clean_image(data).clean_bytes)
    assert getattr(copy, "n_frames", 1) == 1
    assert near(copy.convert("RGB").getpixel((9, 9)), (255, 0, 0))


def test_phone_picture_of_several_frames_becomes_a_plain_jpeg():
    frames = [half_red_half_blue(), Image.new("RGB", (64, 32), "green")]
    data = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert opened(data).format == "MPO"
    clean = clean_image(data)
    assert clean.content_type == "image/jpeg"
    copy = opened(clean.clean_bytes)
    assert copy.format == "JPEG"
    assert near(copy.getpixel((8, 16)), (255, 0, 0))


def test_print_colours_become_screen_colours():
    data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")
    copy = opened(clean_image(data).clean_bytes)
    assert copy.mode == "RGB"
    assert near(copy.getpixel((8, 8)), (255, 0, 0))


def test_sixteen_bits_become_eight_without_being_blown_out():
    grey = opened(clean_image(encoded(Image.new("I;16", (8, 8), 0x8000), "PNG")).clean_bytes)
    assert near(grey.getpixel((4, 4)), (128, 128, 128))
    colour = png_of(1, 1, b"\0" + struct.pack(">HHH", 0xFFFF, 0x8000, 0), depth=16, color=2)
    assert near(opened(clean_image(colour).clean_bytes).getpixel((0, 0)), (255, 128, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_usual_kind_of_png_comes_through(mode):
    copy = opened(clean_image(encoded(half_red_half_blue(mode), "PNG")).clean_bytes)
    assert copy.mode in {"RGB", "RGBA"}
    assert copy.size == (64, 32)


def test_see_through_palette_stays_see_through():
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    copy = opened(clean_image(encoded(image, "PNG", transparency=0)).clean_bytes)
    assert copy.getpixel((4, 4)) == (255, 0, 0, 0)


def test_picture_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "WALL_SECONDS", 0.01)
    with pytest.raises(UploadRefused, match="too long"):
        clean_image(encoded(half_red_half_blue(), "PNG"))


def test_worker_that_breaks_is_a_refusal_and_a_line_in_the_log(monkeypatch, tmp_path, caplog):
    data = encoded(half_red_half_blue(), "PNG")
    caplog.set_level(logging.INFO, logger="core.uploads")
    for script in (
        "import os; os.kill(os.getpid(), 9)",
        "print('no json')",
        'print(\'{"format": "TIFF"}\\nx\')',
        "print('[]')",
        "print('{}')",
    ):
        broken = tmp_path / "worker.py"
        broken.write_text(script)
        monkeypatch.setattr(uploads, "WORKER", broken)
        with pytest.raises(UploadRefused, match=DAMAGED):
            clean_image(data)
    assert len([line for line in caplog.messages if "refused" in line]) == 5


def test_worker_sees_nothing_of_our_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "not-for-the-worker")
    seen = tmp_path / "seen"
    spy = tmp_path / "worker.py"
    spy.write_text(f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))")
    monkeypatch.setattr(uploads, "WORKER", spy)
    with pytest.raises(UploadRefused):
        clean_image(encoded(half_red_half_blue(), "PNG"))
    assert seen.read_text()
    assert "not-for-the-worker" not in seen.read_text()


class PictureForm(forms.Form):
    picture = ImageUploadField()
    other = ImageUploadField(required=False)


def test_form_gives_the_clean_picture():
    data = encoded(half_red_half_blue(), "PNG")
    form = PictureForm({}, {"picture": SimpleUploadedFile("../skärm.png", data, "text/html")})
    assert form.is_valid(), form.errors
    picture = form.cleaned_data["picture"]
    assert (picture.name, picture.original, picture.content_type) == ("skärm.png", data, "image/png")
    assert not form.cleaned_data["other"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"hello", NO_PICTURE), (b"<html>", "web page"), (b"", "empty"), (b"x" * 1025, "larger than")],
)
def test_form_shows_the_reason_beside_the_field(settings, data, sentence):
    settings.UPLOAD_MAX_BYTES = 1024
    form = PictureForm({}, {"picture": SimpleUploadedFile("a.png", data, "image/png")})
    assert not form.is_valid()
    assert sentence in form.errors["picture"][0]


def test_form_asks_the_browser_for_pictures_only():
    assert 'accept="image/jpeg,image/png,image/webp"' in str(PictureForm()["picture"])


def test_reason_is_said_in_the_language_of_the_page():
    with translation.override("sv"), pytest.raises(UploadRefused) as refused:
        clean_image(b"")
    assert str(refused.value)
