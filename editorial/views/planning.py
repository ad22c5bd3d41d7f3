"""What every door that gives a post a time says at once."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest

from editorial.models import Post
from editorial.queries import warnings_about


def tell_of_the_time(request: HttpRequest, post: Post, at: datetime) -> None:
    """This will say what a planner should know of the post at its time: over, crowded, or a channel at rest (R6)."""
    if when := post.planned_at or post.wanted_at:
        for warning in warnings_about(post, when, at):
            messages.warning(request, warning)
