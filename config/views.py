"""The pages that show all rooms at once, and the small ones that belong to none."""

from __future__ import annotations

import errno
import sys

from allauth.account import views as account
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.paginator import Paginator
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from config import frame, queries
from config import health as health_answers
from core import idle, metrics, privacy
from core.accounts import keeps_records
from core.filestore import StoreAway
from core.forms import PartsForm
from core.models import Event, Notice
from core.request import own_address, person, texts_sent

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# What an error of ours is called, and what it says.
TROUBLE = {
    507: (
        gettext_lazy("There is no room left"),
        gettext_lazy("The disk on which files are kept is full. The picture or file you sent was not saved."),
        gettext_lazy("Keep the file, tell an administrator, and send it again when there is room."),
    ),
    503: (
        gettext_lazy("Redaktionen cannot answer right now"),
        gettext_lazy(
            "The database or the files cannot be reached. It usually passes within a minute. "
            "What you sent may not have been saved."
        ),
        gettext_lazy("Wait a moment, go back and look before you try again."),
    ),
    500: (
        gettext_lazy("Something broke"),
        gettext_lazy("The fault is ours and is written down. What you sent may not have been saved."),
        gettext_lazy("Go back and look before you try again."),
    ),
}


def broken(request: HttpRequest) -> HttpResponse:
    """This will answer an error of ours, with what was typed: 507 without room for files, 503 while database or files
    cannot be reached, which passes, otherwise 500.
    """
    error = sys.exc_info()[1]
    full = isinstance(error, OSError) and error.errno in NO_ROOM
    away = isinstance(error, OperationalError | InterfaceError | StoreAway)
    status = 507 if full else 503 if away else 500
    heading, *lines = TROUBLE[status]
    told = {
        "status": status,
        "heading": heading,
        "lines": lines,
        "kept": texts_sent(request),
        "styles": _styles(),
    }
    page = render_to_string("500.html", told)
    answer = HttpResponse(page, status=status, headers={"Cache-Control": "private, no-store"})
    if away:
        answer.headers["Retry-After"] = "10"
    return answer


def _styles() -> list[str]:
    """Addresses of the page's style sheets: none where they were never collected, for the page is needed there too."""
    try:
        return [static(f"css/{name}.css") for name in ("tokens", "base", "parts", "pages")]
    except ValueError:
        return []


def unread(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This will answer what could not be read: 413 when it was too much at once, otherwise 400."""
    status = 413 if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent) else 400
    return render(request, "400.html", {"status": status}, status=status)


@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """This will show what waits for the person; asked by htmx, only what is under the heading."""
    now, template = timezone.now(), "config/my_day.html"
    part = f"{template}#day" if request.headers.get("HX-Request") else template
    user = person(request)
    standing = frame.standing_of(user)
    day = queries.day_of(user, now, is_chief=standing.is_chief)
    # The frame need not read again what was read for the page.
    setattr(request, frame.STANDING, standing)
    setattr(request, frame.KNOWN, day.waiting)
    return render(request, part, {"day": day, "now": now})


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "config/help_page.html")


@login_not_required
@never_cache
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    ok, answers = health_answers.health(timezone.now())
    return JsonResponse({"ok": ok, **answers}, status=200 if ok else 503)


@login_not_required
@never_cache
@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """This will tell a load balancer whether this web server can answer people: a stopped clock takes none out.

    Nor do guards of the next version, which migrates while this one still answers.
    """
    ok = health_answers.is_ready()
    return JsonResponse({"ok": ok}, status=200 if ok else 503)


@login_not_required
@never_cache
@require_GET
def metrics_page(request: HttpRequest) -> HttpResponse:
    """This will give Prometheus its numbers when it shows METRICS_TOKEN; without a token set there is no page."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(metrics.page(), content_type="text/plain; version=0.0.4; charset=utf-8")


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """This will ask for the login that the pages ask for; who is logged in and is no administrator is told so.

    Led on to the administration, which leads back here, they would go in circles.
    """
    if request.user.is_authenticated and not request.user.is_staff:
        reason = _("Only administrators come into the administration.")
        return render(request, "403.html", {"reason": reason}, status=403)
    return account.login(request)


def no_such_page(request: HttpRequest) -> HttpResponse:
    """This will answer that there is nothing here. Raises Http404."""
    raise Http404


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """This will remember the language in a cookie, and with the user who is logged in, and go back."""
    back = request.POST.get("next") or request.headers.get("Referer") or "/"
    response, chosen = redirect(own_address(request, back) or "/"), request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
            max_age=31536000,
        )
        if request.user.is_authenticated:
            user = person(request)
            user.language = chosen
            user.save(update_fields=["language"])
    return response


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """This will note that somebody is at the page, which says so by itself: keys and pointers reach no server."""
    idle.note_use(request.session)
    return HttpResponse(status=204)


@require_GET
def notices_page(request: HttpRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(person(request))
    page_obj = Paginator(notices, 30).get_page(request.GET.get("page"))
    return render(request, "config/notices_page.html", {"page_obj": page_obj})


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """This will mark the notice as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(person(request)), pk=pk)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return redirect(notice.url)


@require_GET
def trail_page(request: HttpRequest) -> HttpResponse:
    """This will show the trail to records officers and administrators."""
    if not keeps_records(person(request)):
        raise Http404
    page_obj = Paginator(Event.objects.select_related("seal", "beside"), 50).get_page(request.GET.get("page"))
    return render(request, "config/trail_page.html", {"page_obj": page_obj})


@require_GET
def looks_page(request: HttpRequest) -> HttpResponse:
    """This will show records officers and administrators who opened which originals."""
    if not keeps_records(person(request)):
        raise Http404
    page_obj = Paginator(privacy.looks(), 50).get_page(request.GET.get("page"))
    return render(request, "config/looks_page.html", {"page_obj": page_obj})


@require_GET
def privacy_page(request: HttpRequest) -> HttpResponse:
    """This will say what is stored of people, why, for how long and how much."""
    rows = [{"kind": kind, "count": kind.rows().count()} for kind in privacy.KINDS.values()]
    context = {"rows": rows, "may_take_out": keeps_records(person(request))}
    return render(request, "config/privacy_page.html", context)


@require_GET
def parts_page(request: HttpRequest) -> HttpResponse:
    """This will show every part of the pages in each of its states."""
    form = PartsForm(data={})
    form.is_valid()
    return render(request, "config/parts_page.html", {"form": form, "now": timezone.now()})
