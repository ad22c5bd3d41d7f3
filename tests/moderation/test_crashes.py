"""The process ends before and after every SQL statement and every stored file, from upload to export, and is recovered."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from core import filestore, ladders, trail
from core.models import Event, Notice
from core.moves import MoveRefused, perform
from core.uploads import CleanImage, clean_image
from moderation import checking
from moderation.capture import add_screenshot
from moderation.checking import note_seen
from moderation.export import export_cases, load
from moderation.models import Case, Ground
from moderation.transitions import open_case, register_comment
from tests.core.test_crashes import ENDED, FINISHED, EndAt, in_child

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Stage = Callable[[Case], Any]


@pytest.fixture
def stages(live_people, at: datetime, png, monkeypatch, tmp_path: Path) -> dict[str, Stage]:
    """What is done to a case, one after the other; each picture is opened once, not at every point."""
    city, first, second = live_people, png(), png("white")
    opened: dict[bytes, CleanImage] = {data: clean_image(data, name="shot.png") for data in (first, second)}
    monkeypatch.setattr(checking, "clean_image", lambda data: opened[data])

    def upload(case: Case) -> None:
        add_screenshot(
            case,
            actor=city.anna,
            at=at,
            data=first,
            name="shot.png",
            context="Below our post.",
            clean=opened[first],
        )

    def move(name: str, **details: Any) -> Stage:
        return lambda case: perform(case, name, actor=city.anna, at=at, note="I looked.", **details)

    def export(case: Case) -> None:
        with (tmp_path / f"{case.pk}.zip").open("wb") as out:
            export_cases([load(case)], actor=city.rut, at=at, out=out, name="export")

    return {
        "rung": lambda case: ladders.climb(at),
        "upload": upload,
        "seal": move("seal"),
        "order_removal": move("order_removal", manifest="yes"),
        "check": lambda case: note_seen(
            case, actor=city.anna, at=at, result="gone", said="Gone.", screenshot=second
        ),
        "check_gone": move("check_gone"),
        "export": export,
    }


def ending_at(point: int, stage: Stage, pk: int) -> Callable[[], None]:
    def work() -> None:
        end = EndAt(point)
        keep = filestore.keep

        def keeping(area: str, data: bytes) -> str:
            sha = keep(area, data)
            end.pass_one()
            return sha

        for module in ("moderation.capture", "moderation.checking"):
            __import__(module)
        filestore.keep = keeping
        case = Case.objects.get(pk=pk)
        with connection.execute_wrapper(end.around_sql):
            stage(case)

    return work


@pytest.mark.rule("R19", "R20", "R36")
@pytest.mark.parametrize("name", ["rung", "upload", "seal", "order_removal", "check", "check_gone", "export"])
def test_no_crash_point_loses_doubles_or_leaves_sealed_evidence_without_its_bytes(
    live_people, at, stages, name, tmp_path
):
    city, ground, point = live_people, Ground.objects.get(code="unlawful_threat"), 0
    before = list(stages)[: list(stages).index(name)]
    while True:
        point += 1
        comment = register_comment(
            actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text=f"{point}"
        )
        case = open_case(comment, ground=ground, actor=city.anna, at=at, facts="A threat.")
        for earlier in before:
            stages[earlier](Case.objects.get(pk=case.pk))
        status = in_child(ending_at(point, stages[name], case.pk))
        assert status in (ENDED, FINISHED), status
        assert not filestore_without_bytes(case), point
        try:
            stages[name](Case.objects.get(pk=case.pk))
        except MoveRefused:
            assert status == FINISHED or done(case, name), point
        assert done(case, name), point
        if name == "export":
            assert zipfile.ZipFile(tmp_path / f"{case.pk}.zip").testzip() is None, point
        if status == FINISHED:
            break
    while trail.seal_events(at + timedelta(hours=1)):
        pass
    call_command("verify_archive", stdout=StringIO())
    assert point > 4


def filestore_without_bytes(case: Case) -> list[str]:
    """Sealed evidence, and what stands on it, whose bytes are not there."""
    return [
        item.sha
        for evidence in case.evidence.filter(state="sealed")
        for item in evidence.items.all()
        if not filestore.path("evidence", item.sha).exists()
    ]


def done(case: Case, name: str) -> bool:
    case = Case.objects.get(pk=case.pk)
    told = Notice.objects.filter(about_type="moderation.case", about_id=case.pk)
    facts = {
        "rung": lambda: sorted(told.values_list("recipient__name", flat=True)) == ["Erik", "Sara"],
        "upload": lambda: case.evidence.get().items.count() == 1,
        "seal": lambda: (
            Event.objects.filter(
                kind="evidence.seal", about_type="moderation.evidence", about_id=case.evidence.get().pk
            ).count()
            == 1
        ),
        "order_removal": lambda: case.removals.count() == 1,
        "check": lambda: case.checks.count() in (1, 2),  # a look may be noted twice; it is two looks
        "check_gone": lambda: (case.state, case.comment.state) == ("removed", "handled"),
        "export": lambda: Event.objects.filter(kind="case.export", about_id=case.pk).count() in (1, 2),
    }
    return facts[name]()


@pytest.mark.rule("R20")
def test_full_disk_leaves_no_row_and_no_half_file_and_is_told(live_people, at, png, client_of, monkeypatch):
    city = live_people
    comment = register_comment(
        actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    case = open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post.")
    asked = {
        "context": "Below our post.",
        "shows": "comment",
        "taken_by": "Anna",
        "taken_at": f"{at:%Y-%m-%dT%H:%M}",
    }
    asked["screenshot"] = SimpleUploadedFile("shot.png", png())
    anna = client_of(city.anna)
    anna.raise_request_exception = False
    answer = anna.post(reverse("moderation:evidence_add", args=[case.pk]), asked)
    assert answer.status_code == 507
    for words in ("The picture or file you sent was not saved.", "Below our post."):
        assert words in answer.content.decode()
    monkeypatch.undo()
    assert not case.evidence.exists()
    from django.conf import settings

    assert not [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]
    add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post.")
    out = BytesIO()
    export_cases([load(case)], actor=city.rut, at=at, out=out, name="export")
    assert zipfile.ZipFile(out).testzip() is None
