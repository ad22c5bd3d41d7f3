"""What the databases are asked: a number that no row can have finds nothing, in a list as by itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import lookups

LEAST, MOST = -(2**63), 2**63 - 1


@models.IntegerField.register_lookup
class WithinRange(lookups.In):
    """Leaves out of a list what is no number of 64 bits, which both databases refuse with an error of ours.

    Django does so for a single number only; forms with several choices and the administrators' actions send lists.
    """

    def get_prep_lookup(self) -> Any:
        wanted = super().get_prep_lookup()
        if not isinstance(wanted, list):
            return wanted
        return [value for value in wanted if not isinstance(value, int) or LEAST <= value <= MOST]
