"""The invented city's series with their places, its school breaks and own days, and a filter that a team shares."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateutil.easter import easter

from calendar_app.models import DayNote, Series
from calendar_app.notes import keep_note, save_view
from calendar_app.recurrence import Rule
from calendar_app.transitions import begin_series, write_post
from core.models import User
from core.moves import perform
from core.workdays import local_day
from editorial.models import Membership, Team

if TYPE_CHECKING:
    from config.demo.build import City

# Name, team, owner, platforms, rhythm, every, days until its first day, time, red days, text to start from.
SERIES = [
    (
        "Visste du att",
        "Park och miljö",
        "Amina Farah",
        {"facebook"},
        ("weekly", 2, 5, time(9), "move"),
        "Visste du att …\n\nBerätta en sak om våra parker som få känner till. Avsluta med en fråga.",
    ),
    (
        "Månadens klimathjälte",
        "Park och miljö",
        "Anna Berg",
        {"instagram"},
        ("first_workday", 1, 1, time(12), "keep"),
        "Månadens klimathjälte heter …\n\nVad gör personen, och vad kan vi andra ta efter?",
    ),
    (
        "Frukostmöte för företag",
        "Stadens redaktion",
        "Gun Ahlström",
        {"linkedin"},
        ("month_weekday", 1, 9, time(8), "leave_out"),
        "Välkommen på frukostmöte.\n\nTema, tid, plats och hur man anmäler sig.",
    ),
    (
        "Luciamorgon",
        "Stadens redaktion",
        "Ida Vik",
        {"facebook", "instagram"},
        ("yearly", 1, 0, time(7, 30), "keep"),
        "I dag lyser Lucia upp Åvinge. Se tåget på torget klockan 8.",
    ),
]
NOTES = [("Fullmäktige möts", 6, 6), ("Höstmässan", 12, 14), ("Medarbetarenkäten är öppen", -3, 10)]


def lay_in(city: City) -> None:
    """This will begin the series, fill and skip some of their places, and mark the breaks of two school years."""
    series = [_series(row, city.now) for row in SERIES]
    _fill(series[0], city.now)
    _skip(series[2], city.now)
    team = Team.objects.get(name="Stadens redaktion")
    editor = Membership.objects.filter(team=team, role="editor").order_by("pk")[0].user
    for year in (local_day(city.now).year, local_day(city.now).year + 1):
        for title, first, last in school_breaks(year):
            _note(team, editor, city.now, title=title, kind="school_break", first_on=first, last_on=last)
    for title, first_in, last_in in NOTES:
        today = local_day(city.now)
        span = {"first_on": today + timedelta(days=first_in), "last_on": today + timedelta(days=last_in)}
        _note(team, editor, city.now, title=title, kind="note", **span)
    save_view(owner=editor, name="Bara utkast", view="list", query="state=draft", team=team)


def school_breaks(year: int) -> list[tuple[str, date, date]]:
    """This will name the breaks of the schools of the invented city in a year."""
    monday = date.fromisocalendar(year, 8, 1)
    easter_week = easter(year) - timedelta(days=6)
    autumn = date.fromisocalendar(year, 44, 1)
    return [
        ("Sportlov", monday, monday + timedelta(days=4)),
        ("Påsklov", easter_week, easter_week + timedelta(days=4)),
        ("Sommarlov", date(year, 6, 15), date(year, 8, 16)),
        ("Höstlov", autumn, autumn + timedelta(days=4)),
        ("Jullov", date(year, 12, 21), date(year + 1, 1, 8)),
    ]


def _series(row: tuple, now: datetime) -> Series:
    name, team_name, owner, platforms, (rhythm, every, ahead, clock, red_days), text = row
    team, today = Team.objects.get(name=team_name), local_day(now)
    starts_on = today + timedelta(days=ahead)
    if rhythm == "yearly":
        starts_on = date(today.year + (today > date(today.year, 12, 13)), 12, 13)
    person = User.objects.get(name=owner)
    series = Series(team=team)
    begin_series(
        series,
        actor=person,
        at=now,
        fields={"name": name, "owner": person, "template_text": text},
        channels=[
            channel
            for channel in team.channels.select_related("platform")
            if channel.platform.code in platforms and channel.may_publish
        ],
        rule=Rule(rhythm=rhythm, starts_on=starts_on, clock=clock, interval=every, red_days=red_days),
    )
    return series


def _fill(series: Series, now: datetime) -> None:
    """This will begin a post in every other of the next six places."""
    for slot in series.slots.select_related("series__team")[:6:2]:
        write_post(slot, actor=series.owner, at=now)


def _skip(series: Series, now: datetime) -> None:
    slot = series.slots.select_related("series__team")[1]
    perform(slot, "skip", actor=series.owner, at=now, note="Lokalen är bokad, vi flyttar till nästa månad.")


def _note(team: Team, editor: User, now: datetime, **fields: object) -> None:
    keep_note(DayNote(team=team, for_all=True, **fields), actor=editor, at=now)
