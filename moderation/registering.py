"""Registering what was seen on a platform, in one go: the comment, its case and the screenshot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from core.models import User
from core.uploads import CleanImage
from moderation.capture import add_screenshot
from moderation.models import Case, Comment, Ground
from moderation.transitions import open_case, register_comment


def register(
    *,
    actor: User,
    at: datetime,
    ground: Ground | None = None,
    screenshot: CleanImage | None = None,
    context: str = "",
    facts: str = "",
    **comment: Any,
) -> tuple[Comment, Case | None]:
    """This will register a comment and, when a ground is named, open its case with the screenshot: all or nothing.

    Raises MoveRefused as registering, opening and adding do; then nothing is registered.
    """
    with transaction.atomic():
        registered = register_comment(actor=actor, at=at, **comment)
        if ground is None:
            return registered, None
        case = open_case(registered, ground=ground, actor=actor, at=at, facts=facts)
        if screenshot is not None:
            add_screenshot(
                case,
                actor=actor,
                at=at,
                data=screenshot.original,
                name=screenshot.name,
                context=context,
                clean=screenshot,
            )
    return registered, case
