"""What is typed and dropped into the form that registers a comment."""

from __future__ import annotations

from io import BytesIO

NEW = "moderation:comment_new"


def named(data: bytes, name: str = "shot.png") -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def pasted(**fields: object) -> dict[str, object]:
    return {
        "url": "https://m.facebook.com/parks/posts/1?c=2",
        "kind": "question",
        "author_name": "K",
        "text": "When do you open?",
    } | fields
