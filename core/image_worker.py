"""Opens one picture from standard input and writes a clean copy to standard output, in a process of its own.

Run as a script, without Django, under limits of memory and time: what a hostile file breaks is this process only.
The first line of the output is JSON: the type and size, or the reason why not.
"""

import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

FAMILIES = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
MEMORY, SECONDS = 1_500_000_000, 20


def main(max_pixels: int) -> None:
    """This will write the answer and end; a broken picture is an answer, not an error."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        facts, data = clean(sys.stdin.buffer.read(), max_pixels)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        facts, data = {"error": "pixels"}, b""
    except Exception as error:  # whatever Pillow says of broken bytes, the answer is that they are broken
        facts, data = {"error": "damaged", "detail": type(error).__name__}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + data)


def clean(data: bytes, max_pixels: int) -> tuple[dict, bytes]:
    """This will decode the first frame, turn it as its EXIF says, and encode it anew without any metadata."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
        if image.width * image.height > max_pixels:
            return {"error": "pixels"}, b""
        family = FAMILIES[image.format or ""]
        image.seek(0)
        image.load()
        upright = ImageOps.exif_transpose(image)
    mode = (
        "RGBA"
        if family != "JPEG" and (upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info)
        else "RGB"
    )
    if upright.mode.startswith("I"):
        upright = (
            upright.point(lambda value: value / 256).convert("L")
            if upright.mode == "I;16"
            else upright.convert("L")
        )
    bare = Image.new(mode, upright.size)
    bare.paste(upright.convert(mode))
    out = io.BytesIO()
    bare.save(out, family, quality=90)
    return {"format": family, "width": bare.width, "height": bare.height}, out.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]))
