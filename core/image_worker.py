"""Opens one picture from standard input and writes a clean copy to standard output, in a process of its own.

Run as a script, without Django, under limits of memory and time, unable to open a file or a connection: what a hostile
picture breaks is this process only. The first line of the output is JSON: the type and size, or the reason why not.
"""

import contextlib
import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageCms, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

FAMILIES = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
OPTIONS = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 90, "method": 2},
}
ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}
LIMITS = {
    resource.RLIMIT_AS: 1_500_000_000,
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_NOFILE: 3,
}


def main(max_pixels: int) -> None:
    """This will write the answer and end; a broken picture is an answer, not an error."""
    Image.preinit()
    data = sys.stdin.buffer.read()
    for kind, limit in LIMITS.items():
        with contextlib.suppress(ValueError, OSError):  # a system that knows it not, or is stricter already
            resource.setrlimit(kind, (limit, limit))
    try:
        facts, clean_bytes = clean(data, max_pixels)
    except Exception as error:  # whatever Pillow says of broken bytes, the answer is that they are broken
        facts, clean_bytes = {"error": reason(error), "detail": repr(error)[:200]}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + clean_bytes)


def reason(error: Exception) -> str:
    """This will name what an error of Pillow's means to the one who sent the picture."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return "pixels"
    return "text" if "MAX_TEXT" in str(error) else "damaged"


def clean(data: bytes, max_pixels: int) -> tuple[dict, bytes]:
    """This will decode the first frame, turn it as its EXIF says, and encode it anew without any metadata."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
        family = FAMILIES[image.format or ""]
        image.seek(0)
        image.load()
        with contextlib.suppress(Exception):  # broken EXIF: the picture stands as it is
            ImageOps.exif_transpose(image, in_place=True)
        picture = in_srgb(in_eight_bits(image), alpha=family != "JPEG")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, family, **OPTIONS[family])
    return {"format": family, "width": bare.width, "height": bare.height}, out.getvalue()


def in_eight_bits(image: Image.Image) -> Image.Image:
    """This will return 16-bit greys as 8-bit ones, and everything else as it is."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def in_srgb(image: Image.Image, *, alpha: bool) -> Image.Image:
    """This will return the picture in the colours of the web, as its colour profile is not kept."""
    seen_through = alpha and (image.mode in ALPHA or "transparency" in image.info)
    mode = "RGBA" if seen_through else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # an unusable profile is none
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            image = (
                ImageCms.profileToProfile(
                    image, source, target, outputMode="RGB" if image.mode == "CMYK" else image.mode
                )
                or image
            )
    return image.convert(mode)


if __name__ == "__main__":
    main(int(sys.argv[1]))
