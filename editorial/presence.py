"""Who is at work. Whoever is away by the rota is not asked to read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.models import User
from core.workdays import local_day
from editorial.models import Absence


def at_work(people: Iterable[User], at: datetime) -> list[User]:
    """This will leave out who is inactive, and who is away on the local day of `at`, in one query."""
    asked, today = list(people), local_day(at)
    away = set(Absence.objects.between(today, today).filter(user__in=asked).values_list("user", flat=True))
    return [person for person in asked if person.is_active and person.pk not in away]
