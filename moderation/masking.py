"""Masked copies: screenshots with names and faces covered, for whoever asks to read public records."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy
from PIL import Image, ImageDraw

from core import filestore, trail
from core.models import User
from core.moves import MoveIncomplete
from core.rules import Answer
from moderation.archive import MASKED
from moderation.capture import COPIES
from moderation.models import Case, EvidenceItem, MaskedCopy
from moderation.rules import may_keep_records, may_moderate, must

Box = Sequence[float]  # left, top, width, height, in per cent of the picture
MOST_BOXES = 100
NO_BOXES = gettext_lazy("Mark what is to be covered, or say that nothing has to be covered.")
BOTH = gettext_lazy("Boxes are marked. Take them away, or uncheck that nothing has to be covered.")
BAD_BOXES = gettext_lazy("Give each box left, top, width and height, in per cent of the picture.")


def may_mask(user: User, case: Case) -> Answer:
    """This will grant the channel's team and those who keep the records."""
    return may_keep_records(user) or may_moderate(user, case)


def make_masked_copy(
    item: EvidenceItem, *, actor: User, at: datetime, boxes: Sequence[Box], nothing_to_cover: bool = False
) -> MaskedCopy:
    """This will cover the boxes in black and keep the copy; without boxes only when nothing has to be covered.

    The covered pixels are gone from the copy; the sealed original stays as it is. Raises MoveRefused.
    """
    must(may_mask(actor, item.evidence.case))
    _ask_boxes(boxes, nothing_to_cover)
    sha = filestore.keep(MASKED, covered(filestore.read(COPIES, item.clean_sha), boxes))
    with transaction.atomic():
        copy = MaskedCopy.objects.create(
            item=item,
            boxes=[list(box) for box in boxes],
            nothing_to_cover=nothing_to_cover,
            sha=sha,
            made_by=actor,
            made_at=at,
        )
        trail.record(
            "evidence.mask",
            about=item.evidence,
            actor=actor,
            at=at,
            data={"original": item.sha, "masked": sha, "boxes": len(boxes)},
        )
    return copy


def covered(picture: bytes, boxes: Sequence[Box]) -> bytes:
    """This will return the picture as PNG with the boxes black, a pixel more than asked rather than less."""
    with Image.open(io.BytesIO(picture)) as image:
        flat = image.convert("RGB")
    draw = ImageDraw.Draw(flat)
    for left, top, width, height in boxes:
        corner = (int(left * flat.width / 100), int(top * flat.height / 100))
        other = (int((left + width) * flat.width / 100) + 1, int((top + height) * flat.height / 100) + 1)
        draw.rectangle((corner, other), fill="black")
    out = io.BytesIO()
    flat.save(out, "PNG")
    return out.getvalue()


def _ask_boxes(boxes: Sequence[Box], nothing_to_cover: bool) -> None:
    # The latest copy is the one handed out: an empty form must never replace a mask without being meant.
    if not boxes and not nothing_to_cover:
        raise MoveIncomplete(NO_BOXES)
    if boxes and nothing_to_cover:
        raise MoveIncomplete(BOTH)
    if len(boxes) > MOST_BOXES or not all(_is_box(box) for box in boxes):
        raise MoveIncomplete(BAD_BOXES)


def _is_box(box: Box) -> bool:
    if len(box) != 4 or not all(isinstance(side, int | float) for side in box):
        return False
    left, top, width, height = box
    return 0 <= left < 100 and 0 <= top < 100 and 0 < width <= 100 - left + 1 and 0 < height <= 100 - top + 1
