"""Pages of lists that may be longer than anybody turns."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_PAGES = 100


class CappedPaginator(Paginator):
    """Pages of a list that may be a million rows: it counts no further than a hundred pages."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list[: MOST_PAGES * self.per_page].count()
