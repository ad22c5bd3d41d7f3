"""Gathers and seals evidence until its database is gone, and says each case whose seal it was told is done.

Run as a process of its own; with `check` as its argument it reads case numbers and says, as JSON, what does not hold.
"""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO, StringIO

import django
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.management.base import CommandError  # noqa: E402
from django.db import Error  # noqa: E402
from django.utils import timezone  # noqa: E402

from core import clock, filestore  # noqa: E402
from core.models import Event, Notice, User  # noqa: E402
from core.moves import perform  # noqa: E402
from core.uploads import clean_image  # noqa: E402
from moderation.capture import ORIGINALS, add_screenshot  # noqa: E402
from moderation.models import Case, EvidenceItem, Ground  # noqa: E402
from moderation.transitions import open_case, register_comment  # noqa: E402


def gather() -> None:
    """This will work on until the database does not answer any more."""
    anna, ground = User.objects.get(name="Anna"), Ground.objects.get(code="unlawful_threat")
    channel = anna.memberships.get().team.team_channels.get().channel
    number = Case.objects.count() * 1000
    while True:
        number += 1
        shot = clean_image(picture(number))
        now = timezone.now()
        comment = register_comment(
            actor=anna, at=now, channel=channel, kind="illegal", author_name="K", text=f"{number}"
        )
        case = open_case(comment, ground=ground, actor=anna, at=now, facts="A threat.")
        add_screenshot(
            case, actor=anna, at=now, data=shot.original, name="s.png", context="Below our post.", clean=shot
        )
        perform(case, "seal", actor=anna, at=now)
        clock.sweep(timezone.now())
        sys.stdout.write(f"{case.pk}\n")
        sys.stdout.flush()


def picture(number: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), (number % 256, number // 256 % 256, number // 65536 % 256)).save(out, "PNG")
    return out.getvalue()


def faults(said: list[int]) -> list[str]:
    """This will say what does not hold of the cases that were said to be sealed, and of all others."""
    found = [f"{pk} is {case.state}" for pk in said if (case := Case.objects.get(pk=pk)).state != "sealed"]
    for case in Case.objects.filter(state="sealed"):
        evidence = case.evidence.get()
        seals = Event.objects.filter(
            kind="evidence.seal", about_type="moderation.evidence", about_id=evidence.pk
        )
        if seals.count() != 1:
            found.append(f"{case.pk} was sealed {seals.count()} times")
    for item in EvidenceItem.objects.all():
        if not filestore.path(ORIGINALS, item.sha).exists():
            found.append(f"screenshot {item.pk} has no bytes")
    clock.sweep(timezone.now())
    for case in Case.objects.all():
        told = Notice.objects.filter(about_type="moderation.case", about_id=case.pk).count()
        if told != 2:
            found.append(f"{case.pk} was told {told} times")
    try:
        call_command("verify_archive", stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        found.append(str(error))
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.stdout.write(json.dumps(faults(json.load(sys.stdin))))
    else:
        try:
            gather()
        except Error:
            sys.exit(3)
