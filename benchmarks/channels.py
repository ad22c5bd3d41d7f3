"""The register of 2 000 channels with ten years of history, a closure's pages, and an export of 2 GB on its way in."""

from __future__ import annotations

import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import requests
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, ratio
from channels_registry.models import Channel, Closure, LookOver
from channels_registry.states import ENDED
from core.models import Event, Notice, Unit, User

CHANNELS, EVENTS = 2_000, 200_000
EXPORT = 2 * 1024**3
MEGA = 1024**2


def figures() -> Iterator[Figure]:
    """This will measure the pages before and after ten years are laid in, and a web process while an export comes in."""
    call_command("demo_data", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(email="karin.lindvall@avinge.example"))
    closure = Closure.objects.get(state="awaiting_decision")
    addresses = {
        "register": "/channels/",
        "channel": f"/channels/{closure.channel_id}/",
        "closure": f"/channels/closures/{closure.pk}/",
        "chiefs' page": f"/channels/closures/{closure.pk}/decide/",
    }
    lay_in_channels()
    before = {name: _beside_a_bare_page(client, address) for name, address in addresses.items()}
    lay_in_history()
    for name, address in addresses.items():
        yield from page(
            client, f"{name}, {CHANNELS} channels", address, rows=50 if name == "register" else None
        )
        after = _beside_a_bare_page(client, address)
        yield Figure(
            f"{name}: time beside that before ten years", round(after / before[name], 2), "times", 1.2
        )
    yield from _export()


def lay_in_channels() -> None:
    """This will add channels up to 2 000; what was told so far is read."""
    chance = random.Random(7)
    units, like = list(Unit.objects.all()), Channel.objects.filter(state="active")[0]
    Channel.objects.bulk_create(
        Channel(
            platform=like.platform,
            name=f"Kanal {number}",
            handle=f"kanal{number}",
            url=f"https://www.facebook.com/kanal{number}",
            unit=chance.choice(units),
            looked_over_on=timezone.localdate(),
        )
        for number in range(CHANNELS - Channel.objects.count())
    )
    # As before, so after: no news in the frame.
    Notice.objects.filter(read_at=None).update(read_at=timezone.now())
    _know_the_rows()


def lay_in_history() -> None:
    """This will add ten years of events and look-overs."""
    chance, now = random.Random(7), timezone.now()
    channels, user = list(Channel.objects.exclude(state__in=ENDED)), User.objects.all()[0]
    LookOver.objects.bulk_create(
        (
            LookOver(channel=channel, looked_on=timezone.localdate(), looked_by=user, follows_profile=True)
            for channel in channels
            for _year in range(10)
        ),
        batch_size=500,
    )
    Event.objects.bulk_create(
        (
            Event(
                at=now - timedelta(days=chance.randint(0, 3650)),
                kind="channel.edit",
                about_type="channels_registry.channel",
                about_id=chance.choice(channels).pk,
                about_label="Kanal",
            )
            for _number in range(EVENTS)
        ),
        batch_size=500,
    )
    _know_the_rows()


def _know_the_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _beside_a_bare_page(client: Client, address: str) -> float:
    """Turn by turn with a page that stays as it is: machines change their pace in the minutes between before and after."""
    return ratio(lambda: client.get(address), lambda: client.get("/bare/25/"))


def _export() -> Iterator[Figure]:
    """Send a file of 2 GB, cut at 1.3 GB and taken up again, to one web process; watch how much memory it takes."""
    closure = Closure.objects.get(state="telling")
    user = closure.handler
    client = Client()
    client.force_login(user)
    assert client.session[SESSION_KEY]
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    with tempfile.TemporaryDirectory() as folder:
        process, port = _serve(Path(folder))
        try:
            yield from _send(process.pid, f"http://127.0.0.1:{port}", closure.pk, cookies)
        finally:
            process.terminate()
            process.wait(20)


def _send(pid: int, base: str, pk: int, cookies: dict[str, str]) -> Iterator[Figure]:
    session = requests.Session()
    session.cookies.update(cookies)
    page_of = session.get(f"{base}/channels/closures/{pk}/keep/", timeout=30)
    assert page_of.status_code == 200, page_of.status_code
    headers = {"X-CSRFToken": session.cookies["csrftoken"], "Referer": base}
    start_of = f"{base}/channels/closures/{pk}/uploads/"
    facts = {"name": "export.zip", "size": str(EXPORT)}
    begun = session.post(start_of, facts, headers=headers, timeout=30).json()
    rest, most, started = _memory(pid), 0, time.perf_counter()
    block, received, cut = b"PK\x03\x04" + os.urandom(begun["piece"] - 4), 0, False
    while received < EXPORT:
        if not cut and received > 1.3 * 1024**3:  # the browser is closed and opened again
            cut, received = (
                True,
                session.post(start_of, facts, headers=headers, timeout=30).json()["received"],
            )
        piece = block[: min(len(block), EXPORT - received)]
        sent = session.post(
            f"{start_of}{begun['upload']}/",
            piece,
            headers=headers | {"Upload-Offset": str(received), "Content-Type": "application/octet-stream"},
            timeout=120,
        )
        received, most = sent.json()["received"], max(most, _memory(pid))
    done = session.post(f"{start_of}{begun['upload']}/finish/", headers=headers, timeout=300)
    assert done.status_code == 200, done.text
    most = max(most, _memory(pid))
    yield Figure("export of 2 GB: memory above rest", round((most - rest) / MEGA, 1), "MB", 150)
    yield Figure("export of 2 GB: time in all", round(time.perf_counter() - started), "s", 600)


def _memory(pid: int) -> int:
    """This will return the most memory that the web worker has held, in bytes, read from /proc where that exists."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    most = 0
    for number in [str(pid), *children.stdout.split()]:
        status = Path(f"/proc/{number}/status")
        if status.exists():
            held = next(
                (line for line in status.read_text().splitlines() if line.startswith("VmHWM")), "VmHWM: 0"
            )
            most = max(most, int(held.split()[1]) * 1024)
    return most or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _serve(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name = connection.settings_dict["NAME"]
    database = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        found = connection.settings_dict
        database = f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{name}"
    environment = os.environ | {
        "DATABASE_URL": database,
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(folder),
        "FILES_DIR": str(folder / "files"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "-w",
        "1",
        "-t",
        "300",
        "-b",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen([*command, "--log-level", "warning"], env=environment, cwd=settings.BASE_DIR)  # noqa: S603
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
            break
        except requests.RequestException:  # not up yet, or slow with its first answer
            time.sleep(0.3)
    return process, port
