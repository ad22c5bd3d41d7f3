"""How the invented city is staffed: a rota that ran for two months and runs on, absences, swaps and handovers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.moves import perform
from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.handovers import add_note, prepare_handovers
from editorial.models import Handover, Membership, Shift, Team
from editorial.rota import WEEK
from editorial.rota_queries import Turn, turns
from editorial.staffing import alike, candidates, hindrance, monday_of, propose_rota, publish_rota
from editorial.swaps import offer

if TYPE_CHECKING:
    from config.demo.build import City

HOLDING = {
    "Stadens redaktion": "pairs",
    "Park och miljö": "pairs",
    "Kultur och fritid": "together",
    "Vatten och avfall": "together",
}
HALF = ("Gun Ahlström",)
WITH_ACCOUNTS = ("Anna Berg", "Erik Sund", "Sara Nyqvist")


def lay_in(city: City) -> None:
    """This will staff the teams from eight weeks ago, with what a week brings: somebody away, somebody who swaps."""
    for team in Team.objects.order_by("pk"):
        team.holding = HOLDING.get(team.name, "apart")
        team.save(update_fields=["holding"])
        Membership.objects.filter(team=team, user__name__in=HALF).update(share=50)
        editor = team.editors()[0]
        began = city.now - 9 * WEEK
        propose_rota(team, actor=editor, at=began, weeks=15)
        publish_rota(team, actor=editor, at=began)
    _handovers(city)
    _absence(city)
    _swaps(city)


def _handovers(city: City) -> None:
    """This will let the handovers of this week's shifts be written and acknowledged, but for one that waits."""
    monday = instant(monday_of(local_day(city.now)), "00:00")
    prepare_handovers(monday - timedelta(hours=1))
    read_at = min(city.now, instant(local_day(monday), "08:10"))
    waits = Handover.objects.filter(taker__name__in=WITH_ACCOUNTS).order_by("taker__name").first()
    for handover in Handover.objects.open().select_related("team", "giver", "taker"):
        if handover.giver is not None:
            words = "Bron är avstängd till fredag. Många frågar: svaret ligger bland de sparade svaren."
            add_note(handover, actor=handover.giver, at=monday - timedelta(hours=1), text=words)
        if handover != waits:
            perform(handover, "acknowledge", actor=handover.taker, at=read_at)


def _absence(city: City) -> None:
    """This will let a communicator be away in three weeks, and another take what that opened."""
    today = local_day(city.now)
    elin = city.person("Elin Kvist")
    first = today + timedelta(days=20)
    add_absence(elin, actor=elin, at=city.now, starts_on=first, ends_on=first + timedelta(days=9))


def _swaps(city: City) -> None:
    """This will let a week be offered that Anna can take, and another have been taken, which can be undone."""
    anna = city.person("Anna Berg")
    taken = False
    for turn in _coming(city, "Stadens redaktion"):
        user, shifts = turn.shift.user, alike(turn.shift)
        if user is not None and not taken:
            swap = offer(shifts, actor=user, at=city.now, asked=None)
            can = [
                one.user for one in candidates(swap.team, shifts) if not one.hindrance and one.user != user
            ]
            if can:
                perform(swap, "take", actor=can[0], at=city.now)
                taken = True
    for turn in _coming(city, "Park och miljö"):
        user, shifts = turn.shift.user, alike(turn.shift)
        if user is not None and user != anna and not hindrance(anna, turn.shift.team, shifts):
            offer(shifts, actor=user, at=city.now, asked=None)
            return


def _coming(city: City, team: str) -> list[Turn]:
    coming = Shift.objects.settled().filter(team__name=team, starts_at__gt=city.now + WEEK)
    return turns(coming.select_related("team", "user").order_by("starts_at", "pk"))
