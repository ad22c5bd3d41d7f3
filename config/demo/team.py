"""How the invented city is staffed: a rota that ran for two months and runs on, absences, a swap and a handover."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.moves import perform
from core.workdays import instant, local_day
from editorial.absences import add_absence
from editorial.handovers import add_note, prepare_handovers
from editorial.models import Handover, Membership, Shift, Team
from editorial.rota import WEEK
from editorial.rota_queries import turns
from editorial.staffing import alike, monday_of, propose_rota, publish_rota
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
    _swap(city)


def _handovers(city: City) -> None:
    """This will let the handovers of this week's shifts be written and acknowledged."""
    monday = instant(monday_of(local_day(city.now)), "00:00")
    prepare_handovers(monday - timedelta(hours=1))
    read_at = min(city.now, instant(local_day(monday), "08:10"))
    for handover in Handover.objects.open().select_related("team", "giver", "taker"):
        if handover.giver is not None:
            words = "Bron är avstängd till fredag. Många frågar: svaret ligger bland de sparade svaren."
            add_note(handover, actor=handover.giver, at=monday - timedelta(hours=1), text=words)
        perform(handover, "acknowledge", actor=handover.taker, at=read_at)


def _absence(city: City) -> None:
    """This will let a communicator be away in three weeks, and another take what that opened."""
    today = local_day(city.now)
    elin = city.person("Elin Kvist")
    first = today + timedelta(days=20)
    add_absence(elin, actor=elin, at=city.now, starts_on=first, ends_on=first + timedelta(days=9))


def _swap(city: City) -> None:
    """This will let a colleague offer a coming week to everybody in the team."""
    coming = Shift.objects.filter(team__name="Park och miljö", starts_at__gt=city.now + WEEK).select_related(
        "user"
    )
    for turn in turns(coming.order_by("starts_at")):
        user = turn.shift.user
        if user is not None and user.name in ("Amina Farah", "Sara Nyqvist"):
            offer(alike(turn.shift), actor=user, at=city.now, asked=None)
            return
