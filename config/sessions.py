"""Whoever's role in a team changes logs in anew."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.accounts import end_sessions
from editorial.models import Membership


@receiver(post_save, sender=Membership)
@receiver(post_delete, sender=Membership)
def end_sessions_of_member(instance: Membership, created: bool = False, **kwargs: Any) -> None:
    """This will end the logins of a member whose role changed or who left. A new membership takes nothing away."""
    if not created:
        end_sessions([instance.user_id])
