"""The doors to the calendar: the year, the month, the week and the list, and a post's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from calendar_app import queries
from calendar_app.forms import CalendarForm
from calendar_app.windows import Window, day_of, month_of, week_of, year_of
from core.request import person
from core.workdays import local_day
from editorial.models import Post

MONTH_MOST, WEEK_MOST, LIST_MOST = 3, 25, 50
TRAY_MOST = 8


@require_GET
def calendar_page(request: HttpRequest) -> HttpResponse:
    """This will lead to the month, where most planning is done."""
    return redirect("calendar_app:month_page")


@require_GET
def month_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        month = month_of(asked.day)
        whole = Window(week_of(month.first).first, week_of(month.last).last, month.before, month.after)
        days = queries.days_with_posts(
            asked.posts, whole, most=MONTH_MOST, today=asked.today, month=month.first
        )
        weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
        return {
            "window": month,
            "heading": _cased(date_format(month.first, "F Y")),
            "weekdays": days[:7],
            "weeks": [
                {
                    "number": week[0].day.isocalendar().week,
                    "url": asked.url("week", on=week[0].day),
                    "days": [(day, asked.url("list", on=day.day, span="day")) for day in week],
                }
                for week in weeks
            ],
            "total": sum(day.count for day in days),
        }

    return _page(request, "month", content)


@require_GET
def week_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        week = week_of(asked.day)
        days = queries.days_with_posts(asked.posts, week, most=WEEK_MOST, today=asked.today)
        year, number, _weekday = week.first.isocalendar()
        return {
            "window": week,
            "heading": _("Week %(number)s, %(year)s") % {"number": number, "year": year},
            "days": [(day, asked.url("list", on=day.day, span="day")) for day in days],
        }

    return _page(request, "week", content)


@require_GET
def year_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        year, by = year_of(asked.day), "channel" if request.GET.get("by") == "channel" else "kind"
        months = queries.year_heat(asked.posts, year)
        here = asked.url("year", on=asked.day)
        return {
            "window": year,
            "heading": str(year.first.year),
            "by": by,
            "by_kind_url": here,
            "by_channel_url": f"{here}&by=channel",
            "months": [
                {"first": first, "url": asked.url("month", on=first), "days": days} for first, days in months
            ],
            "total": sum(cell.count for _first, days in months for cell in days),
            "numbers": range(1, 32),
            "steps": range(len(queries.HEAT)),
            "rows": queries.year_rows(asked.posts, year, by),
        }

    return _page(request, "year", content)


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    def content(asked: Asked) -> dict[str, Any]:
        one_day = asked.filters.cleaned_data.get("span") == "day"
        window = (day_of if one_day else month_of)(asked.day)
        rows = queries.within(asked.posts, window).values(*queries.COLUMNS)
        page_obj = Paginator(rows, LIST_MOST).get_page(request.GET.get("page"))
        return {
            "window": window,
            "heading": _cased(date_format(window.first, "l j F Y" if one_day else "F Y")),
            "page_obj": page_obj,
            "entries": queries.entries(list(page_obj)),
        }

    return _page(request, "list", content)


@dataclass
class Asked:
    """What a calendar page was asked for: the day, the filters, and the posts that fit them."""

    day: date
    today: date
    filters: CalendarForm
    posts: QuerySet[Post]

    def url(self, view: str, **changes: Any) -> str:
        """This will return the address of a view with the same filters."""
        return reverse(f"calendar_app:{view}_page") + self.filters.address(**({"span": ""} | changes))


def _page(request: HttpRequest, view: str, content: Callable[[Asked], dict[str, Any]]) -> HttpResponse:
    """This will show one of the four views. A filter that cannot be read is said beside its field and left out."""
    user, today = person(request), local_day(timezone.now())
    filters = CalendarForm(request.GET, user=user)
    valid = filters.is_valid()
    day = filters.cleaned_data.get("on") or today
    asked = Asked(day, today, filters, queries.in_calendar(user, filters.cleaned_data))
    shown = content(asked)
    span = filters.cleaned_data.get("span", "")
    names = (("year", _("Year")), ("month", _("Month")), ("week", _("Week")), ("list", _("List")))
    context = {
        **shown,
        "filters": filters,
        "view": view,
        "day": day,
        "before_url": asked.url(view, on=shown["window"].before, span=span),
        "after_url": asked.url(view, on=shown["window"].after, span=span),
        "today_url": asked.url(view, on=today, span=span),
        "tabs": [(name, label, asked.url(name, on=day)) for name, label in names],
        "undated": queries.tray(user, filters.cleaned_data)[:TRAY_MOST] if view in {"week", "month"} else [],
    }
    return render(request, f"calendar_app/{view}_page.html", context, status=200 if valid else 422)


def _cased(words: str) -> str:
    """This will begin a heading with a capital: Swedish months and days have none of their own."""
    return words[:1].upper() + words[1:]
