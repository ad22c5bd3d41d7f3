"""Copies of a picture that our own worker wrote: the small one, the one with blurred places, and its look."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageFilter

from consent.models.pictures import Box

THUMB_PIXELS = 480
BLOCKS = 6  # a blurred place keeps this many blocks of colour each way: no face survives it
MARGIN = 0.12  # of the place, on each side
SAVE_OPTIONS = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 3}, "WEBP": {"quality": 90, "method": 2}}


def small(clean: bytes) -> bytes:
    """This will make the copy for lists, at most THUMB_PIXELS wide and high."""
    with Image.open(io.BytesIO(clean)) as image:
        kind = image.format or "PNG"
        image.thumbnail((THUMB_PIXELS, THUMB_PIXELS))
        return _saved(image, kind)


def blurred(clean: bytes, boxes: Iterable[Box]) -> bytes:
    """This will make a copy in which the boxes, given in thousandths, are a few blocks of colour.

    What was under them is gone from the copy: the blocks are averages and nothing of the original is kept beside them.
    """
    with Image.open(io.BytesIO(clean)) as image:
        kind = image.format or "PNG"
        copy = image.convert("RGBA" if image.mode == "RGBA" else "RGB")
        for box in boxes:
            area = _pixels(box, copy.size)
            place = copy.crop(area)
            blocks = place.resize((BLOCKS, BLOCKS), Image.Resampling.BOX)
            cover = blocks.resize(place.size, Image.Resampling.NEAREST)
            radius = max(2, min(place.size) // (2 * BLOCKS))
            copy.paste(cover.filter(ImageFilter.GaussianBlur(radius)), area)
        return _saved(copy, kind)


def look_of(clean: bytes) -> str:
    """This will return a picture's look as 16 hexadecimals: for each of 8 × 8 places whether it gets lighter to the right.

    Pictures that look alike have looks that differ in few bits (a difference hash). A picture of one colour has none.
    """
    with Image.open(io.BytesIO(clean)) as image:
        # Brought down in two steps: the box is quick on large pictures, the second smooths what it left.
        grey = image.convert("L").resize((72, 64), Image.Resampling.BOX)
        pixels = grey.resize((9, 8), Image.Resampling.BILINEAR).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (pixels[at + 1] > pixels[at] + 1)
    return f"{bits:016x}" if bits else ""


def difference(one: str, other: str) -> int:
    """This will count the bits in which two looks differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """This will turn a box into pixels, with a margin, within the picture and never empty."""
    (left, top, width, height), (across, down) = box, size
    aside, above = width * MARGIN, height * MARGIN
    x0 = max(0, round((left - aside) * across / 1000))
    y0 = max(0, round((top - above) * down / 1000))
    x1 = min(across, max(x0 + 1, round((left + width + aside) * across / 1000)))
    y1 = min(down, max(y0 + 1, round((top + height + above) * down / 1000)))
    return min(x0, across - 1), min(y0, down - 1), x1, y1


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **SAVE_OPTIONS.get(kind, {}))
    return out.getvalue()
