"""The broker is only the bell: emptied again and again, or gone for a while, it costs no notice and doubles none."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from core.models import Notice, Pulse
from moderation.models import Case, Ground
from moderation.transitions import open_case, register_comment
from tests.processes import clockwork, tied, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class OwnRedis:
    """A Redis server of the test's own, which keeps nothing on disk."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.client = redis.Redis(port=self.port)
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(tied(*command), stdout=subprocess.DEVNULL)
        until(self.answers, 20)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    if shutil.which("redis-server") is None:
        if os.environ.get("CI_REQUIRE_ALL"):
            pytest.fail("No redis-server was found; here this test must run.")
        pytest.skip("No redis-server was found; install it to run this test.")
    server = OwnRedis()
    yield server
    server.kill()


def due_case(city, minutes: int = 1) -> Case:
    """A case whose second step fell due so many minutes ago; in all two editors are told, and three people of the team."""
    now = timezone.now()
    comment = register_comment(
        actor=city.anna, at=now, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    ground = Ground.objects.get(code="unlawful_threat")
    return open_case(
        comment,
        ground=ground,
        actor=city.anna,
        at=now,
        discovered_at=now - timedelta(hours=4, minutes=minutes),
    )


def told(case: Case) -> list[str]:
    notices = Notice.objects.filter(about_type="moderation.case", about_id=case.pk, email_state="sent")
    return sorted(notices.values_list("recipient__name", flat=True))


EVERYBODY = ["Anna", "Erik", "Erik", "Sara", "Sara"]


def running(since) -> Callable[[], bool]:
    return lambda: Pulse.objects.filter(job="sweep", at__gt=since).exists()


@pytest.mark.rule("R36", "R37")
def test_a_broker_that_is_emptied_all_the_time_loses_and_doubles_nothing(live_people, own_redis, tmp_path):
    with clockwork(REDIS_URL=f"redis://127.0.0.1:{own_redis.port}/0", EMAIL_URL=f"filemail:///{tmp_path}"):
        until(running(timezone.now()))
        case = due_case(live_people)
        for _ in range(100):
            own_redis.client.flushall()
            time.sleep(0.05)
        until(lambda: told(case) == EVERYBODY)
        since = timezone.now()
        until(running(since + timedelta(seconds=2)))
    assert told(case) == EVERYBODY


@pytest.mark.rule("R36", "R37")
def test_ten_minutes_without_redis_lose_and_double_nothing(live_people, own_redis, tmp_path):
    where = {"REDIS_URL": f"redis://127.0.0.1:{own_redis.port}/0", "EMAIL_URL": f"filemail:///{tmp_path}"}
    with clockwork(module="tests.shifted", **where) as running_processes:
        until(running(timezone.now()))
        own_redis.kill()
        early, late = due_case(live_people), due_case(live_people, minutes=-5)
        for process in running_processes:
            process.send_signal(signal.SIGUSR2)
        time.sleep(2)  # what was on its way when Redis went is done or lost by now
        own_redis.start()
        until(lambda: (told(early), told(late)) == (EVERYBODY, EVERYBODY))
        until(running(timezone.now() + timedelta(minutes=10)))
    assert (told(early), told(late)) == (EVERYBODY, EVERYBODY)
    assert all(process.returncode == 0 for process in running_processes)


@pytest.mark.rule("R36", "R37")
def test_messages_of_the_broker_without_a_server_may_vanish(live_people, tmp_path):
    messages = tmp_path / "broker" / "messages"
    folders = {"BROKER_DIR": str(tmp_path / "broker"), "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}"}
    with clockwork(REDIS_URL="", **folders):
        until(running(timezone.now()))
        case = due_case(live_people)
        for _ in range(100):
            empty(messages)
            time.sleep(0.05)
        until(lambda: told(case) == EVERYBODY)
    assert told(case) == EVERYBODY


def empty(folder: Path) -> None:
    for path in folder.glob("*.msg"):
        path.unlink(missing_ok=True)
