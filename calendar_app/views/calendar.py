"""The doors to the calendar: the year, the month, the week and the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from calendar_app import places, queries
from calendar_app.forms.calendar import CalendarForm, shared_views
from calendar_app.models import Slot
from calendar_app.places import Mark
from calendar_app.windows import Window, day_of, month_of, week_of, year_of
from core.models import User
from core.request import person
from core.workdays import local_day
from editorial.models import Post

MONTH_MOST, WEEK_MOST, LIST_MOST = 3, 16, 50
LIST_WHOLE = 1000  # on one page, to print it
MONTH_PLACES, LIST_PLACES = 2, 30
TRAY_MOST, TRAY_WHOLE = 8, 200
ROWS_BY = {
    "kind": gettext_lazy("By kind"),
    "theme": gettext_lazy("By theme"),
    "channel": gettext_lazy("By channel"),
}


@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """This will lead to the month, where most planning is done."""
    return redirect("calendar_app:month_page")


@require_safe
def month_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        month = month_of(asked.day)
        whole = Window(week_of(month.first).first, week_of(month.last).last, month.before, month.after)
        days = queries.days_with_posts(
            asked.posts, whole, most=MONTH_MOST, today=asked.today, month=month.first
        )
        cells = asked.cells(days, whole, most_places=MONTH_PLACES)
        return {
            "window": month,
            "heading": _cased(date_format(month.first, "F Y")),
            "weekdays": days[:7],
            "weeks": [
                {
                    "number": cells[start].day.day.isocalendar().week,
                    "url": asked.url("week", on=cells[start].day.day),
                    "days": cells[start : start + 7],
                }
                for start in range(0, len(cells), 7)
            ],
            "total": sum(day.count for day in days) + sum(len(cell.places) for cell in cells),
        }

    return _page(request, "month", content)


@require_safe
def week_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        week, by_channel = week_of(asked.day), request.GET.get("by") == "channel"
        days = queries.days_with_posts(asked.posts, week, most=WEEK_MOST, today=asked.today)
        cells = asked.cells(days, week, most_places=WEEK_MOST, with_channels=by_channel)
        year, number, _weekday = week.first.isocalendar()
        here = asked.url("week", on=asked.day)
        return {
            "window": week,
            "heading": _("Week %(number)s, %(year)s") % {"number": number, "year": year},
            "days": cells,
            "by_channel": by_channel,
            "rows": _by_channel(cells) if by_channel else [],
            "by_day_url": here,
            "by_channel_url": f"{here}&by=channel",
            "kept": {"by": "channel"} if by_channel else {},
        }

    return _page(request, "week", content)


@require_safe
def year_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        year, by = year_of(asked.day), request.GET.get("by", "kind")
        by = by if by in ROWS_BY else "kind"
        months = queries.year_heat(asked.posts, year)
        only = asked.filters.cleaned_data.get("channel")
        channels = queries.channel_rows(asked.posts, year, asked.channel_names(), only)
        here = asked.url("year", on=asked.day)
        day_url = asked.url("list", on="", span="day").replace("on=&", "") + "&on="
        return {
            "window": year,
            "heading": str(year.first.year),
            "by": by,
            "kept": {"by": by} if "by" in request.GET else {},
            "by_urls": [(name, label, f"{here}&by={name}") for name, label in ROWS_BY.items()],
            "months": [
                {"first": first, "url": asked.url("month", on=first), "day_url": day_url, "days": days}
                for first, days in months
            ],
            "total": sum(cell.count for _first, days in months for cell in days),
            "numbers": range(1, 32),
            "steps": range(len(queries.HEAT)),
            "gaps": queries.gaps(channels),
            "rows": channels if by == "channel" else queries.year_rows(asked.posts, year, by),
            "empty_rows": places.empty_by_month(asked.places(year)),
        }

    return _page(request, "year", content)


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        one_day = asked.filters.cleaned_data.get("span") == "day"
        window = (day_of if one_day else month_of)(asked.day)
        rows = queries.within(asked.posts, window).values(*queries.COLUMNS)
        most = LIST_WHOLE if "whole" in request.GET else LIST_MOST
        page_obj = Paginator(rows, most).get_page(request.GET.get("page"))
        span = {"span": "day"} if one_day else {}
        return {
            "whole_url": asked.url("list", on=asked.day, whole=1, **span) if most == LIST_MOST else "",
            "window": window,
            "heading": _cased(date_format(window.first, "l j F Y" if one_day else "F Y")),
            "page_obj": page_obj,
            "entries": queries.entries(list(page_obj)),
            "empty_places": list(asked.places(window)[: LIST_PLACES + 1]),
            "places_most": LIST_PLACES,
        }

    return _page(request, "list", content)


@dataclass
class Cell:
    """A day as the month and the week show it: its posts, its empty places, its notes, and where all of it is."""

    day: queries.Day
    url: str
    places: list[Slot]
    places_more: int
    marks: list[Mark]

    @property
    def classes(self) -> str:
        """How the cell looks: today, a red day, outside the month, nothing in it."""
        noted = any(mark.has_words for mark in self.marks)
        looks = {
            "cell--today": self.day.is_today,
            "cell--red": bool(self.day.red) or self.day.day.weekday() == 6,
            "cell--outside": self.day.is_outside,
            "cell--empty": not (self.day.entries or self.places or self.day.is_today or noted),
        }
        return " ".join(["cell", *(name for name, is_so in looks.items() if is_so)])


@lru_cache(maxsize=16)
def _page_address(view: str, prefix: str) -> str:
    """The address of a view, for pages that lead to it a hundred times."""
    return reverse(f"calendar_app:{view}_page")


@dataclass
class Asked:
    """What a calendar page was asked for: the day, the filters, and the posts and places that fit them."""

    user: User
    now: datetime
    day: date
    today: date
    filters: CalendarForm
    posts: QuerySet[Post]
    teams: list[int]

    def url(self, view: str, **changes: Any) -> str:
        """This will return the address of a view with the same filters."""
        return _page_address(view, get_script_prefix()) + self.filters.address(**({"span": ""} | changes))

    def places(self, window: Window) -> QuerySet[Slot]:
        return places.empty_places(self.user, self.filters.cleaned_data, window, self.now, self.teams)

    def cells(
        self, days: list[queries.Day], window: Window, *, most_places: int, with_channels: bool = False
    ) -> list[Cell]:
        """This will put the places and the notes of the window to its days, in two queries, or three with channels."""
        slots = self.places(window)
        on = places.by_day(slots.prefetch_related("series__channels__platform") if with_channels else slots)
        marked = places.marks(window, self.teams, self.filters.roles)
        return [
            Cell(
                day=day,
                url=self.url("list", on=day.day, span="day"),
                places=on[day.day][:most_places],
                places_more=max(0, len(on[day.day]) - most_places),
                marks=marked[day.day],
            )
            for day in days
        ]

    def channel_names(self) -> dict[int, str]:
        """This will name the channels whose silence is told: those one may see and that fit the filters."""
        only = self.filters.cleaned_data.get("channel")
        team, unit = self.filters.cleaned_data.get("team"), self.filters.cleaned_data.get("unit")
        return {
            channel.pk: str(channel)
            for channel in self.filters.channels
            if channel.may_publish and only in {None, channel.pk} and not (team or unit)
        }


@dataclass
class ChannelRow:
    """A channel through the week: what each day has on it."""

    label: str
    days: list[tuple[queries.Day, list[queries.Entry], list[Slot]]]


def _channels_of(entry: queries.Entry) -> list[int | None]:
    return [channel.pk for channel in entry.channels] or [None]


def _by_channel(cells: list[Cell]) -> list[ChannelRow]:
    """This will sort the week's posts and places under their channels; last those that have none."""
    names: dict[int | None, str] = {}
    for cell in cells:
        for entry in cell.day.entries:
            names.update({channel.pk: str(channel) for channel in entry.channels})
            if not entry.channels:
                names[None] = _("No channel yet")
        for slot in cell.places:
            names.update({channel.pk: str(channel) for channel in slot.series.channels.all()})
    return [
        ChannelRow(
            label,
            [
                (
                    cell.day,
                    [e for e in cell.day.entries if pk in _channels_of(e)],
                    [s for s in cell.places if pk in [c.pk for c in s.series.channels.all()]],
                )
                for cell in cells
            ],
        )
        for pk, label in sorted(names.items(), key=lambda pair: (pair[0] is None, pair[1]))
    ]


def _page(request: HttpRequest, view: str, content: Callable[[Asked], dict[str, Any]]) -> HttpResponse:
    """This will show one of the four views. A filter that cannot be read is said beside its field and left out."""
    user, now = person(request), timezone.now()
    filters, today = CalendarForm(request.GET, user=user), local_day(now)
    valid = filters.is_valid()
    day = filters.cleaned_data.get("on") or today
    teams = [pk for pk, _name in filters.teams]
    posts = queries.in_calendar(user, filters.cleaned_data, teams)
    asked = Asked(user, now, day, today, filters, posts, teams)
    shown = content(asked)
    # How the page is sorted goes along to earlier and later, and through the filters.
    kept: dict[str, str] = {"span": filters.cleaned_data.get("span", "")} | shown.get("kept", {})
    span = kept["span"]
    names = (("year", _("Year")), ("month", _("Month")), ("week", _("Week")), ("list", _("List")))
    has_tray = view in {"week", "month"} and not shown.get("by_channel")
    most = TRAY_WHOLE if "tray" in request.GET else TRAY_MOST
    undated = list(queries.tray(user, filters.cleaned_data, teams)[: most + 1]) if has_tray else []
    context = {
        **shown,
        "kept": kept if any(kept.values()) else {},
        "filters": filters,
        "view": view,
        "day": day,
        "before_url": asked.url(view, on=shown["window"].before, **kept),
        "after_url": asked.url(view, on=shown["window"].after, **kept),
        "today_url": asked.url(view, on=today, **kept),
        "export_url": reverse("calendar_app:export") + filters.address(on=day, span=span or view),
        "tabs": [(name, label, asked.url(name, on=day)) for name, label in names],
        "undated": undated[:most],
        "more_undated": len(undated) > most,
        "tray_url": asked.url(view, on=day, tray="whole", **kept) + "#tray",
        "saved_views": shared_views(user),
        "narrowing": filters.address(on="", span="").removeprefix("?"),
    }
    return render(request, f"calendar_app/{view}_page.html", context, status=200 if valid else 422)


def _cased(words: str) -> str:
    """This will begin a heading with a capital: Swedish months and days have none of their own."""
    return words[:1].upper() + words[1:]
