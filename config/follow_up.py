"""The doors to the follow-up: the page, each figure as CSV, and the week in words every Monday."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import localize
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from config.figures import FIGURES, Scope, Table, all_tables
from core import ladders
from core.clock import job
from core.forms import DayField
from core.ladders import ladder
from core.models import Rung, User
from core.notices import Message, say, tell
from core.request import person
from core.spreadsheets import harmless
from core.templatetags.parts import number
from core.workdays import instant, local_day
from editorial.rota import WEEK
from editorial.staffing import monday_of

LONGEST = timedelta(days=3 * 366)
REPORT_AT = "07:00"
APART = timedelta(seconds=2)
MOST_BARS = 24
PARAGRAPH = ("spread", "answers", "coverage", "cases", "reviews")


class PeriodForm(forms.Form):
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until and including"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day comes before the first."))
        elif since and until and until - since > LONGEST:
            self.add_error("until", _("Choose three years at most."))
        return data


@require_GET
def follow_up_page(request: HttpRequest) -> HttpResponse:
    """This will show the figures of a period: the last week when none is asked for."""
    form, scope = asked(request)
    tables = list(all_tables(scope))
    context: dict[str, Any] = {
        "form": form,
        "scope": scope,
        "tables": [(table, bars_of(table)) for table in tables],
        "paragraph": paragraph_of(tables),
        "periods": periods(scope),
        "query": f"since={scope.first}&until={scope.last}",
    }
    return render(request, "config/follow_up_page.html", context, status=422 if form.errors else 200)


@require_GET
def follow_up_csv(request: HttpRequest, name: str) -> HttpResponse:
    """This will send one figure as CSV that Swedish Excel opens: semicolons, quotes, a byte order mark."""
    if name not in FIGURES:
        raise Http404
    form, scope = asked(request)
    if form.errors:
        return follow_up_page(request)
    table = FIGURES[name](scope)
    answer = HttpResponse(as_csv([table.columns, *table.rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="{slugify(table.title)}-{scope.first}-{scope.last}.csv"'
    )
    return answer


def asked(request: HttpRequest) -> tuple[PeriodForm, Scope]:
    """This will read the period asked for; the last whole week when there is none or it makes no sense."""
    now = timezone.now()
    monday = monday_of(local_day(now))
    first, last = monday - timedelta(days=7), monday - timedelta(days=1)
    given = {name: request.GET.get(name) for name in ("since", "until")}
    form = PeriodForm(given if any(given.values()) else {"since": str(first), "until": str(last)})
    if form.is_valid():
        first, last = form.cleaned_data["since"], form.cleaned_data["until"]
    return form, Scope(person(request), first, last, now)


@dataclass(frozen=True)
class Period:
    label: str
    url: str
    current: bool


def periods(scope: Scope) -> list[Period]:
    """This will name the usual periods with their addresses, and say which of them is shown."""
    today = local_day(scope.at)
    monday = monday_of(today)
    spans = [
        (_("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
        (_("This week"), monday, today),
        (_("30 days"), today - timedelta(days=29), today),
        (_("This year"), today.replace(month=1, day=1), today),
        (_("12 months"), today - timedelta(days=364), today),
    ]
    return [
        Period(
            label,
            f"{reverse('follow_up_page')}?since={first}&until={last}",
            (first, last) == (scope.first, scope.last),
        )
        for label, first, last in spans
    ]


def paragraph_of(tables: Iterable[Table]) -> str:
    """This will say the period in one paragraph."""
    return " ".join(table.sentence for table in tables if table.name in PARAGRAPH)


def in_words(tables: Sequence[Table]) -> str:
    """This will write the whole follow-up as plain text, as it is mailed: the paragraph, then each figure with its rows."""
    parts = [paragraph_of(tables)]
    for table in tables:
        rows = []
        for (_column, first), *rest in table.labelled[:MOST_BARS]:
            said = " · ".join(f"{column} {number(cell)}" for column, cell in rest if cell != "–")
            rows.append(f"{capfirst(str(first))}: {said}")
        parts.append("\n".join([table.title.upper(), table.sentence, *rows]))
    return "\n\n".join(parts)


def bars_of(table: Table) -> list[tuple[str, str, int]]:
    """This will return label, value and length of each bar, the first two dozen; the longest is 100."""
    column = table.bars
    if column is None or all(row[column] == "–" for row in table.rows):
        return []
    pairs = [(capfirst(str(row[0])), row[column]) for row in table.rows]
    sizes = [float(str(value).rstrip(" %").replace("–", "0")) for _label, value in pairs]
    most = 100 if any("%" in str(value) for _label, value in pairs) else max(sizes, default=0)
    return [
        (label, number(value), round(100 * size / most) if most else 0)
        for (label, value), size in list(zip(pairs, sizes, strict=True))[:MOST_BARS]
    ]


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """This will write rows as CSV: everything quoted, and nothing that a spreadsheet would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    # A spreadsheet in Swedish reads 12,5 as a number and 12.5 as text.
    writer.writerows([harmless(str(localize(cell))) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


@job("weekly reports")
def lay_out_weekly_reports(at: datetime) -> int:
    """This will lay out next Monday's report for each who wants last week in words, and return how many were new.

    They come one after the other: all at once would keep the clock from what else is due.
    """
    monday = monday_of(local_day(at))
    if at >= instant(monday, REPORT_AT):
        monday += WEEK
    there = Rung.objects.filter(ladder="report", step=str(monday)).values("object_id")
    wanted = User.objects.filter(is_active=True, notice_settings__weekly_report=True).exclude(pk__in=there)
    people = list(wanted.order_by("pk").values_list("pk", flat=True))
    first = instant(monday, REPORT_AT)
    ladders.set_up_each(
        "report", {pk: {str(monday): first + number * APART} for number, pk in enumerate(people)}
    )
    return len(people)


@ladder("report", batch=1)
def send_weekly_report(rungs: list[Rung], at: datetime) -> None:
    """This will tell who still wants it the week before the Monday that the rung names."""
    wanted = User.objects.filter(notice_settings__weekly_report=True)
    people = wanted.in_bulk([rung.object_id for rung in rungs])
    for rung in rungs:
        if user := people.get(rung.object_id):
            tell([_report(user, date.fromisoformat(rung.step), at)], at)


def _report(user: User, monday: date, at: datetime) -> Message:
    scope = Scope(user, monday - WEEK, monday - timedelta(days=1), at)
    with translation.override(user.language):
        body = in_words(list(all_tables(scope)))
    year, week, _day = monday.isocalendar()
    return Message(
        recipient=user,
        key=f"report:{year}-{week}",
        subject=say(gettext_lazy("Week %(number)s in words"), number=scope.first.isocalendar().week),
        body=body,
        url=f"{reverse('follow_up_page')}?since={scope.first}&until={scope.last}",
        why=gettext_lazy("you asked for the follow-up every Monday"),
    )
