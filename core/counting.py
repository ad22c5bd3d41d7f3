"""How often something is asked for, by one address or through one link, in a stretch of time. Only counts are kept."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.utils.crypto import salted_hmac


def counted(kind: str, who: str, at: datetime, *, seconds: int) -> int:
    """This will return how often `who` did this in the stretch of `seconds` that `at` lies in."""
    return int(cache.get(_key(kind, who, at, seconds)) or 0)


def count(kind: str, who: str, at: datetime, *, seconds: int) -> int:
    """This will count one time more, and return how many that makes in the stretch of `seconds` that `at` lies in.

    The next stretch begins at nothing, also for whoever never stops asking: the cache in the database keeps a number
    for longer each time it is raised, and one number for all time would close a busy city hall out for good.
    """
    key = _key(kind, who, at, seconds)
    cache.add(key, 0, timeout=seconds)
    try:
        done = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=seconds)
        return 1
    if seconds > (cache.default_timeout or seconds):
        cache.touch(key, seconds)  # for which the cache in the database has just set its own, shorter time
    return done


def _key(kind: str, who: str, at: datetime, seconds: int) -> str:
    stretch = int(at.timestamp()) // seconds
    return f"count:{salted_hmac('core.counting', f'{kind} {who} {stretch}').hexdigest()}"
