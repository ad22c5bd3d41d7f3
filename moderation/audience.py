"""Who is to be told about many channels at once, in three queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from core.models import User
from editorial.models import Membership, Shift, TeamChannel


class Audience:
    """The teams of these channels, their members, and who has the shift for `duty` at that instant."""

    def __init__(self, channel_ids: Iterable[int], duty: str, at: datetime) -> None:
        wanted = set(channel_ids)
        self._team = dict(TeamChannel.objects.filter(channel__in=wanted).values_list("channel_id", "team_id"))
        teams = set(self._team.values())
        self._members: dict[int, list[User]] = defaultdict(list)
        self._editors: dict[int, list[User]] = defaultdict(list)
        self._on_duty: dict[int, list[User]] = defaultdict(list)
        for membership in Membership.objects.filter(team__in=teams).select_related("user"):
            self._members[membership.team_id].append(membership.user)
            if membership.role == Membership.Role.EDITOR:
                self._editors[membership.team_id].append(membership.user)
        for shift in Shift.objects.at(at).filter(team__in=teams, duty=duty).select_related("user"):
            if shift.user is not None and shift.user.is_active:
                self._on_duty[shift.team_id].append(shift.user)

    def team(self, channel_id: int) -> int | None:
        return self._team.get(channel_id)

    def members(self, channel_id: int) -> list[User]:
        return self._members[self._team.get(channel_id, 0)]

    def editors(self, channel_id: int) -> list[User]:
        return self._editors[self._team.get(channel_id, 0)]

    def to_tell(self, channel_id: int) -> list[User]:
        """This will return who has the shift, and the editors when nobody has it."""
        return self._on_duty[self._team.get(channel_id, 0)] or self.editors(channel_id)
