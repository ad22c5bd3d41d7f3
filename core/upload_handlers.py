"""How much somebody without a login may send at once: enough for the picture of a tip, whatever the proxy lets through."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class StrangersSendLittle(FileUploadHandler):
    """Refuses a stranger's large form before a byte of it is written; files are unpacked before anybody asks who sends."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  (as Django calls it)
        content_length: int,
        boundary: str,
        encoding: Any = None,
    ) -> None:
        """Raises RequestDataTooBig, which is answered with 413."""
        user = getattr(self.request, "user", None)
        if content_length > 2 * settings.UPLOAD_MAX_BYTES and not (user and user.is_authenticated):
            raise RequestDataTooBig("more than somebody without a login may send")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
