"""What the cache held for a while and is over: Redis drops it by itself, a cache in the database waits to be asked."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connections, router


def forget_expired(at: datetime) -> int:
    """This will delete what has run out in the cache's table, and return how many rows; 0 when the cache is elsewhere.

    A picture that waited for its form to be sent again is among them: after its hour it lies nowhere.
    """
    cache = caches["default"]
    if not isinstance(cache, BaseDatabaseCache):
        return 0
    connection = connections[router.db_for_write(cache.cache_model_class)]
    name, now = connection.ops.quote_name, at.astimezone(UTC).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {name(settings.CACHES['default']['LOCATION'])} WHERE {name('expires')} < %s",  # noqa: S608  (both names are ours)
            [connection.ops.adapt_datetimefield_value(now)],
        )
        return cursor.rowcount
