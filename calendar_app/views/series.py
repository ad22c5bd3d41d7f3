"""The doors to series and their places."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calendar_app import laying
from calendar_app.forms.series import PlacePostForm, RuleForm, SeriesForm, ShiftForm
from calendar_app.models import Series, Slot
from calendar_app.places import places_ahead
from calendar_app.rules import may_plan_series
from calendar_app.states import SeriesState, SlotState
from calendar_app.transitions import begin_series, change_details, change_rule, place_post, write_post
from channels_registry.models import Channel
from core import trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves, perform
from core.request import person, typed
from core.rules import Refusal
from core.templatetags.parts import moment
from core.workdays import local_day
from editorial.models import Team
from editorial.queries import CROWDED, channel_warnings, crowd_warning, on_channels_between, time_warnings
from editorial.views.planning import tell_of_the_time

MOST_PLACES = 60


@require_safe
def series_list(request: HttpRequest) -> HttpResponse:
    """This will list the series one may see, with how many places are empty and the next of them."""
    coming = Q(slots__state=SlotState.OPEN, slots__starts_at__gte=timezone.now())
    found = Series.objects.visible_to(person(request)).annotate(
        empty=Count("slots", filter=coming), next_empty=Min("slots__starts_at", filter=coming)
    )
    rows = found.select_related("team", "owner").order_by("-state", "name", "pk")
    page_obj = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "calendar_app/series_list.html", {"page_obj": page_obj})


@require_http_methods(["GET", "POST"])
def series_new(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    teams = list(Team.objects.of_member(user))
    if not teams:
        reason = _("You are in no team. An editor can add you to one.")
        return render(request, "403.html", {"reason": reason}, status=403)
    asked = request.POST.get("team") or request.GET.get("team")
    team = next((team for team in teams if str(team.pk) == asked), teams[0])
    tomorrow = local_day(now) + timedelta(days=1)
    form = SeriesForm(request.POST or None, team=team, initial={"owner": user.pk})
    rule_form = RuleForm(request.POST or None, initial={"starts_on": tomorrow, "clock": "09:00"})
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if all([form.is_valid(), rule_form.is_valid()]):
            series, values = Series(team=team), dict(form.cleaned_data)
            channels = values.pop("channels")
            try:
                begin_series(
                    series, actor=user, at=now, fields=values, channels=channels, rule=rule_form.rule()
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The series is laid out twelve months ahead."))
                return redirect("calendar_app:series_page", series.pk)
    context = {
        "form": form,
        "rule_form": rule_form,
        "forms": [form, rule_form],
        "team": team,
        "teams": teams,
        "refusal": refusal,
    }
    return render(request, "calendar_app/series_new.html", context, status=status)


@require_safe
def series_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _series_page(request, _series(request, pk))


@require_POST
def series_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    series = _series(request, pk)
    ends = name == "end" and series.state == SeriesState.RUNNING and may_plan_series(person(request), series)
    if ends and "sure" not in request.POST:
        return _series_page(request, series, asks=_what_ends(series), status=409)
    return do_move(
        request,
        series,
        name,
        page=lambda **answer: _series_page(request, series, **answer),
        to=reverse("calendar_app:series_page", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def series_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """This will change everything but the rule."""
    series = _series(request, pk)
    answer = may_plan_series(person(request), series)
    if isinstance(answer, Refusal):
        return render(request, "403.html", {"reason": answer.reason}, status=403)
    form = SeriesForm(request.POST or None, team=series.team, initial=SeriesForm.initial_of(series))
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            channels = values.pop("channels")
            try:
                change_details(
                    series,
                    actor=person(request),
                    at=timezone.now(),
                    fields=values,
                    channels=channels,
                    seen=_seen(request),
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The series is changed."))
                return redirect("calendar_app:series_page", pk)
    context = {
        "series": series,
        "form": form,
        "refusal": refusal,
        "seen": _seen_again(request, series, refusal),
    }
    return render(request, "calendar_app/series_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, pk: int, slot: int | None = None) -> HttpResponse:
    """This will change when a series comes: first it says what each reach would do, then it does the chosen one.

    Coming from a place the reach is only this, this and later, or all; from the series it is all.
    """
    series, user, now = _series(request, pk), person(request), timezone.now()
    answer = may_plan_series(user, series)
    if isinstance(answer, Refusal):
        return render(request, "403.html", {"reason": answer.reason}, status=403)
    place = get_object_or_404(series.slots.select_related("series__team"), pk=slot) if slot else None
    initial = RuleForm.initial_of(series.rule)
    if place:
        initial |= {"starts_on": local_day(place.starts_at), "clock": timezone.localtime(place.starts_at)}
    form = RuleForm(request.POST or None, initial=initial)
    refusal, status, choices = "", 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            reaches = _reaches(form, place, local_day(now))
            try:
                if request.POST.get("reach") in reaches:
                    done = _change(request, series, place, reaches[request.POST["reach"]], now)
                    messages.success(request, done)
                    return redirect("calendar_app:series_page", pk)
                choices, status = _choices(series, place, reaches, now), 200
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
    context = {
        "series": series,
        "place": place,
        "form": form,
        "choices": choices,
        "new_words": form.rule().in_words() if choices else "",
        "remark": form.rule().remark() if choices else "",
        "refusal": refusal,
        "seen": _seen_again(request, series, refusal),
    }
    return render(request, "calendar_app/rule_edit.html", context, status=status)


@require_safe
def slot_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _slot_page(request, _slot(request, pk))


@require_POST
def slot_write(request: HttpRequest, pk: int) -> HttpResponse:
    """This will begin a post in the place and open it for writing."""
    slot = _slot(request, pk)
    try:
        post = write_post(slot, actor=person(request), at=timezone.now(), seen=_seen(request))
    except MoveRefused as refused:
        slot.refresh_from_db()
        return _slot_page(request, slot, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The draft stands in its place. Write it now, or later."))
    tell_of_the_time(request, post, timezone.now())
    return redirect("editorial:post_edit", post.pk)


@require_POST
def slot_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """This will do one of the place's moves; “fill” takes a post that is there, “shift” a new time."""
    slot = _slot(request, pk)
    fill_form = PlacePostForm(request.POST, team=slot.series.team) if name == "fill" else None
    shift_form = ShiftForm(request.POST) if name == "shift" else None
    form = fill_form or shift_form
    if form is not None and not form.is_valid():
        return _slot_page(request, slot, status=422, fill_form=fill_form, shift_form=shift_form)
    if fill_form is not None:
        try:
            place_post(
                slot,
                fill_form.cleaned_data["post"],
                actor=person(request),
                at=timezone.now(),
                seen=_seen(request),
            )
        except MoveRefused as refused:
            slot.refresh_from_db()
            return _slot_page(request, slot, refusal=refused.reason, status=status_of(refused))
        messages.success(request, _("The post stands in its place."))
        tell_of_the_time(request, fill_form.cleaned_data["post"], timezone.now())
        return redirect("calendar_app:slot_page", pk)
    return do_move(
        request,
        slot,
        name,
        page=lambda **answer: _slot_page(request, slot, **answer),
        to=reverse("calendar_app:slot_page", args=[pk]),
        **(shift_form.cleaned_data if shift_form is not None else {}),
    )


def _series(request: HttpRequest, pk: int) -> Series:
    found = Series.objects.visible_to(person(request)).select_related("team", "owner")
    return get_object_or_404(found, pk=pk)


def _slot(request: HttpRequest, pk: int) -> Slot:
    found = Slot.objects.visible_to(person(request)).select_related("series__team", "series__owner", "post")
    return get_object_or_404(found, pk=pk)


def _seen(request: HttpRequest) -> int | None:
    value = request.POST.get("seen", "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _seen_again(request: HttpRequest, series: Series, refusal: str) -> int | None:
    """This will return the version the form is based on: the stored one at first and after a refusal was read."""
    if request.method == "POST" and not refusal:
        return _seen(request)
    return Series.objects.values_list("version", flat=True).get(pk=series.pk)


def _what_ends(series: Series) -> str:
    """This will say what goes and what stays when a series ends."""
    ahead = series.slots.filter(starts_at__gte=timezone.now())
    gone = ahead.filter(state=SlotState.OPEN).count()
    kept = ahead.filter(state=SlotState.FILLED).count()
    goes = ngettext("%(count)s empty place goes away.", "%(count)s empty places go away.", gone)
    stays = ngettext("%(count)s post stays planned.", "%(count)s posts stay planned.", kept)
    return " ".join([goes % {"count": gone}, *([stays % {"count": kept}] if kept else [])])


def _series_page(
    request: HttpRequest, series: Series, *, refusal: str = "", asks: str = "", status: int = 200
) -> HttpResponse:
    user, now = person(request), timezone.now()
    ahead = series.slots.filter(starts_at__gte=now).exclude(state=SlotState.WITHDRAWN)
    places = places_ahead(series, list(ahead.select_related("post")[:MOST_PLACES]), now)
    context = {
        "series": series,
        "channels": series.channels.select_related("platform"),
        "places": places,
        "missed": series.slots.filter(starts_at__lt=now, state=SlotState.OPEN).count(),
        "remark": series.rule.remark(),
        "moves": open_moves(
            series, user, lambda name: reverse("calendar_app:series_move", args=[series.pk, name])
        ),
        "may_plan": bool(may_plan_series(user, series)),
        "events": trail.events_about(series)[:20],
        "refusal": refusal,
        "asks": asks,
        "seen": _seen(request) if asks else series.version,
        "note": typed(request, "note"),
    }
    return render(request, "calendar_app/series_page.html", context, status=status)


def _slot_page(
    request: HttpRequest,
    slot: Slot,
    *,
    refusal: str = "",
    status: int = 200,
    fill_form: PlacePostForm | None = None,
    shift_form: ShiftForm | None = None,
) -> HttpResponse:
    user = person(request)
    moves = open_moves(slot, user, lambda name: reverse("calendar_app:slot_move", args=[slot.pk, name]))
    channels = list(slot.series.channels.select_related("platform"))
    context = {
        "slot": slot,
        "series": slot.series,
        "channels": channels,
        "warnings": _warnings_of(slot, channels) if slot.state == SlotState.OPEN else [],
        "moves": [move for move in moves if not move.move.needs],
        "may_plan": bool(may_plan_series(user, slot.series)),
        "fill_form": fill_form or PlacePostForm(team=slot.series.team),
        "shift_form": shift_form or ShiftForm(initial={"starts_at": slot.starts_at}),
        "events": trail.events_about(slot)[:20],
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "calendar_app/slot_page.html", context, status=status)


def _warnings_of(slot: Slot, channels: list[Channel]) -> list[str]:
    """This will say what whoever fills the place should know: its time is over, it is crowded, or a channel rests."""
    when, names = slot.starts_at, {channel.pk: str(channel) for channel in channels}
    near = on_channels_between(channels, when - CROWDED, when + CROWDED)[:5]
    return [
        *time_warnings(when, timezone.now()),
        *channel_warnings(channels),
        *(crowd_warning(title, names[pk], at) for pk, _post, title, at in near),
    ]


def _reaches(form: RuleForm, place: Slot | None, today: date) -> dict[str, tuple[Any, date]]:
    """This will pair each reach with its rule and the day it holds from."""
    rule = form.rule()
    if place is None:
        return {"all": (rule, today)}
    begins = max(today, place.series.begins_on)
    everything = {"all": (rule.begun_by(begins), begins)}
    return {"this": (rule, rule.starts_on), "later": (rule, min(place.rule_on, rule.starts_on))} | everything


def _choices(
    series: Series, place: Slot | None, reaches: dict[str, tuple[Any, date]], now: datetime
) -> list[dict[str, Any]]:
    """This will say what each reach would do, in a sentence each."""
    labels = {"this": _("Only this place"), "later": _("This and later"), "all": _("All from today")}
    found = []
    for reach, (rule, since) in reaches.items():
        if reach == "this":
            words = _("It moves to %(time)s.") % {"time": moment(rule.instant_on(rule.starts_on))}
        else:
            change = laying.plan(series, rule, max(since, local_day(now)), laying.horizon(now))
            words = change_in_words(change)
        found.append({"reach": reach, "label": labels[reach], "words": words})
    return found


def change_in_words(change: laying.Change) -> str:
    """This will say in one sentence what a change does to the places."""
    new, moved, gone, instead, kept = (
        len(change.new) + len(change.again),
        len(change.moved),
        len(change.gone),
        len(change.instead),
        len({slot.pk for slot in change.kept} - {slot.pk for slot in change.instead.values()}),
    )
    told = [
        (new, ngettext("%(count)s new place", "%(count)s new places", new)),
        (moved, ngettext("%(count)s place moves", "%(count)s places move", moved)),
        (gone, ngettext("%(count)s place goes away", "%(count)s places go away", gone)),
        (
            instead,
            ngettext(
                "%(count)s post stays instead of a new place",
                "%(count)s posts stay instead of new places",
                instead,
            ),
        ),
        (kept, ngettext("%(count)s filled or skipped stays", "%(count)s filled or skipped stay", kept)),
    ]
    words = ", ".join(phrase % {"count": count} for count, phrase in told if count)
    return f"{words}." if words else _("No place changes.")


def _change(
    request: HttpRequest, series: Series, place: Slot | None, reach: tuple[Any, date], now: datetime
) -> str:
    rule, since = reach
    if request.POST["reach"] == "this" and place is not None:
        starts_at = rule.instant_on(rule.starts_on)
        perform(place, "shift", actor=person(request), at=now, starts_at=starts_at)
        return _("The place stands at %(time)s.") % {"time": moment(starts_at)}
    change = change_rule(series, rule, since=since, actor=person(request), at=now, seen=_seen(request))
    return _("The rule is changed.") + " " + change_in_words(change)
