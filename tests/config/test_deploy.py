"""The units, the container and the pages about them say the same, and a restart loses nothing."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from django.conf import settings

from core.models import Notice
from core.notices import Message, tell
from tests.processes import BEAT, WORKER, database_url, start_celery, until, web_on

DEPLOY = settings.BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ANYWHERE = re.compile(r"/srv/redaktionen/current/\.venv/bin/")
MUST_HAVE = {
    "User": "redaktionen",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "UMask": "0077",
}


def service(path: Path) -> dict[str, str]:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(path)
    return dict(unit["Service"])


def program(command: str) -> list[str]:
    """The command without what a machine decides: where the program lies, where it listens, what it is called."""
    words = shlex.split(ANYWHERE.sub("", command))
    for option in ("--bind", "-n"):
        if option in words:
            place = words.index(option)
            del words[place : place + 2]
    return words


def composed() -> dict[str, str]:
    """Each service of the compose file with its command."""
    found, name = {}, ""
    for line in (DEPLOY / "compose.yaml").read_text().splitlines():
        if match := re.fullmatch(r"  (\w+):", line):
            name = match[1]
        if match := re.fullmatch(r"    command: (.+)", line):
            found[name] = match[1]
    return found


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_units_and_containers_run_the_same(name):
    unit = next(path for path in UNITS if path.name.startswith(f"redaktionen-{name}"))
    assert program(service(unit)["ExecStart"]) == program(composed()[name])


def test_the_image_starts_the_web_server_as_the_unit_does():
    command = re.search(r"^CMD \[(.+)\]$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)[1]
    unit = next(path for path in UNITS if path.name == "redaktionen-web.service")
    assert program(command.replace(",", "")) == program(service(unit)["ExecStart"])


def test_the_demo_the_tests_and_the_units_start_the_same_worker():
    unit = next(path for path in UNITS if "worker" in path.name)
    assert program(service(unit)["ExecStart"])[-len(WORKER) :] == WORKER


def seconds(text: str, name: str) -> list[int]:
    return [int(number) for number in re.findall(rf"{name}\W+(\d+)s?\b", text)]


def test_units_container_and_proxy_agree_on_where_and_how_long():
    web, worker = (
        next(path for path in UNITS if path.name.startswith(f"redaktionen-{name}"))
        for name in ("web", "worker")
    )
    compose, proxy = (DEPLOY / "compose.yaml").read_text(), (DEPLOY / "nginx_proxy.conf").read_text()
    server = (DEPLOY / "gunicorn.py").read_text()
    ends = [int(service(path)["TimeoutStopSec"]) for path in (web, worker)]
    assert seconds(compose, "stop_grace_period") == ends
    assert ends[0] > seconds(server, "graceful_timeout")[0], "what is under way may end"
    assert ends[1] > settings_of_celery().task_time_limit
    assert seconds(proxy, "proxy_read_timeout")[0] > seconds(server, "\ntimeout")[0]
    socket_unit = (DEPLOY / "systemd" / "redaktionen-web.socket").read_text()
    place = re.search(r"^ListenStream=(\S+)", socket_unit, re.MULTILINE)[1]
    assert f"http://unix:{place};" in proxy
    assert f"unix/{place}" in (DEPLOY / "Caddyfile").read_text()
    most = int(re.search(r"client_max_body_size (\d+)m", (DEPLOY / "nginx.conf").read_text())[1])
    assert f"max_size {most}MB" in (DEPLOY / "Caddyfile").read_text()
    assert most * 1024 * 1024 > 20 * settings.UPLOAD_MAX_BYTES


def settings_of_celery():
    from config import celeryconfig

    return celeryconfig


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_may_do_little(path):
    found = service(path)
    assert {name: found.get(name) for name in MUST_HAVE} == MUST_HAVE


def test_a_container_may_do_as_little_as_a_unit():
    """Its own user, nothing written but the files and a folder in memory, no privileges and none gained."""
    compose = (DEPLOY / "compose.yaml").read_text()
    program, services = compose.split("\nservices:\n")
    for line in (
        "  read_only: true",
        "  tmpfs:\n    - /tmp",
        "  cap_drop:\n    - ALL",
        "    - no-new-privileges:true",
    ):
        assert f"\n{line}\n" in program
    assert re.search(r"\n  volumes:\n    - files:/var/lib/redaktionen\n  \w", program), "and no other"
    for name in ("web", "worker", "beat"):
        assert f"  {name}:\n    <<: *program\n" in services
    image = (DEPLOY / "Containerfile").read_text()
    assert "\nUSER redaktionen\n" in image
    assert "ports:\n      - 127.0.0.1:8000:8000\n" in services, "reached by the proxy of the machine only"


@pytest.mark.parametrize("name", [".dockerignore", ".gitignore"])
def test_the_secrets_beside_the_compose_file_get_into_no_image_and_no_commit(name):
    where = re.search(r"^  env_file: (\w+)$", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)[1]
    left_out = (settings.BASE_DIR / name).read_text().splitlines()
    assert f"deploy/{where}" in [line.removeprefix("/") for line in left_out]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_reads_the_unit_and_finds_little_exposed(path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here.")
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    score = re.search(r"exposure level for .*: ([\d.]+)", said.stdout)
    assert score, said.stderr
    assert float(score[1]) <= 2.0


def test_every_variable_of_the_example_is_described():
    names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "environment.example").read_text(), re.MULTILINE)
    page = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    assert names
    assert all(f"| `{name}` |" in page for name in names)


@pytest.mark.parametrize("name", ["nginx_proxy.conf", "Caddyfile"])
def test_the_proxy_throws_away_what_a_visitor_claims(name):
    text = (DEPLOY / name).read_text()
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"):
        assert header in text


def test_caddy_leaves_out_of_its_log_what_was_asked_and_takes_a_request_in_whole():
    """nginx and gunicorn are asked for real, in test_proxy.py."""
    everywhere, site = (DEPLOY / "Caddyfile").read_text().split("\n}\n", 1)
    assert "exclude http.log.error http.handlers.reverse_proxy" in everywhere
    assert "\n\t\tbuffer_requests\n" in site.split("reverse_proxy")[1]


def answers(address: str) -> bool:
    """Whether the page is there; what else is said goes to stderr, for the one who must find out why."""
    answer = requests.get(address, timeout=40)
    if answer.status_code != 200:
        sys.stderr.write(f"{answer.status_code} {answer.text[:2000]}\n")
    return answer.status_code == 200


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_three_restarts_of_the_web_server_lose_no_request(live_people):
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    address, stop, seen = (
        f"http://127.0.0.1:{listener.getsockname()[1]}/account/login/",
        threading.Event(),
        [],
    )

    def visit() -> None:
        while not stop.is_set():
            try:
                seen.append(requests.get(address, timeout=40).status_code)
            except requests.RequestException as error:
                seen.append(repr(error))

    running = web_on(listener, WEB_PROCESSES="2", BASE_URL="http://127.0.0.1")
    visitors = [threading.Thread(target=visit) for _ in range(4)]
    try:
        until(lambda: answers(address))
        for visitor in visitors:
            visitor.start()
        for _ in range(3):
            time.sleep(1.5)
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0
            running = web_on(listener, WEB_PROCESSES="2", BASE_URL="http://127.0.0.1")
        count = len(seen)
        until(lambda: len(seen) > count + 20, 40)
    finally:
        stop.set()
        for visitor in filter(threading.Thread.is_alive, visitors):
            visitor.join(60)
        running.terminate()
        running.wait(60)
        listener.close()
    assert Counter(seen).keys() == {200}


@pytest.mark.slow
@pytest.mark.rule("R36")
@pytest.mark.django_db(transaction=True)
def test_a_worker_told_to_end_in_the_middle_of_a_round_finishes_it(live_people, tmp_path):
    from django.utils import timezone

    now, count = timezone.now(), 400
    tell(
        [
            Message(
                recipient=live_people.anna, key=f"letter {number}", subject="x", body="x", url="/", why="x"
            )
            for number in range(count)
        ],
        now,
    )
    environment = {"EMAIL_URL": f"filemail:///{tmp_path}", "LOG_LEVEL": "CRITICAL"}
    sent = Notice.objects.filter(email_state="sent", key__startswith="letter")
    beat, worker = start_celery(BEAT, **environment), start_celery(WORKER, **environment)
    try:
        until(lambda: sent.count() > 5)
        worker.send_signal(signal.SIGTERM)
        middle = sent.count()
        assert worker.wait(60) == 0
        assert middle < count, "it was told to end while it was sending"
        assert not Notice.objects.filter(email_state="sending").exists(), "nothing is left half done"
        worker = start_celery(WORKER, **environment)
        until(lambda: sent.count() == count)
    finally:
        for process in (beat, worker):
            process.terminate()
            process.wait(60)
    letters = Counter(
        line
        for path in tmp_path.glob("*.log")
        for line in path.read_text().splitlines()
        if line.startswith("Message-ID:")
    )
    assert (len(letters), set(letters.values())) == (Notice.objects.count(), {1})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_counts_of_all_web_processes_are_added(live_people, tmp_path):
    environment = {"DATABASE_URL": database_url(), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    said = ""
    for _ in range(2):
        count = "from core import metrics; metrics.logins.labels('in').inc(); print(metrics.page().decode())"
        said = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", count],
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert 'redaktionen_logins_total{ended="in"} 2.0' in said
    assert "redaktionen_rungs_due" in said
