"""Pictures from outside: judged by their content, cleaned in a separate process, refused with a sentence."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("image_worker.py")
WALL_SECONDS = 25

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PHONE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}


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

    @property
    def size(self) -> int:
        """This will return the bytes of the picture as it came."""
        return len(self.original)


def clean_image(data: bytes | IO[bytes] | File, name: str = "") -> CleanImage:
    """This will return the picture with its clean copy. Raises UploadRefused with a sentence. Takes up to 25 seconds.

    Reads no more of a file than may be sent. The type is the content's, whatever the name says.
    """
    if not isinstance(data, bytes):
        data = data.read(settings.UPLOAD_MAX_BYTES + 1)
    refuse_at_sight(data)
    facts, clean = _in_own_process(data)
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
        raise UploadRefused(_("The file is empty. Choose another file."))
    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused(
            _("The file is larger than %(size)s MB. Save a smaller copy.")
            % {"size": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}
        )
    known = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )
    if not known:
        raise UploadRefused(_what_it_is(data))


class ImageUploadField(forms.FileField):
    """A picture in a form: clean data is a CleanImage.

    `needed` is one that may be missing for a while, and is therefore not marked as optional.
    """

    def __init__(self, *, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.needed = needed

    def clean(self, data: Any, initial: Any = None) -> Any:
        """This will return the CleanImage, `initial` or None. Raises ValidationError with the reason."""
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return upload
        try:
            return clean_image(upload, name=upload.name)
        except UploadRefused as refused:
            raise forms.ValidationError(str(refused), code="refused") from refused

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """This will name the types: the file dialogue shows those, and phones turn HEIC into JPEG by themselves."""
        return {**super().widget_attrs(widget), "accept": ",".join(TYPES.values())}


@dataclass(frozen=True)
class Held:
    """A picture that waits for its form to be sent again: under a key that nobody guesses, for an hour."""

    key: str
    name: str


class HoldingForm(forms.Form):
    """A form whose pictures outlive a refusal: no browser keeps a chosen file when the page comes back."""

    HELD_SECONDS = 60 * 60

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.files = self.files.copy() if self.files else MultiValueDict()
        for name in self._pictures():
            key = self._key_sent(name)
            if key and name not in self.files and (found := cache.get(f"held:{key}")):
                self.files[name] = SimpleUploadedFile(*found)

    def hold(self, *, may_copy: bool = True) -> None:
        """This will keep each picture that can be used until the form is sent again; its field says so.

        Where a copy may be a crime (`may_copy` is False) nothing is kept, and what was held from before is forgotten.
        """
        if not self.is_bound:
            return
        self.is_valid()  # reads what was sent, if nobody has
        for name, field in self._pictures().items():
            image = self.cleaned_data.get(name)
            if not may_copy or isinstance(image, CleanImage):
                self.let_go(name)
            if may_copy and isinstance(image, CleanImage):
                key = secrets.token_urlsafe(24)
                cache.set(f"held:{key}", (image.name, image.original), self.HELD_SECONDS)
                field.held = Held(key, image.name)  # type: ignore[attr-defined]

    def let_go(self, name: str) -> None:
        """This will forget the picture of a field, chosen now or held from before."""
        cache.delete(f"held:{self._key_sent(name)}")
        self.files.pop(name, None)

    def _pictures(self) -> dict[str, forms.Field]:
        return {name: field for name, field in self.fields.items() if isinstance(field, ImageUploadField)}

    def _key_sent(self, name: str) -> str:
        return str(self.data.get(f"{self.add_prefix(name)}-held", ""))[:64]


def _in_own_process(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Have the worker open the picture; it gets neither our secrets nor more time than this."""
    try:
        done = subprocess.run(  # noqa: S603  (our own script, by our own interpreter)
            [sys.executable, "-I", "-B", str(WORKER), str(settings.UPLOAD_MAX_PIXELS)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UploadRefused(_("The picture takes too long to open. Save a smaller copy.")) from error
    head, _newline, clean = done.stdout.partition(b"\n")
    try:
        facts = json.loads(head)
        if "error" not in facts and facts["format"] in TYPES and clean:
            return facts, clean
    except (ValueError, KeyError, TypeError):
        facts = {}
    log.info("a picture was refused: %s, the worker ended with %s", facts, done.returncode)
    raise UploadRefused(_sentence(facts.get("error", "damaged")))


def _sentence(error: str) -> str:
    if error == "pixels":
        return _("The picture has more than %(count)s million pixels. Save a smaller copy.") % {
            "count": settings.UPLOAD_MAX_PIXELS // 1_000_000
        }
    if error == "text":
        return _("The picture carries far too much hidden text. Take a screenshot of it instead.")
    return _("The picture is damaged or incomplete. Take or save it again.")


def _what_it_is(data: bytes) -> str:
    """Name what people send most often, so that they know what to do."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data[4:8] == b"ftyp" and data[8:12] in PHONE_BRANDS:
        return _("HEIC and AVIF pictures cannot be used. Save it as JPEG or PNG.")
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _("GIF pictures cannot be used. Save it as PNG.")
    if b"<svg" in start:
        return _("SVG drawings cannot be used. Save it as PNG.")
    if start.startswith((b"<!doctype html", b"<html")):
        return _("This is a web page and not a picture. Take a screenshot of it instead.")
    if data.startswith(b"%PDF-"):
        return _("This is a PDF and not a picture. Take a screenshot of it instead.")
    return _("This is not a JPEG, PNG or WebP picture, whatever its name says. Choose another file.")
