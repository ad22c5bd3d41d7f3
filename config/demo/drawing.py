"""Draws what a screenshot of a comment might look like. The same comment gives the same bytes."""

from __future__ import annotations

import io
import textwrap

from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN = 900, 48
INK, GREY, WASH, BLUE = "#1a1a1a", "#5f717c", "#f3f6f7", "#0076bc"


def screenshot(channel: str, post: str, author: str, text: str, when: str) -> bytes:
    """This will draw a post with one comment below it, as PNG."""
    body, small = font(26), font(20)
    post_lines, lines = textwrap.wrap(post, 60), textwrap.wrap(text, 54)
    height = 330 + 36 * (len(post_lines) + len(lines))
    image = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((MARGIN, 40, MARGIN + 64, 104), fill=BLUE)
    draw.text((MARGIN + 24, 58), channel[:1], font=body, fill="white")
    draw.text((MARGIN + 84, 46), channel, font=body, fill=INK)
    draw.text((MARGIN + 84, 78), when, font=small, fill=GREY)
    top = 130
    for line in post_lines:
        draw.text((MARGIN, top), line, font=body, fill=INK)
        top += 36
    top += 24
    draw.line((MARGIN, top, WIDTH - MARGIN, top), fill="#d1d9dc", width=2)
    top += 30
    draw.rounded_rectangle((MARGIN + 64, top, WIDTH - MARGIN, top + 70 + 36 * len(lines)), 18, fill=WASH)
    draw.ellipse((MARGIN, top, MARGIN + 48, top + 48), fill=GREY)
    draw.text((MARGIN + 84, top + 14), author, font=body, fill=BLUE)
    for number, line in enumerate(lines):
        draw.text((MARGIN + 84, top + 52 + 36 * number), line, font=body, fill=INK)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """This will return a font of the system that has Swedish letters, else Pillow's own."""
    for name in ("OpenSans-Regular.ttf", "DejaVuSans.ttf", "Arial.ttf", "LiberationSans-Regular.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
