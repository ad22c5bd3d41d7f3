"""Opening addresses that people wrote: never an inner one, never for long, never more than was asked for.

requests-hardened looks a name up once, judges the address and connects to that very address. Around it: each redirect
is judged again, nothing is taken from the environment (proxies, netrc), and one deadline holds for the whole of it.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

REDIRECTS = {301, 302, 303, 307, 308}
MAX_REDIRECTS = 5
CHUNK = 16 * 1024
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Redaktionen)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}

T = TypeVar("T")


class FetchProblem(Exception):
    """Why there is no answer: a sentence for who asked, and a code to keep."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class FetchRefused(FetchProblem):
    """The address is of a kind that is never opened; the text says which."""


class FetchFailed(FetchProblem):
    """The address was tried and gave no answer; the text says why."""


@dataclass(frozen=True)
class FetchPolicy:
    """What may be opened. Loopback addresses are for servers that the caller itself has started."""

    ports: frozenset[int] = frozenset({80, 443})
    loopback: bool = False


PUBLIC = FetchPolicy()


@dataclass(frozen=True)
class Answer:
    """What came back: the last status, the redirects passed on the way as (url, status), and the decoded body."""

    status: int
    final_url: str
    hops: tuple[tuple[str, int], ...]
    content_type: str
    body: bytes
    cut: bool  # there was more than the limit


def fetch(url: str, *, limit_bytes: int, seconds: float, policy: FetchPolicy = PUBLIC) -> Answer:
    """This will GET the address, follow at most five redirects and return the answer, whatever its status.

    Reads at most `limit_bytes` of the decoded body (0: none of it) and takes at most `seconds` in all. Raises
    FetchRefused for addresses that are not opened, also behind a redirect, and FetchFailed when no answer comes.
    """
    deadline = Deadline(seconds)
    try:
        with deadline.running(), _session(policy, deadline) as session:
            return _follow(session, url, limit_bytes, policy, deadline)
    except InvalidIPAddress as error:
        raise FetchRefused("inner", _("The address leads to an inner network and is not opened.")) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FetchFailed(*_why(error, deadline, seconds)) from error


def _follow(
    session: requests.Session, url: str, limit_bytes: int, policy: FetchPolicy, deadline: Deadline
) -> Answer:
    hops: list[tuple[str, int]] = []
    while len(hops) <= MAX_REDIRECTS:
        request = _judged(session, url, policy)
        with session.send(request, stream=True, timeout=deadline.left()) as response:
            url, location = str(request.url), response.headers.get("Location")
            if response.status_code not in REDIRECTS or not location:
                body, cut = _read(response, limit_bytes, deadline)
                kind = response.headers.get("Content-Type", "")
                return Answer(response.status_code, url, tuple(hops), kind, body, cut)
            hops.append((url, response.status_code))
            url = urljoin(url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    raise FetchFailed("loop", _("The address leads on more than %(count)s times.") % {"count": MAX_REDIRECTS})


def _judged(session: requests.Session, url: str, policy: FetchPolicy) -> requests.PreparedRequest:
    """Judge the address as it will be used, not as it was written: two parsers may read it in two ways."""
    try:
        request = session.prepare_request(requests.Request("GET", url))
        parts = urlsplit(str(request.url))
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except (requests.RequestException, ValueError) as error:
        raise FetchRefused("no_address", _("This is not a web address.")) from error
    if parts.scheme not in {"http", "https"}:
        raise FetchRefused("scheme", _("Only addresses that begin with http:// or https:// can be opened."))
    if "@" in parts.netloc:
        raise FetchRefused("password", _("An address with a user name or password in it is not opened."))
    if port not in policy.ports:
        raise FetchRefused("port", _("Only the usual ports of the web, 80 and 443, are opened."))
    if _is_inner(parts.hostname or "", policy):
        raise InvalidIPAddress(parts.hostname)
    return request


def _read(response: requests.Response, limit_bytes: int, deadline: Deadline) -> tuple[bytes, bool]:
    body = bytearray()
    if not limit_bytes:
        return b"", True
    for chunk in response.iter_content(CHUNK):
        body += chunk
        deadline.left()
        if len(body) > limit_bytes:
            return bytes(body[:limit_bytes]), True
    if deadline.over.is_set():  # a connection cut by the deadline can look like the end of the body
        raise TimeoutError
    return bytes(body), False


def _why(error: Exception, deadline: Deadline, seconds: float) -> tuple[str, str]:
    if deadline.over.is_set() or isinstance(error, TimeoutError | requests.Timeout):
        words = _("The address did not answer in full within %(seconds)s seconds.")
        return "slow", words % {"seconds": f"{seconds:g}"}
    if isinstance(error, requests.exceptions.SSLError):
        return "certificate", _("The certificate of the address is not valid.")
    if isinstance(error, requests.exceptions.ContentDecodingError | requests.exceptions.ChunkedEncodingError):
        return "garbled", _("The address gave a broken answer.")
    return "unreached", _("The address could not be reached.")


class Deadline:
    """One moment when all ends: time-outs of single reads never end a server that drips a byte at a time."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.over = threading.Event()
        self._sockets: list[socket.socket] = []

    def left(self) -> float:
        """This will return the seconds left. Raises TimeoutError when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def running(self) -> Iterator[None]:
        """This will cut every watched connection when the time is up."""
        timer = threading.Timer(self.left(), self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            for watched in self._sockets:
                watched.close()

    def watch(self, connection: socket.socket) -> socket.socket:
        """This will return the connection, to be cut in time also when TLS has taken it over."""
        self._sockets.append(connection.dup())
        if self.over.is_set():
            self._end()
        return connection

    def wait_for(self, work: Callable[[], T]) -> T:
        """This will do what cannot be interrupted (looking a name up) in a thread, and stop waiting for it in time."""
        done: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                done.append(work())
            except BaseException as error:  # raised again below, by the one who waits
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self.left())
        if failed:
            raise failed[0]
        if not done:
            raise TimeoutError
        return done[0]

    def _end(self) -> None:
        self.over.set()
        for watched in list(self._sockets):
            with suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)


class _Session(HTTPSession):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow nothing: requests would read the whole body of a redirect, however long, even when told not to."""
        return


class _Adapter(IPFilterAdapter):
    """The adapter that pins the address, with the deadline, and a second look at the address it has chosen."""

    def __init__(self, policy: FetchPolicy, deadline: Deadline, *, tls: bool) -> None:
        self.policy, self.deadline = policy, deadline
        super().__init__(is_https_proto=tls, allow_loopback=policy.loopback)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _watched(HTTPConnectionPool, self.deadline),
            "https": _watched(HTTPSConnectionPool, self.deadline),
        }

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        judge = super().build_connection_pool_key_attributes
        host, pool = self.deadline.wait_for(lambda: judge(request, verify, cert))
        if _is_inner(host["host"].strip("[]"), self.policy):
            raise InvalidIPAddress(host["host"])
        return host, pool


def _is_inner(host: str, policy: FetchPolicy) -> bool:
    """Say whether a literal address is none of the open internet; a name is judged when it has been looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_loopback and policy.loopback:
        return False
    old_site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return not address.is_global or address.is_reserved or address.is_multicast or old_site_local


def _watched(pool: type[HTTPConnectionPool], deadline: Deadline) -> type[HTTPConnectionPool]:
    base: Any = pool.ConnectionCls

    def new_connection(self: Any) -> socket.socket:
        return deadline.watch(base._new_conn(self))

    connection = type("WatchedConnection", (base,), {"_new_conn": new_connection})
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


def _session(policy: FetchPolicy, deadline: Deadline) -> requests.Session:
    session = _Session(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=policy.loopback,
            never_redirect=True,
            default_timeout=(deadline.left(), deadline.left()),
        )
    )
    session.trust_env = False
    session.headers.update(HEADERS)
    session.mount("http://", _Adapter(policy, deadline, tls=False))
    session.mount("https://", _Adapter(policy, deadline, tls=True))
    return session
