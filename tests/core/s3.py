"""A store that speaks S3 over HTTP: signatures checked, objects put only where nothing is, parts, lists. Only for tests."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

KEY, SECRET, BUCKET = "a-key-of-the-tests", "a-secret-of-the-tests", "evidence-of-the-tests"


@dataclass
class Store:
    """What the server holds, what it was asked, and how it misbehaves when a test says so."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    refused: int = 0
    knows_conditions: bool = True
    failing: int = 0  # so many answers are 503
    losing: int = 0  # so many puts are done and their answers lost
    cutting: bool = False  # bodies end in the middle
    lock: threading.Lock = field(default_factory=threading.Lock)


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_HEAD(self) -> None:
        self._answer(self._get)

    def do_PUT(self) -> None:
        self._answer(self._put)

    def do_POST(self) -> None:
        self._answer(self._post)

    def do_DELETE(self) -> None:
        self._answer(self._delete)

    def _answer(self, work: Any) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        _nothing, bucket, *rest = unquote(parts.path).split("/", 2)
        self.name = rest[0] if rest else ""
        self.store.asked.append((self.command, self.name))
        if not self._is_signed(parts, body):
            self.store.refused += 1
            self._say(403, "SignatureDoesNotMatch")
        elif bucket != BUCKET:
            self._say(404, "NoSuchBucket")
        elif self.store.failing:
            self.store.failing -= 1
            self._say(503, "SlowDown")
        else:
            work(body)

    def _is_signed(self, parts: Any, body: bytes) -> bool:
        """Whether the request bears the signature (AWS Signature Version 4) of whoever knows the secret."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)",
            self.headers.get("Authorization", ""),
        )
        said = self.headers.get("x-amz-content-sha256", "")
        if not found or found[1] != KEY or said not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return False
        names = found[4].split(";")
        lines = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names)
        pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
        asked = "\n".join([self.command, parts.path, query, lines, ";".join(names), said])
        scope = f"{found[2]}/{found[3]}/s3/aws4_request"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{digest}"
        key = f"AWS4{SECRET}".encode()
        for step in (found[2], found[3], "s3", "aws4_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        return hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), found[5])

    def _get(self, _body: bytes) -> None:
        if not self.name:
            self._list() if "list-type" in self.query else self._say(200)
        elif self.name not in self.store.objects:
            self._say(404, "NoSuchKey")
        else:
            self._say(200, body=self.store.objects[self.name], cut=self.store.cutting)

    def _list(self) -> None:
        """At most 3 names an answer, so that whoever lists has to ask on."""
        after, prefix = self.query.get("continuation-token", ""), self.query.get("prefix", "")
        names = sorted(name for name in self.store.objects if name.startswith(prefix) and name > after)
        shown = names[:3]
        rows = "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in shown)
        more = len(names) > len(shown)
        token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        text = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}<KeyCount>{len(shown)}</KeyCount>{rows}"
        self._say(200, body=f"<ListBucketResult>{text}</ListBucketResult>".encode())

    def _put(self, body: bytes) -> None:
        if "partNumber" in self.query:
            self.store.parts[self.query["uploadId"]][int(self.query["partNumber"])] = body
            self._say(200, etag=_tag(body))
        elif self._store(body):
            self._say(200, etag=_tag(body))

    def _post(self, body: bytes) -> None:
        if "uploads" in self.query:
            number = uuid4().hex
            self.store.parts[number] = {}
            text = f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
            self._say(200, body=text.encode())
            return
        numbers = [int(number) for number in re.findall(rb"<PartNumber>(\d+)</PartNumber>", body)]
        parts = self.store.parts.pop(self.query["uploadId"])
        if self._store(b"".join(parts[number] for number in numbers)):
            self._say(200, body=b"<CompleteMultipartUploadResult/>")

    def _store(self, data: bytes) -> bool:
        condition = self.headers.get("If-None-Match")
        if condition and not self.store.knows_conditions:
            self._say(501, "NotImplemented")
            return False
        with self.store.lock:
            if condition == "*" and self.name in self.store.objects:
                self._say(412, "PreconditionFailed")
                return False
            self.store.objects[self.name] = data
            self.store.puts.append(self.name)
        if self.store.losing:
            self.store.losing -= 1
            self.close_connection = True
            return False
        return True

    def _delete(self, _body: bytes) -> None:
        if "uploadId" in self.query:
            self.store.parts.pop(self.query["uploadId"], None)
        else:
            self.store.objects.pop(self.name, None)
        self._say(204)

    def _say(self, status: int, code: str = "", body: bytes = b"", etag: str = "", cut: bool = False) -> None:
        if code:
            body = f"<Error><Code>{code}</Code></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", f'"{etag}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut


def _tag(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@contextmanager
def running() -> Iterator[Store]:
    """The store on a port of its own."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Answers,), {"store": store}))
    server.daemon_threads = True
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()


def environment_of(store: Store) -> dict[str, str]:
    """What another process needs in its environment to use the store."""
    return {
        "FILES_BUCKET": BUCKET,
        "FILES_BUCKET_URL": store.url,
        "FILES_BUCKET_KEY": KEY,
        "FILES_BUCKET_SECRET": SECRET,
    }


def use(settings: Any, store: Store, secret: str = SECRET) -> None:
    """This will name the store in the settings, as FILES_BUCKET and its fellows do."""
    settings.FILES_BUCKET, settings.FILES_BUCKET_URL = BUCKET, store.url
    named = {"bucket_name": BUCKET, "endpoint_url": store.url, "access_key": KEY, "secret_key": secret}
    kept = settings.STORAGES["kept"]
    kept = kept | {"OPTIONS": kept["OPTIONS"] | named}
    settings.STORAGES = settings.STORAGES | {"kept": kept}
