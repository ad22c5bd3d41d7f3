"""The cast: who owns, who is on the team, who may see nothing. And what lets tests empty a guarded database."""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core.management.commands import flush
from django.test import Client
from django.utils import translation
from PIL import Image

from channels_registry.models import Channel, Platform
from core import clock
from core.models import Notice, Unit, User
from core.models.people import mailbox_of
from core.names import looks_of
from editorial.models import Membership, Post, Team, TeamChannel
from editorial.transitions import save_post
from tests.core import s3
from tests.database import django_db_setup, empty, pytest_sessionfinish  # noqa: F401  (found here by pytest)

PASSWORD = "losenord-for-test"
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


_flush = flush.Command.handle


def _empty(self: flush.Command, **options: Any) -> None:
    """The database refuses to be emptied; between tests it has to be."""
    empty(lambda: _flush(self, **options))


flush.Command.handle = _empty  # type: ignore[method-assign]


def pytest_configure() -> None:
    django_settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, shared out: side by side, each process is given a run of items in one piece."""
    long = [item for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")]
    known = set(long)
    short = (item for item in items if item not in known)
    processes, ordered = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), []
    for number in range(processes):
        its_long = long[number::processes]
        its_share = (len(items) - len(ordered)) // (processes - number)
        ordered += [*its_long, *islice(short, max(0, its_share - len(its_long)))]
    items[:] = [*ordered, *short]


def pytest_collection_finish() -> None:
    """What is loaded stays: the collector of garbage need not go through it again and again (a tenth of the suite)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def store(settings: Any) -> Iterator[s3.Store]:
    """An S3-compatible store of its own, in which files are kept instead of on the disk."""
    with s3.running() as running:
        s3.use(settings, running)
        yield running


@dataclass
class City:
    unit: Unit
    team: Team
    other_team: Team
    channel: Channel
    other_channel: Channel
    anna: User
    erik: User
    sara: User
    olle: User
    rut: User
    karin: User
    ulf: User
    admin: User
    stranger: User


def _user(name: str, **fields: Any) -> User:
    return User(
        email=f"{name.lower()}@avinge.example", password=_hashed(), name=name, **({"language": "en"} | fields)
    )


def make_user(name: str, **fields: Any) -> User:
    user = _user(name, **fields)
    user.save()
    return user


def make_notice(recipient: User, at: datetime) -> Notice:
    """This will store a notice that nobody has sent or read yet."""
    words = {"key": "look", "subject": "Look", "body": "Look.", "url": "/", "why": "You are you."}
    return Notice.objects.create(recipient=recipient, created_at=at, try_at=at, **words)


@lru_cache
def _hashed() -> str:
    """The password's hash, counted once: it is slow on purpose."""
    return make_password(PASSWORD)


def _cast() -> dict[str, User]:
    """This will store everybody at once; each name has been seen to be one."""
    extra = {"Rut": {"is_records_officer": True}, "Admin": {"is_staff": True, "is_superuser": True}}
    names = ("Karin", "Ulf", "Anna", "Erik", "Sara", "Olle", "Stranger", *extra)
    people = [_user(name, **extra.get(name, {})) for name in names]
    for person in people:
        person.mailbox, person.looks = mailbox_of(person.email), looks_of(person.name)
    return {person.name.lower(): person for person in User.objects.bulk_create(people)}


def build_city() -> City:
    """This will store two units' worth of people, teams and channels."""
    people = _cast()
    unit, other_unit = Unit.objects.bulk_create(
        [
            Unit(name="Parks", responsible_chief=people["karin"], communications_chief=people["ulf"]),
            Unit(name="Library"),
        ]
    )
    facebook, x = Platform.objects.bulk_create(
        [
            Platform(code="facebook", name="Facebook", hosts=["facebook.com"], text_limit=5000),
            Platform(code="x", name="X", hosts=["x.com", "twitter.com"], text_limit=280),
        ]
    )
    channel, other_channel = Channel.objects.bulk_create(
        [
            Channel(
                platform=facebook,
                name="Parks on Facebook",
                handle="parks",
                url="https://www.facebook.com/parks",
                unit=unit,
            ),
            Channel(
                platform=x,
                name="Library on X",
                handle="library",
                url="https://x.com/library",
                unit=other_unit,
            ),
        ]
    )
    team, other_team = Team.objects.bulk_create(
        [Team(name="Park team", unit=unit), Team(name="Library team", unit=other_unit)]
    )
    TeamChannel.objects.bulk_create(
        [TeamChannel(team=team, channel=channel), TeamChannel(team=other_team, channel=other_channel)]
    )
    Membership.objects.bulk_create(
        Membership(team=its_team, user=people[member], role=role)
        for member, its_team, role in (
            ("anna", team, "communicator"),
            ("erik", team, "editor"),
            ("sara", team, "editor"),
            ("olle", other_team, "editor"),
        )
    )
    return City(
        unit=unit,
        team=team,
        other_team=other_team,
        channel=channel,
        other_channel=other_channel,
        **people,
    )


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def at() -> datetime:
    """A Tuesday at noon, in Swedish winter time."""
    return NOON


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        user.refresh_from_db(fields=["session_round"])
        client.force_login(user)
        return client

    return make


@pytest.fixture
def new_post(city: City, at: datetime) -> Callable[..., Post]:
    """A draft by Anna on the team's channel, changed by keywords."""

    def make(**fields: Any) -> Post:
        post = Post(team=city.team)
        values = {"title": "Swans", "base_text": "The swans are back in the pond."} | fields
        save_post(post, actor=city.anna, at=at, fields=values, texts={city.channel: ""}, links=[])
        return post

    return make


@pytest.fixture
def png() -> Callable[[str], bytes]:
    """Bytes of a small PNG, another for each colour."""

    def draw(color: str = "teal") -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (32, 24), color).save(out, "PNG")
        return out.getvalue()

    return draw


@pytest.fixture
def sweep_at(db: None) -> Callable[[datetime], dict[str, int | str]]:
    """One round of the clock at an instant; a job that fails fails the test."""

    def sweep(at: datetime) -> dict[str, int | str]:
        report = clock.sweep(at)
        assert all(isinstance(done, int) for done in report.values()), report
        return report

    return sweep


@pytest.fixture
def live_people(transactional_db: None) -> City:
    """The cast in a database whose rows other processes and threads see."""
    return build_city()
