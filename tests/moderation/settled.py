"""Comments that never had a case and are settled, and what is asked of them: for the tests of their erasing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core import privacy
from core.models import Event, EventNote
from core.moves import perform
from moderation import erasing
from moderation.answering import save_reply
from moderation.models import Case, Comment, CommentRevision, ReplyText
from moderation.transitions import register_comment

DAYS = 730
URL = "https://www.facebook.com/parker/posts/1?comment_id=31415926"
# What the person behind the comment is known by. In no other row of the database, and in no word of the program.
NAME, WROTE, WROTE_NOW, ANSWER, NOTE, OUTCOME, REASON = (
    "Zebulonia Kvistbergh",
    "Skrumpelgatan luktar",
    "Snårbuskarna luktar",
    "Zebulonia, kom till Prassellunden",
    "Zebulonia ringde från Knaggvägen",
    "Zebulonia fick en blompytsa",
    "Zebulonia skrev till Fnattheden",
)
TRACES = (
    "ebulonia",
    "vistbergh",
    "krumpel",
    "buskarna",
    "rassellunden",
    "naggv",
    "lompytsa",
    "nattheden",
    "31415926",
)


# What is done to a comment of the city's at a moment.
Happening = Callable[[Any, Comment, datetime], object]


def counted(at: datetime, *, really: bool = False, at_once: int = privacy.AT_ONCE) -> int:
    counts = privacy.dispose(at, really=really, at_once=at_once)
    return next(count for kind, count in counts if kind.name == "comments")


def found(at: datetime) -> list[Comment]:
    return list(erasing.quiet_since(at - timedelta(days=DAYS)))


def everything() -> dict[str, str]:
    """All that the database holds, a text for each table; what the search keeps for itself is among them."""
    postgresql = connection.vendor == "postgresql"
    of_tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'core_searchwords'"
    with connection.cursor() as cursor:
        if postgresql:
            of_tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        cursor.execute(of_tables)
        tables = [name for (name,) in cursor.fetchall()]
        held = {}
        for table in tables:
            cursor.execute(f'SELECT {"whole::text" if postgresql else "*"} FROM "{table}" AS whole')
            held[table] = "\n".join(as_text(value) for row in cursor.fetchall() for value in row)
    return held


def as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def traces() -> dict[str, set[str]]:
    """Which traces of the person there are, by where they lie."""
    held = {table: text.lower() for table, text in everything().items()}
    return {
        table: its for table, text in held.items() if (its := {trace for trace in TRACES if trace in text})
    }


def some(city: Any, at: datetime, count: int = 1, handled: bool = True) -> list[Comment]:
    """So many comments, each with an answer that was sent, or new."""
    made = []
    for number in range(count):
        made.append(
            register_comment(
                actor=city.anna,
                at=at,
                channel=city.channel,
                kind="praise",
                author_name=f"{NAME} {number}",
                text=f"{WROTE} {number}",
                url=f"{URL}{Comment.objects.count()}",
            )
        )
        if handled:
            reply = save_reply(made[-1], actor=city.anna, at=at, text=ANSWER)
            perform(reply, "send", actor=city.anna, at=at)
            made[-1].refresh_from_db()
    return made


def of_runs() -> list[int]:
    runs = Event.objects.filter(kind="retention.run", data__has_key="comments").order_by("pk")
    return [event.data["comments"] for event in runs]


def halves() -> list[int]:
    """Comments that are neither whole nor wholly erased, or erased with something that came to them in between."""
    gone = Comment.objects.exclude(erased_at=None)
    left = [
        CommentRevision.objects.filter(comment__in=gone).exclude(text="").values_list("comment", flat=True),
        ReplyText.objects.filter(reply__comment__in=gone)
        .exclude(text="")
        .values_list("reply__comment", flat=True),
        Case.objects.filter(comment__in=gone).values_list("comment", flat=True),
        gone.filter(state="new").values_list("pk", flat=True),
        EventNote.objects.exclude(text="")
        .filter(event__about_type="moderation.comment", event__about_id__in=gone.values("pk"))
        .values_list("pk", flat=True),
        CommentRevision.objects.filter(comment__erased_at=None, text="").values_list("comment", flat=True),
    ]
    return [pk for rows in left for pk in rows]
