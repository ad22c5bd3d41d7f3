"""nginx with the configuration we hand out, TLS and the real web server behind it; and people who dawdle on purpose."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from tests.processes import until, web_on

DEPLOY = settings.BASE_DIR / "deploy"
NAME = "redaktionen.example.se"
LOGIN = "/account/login/"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def web(tmp_path: Path, listener: socket.socket, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    said = {"WEB_PROCESSES": "1", "LOG_LEVEL": "INFO"} | environment
    with (tmp_path / "web.log").open("ab") as log:
        running = web_on(listener, log, **said)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)
        listener.close()


def certificate(folder: Path) -> None:
    """A certificate that signs itself, for NAME."""
    key, who = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))


def site(folder: Path, plain: int, secure: int) -> Path:
    """The files of deploy/, with nothing changed but where they lie and listen, inside a whole configuration."""
    moved = {
        "/etc/nginx/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        f"/etc/letsencrypt/live/{NAME}/": f"{folder}/",
        "/run/redaktionen-web.sock": f"{folder}/web.sock",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "listen [::]:443 ssl http2;": "",
    }
    for name, target in (("nginx.conf", "site.conf"), ("nginx_proxy.conf", "redaktionen_proxy.conf")):
        text = (DEPLOY / name).read_text()
        for old, new in moved.items():
            text = text.replace(old, new)
        (folder / target).write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "whole.conf"
    whole.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log warn; worker_processes 1;"
        f"events {{ worker_connections 2048; }}"
        f"http {{ access_log {folder}/access.log; {temporary} include {folder}/site.conf; }}"
    )
    return whole


@pytest.fixture
def nginx(tmp_path) -> Iterator[tuple[str, socket.socket]]:
    """nginx on ports of its own with our site, and the socket behind which the web server has to be."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("CI_REQUIRE_ALL"):
            pytest.fail("nginx is not here.")
        pytest.skip("nginx is not here.")
    certificate(tmp_path)
    plain, secure = free_port(), free_port()
    whole = site(tmp_path, plain, secure)
    asked = subprocess.run([program, "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "warn" not in asked.stderr, asked.stderr
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "web.sock"))
    listener.listen(512)
    running = subprocess.Popen([program, "-c", str(whole)])
    try:
        until(lambda: listens(secure))
        yield f"https://127.0.0.1:{secure}", listener
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def browser() -> requests.Session:
    """A browser that resolves NAME to nginx, and keeps its connection open."""
    session = requests.Session()
    session.mount("https://", Named())
    return session


def ask(
    address: str, path: str, tmp_path: Path, *, by: requests.Session | None = None, **more
) -> requests.Response:
    """Ask as a browser would, by default one that has just been opened; the certificate is checked."""
    return (by or browser()).get(
        address + path,
        headers={"Host": NAME} | more.pop("headers", {}),
        verify=str(tmp_path / "fullchain.pem"),
        timeout=60,
        allow_redirects=False,
        **more,
    )


class Named(requests.adapters.HTTPAdapter):
    """Speaks TLS to NAME wherever that is."""

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, server_hostname=NAME, assert_hostname=NAME, **kwargs)


def test_behind_nginx_with_tls_people_log_in_and_claims_are_thrown_away(live_people, nginx, tmp_path):
    address, listener = nginx
    environment = {"BASE_URL": f"https://{NAME}", "ALLOWED_HOSTS": NAME, "TRUSTED_PROXY_COUNT": "1"}
    with web(tmp_path, listener, **environment):
        page = ask(address, LOGIN, tmp_path)
        assert page.status_code == 200
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
        assert "Secure" in page.headers["Set-Cookie"]
        assert "nginx/" not in page.headers["Server"]
        lied = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "8.8.8.8"}
        again = ask(address, "/", tmp_path, headers=lied)
        assert (again.status_code, again.headers["Location"]) == (302, f"{LOGIN}?next=/")
        assert ask(address, "/metrics", tmp_path).status_code == 404, "nobody set a token"
        assert ask(address, LOGIN, tmp_path, headers={"Host": "evil.example"}).status_code == 400
        body = b"x" * (321 * 1024 * 1024)
        too_much = requests.Session()
        too_much.mount("https://", Named())
        refused = too_much.post(
            address + LOGIN,
            data=body,
            headers={"Host": NAME, "Expect": "100-continue"},
            verify=str(tmp_path / "fullchain.pem"),
            timeout=60,
        )
        assert refused.status_code == 413
        assert "Gå tillbaka och skicka mindre." in refused.text
    assert "8.8.8.8" not in (tmp_path / "web.log").read_text()


def test_a_proxy_that_cannot_hand_on_a_request_says_so_and_writes_down_nothing_of_it(nginx, tmp_path):
    """A signer's link is its own key, and what is asked says who asks; nginx would write both with its errors."""
    address, listener = nginx
    plain = re.search(r"listen (127\.0\.0\.1:\d+);", (tmp_path / "site.conf").read_text())[1]
    listener.close()
    page = ask(address, "/s/SECRETKEY/?who=anna", tmp_path)
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "Vänta en stund, gå tillbaka och försök igen." in page.text
    assert "The newsroom does not answer right now." in page.text
    hasty = browser()  # many from one address, quicker than the 20 a second that are let through
    answers = (ask(address, "/s/SECRETKEY/", tmp_path, by=hasty) for _ in range(3000))
    waits = next(answer for answer in answers if answer.status_code != 502)
    assert (waits.status_code, "Det har frågats för ofta" in waits.text) == (429, True)
    led = requests.get(
        f"http://{plain}/s/SECRETKEY/", headers={"Host": NAME}, allow_redirects=False, timeout=60
    )
    assert led.headers["Location"] == f"https://{NAME}/s/SECRETKEY/"
    assert "SECRETKEY" not in "".join(path.read_text() for path in tmp_path.glob("*.log"))


def test_each_line_of_the_web_server_is_json_and_names_nobody(live_people, tmp_path):
    """Also what gunicorn says by itself of a request that it cannot read."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    where = listener.getsockname()
    with web(tmp_path, listener, BASE_URL="http://127.0.0.1", ALLOWED_HOSTS="127.0.0.1"):
        address = f"http://127.0.0.1:{where[1]}{LOGIN}?SECRETKEY=anna"
        until(lambda: requests.get(address, timeout=240).status_code == 200, 240)
        for first in (b"GET SECRETKEY", b"GET /SECRETKEY HTTP/9.9", b"GET / HTTP/1.1\r\nSECRETKEY anna: x"):
            with socket.create_connection(where, 30) as bad:
                bad.sendall(first + b"\r\n\r\n")
                assert bad.recv(100).startswith(b"HTTP/1.1 400")
    log = (tmp_path / "web.log").read_text()
    said = [json.loads(line)["message"] for line in log.splitlines()]
    assert said.count("Invalid request") == 3
    assert "SECRETKEY" not in log
    assert "127.0.0.1" not in log.replace(f"127.0.0.1:{where[1]}", "")


def dawdlers(address: str, count: int, tmp_path: Path) -> list[ssl.SSLSocket]:
    """Connections that begin to send a long form, a byte now and then, and never come to an end."""
    context = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    host, port = address.removeprefix("https://").split(":")
    found = []
    for _ in range(count):
        one = context.wrap_socket(socket.create_connection((host, int(port)), 30), server_hostname=NAME)
        head = f"POST {LOGIN} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100000\r\n"
        # So that the program has to read the form to judge it, and would wait for what never comes.
        head += f"Referer: https://{NAME}{LOGIN}\r\nCookie: csrftoken={'x' * 32}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
        one.sendall((head + kind).encode())
        found.append(one)
    return found


def test_a_hundred_who_send_slowly_hold_up_nobody_else(live_people, nginx, tmp_path):
    address, listener = nginx
    environment = {"BASE_URL": f"https://{NAME}", "ALLOWED_HOSTS": NAME, "TRUSTED_PROXY_COUNT": "1"}
    with web(tmp_path, listener, **environment):
        assert ask(address, LOGIN, tmp_path).status_code == 200
        slow = dawdlers(address, 100, tmp_path)
        try:
            for one in slow:
                one.sendall(b"a")
            answers = [ask(address, LOGIN, tmp_path) for _ in range(20)]
            for one in slow:
                one.sendall(b"a")
        finally:
            for one in slow:
                one.close()
        assert {answer.status_code for answer in answers} == {200}
        longest = max(answer.elapsed.total_seconds() for answer in answers)
        assert longest < 20, (
            "there are four threads: none waits the 30 seconds after which nginx puts a dawdler out"
        )


def test_without_a_proxy_few_who_send_slowly_stop_the_web_server_for_a_while_only(live_people, tmp_path):
    """gunicorn alone has no guard against this; docs/operations.md says so. A worker that waits is not killed either."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with web(tmp_path, listener, BASE_URL="http://127.0.0.1", ALLOWED_HOSTS="127.0.0.1"):
        until(lambda: requests.get(address + LOGIN, timeout=240).status_code == 200, 240)
        slow = [socket.create_connection(listener.getsockname()) for _ in range(8)]
        try:
            for one in slow:
                one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            time.sleep(1)
        finally:
            for one in slow:
                one.close()
        assert requests.get(address + LOGIN, timeout=60).status_code == 200


def test_a_reload_under_load_loses_no_request(live_people, tmp_path):
    """HUP, as systemctl reload sends. Requests wait in the socket while the new processes come up."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}{LOGIN}"
    stop, seen = threading.Event(), []

    def visit() -> None:
        while not stop.is_set():
            try:
                seen.append(requests.get(address, timeout=240).status_code)
            except requests.RequestException as error:
                seen.append(repr(error))

    def have_seen(more: int) -> None:
        count = len(seen)
        until(lambda: len(seen) >= count + more, 240)

    environment = {"BASE_URL": "http://127.0.0.1", "ALLOWED_HOSTS": "127.0.0.1", "WEB_PROCESSES": "2"}
    visitors = [threading.Thread(target=visit) for _ in range(4)]
    with web(tmp_path, listener, **environment) as running:
        until(lambda: requests.get(address, timeout=240).status_code == 200, 240)
        for visitor in visitors:
            visitor.start()
        try:
            have_seen(20)
            for _ in range(2):
                running.send_signal(signal.SIGHUP)
                have_seen(20)
        finally:
            stop.set()
            for visitor in visitors:
                visitor.join(240)
    assert Counter(seen).keys() == {200}
