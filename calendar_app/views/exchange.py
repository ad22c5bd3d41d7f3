"""The doors out of the calendar and into it: feeds, the plan as CSV, and a plan from a spreadsheet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calendar_app import exports, feeds, imports, queries, spreadsheets
from calendar_app.forms.calendar import CalendarForm
from calendar_app.forms.exchange import FeedForm, ImportForm
from calendar_app.models import CsvImport, Feed
from calendar_app.windows import day_of, month_of, week_of, year_of
from core.doors import limited, spoken, status_of
from core.moves import MoveRefused
from core.request import person
from core.secret_addresses import hash_of
from core.workdays import local_day
from editorial.models import Team

PLANS_MOST = 100
WINDOWS = {"day": day_of, "week": week_of, "month": month_of, "list": month_of, "year": year_of}


@require_http_methods(["GET", "POST"])
def feeds_page(request: HttpRequest) -> HttpResponse:
    """This will list one's feeds, and make one, or one again: its address is shown in the answer, and never again."""
    user, now = person(request), timezone.now()
    form = FeedForm(user=user, initial={"series": request.GET.get("series")})
    refusal, status, address = "", 200, ""
    if request.method == "POST" and request.POST.get("again"):
        lost = _own_feed(request, request.POST["again"])
        _feed, secret = feeds.renew_feed(lost, actor=user, at=now)
        address, status = feeds.address_of(secret), 201
    elif request.method == "POST":
        status = 422
        # A POST without any choice is a choice too: what oneself writes.
        form = FeedForm(request.POST, user=user)
        if form.is_valid():
            try:
                _feed, secret = feeds.make_feed(owner=user, at=now, **form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                address, status, form = feeds.address_of(secret), 201, FeedForm(user=user)
    found = Feed.objects.visible_to(user).filter(revoked_at=None)
    context = {
        "form": form,
        "feeds": found.select_related("owner", "team", "channel__platform", "series"),
        "address": address,
        "refusal": refusal,
    }
    return render(request, "calendar_app/feeds_page.html", context, status=status)


def _own_feed(request: HttpRequest, number: str) -> Feed:
    own = Feed.objects.visible_to(person(request)).filter(revoked_at=None)
    own = own.select_related("owner", "team", "channel", "series")
    return get_object_or_404(own, pk=int(number) if number.isdecimal() and len(number) < 10 else 0)


@require_POST
def feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed.objects.visible_to(person(request)), pk=pk)
    feeds.revoke_feed(feed, actor=person(request), at=timezone.now())
    messages.success(request, _("The address shows nothing any more."))
    return redirect("calendar_app:feeds_page")


@login_not_required
@limited()
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """This will give the plan to a calendar program that holds the secret; anything else is not found."""
    found = feeds.feed_of(secret)
    if found is None:
        raise Http404
    text = feeds.written(found, timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="redaktionen.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = quote_etag(hash_of(text.decode()))
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """This will send the posts of the window that fit the filters as CSV, line by line.

    A filter that cannot be read leads to the list, which says so: without it the file would hold more than was asked for.
    """
    filters = CalendarForm({**request.GET.dict(), "span": ""}, user=person(request))
    if not filters.is_valid():
        return redirect(reverse("calendar_app:list_page") + filters.address())
    day = filters.cleaned_data.get("on") or local_day(timezone.now())
    window = WINDOWS.get(request.GET.get("span", ""), month_of)(day)
    posts = queries.within(queries.in_calendar(person(request), filters.cleaned_data), window)
    response = StreamingHttpResponse(spoken(exports.csv_lines(posts)), content_type="text/csv; charset=utf-8")
    name = f"kalender-{window.first:%Y-%m-%d}-{window.last:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """This will read a file and lead to its preview; nothing is imported yet."""
    user, now = person(request), timezone.now()
    if not Team.objects.of_member(user).exists():
        reason = _("You are in no team. An editor can add you to one.")
        return render(request, "403.html", {"reason": reason}, status=403)
    form = ImportForm(request.POST or None, request.FILES or None, user=user)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                rows = spreadsheets.read_table(file.read(spreadsheets.MOST_BYTES + 1))
            except spreadsheets.FileRefused as refused:
                refusal = str(refused)
            else:
                kept = imports.keep(
                    owner=user, team=form.cleaned_data["team"], name=file.name or "", rows=rows, at=now
                )
                return redirect("calendar_app:import_page", kept.pk)
    context = {"form": form, "refusal": refusal, "columns": exports.header()}
    return render(request, "calendar_app/import_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show what each row would do, and do all of it when it is confirmed."""
    kept = get_object_or_404(CsvImport.objects.visible_to(person(request)).select_related("team"), pk=pk)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            imports.carry_out(kept, actor=person(request), at=timezone.now())
        except MoveRefused as refused:
            refusal, status = refused.reason, status_of(refused)
            kept.refresh_from_db()
        else:
            messages.success(request, _("The plan is imported."))
            return redirect("calendar_app:list_page")
    plans = imports.plan_rows(kept, timezone.now()) if kept.done_at is None else []
    # What stops the import comes first, then what changes; the rest is only there to be sure of.
    shown = sorted(plans, key=lambda plan: (not plan.refused, not plan.changes))
    context = {
        "kept": kept,
        "plans": plans,
        "page_obj": Paginator(shown, PLANS_MOST).get_page(request.GET.get("page")),
        "refused": sum(1 for plan in plans if plan.refused),
        "changes": any(plan.changes for plan in plans),
        "too_much": imports.too_much(plans),
        "sum": imports.in_words(plans),
        "unknown": spreadsheets.unknown_columns(kept.rows[0]) if plans else [],
        "refusal": refusal,
    }
    return render(request, "calendar_app/import_page.html", context, status=status)
