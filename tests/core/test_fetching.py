"""Addresses from people, opened against real servers on this machine; and the ones that must never be opened."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from core.fetching import PUBLIC, Answer, Deadline, FetchFailed, FetchPolicy, FetchRefused, _session, fetch

pytestmark = pytest.mark.rule("R24")

INNER = "inner network"
SLOW = "did not answer in full"
BOMB = gzip.compress(bytes(50_000_000), 9)


class Site(BaseHTTPRequestHandler):
    """A small site that answers well, badly, too long and too slowly."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        name, _question, rest = self.path[1:].partition("?")
        try:
            getattr(self, name or "page", self.missing)(rest)
        except OSError:
            return  # the other end has hung up, as it should

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, _rest: str) -> None:
        self.answer(200, b"<h1>Hej</h1>", Content_Type="text/html; charset=utf-8")

    def missing(self, _rest: str) -> None:
        self.answer(404, b"no such page")

    def broken(self, _rest: str) -> None:
        self.answer(500)

    def to(self, rest: str) -> None:
        self.answer(302, b"elsewhere", Location=unquote(rest))

    def moved(self, rest: str) -> None:
        self.answer(301, Location="to?/page" if rest else "/moved?again")

    def utf8(self, _rest: str) -> None:
        self.answer(302, Location="/skärm".encode().decode("latin-1"))

    def loop(self, _rest: str) -> None:
        self.answer(302, Location="/loop")

    def cookie(self, _rest: str) -> None:
        if "seen=1" in self.headers.get("Cookie", ""):
            self.answer(200, b"welcome")
        else:
            self.answer(302, Location="/cookie", Set_Cookie="seen=1")

    def agent(self, _rest: str) -> None:
        self.answer(200, self.headers["User-Agent"].encode())

    def zipped(self, _rest: str) -> None:
        self.answer(200, gzip.compress(b"unpacked"), Content_Encoding="gzip")

    def badly_zipped(self, _rest: str) -> None:
        self.answer(200, b"this is not gzip", Content_Encoding="gzip")

    def bomb(self, _rest: str) -> None:
        self.answer(200, BOMB, Content_Encoding="gzip")

    def endless(self, _rest: str) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(bytes(65536))

    def endless_redirect(self, _rest: str) -> None:
        self.send_response(302)
        self.send_header("Location", "/page")
        self.end_headers()
        while True:
            self.wfile.write(bytes(65536))

    def drip_body(self, _rest: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip()

    def drip_head(self, _rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.drip()

    def drip_continue(self, _rest: str) -> None:
        while True:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.02)

    def cut(self, _rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")

    def garbage(self, _rest: str) -> None:
        self.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")

    def drip(self) -> None:
        while True:
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class SiteServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    seen: list[tuple[str, dict[str, str]]]

    def handle_error(self, *args: Any) -> None:
        """Say nothing of clients that hung up."""


@pytest.fixture(scope="module")
def running() -> Iterator[SiteServer]:
    server = SiteServer(("127.0.0.1", 0), Site)
    server.seen = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(running: SiteServer) -> SiteServer:
    running.seen.clear()
    return running


@pytest.fixture
def get(site: SiteServer):
    """Open a page of the site, or a whole address, with leave to reach this machine."""

    def open_page(path: str, limit_bytes: int = 10_000, seconds: float = 5) -> Answer:
        port = site.server_address[1]
        policy = FetchPolicy(ports=frozenset({80, 443, port}), loopback=True)
        url = path if not path.startswith("/") else f"http://127.0.0.1:{port}{path}"
        return fetch(url, limit_bytes=limit_bytes, seconds=seconds, policy=policy)

    return open_page


def test_page_comes_with_status_type_and_body(get):
    answer = get("/page")
    assert (answer.status, answer.body, answer.cut) == (200, b"<h1>Hej</h1>", False)
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.final_url.endswith("/page")
    assert answer.hops == ()


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/broken", 500)])
def test_answer_that_says_no_is_an_answer(get, path, status):
    assert get(path).status == status


def test_redirects_are_followed_and_told(get):
    answer = get("/moved")
    assert answer.status == 200
    paths = ["/" + url.split("/", 3)[3] for url, _status in answer.hops]
    assert paths == ["/moved", "/moved?again", "/to?/page"]
    assert [status for _url, status in answer.hops] == [301, 301, 302]
    assert answer.final_url.endswith("/page")


def test_redirect_in_swedish_letters_is_followed(get, site):
    assert get("/utf8").status == 404
    assert site.seen[-1][0] == "/sk%C3%A4rm"


def test_site_that_sets_a_cookie_on_the_way_is_reached(get):
    assert get("/cookie").body == b"welcome"


def test_redirect_that_goes_round_ends(get, site):
    with pytest.raises(FetchFailed, match="leads on more than 5 times"):
        get("/loop")
    assert len(site.seen) == 6


def test_nothing_is_taken_from_the_environment(get, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert get("/page").status == 200


def test_packed_page_is_unpacked_and_badly_packed_is_refused(get):
    assert get("/zipped").body == b"unpacked"
    with pytest.raises(FetchFailed, match="broken answer"):
        get("/badly_zipped")


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_no_more_is_read_than_the_limit(get, path):
    answer = get(path, limit_bytes=100_000)
    assert (answer.status, len(answer.body), answer.cut) == (200, 100_000, True)


def test_body_can_be_left_unread(get):
    assert get("/endless", limit_bytes=0).body == b""


def test_body_of_exactly_the_limit_is_whole(get):
    assert get("/page", limit_bytes=12).cut is False
    assert get("/page", limit_bytes=11).cut is True


def test_endless_body_of_a_redirect_is_not_read(get):
    started = time.monotonic()
    assert get("/endless_redirect").status == 200
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("path", ["/drip_body", "/drip_head", "/drip_continue"])
def test_server_that_drips_is_left_in_time(get, path):
    started = time.monotonic()
    with pytest.raises(FetchFailed, match=f"{SLOW} within 0.5 seconds"):
        get(path, seconds=0.5)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_server_that_takes_the_call_and_says_nothing_is_left_in_time(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        policy = FetchPolicy(ports=frozenset({port}), loopback=True)
        started = time.monotonic()
        with pytest.raises(FetchFailed, match=SLOW):
            fetch(f"{scheme}://127.0.0.1:{port}/", limit_bytes=1, seconds=0.4, policy=policy)
        assert time.monotonic() - started < 1.5


def test_server_that_drips_while_agreeing_on_a_key_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def drip() -> None:
            call, _peer = listener.accept()
            with call:
                call.sendall(b"\x16\x03\x03\x40\x00")
                try:
                    while True:
                        call.sendall(b"\x02")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        policy = FetchPolicy(ports=frozenset({port}), loopback=True)
        started = time.monotonic()
        with pytest.raises(FetchFailed):
            fetch(f"https://127.0.0.1:{port}/", limit_bytes=1, seconds=0.5, policy=policy)
        assert time.monotonic() - started < 1.5
        thread.join(3)
        assert not thread.is_alive()


@pytest.mark.parametrize("path", ["/cut", "/garbage"])
def test_broken_answer_is_a_failure(get, path):
    with pytest.raises(FetchFailed):
        get(path)


def test_port_where_nobody_listens_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(FetchFailed, match="could not be reached"):
        fetch(
            f"http://127.0.0.1:{port}/",
            limit_bytes=1,
            seconds=3,
            policy=FetchPolicy(ports=frozenset({port}), loopback=True),
        )


INNER_URLS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.000.000.001/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://192.88.99.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "https://127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1\\@example.com/",
]


@pytest.mark.parametrize("url", INNER_URLS)
def test_inner_address_is_refused_however_it_is_written(url):
    with pytest.raises(FetchRefused):
        fetch(url, limit_bytes=10, seconds=5)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://10.1.2.3/"]
)
def test_refusal_of_an_inner_address_says_so(url):
    with pytest.raises(FetchRefused, match=INNER):
        fetch(url, limit_bytes=10, seconds=5)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("file:///etc/passwd", "begin with http"),
        ("ftp://example.com/", "begin with http"),
        ("gopher://127.0.0.1:70/_x", "begin with http"),
        ("javascript:alert(1)", "begin with http"),
        ("data:text/plain,hej", "begin with http"),
        ("httpx://example.com/", "begin with http"),
        ("http://example.com:22/", "ports of the web"),
        ("http://example.com:6379/", "ports of the web"),
        ("https://example.com:8443/", "ports of the web"),
        ("http://example.com:99999/", "not a web address"),
        ("http://user:pass@example.com/", "user name or password"),
        ("http://example.com@127.0.0.1/", "user name or password"),
        ("", "not a web address"),
        ("goteborg.se", "not a web address"),
        ("http://", "not a web address"),
        ("http:///etc/passwd", "not a web address|could not be reached"),
        ("http://[::1/", "not a web address"),
        ("http://exa mple.com/", "not a web address"),
    ],
)
def test_other_than_plain_web_addresses_are_refused_with_the_reason(url, sentence):
    with pytest.raises(FetchRefused, match=sentence):
        fetch(url, limit_bytes=10, seconds=5)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("http://10.0.0.1/", INNER),
        ("http://169.254.169.254/latest/meta-data/", INNER),
        ("//192.168.0.1/", INNER),
        ("http://[fe80::1]/", INNER),
        ("file:///etc/passwd", "begin with http"),
        ("http://127.0.0.1:22/", "ports of the web"),
        ("http://user:pass@127.0.0.1/", "user name or password"),
    ],
)
def test_every_redirect_is_judged_like_the_first_address(get, site, target, sentence):
    with pytest.raises(FetchRefused, match=sentence):
        get(f"/to?{target}")
    assert len(site.seen) == 1


def test_leave_to_reach_this_machine_is_not_the_default(site):
    assert FetchPolicy(ports=frozenset({80, 443}), loopback=False) == PUBLIC
    port = site.server_address[1]
    with pytest.raises(FetchRefused, match=INNER):
        fetch(
            f"http://127.0.0.1:{port}/page",
            limit_bytes=10,
            seconds=5,
            policy=FetchPolicy(ports=frozenset({port})),
        )
    assert site.seen == []


_lookups: list[str] = []
_connections: list[str] = []
_recording = threading.Event()


def _record(event: str, args: tuple[Any, ...]) -> None:
    if not _recording.is_set():
        return
    if event == "socket.getaddrinfo":
        _lookups.append(args[0])
    elif event == "socket.connect":
        _connections.append(args[1][0])


sys.addaudithook(_record)


@pytest.fixture
def network() -> Iterator[None]:
    """Python itself reports each look-up and each connection."""
    _lookups.clear()
    _connections.clear()
    _recording.set()
    yield
    _recording.clear()


def test_name_is_looked_up_once_and_that_address_is_used(get, site, network):
    """A second look-up could answer with an inner address (rebinding)."""
    port = site.server_address[1]
    get(f"http://localhost:{port}/page")
    assert _lookups.count("localhost") == 1
    assert _connections == ["127.0.0.1"]
    assert site.seen[0][1]["Host"] == f"localhost:{port}"


def test_refused_address_is_not_connected_to(network):
    for url in ("http://localhost/", "http://2130706433/", "http://10.0.0.1/"):
        with pytest.raises(FetchRefused):
            fetch(url, limit_bytes=1, seconds=5)
    assert _connections == []


def test_swedish_host_name_is_looked_up_in_its_ascii_form(network):
    with pytest.raises(FetchFailed):
        fetch("http://å.invalid/", limit_bytes=1, seconds=2)
    assert _lookups == ["xn--5ca.invalid"]


def test_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl, which makes the certificate, is not installed")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate"), "-days", "2"]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server = SiteServer(("127.0.0.1", 0), Site)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.seen = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url, port = f"https://localhost:{server.server_address[1]}/page", server.server_address[1]
    policy = FetchPolicy(ports=frozenset({port}), loopback=True)
    try:
        with pytest.raises(FetchFailed, match="certificate"):
            fetch(url, limit_bytes=10, seconds=5, policy=policy)
        assert server.seen == []
        with _session(policy, Deadline(5)) as session:
            trusted = session.get(url, verify=str(tmp_path / "certificate"))
        assert trusted.status_code == 200
    finally:
        server.shutdown()
        server.server_close()


def test_no_thread_and_no_connection_stays_behind(get):
    get("/page")
    with pytest.raises(FetchFailed):
        get("/drip_head", seconds=0.3)
    time.sleep(0.3)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
