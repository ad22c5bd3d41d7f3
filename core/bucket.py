"""Kept files in an S3-compatible store, by django-storages: named by their hash, put once, read back by the caller."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from core.disk import StoreAway

# A larger file is put in parts of this size; the protocol takes at most 5 GB at once and 10 000 parts.
PART = 512 * 1024 * 1024
MISSING = {"404", "NoSuchKey", "NotFound"}
# What a store answers that has the name already, or gets it from somebody else in this moment.
TAKEN = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
UNKNOWN = {"501", "NotImplemented"}


class Store(S3Storage):
    """The connection as django-storages makes it, with times that do not hold up a page and what old stores know."""

    def get_default_settings(self) -> dict[str, Any]:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.FILES_BUCKET_URL else "auto"},
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 3, "mode": "standard"},
            # What was put is read back and hashed by us; not every store knows the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return super().get_default_settings() | {"client_config": config}


class Bucket:
    """The bucket that FILES_BUCKET names. Nothing stored is ever put again under the same name."""

    def __init__(self) -> None:
        storage: Any = storages["kept"]
        self.client, self.bucket = storage.connection.meta.client, storage.bucket_name

    def place_of(self, name: str) -> str:
        return f"s3://{self.bucket}/{name}"

    def write(self, name: str, data: bytes) -> None:
        """This will put the bytes unless something has the name. Raises StoreAway."""
        with _told():
            self._put_once(name, io.BytesIO(data), len(data))

    def write_file(self, name: str, source: Path, *, take: bool) -> bool:
        """This will put a file of any size, in parts when it is large; it is always a copy. Raises StoreAway."""
        with _told(), source.open("rb") as stream:
            size = source.stat().st_size
            put = self._put_once if size <= PART else self._put_parts
            put(name, stream, size)
        return False

    def replace(self, name: str, data: bytes) -> None:
        """This will put bytes that may be put again: a piece of an upload, never a kept file."""
        with _told():
            self.client.put_object(Bucket=self.bucket, Key=name, Body=data)

    def copy_to(self, name: str, target: Path) -> None:
        """This will fetch the stored file into `target`. Raises FileNotFoundError and StoreAway."""
        with self.open(name) as stream, target.open("xb") as out:
            while block := stream.read(1024 * 1024):
                out.write(block)

    def settle(self, name: str) -> None:
        """A put that was answered is stored."""

    def open(self, name: str) -> io.BufferedIOBase:
        """This will begin to fetch what is stored. Raises FileNotFoundError and StoreAway."""
        with _told():
            body = self.client.get_object(Bucket=self.bucket, Key=name)["Body"]
        return io.BufferedReader(_Fetched(body), 256 * 1024)

    def erase(self, name: str) -> None:
        with _told():
            self.client.delete_object(Bucket=self.bucket, Key=name)

    def names(self, prefix: str = "") -> Iterator[str]:
        with _told():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                yield from (row["Key"] for row in page.get("Contents", ()))

    def is_empty(self) -> bool:
        return next(self.names(), None) is None

    def is_well(self) -> bool:
        """This will tell whether the bucket is there and opens to us."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except (BotoCoreError, ClientError, HTTPClientError):
            return False
        return True

    def _put_once(self, name: str, stream: IO[bytes], size: int) -> None:
        put = {"Bucket": self.bucket, "Key": name, "Body": stream, "ContentLength": size}
        try:
            self.client.put_object(**put, IfNoneMatch="*")
        except ClientError as error:
            if _code(error) in TAKEN:
                return
            if _code(error) not in UNKNOWN:
                raise
            if not self._is_there(name):  # an older store: asked first, which a race may still slip through
                stream.seek(0)
                self.client.put_object(**put)

    def _put_parts(self, name: str, stream: IO[bytes], size: int) -> None:
        if self._is_there(name):
            return
        where = {"Bucket": self.bucket, "Key": name}
        begun = where | {"UploadId": self.client.create_multipart_upload(**where)["UploadId"]}
        try:
            parts = []
            for number in range(1, -(-size // PART) + 1):
                part = _Window(stream, (number - 1) * PART, min(PART, size - (number - 1) * PART))
                done = self.client.upload_part(
                    **begun, PartNumber=number, Body=part, ContentLength=part.length
                )
                parts.append({"PartNumber": number, "ETag": done["ETag"]})
            self.client.complete_multipart_upload(**begun, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except (BotoCoreError, ClientError) as error:
            self.client.abort_multipart_upload(**begun)
            if not isinstance(error, ClientError) or _code(error) not in TAKEN:
                raise

    def _is_there(self, name: str) -> bool:
        try:
            self.client.head_object(Bucket=self.bucket, Key=name)
        except ClientError as error:
            if _code(error) in MISSING:
                return False
            raise
        return True


class _Window(io.RawIOBase):
    """A stretch of a file that reads like a file of its own; it may be read again from its beginning."""

    def __init__(self, stream: IO[bytes], start: int, length: int) -> None:
        self.stream, self.start, self.length, self.at = stream, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        self.stream.seek(self.start + self.at)
        block = self.stream.read(max(0, min(len(buffer), self.length - self.at)))
        buffer[: len(block)] = block
        self.at += len(block)
        return len(block)


class _Fetched(io.RawIOBase):
    """The body of an answer; a connection that breaks in the middle is the store's trouble and not a short file."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _told():
            block: bytes = self.body.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self.body.close()
        super().close()


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _told() -> Iterator[None]:
    """Say in Python's own words what the store answered. Neither the key nor the signature comes into the words."""
    try:
        yield
    except ClientError as error:
        if _code(error) in MISSING:
            raise FileNotFoundError(_code(error)) from error
        raise StoreAway(f"the store of files answered {_code(error)}") from error
    except (BotoCoreError, HTTPClientError) as error:
        raise StoreAway(f"the store of files: {type(error).__name__}") from error
