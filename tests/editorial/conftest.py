"""A site that answers badly in several ways, and a draft with links."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.fetching import FetchPolicy
from editorial.models import Post
from editorial.saving import save_post
from tests.editorial.rotas import running, team  # noqa: F401  (fixtures)
from tests.pictures import listed, new_picture, says  # noqa: F401  (fixtures)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        place, status = {
            "/moved": ("/page", 301),
            "/loop": ("/loop", 302),
            "/inwards": ("http://169.254.169.254/latest", 302),
        }.get(self.path, ("", 0))
        if self.path == "/slow":
            time.sleep(1.5)
        status = status or {"/gone": 404, "/ill": 503, "/guarded": 403}.get(self.path, 200)
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Be silent."""


@pytest.fixture
def site(settings: Any) -> Iterator[ThreadingHTTPServer]:
    settings.LINK_SECONDS = 1
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.policy = FetchPolicy(ports=frozenset({80, server.server_port}), loopback=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def linked(city: Any, at: datetime) -> Callable[..., Post]:
    """A draft of Anna's with links."""

    def make(*addresses: str, text: str = "The swans are back.") -> Post:
        post = Post(team=city.team)
        fields = {"title": "Swans", "base_text": text}
        save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=addresses)
        return post

    return make
