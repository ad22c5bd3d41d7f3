"""Forms that come too late, when the login or the page they stood on is over: what was typed stays, to be sent again."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.request import is_secret, texts_sent


def sent_too_late(request: HttpRequest, reason: str = "") -> HttpResponse:
    """This will answer 403 and show what was sent, to be sent again by a button, after a login where one is needed.

    Nothing is kept on the server. A form of another site is only refused. Passwords and files have to be given again.
    """
    if not is_own_form(request):
        return render(request, "403_csrf.html", status=403)
    files = [file.name for name in request.FILES for file in request.FILES.getlist(name)]
    told = {
        "fields": list(_fields(request)),
        "texts": texts_sent(request),
        "files": ", ".join(name for name in files if name),
        "login_is_over": not request.user.is_authenticated and _needs_login(request),
    }
    answer = render(request, "core/sent_too_late.html", told, status=403)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def is_own_form(request: HttpRequest) -> bool:
    """This will tell whether the request is a form of a page of this site, as the browser says."""
    is_form = request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
    # Behind a proxy that names no port the site's own address is known from the settings alone.
    own = (f"{request.scheme}://{request.get_host()}", settings.BASE_URL)
    return request.method == "POST" and is_form and request.headers.get("Origin") in own


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if not is_secret(name):
            yield from ((name, value) for value in values)


def _needs_login(request: HttpRequest) -> bool:
    return bool(request.resolver_match and getattr(request.resolver_match.func, "login_required", True))
