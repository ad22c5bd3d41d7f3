"""Files that are kept before their row is there: each is noted first, and goes again when the row never comes.

A process may end between the file and the row. Without a note nobody would know of the picture of somebody that lies there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q

from consent.models import Arrival, ConsentEvent, Picture
from core import filestore

ORIGINALS, COPIES, THUMBS, SCANS = "pictures", "picture-copies", "picture-thumbs", "consent-scans"
PATIENCE = timedelta(days=1)  # no upload takes longer

OWNERS: dict[str, Callable[[str], models.QuerySet[models.Model]]] = {
    ORIGINALS: lambda sha: Picture.objects.filter(sha=sha),
    COPIES: lambda sha: Picture.objects.filter(Q(clean_sha=sha) | Q(blurred_sha=sha)),
    THUMBS: lambda sha: Picture.objects.filter(Q(thumb_sha=sha) | Q(blurred_thumb_sha=sha)),
    SCANS: lambda sha: ConsentEvent.objects.filter(scan_sha=sha),
}


def keep(files: dict[str, bytes], at: datetime) -> dict[str, str]:
    """This will note that files arrive, keep each in its area, and return their hashes by area.

    `arrived` says that their row is there; files of which it is never said go after a day. Raises OSError when the disk
    does not take them.
    """
    shas = {area: hashlib.sha256(data).hexdigest() for area, data in files.items()}
    with transaction.atomic():
        # Earlier notes of the same bytes: this waits for a sweep that takes such a file away, and then keeps it anew.
        arrived(shas)
        notes = [Arrival(area=area, sha=sha, at=at) for area, sha in shas.items()]
        Arrival.objects.bulk_create(notes, ignore_conflicts=True)  # somebody sends the same in this moment
    for area, data in files.items():
        filestore.keep(area, data)
    return shas


def arrived(shas: dict[str, str]) -> None:
    """This will forget the notes: the files belong to a row now. Called in the transaction that writes the row."""
    for area, sha in shas.items():
        Arrival.objects.filter(area=area, sha=sha).delete()


def forget_unfinished(at: datetime) -> int:
    """This will erase files that arrived more than a day ago and never got a row, and return how many."""
    gone = 0
    for note in Arrival.objects.filter(at__lt=at - PATIENCE).order_by("pk")[:200]:
        with transaction.atomic():
            mine, _kinds = Arrival.objects.filter(pk=note.pk).delete()
            if mine and not OWNERS[note.area](note.sha).exists():
                filestore.erase(note.area, note.sha)
                gone += 1
    return gone
