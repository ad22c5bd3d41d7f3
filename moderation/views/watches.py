from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import person, typed
from core.workdays import FIRST_YEAR, instant, local_day
from editorial.models import Team
from moderation import queries
from moderation.forms.watches import HolidayForm
from moderation.models import HolidayWatch, Watch
from moderation.states import WatchState
from moderation.watching import cancel_holiday_watch, long_closures, plan_holiday_watch

AHEAD = timedelta(days=75)


@require_GET
def watches_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def watch_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    watches = Watch.objects.visible_to(person(request)).select_related("channel__care__team")
    watch = get_object_or_404(watches, pk=pk)
    to = reverse("moderation:watches_page")
    return do_move(request, watch, name, page=lambda **answer: _page(request, **answer), to=to)


@require_GET
def coverage_page(request: HttpRequest) -> HttpResponse:
    """This will show how each unit's channels were watched in a month, as picture and table."""
    user, today = person(request), local_day(timezone.now())
    first = _month(request.GET.get("month", ""), today)
    context = {
        "first": first,
        "before": first - relativedelta(months=1),
        "after": first + relativedelta(months=1),
        "is_latest": first >= today.replace(day=1),
        "rows": queries.coverage(user, first, today),
        "tab": "watches",
    }
    return render(request, "moderation/coverage_page.html", context)


@require_POST
def holiday_plan(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    form = HolidayForm(request.POST, user=user, days=_days_off(local_day(now)))
    if not form.is_valid():
        return _page(request, holiday=form, status=422)
    try:
        plan_holiday_watch(actor=user, at=now, **form.cleaned_data)
    except MoveRefused as refused:
        return _page(request, holiday=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The day is planned."))
    return redirect("moderation:watches_page")


@require_POST
def holiday_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    plans = HolidayWatch.objects.filter(team__in=Team.objects.visible_to(user)).select_related("team", "user")
    plan = get_object_or_404(plans, pk=pk)
    try:
        cancel_holiday_watch(plan, actor=user, at=timezone.now())
    except MoveRefused as refused:
        return _page(request, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The plan is taken back."))
    return redirect("moderation:watches_page")


def _page(
    request: HttpRequest, *, refusal: str = "", holiday: HolidayForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = person(request), timezone.now()
    today = local_day(now)
    days, rows = queries.watch_table(user, today)
    waiting = (
        Watch.objects.visible_to(user)
        .filter(state__in=[WatchState.OPEN, WatchState.MISSED], day__gte=days[0])
        .select_related("channel__platform", "channel__care__team")
        .prefetch_related("channel__care__team__memberships")
        .order_by("state", "-day", "channel__name")
    )
    closures = long_closures(today + timedelta(days=1), today + AHEAD)
    is_member = Team.objects.of_member(user).exists()
    context = {
        "days": days,
        "rows": rows,
        "not_open_yet": days[-1] == today and now < instant(today, settings.WATCH_OPENS),
        "waiting": [(watch, open_moves(watch, user, _url(watch))) for watch in waiting[:60]],
        "closures": [(closure[0], closure[-1]) for closure in closures],
        "plans": HolidayWatch.objects.filter(team__in=Team.objects.visible_to(user), day__gte=today)
        .select_related("team", "user")
        .order_by("day"),
        "holiday": holiday or HolidayForm(user=user, days=_days_off(today))
        if closures and is_member
        else None,
        "refusal": refusal,
        "note": typed(request, "note"),
        "tab": "watches",
    }
    return render(request, "moderation/watches_page.html", context, status=status)


def _days_off(today: date) -> list[date]:
    closures = long_closures(today + timedelta(days=1), today + AHEAD)
    return [day for closure in closures for day in closure]


def _month(text: str, today: date) -> date:
    """The month that was asked for, or this one for what is no month."""
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        wanted = today
    return min(wanted, today).replace(day=1) if wanted.year >= FIRST_YEAR else today.replace(day=1)


def _url(watch: Watch) -> Callable[[str], str]:
    return lambda name: reverse("moderation:watch_move", args=[watch.pk, name])
