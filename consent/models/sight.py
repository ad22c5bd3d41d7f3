from __future__ import annotations

from django.db import models

from consent.signals import units_worked_for
from core.models import Unit, User


def units_of(user: User) -> models.QuerySet[Unit]:
    """This will find the units a person works for: their own, and those the floors above answer with."""
    wanted = models.Q(pk=user.unit_id)
    for _receiver, units in units_worked_for.send(sender=User, user=user):
        wanted |= models.Q(pk__in=units)
    return Unit.objects.filter(wanted)
