"""What a post says, everything publishable in it, as it is hashed and kept."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from core import trail
from core.models import User
from core.moves import ChangedMeanwhile
from editorial.models import Post, PostVersion


def content_of(post: Post) -> dict[str, Any]:
    """This will return everything publishable in the post, as it is hashed and kept.

    A post without pictures, or without a logo or product in it, has no word of them, so that versions from before there
    were any keep their hash.
    """
    pictures = [
        {"picture": row.picture_id, "sha": row.picture.approved_sha, "alt": row.alt_text}
        for row in post.pictures.select_related("picture")
    ]
    brand = {"brand": post.brand_shown} if post.brand_shown else {}
    return (
        ({"pictures": pictures} if pictures else {})
        | brand
        | {
            "text": post.base_text,
            "byline": post.byline,
            "collaboration": post.collaboration,
            "texts": [
                {"channel": row.channel_id, "text": row.own_text or post.base_text}
                for row in post.texts.order_by("channel_id")
            ],
            "links": [row.url for row in post.links.order_by("position", "pk")],
        }
    )


def sha_of(content: dict[str, Any]) -> str:
    """This will return the SHA-256 of a version's content."""
    return hashlib.sha256(trail.canonical(content)).hexdigest()


def keep_version(post: Post, *, actor: User, at: datetime) -> PostVersion:
    """This will return the post's newest version, made anew when it no longer says what the post says."""
    content = content_of(post)
    sha, latest = sha_of(content), post.versions.first()
    if latest is not None and latest.sha == sha:
        return latest
    try:
        return PostVersion.objects.create(
            post=post,
            number=latest.number + 1 if latest else 1,
            sha=sha,
            content=content,
            saved_by=actor,
            saved_at=at,
        )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
