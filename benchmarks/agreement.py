"""The review of a large post, and 200 links on one post against a server that behaves badly."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page
from channels_registry.models import Channel
from core.models import User
from core.moves import perform
from editorial.checklist import QUESTIONS
from editorial.links import ask_links
from editorial.models import LinkCheck, Post, Team, TeamChannel
from editorial.reviewing import note_reading, write_remark
from editorial.transitions import save_post

WORKERS = 2
ADDRESSES = 200
CHANNELS, REMARKS, VERSIONS = 12, 40, 30
BOMB = gzip.compress(bytes(50_000_000), 9)


def figures() -> Iterator[Figure]:
    """This will measure the pages of the review, then the links."""
    call_command("demo_data", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(email="erik.sund@avinge.example"))
    yield from page(client, "review queue", "/review/", rows=10)
    post = large_post()
    name = f"review, {CHANNELS} channels, {REMARKS} remarks, {VERSIONS} versions"
    # Each channel's text as it is seen, and what is new in it; each remark; each line of the checklist.
    rows = 2 * CHANNELS + REMARKS + len(QUESTIONS)
    yield from page(client, name, f"/review/{post.pk}/", rows=rows)
    yield from page(client, "history of 30 versions", f"/posts/{post.pk}/history/", rows=VERSIONS)
    yield from _links(post)


def large_post() -> Post:
    """This will store a post under review with 12 channels, 40 remarks and 30 versions, each text new since Erik read it.

    Every fourth remark is about words in a text, every fifth has an answer.
    """
    team, now = Team.objects.get(name="Stadens redaktion"), timezone.now()
    anna, erik = (User.objects.get(name=name) for name in ("Anna Berg", "Erik Sund"))
    template, channels = team.channels.get(platform__code="facebook"), []
    for number in range(CHANNELS):
        channel = Channel.objects.create(
            platform=template.platform,
            name=f"Kanal {number}",
            handle=f"kanal{number}",
            url=f"https://www.facebook.com/kanal{number}",
            unit=template.unit,
        )
        TeamChannel.objects.create(team=team, channel=channel)
        channels.append(channel)
    post = Post(team=team)
    for number in range(VERSIONS):
        part = "första" if number < VERSIONS // 2 else "andra"
        texts = {
            channel: f"Egen text {place} om svanarna i dammen. " * 6 + f"Den {part} lydelsen. " * 6
            for place, channel in enumerate(channels)
        }
        fields = {"title": "Svanarna", "base_text": f"Version {number} av texten om svanarna."}
        links = ["https://www.avinge.example/a"]
        save_post(post, actor=anna, at=now, fields=fields, texts=texts, links=links)
    note_reading(post.versions.get(number=VERSIONS // 3), reader=erik, at=now)
    perform(post, "submit", actor=anna, at=now)
    for number in range(REMARKS):
        at = now + timedelta(minutes=number)
        body = f"Anteckning {number}: säg gärna var dammen ligger."
        about = {"channel": channels[number % CHANNELS], "quote": "i dammen"} if number % 4 == 0 else {}
        remark = write_remark(post, actor=erik, at=at, body=body, **about)
        if number % 5 == 0:
            write_remark(post, actor=anna, at=at, body="I Storparken.", answers_to=remark)
    return post


class Misbehaving(BaseHTTPRequestHandler):
    """A site that is well, slow, dead, endless, in circles, or far larger than it looks."""

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        try:
            getattr(self, kind)()
        except OSError:
            return  # the other end has hung up, as it should

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def well(self) -> None:
        self.head(200, Content_Length="2")
        self.wfile.write(b"ok")

    def slow(self) -> None:
        time.sleep(20)

    def drip(self) -> None:
        for _byte in range(200):
            self.wfile.write(b"H")
            time.sleep(0.2)

    def dead(self) -> None:
        self.connection.close()

    def loop(self) -> None:
        self.head(302, Location=self.path)

    def endless(self) -> None:
        self.head(200)
        while True:
            self.wfile.write(bytes(65536))

    def bomb(self) -> None:
        self.head(200, Content_Encoding="gzip", Content_Length=str(len(BOMB)))
        self.wfile.write(BOMB)

    def log_message(self, *args: Any) -> None:
        """Be silent."""


KINDS = ("well", "slow", "drip", "dead", "loop", "endless", "bomb")


@contextmanager
def _site() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads = True
    server.request_queue_size = 128
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def _links(post: Post) -> Iterator[Figure]:
    with _site() as port:
        addresses = [
            f"http://127.0.0.1:{port}/{KINDS[number % len(KINDS)]}/{number}" for number in range(ADDRESSES)
        ]
        ask_links(post, addresses, occasion="saved", at=timezone.now())
        start = time.monotonic()
        workers = [_worker(port) for _ in range(WORKERS)]
        while (
            LinkCheck.objects.filter(post=post, answered_at=None).exists() and time.monotonic() - start < 120
        ):
            time.sleep(0.2)
        took = time.monotonic() - start
        said = [json.loads(worker.communicate(timeout=60)[0].splitlines()[-1]) for worker in workers]
    yield Figure(f"{ADDRESSES} links, 2 workers: all answered", round(took, 1), "s", 30)
    longest = max(one["longest"] for one in said)
    yield Figure("longest time one link holds a worker's thread", round(longest, 1), "s", 10)
    yield Figure("memory a worker grew by", round(max(one["grown"] for one in said)), "MB", 40)
    yield Figure("links answered", sum(one["links"] for one in said), "links", ADDRESSES, at_least=True)


def _worker(port: int) -> subprocess.Popen[str]:
    found = connection.settings_dict
    address = (
        f"sqlite:///{found['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    )
    return subprocess.Popen(  # noqa: S603  (our own script, by our own interpreter)
        [sys.executable, "-m", "benchmarks.link_worker", str(port)],
        env=os.environ | {"DATABASE_URL": address},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
