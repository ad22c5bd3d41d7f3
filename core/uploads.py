"""Pictures from outside: judged by their content, cleaned in a separate process, refused with a sentence."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

WORKER = Path(__file__).with_name("image_worker.py")
WALL_SECONDS = 30

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class UploadRefused(Exception):
    """The file is no picture that can be used; the text says why and what to do."""


@dataclass(frozen=True)
class CleanImage:
    """A picture as it came and as it may be shown: encoded anew, turned upright, without metadata."""

    original: bytes
    sha: str
    content_type: str
    width: int
    height: int
    clean_bytes: bytes
    name: str = ""


def clean_image(data: bytes, name: str = "") -> CleanImage:
    """This will return the picture with its clean copy. Raises UploadRefused with a sentence. Takes up to 30 seconds."""
    refuse_at_sight(data)
    try:
        done = subprocess.run(  # noqa: S603  (our own script, by our own interpreter)
            [sys.executable, "-I", str(WORKER), str(settings.UPLOAD_MAX_PIXELS)],
            input=data,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UploadRefused(_damaged()) from error
    head, _newline, clean = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise UploadRefused(_damaged())
    facts = json.loads(head)
    if "error" in facts:
        raise UploadRefused(_too_many_pixels() if facts["error"] == "pixels" else _damaged())
    return CleanImage(
        original=data,
        sha=hashlib.sha256(data).hexdigest(),
        content_type=TYPES[facts["format"]],
        width=facts["width"],
        height=facts["height"],
        clean_bytes=clean,
        name=name,
    )


def refuse_at_sight(data: bytes) -> None:
    """This will raise UploadRefused for what its size or first bytes give away; decodes nothing."""
    if not data:
        raise UploadRefused(_("The file is empty."))
    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused(
            _("The file is larger than %(size)s MB. Save a smaller copy.")
            % {"size": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}
        )
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"}:
        raise UploadRefused(_("HEIC and AVIF pictures cannot be used. Save it as JPEG or PNG."))
    known = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )
    if not known:
        raise UploadRefused(_("This is not a JPEG, PNG or WebP picture, whatever its name says."))


class ImageUploadField(forms.FileField):
    """A picture in a form: clean data is a CleanImage."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return upload
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB. Save a smaller copy.") % {"size": limit}
            )
        try:
            return clean_image(upload.read(), name=upload.name)
        except UploadRefused as refused:
            raise forms.ValidationError(str(refused)) from refused


def _damaged() -> str:
    return _("The picture is damaged or incomplete. Take or save it again.")


def _too_many_pixels() -> str:
    return _("The picture has more than %(count)s million pixels. Save a smaller copy.") % {
        "count": settings.UPLOAD_MAX_PIXELS // 1_000_000
    }
