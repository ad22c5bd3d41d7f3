"""What every request passes through: its language, the second step of the login, and a line in the log."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme

from core import idle, metrics, second_factor
from core.late_forms import is_own_form, sent_too_late
from core.models import User

log = logging.getLogger("redaktionen.request")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
WANTED_FIRST = "wanted_before_second_step"
# Said on the request of somebody who is logged in and not let in yet: what stands around the page is not theirs to see.
HELD_BACK = "held_back"
LACKS_SECOND_STEP = "lacks_second_step"
# What somebody may reach who has yet to set up the second step.
WITHOUT_SECOND_STEP = {
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "health",
    "language",
    "metrics",
    "ready",
    "still_here",
    "openid_connect_login",
    "openid_connect_callback",
    "saml_acs",
    "saml_finish_acs",
    "saml_login",
    "saml_metadata",
}


class Around:
    """What stands around the answers: it lets each request through, unless a class below does more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class LoginEndsMiddleware(Around):
    """Ends a login twelve hours after the last time a password, key or code was given, and one that nobody uses.

    A form that is sent within the hour after a busy one ended is still taken; another is shown again after the login.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = [step["at"] for step in second_factor.steps_of(request.session)]
        most = settings.SESSION_COOKIE_AGE + (0 if request.method in ("GET", "HEAD") else 60 * 60)
        if (given and time.time() - max(given) > most) or idle.is_over(request.session):
            request.session.flush()
            request.user = AnonymousUser()
        elif request.user.is_authenticated and idle.is_by_somebody(request):
            idle.note_use(request.session)
        return self.get_response(request)


class LoginNeededMiddleware(LoginRequiredMiddleware):
    """Asks for a login on every page but those that say otherwise; a form that comes after its end loses nothing."""

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        answer = super().process_view(request, *view)
        return sent_too_late(request) if answer is not None and is_own_form(request) else answer


class LanguageMiddleware(Around):
    """Speaks the user's language, else the one chosen in the cookie, else Swedish. The browser's wish is not asked."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", None) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SharedCachesMiddleware(Around):
    """Lets no proxy and no shared computer keep what somebody may see, nor a cookie, which is one visitor's alone."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A request that is refused at the first door has nobody yet.
        user = getattr(request, "user", None)
        is_public = "public" in response.headers.get("Cache-Control", "public")
        if user is not None and user.is_authenticated and is_public:
            response.headers["Cache-Control"] = "private, no-store"
        elif response.cookies:
            patch_cache_control(response, private=True)
        return response


class WayBackMiddleware(Around):
    """Shows a page with a way back to whoever opens an address that belongs to a button, such as after a refused step."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or not request.user.is_authenticated:
            return response
        page = render(request, "405.html", {"back_url": page_above(request.path)}, status=405)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page


def page_above(path: str) -> str:
    """This will return the nearest address above `path` that is one of the site's."""
    parts = path.strip("/").split("/")
    for count in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:count]) + "/"
        with contextlib.suppress(Resolver404):
            resolve(above)
            return above
    return "/"


class SecondFactorMiddleware(Around):
    """Leads people whose role needs a second step to where they set it up; lets nothing else through before.

    What they had come for, such as the link in an e-mail, is remembered and offered once the step is there.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked before it is known which page it is: what is refused earlier, or not there, shows nothing around it either.
        user = request.user
        if isinstance(user, User) and second_factor.is_missing(user, request.session):
            setattr(request, LACKS_SECOND_STEP, True)
            setattr(request, HELD_BACK, True)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        aside = name.startswith("mfa_") or name in WITHOUT_SECOND_STEP
        if not isinstance(user, User) or not getattr(request, LACKS_SECOND_STEP, False):
            if not aside:
                request.session.pop(WANTED_FIRST, None)
            return None
        if aside:
            return None
        if request.method in ("GET", "HEAD"):
            wanted = request.get_full_path()
            is_page = "HX-Request" not in request.headers
            if is_page and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
                request.session[WANTED_FIRST] = wanted
            return redirect("mfa_index")
        return render(request, "mfa/needed.html", status=403)


class FirstPasswordMiddleware(Around):
    """Leads people who logged in with a password that somebody else chose to where they choose their own.

    Nothing else opens before. Who came in by a key or by the directory is not asked.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_asked(request):
            setattr(request, HELD_BACK, True)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not self.is_asked(request):
            return None
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if name == "account_change_password" or name.startswith("mfa_") or name in WITHOUT_SECOND_STEP:
            return None
        return redirect("account_change_password")

    def is_asked(self, request: HttpRequest) -> bool:
        """This will tell whether whoever sends the request came in by a password that somebody else chose."""
        if not isinstance(request.user, User) or not request.user.has_first_password:
            return False
        return any(step.get("method") == "password" for step in second_factor.steps_of(request.session))


class RequestLogMiddleware(Around):
    """Writes one line for each answer: method, the page's name, status, milliseconds. No address, person or parameter.

    Each answer carries the line's number as X-Request-ID, so that a report of trouble finds its line.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number, began = uuid.uuid4().hex, time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - began
        page = request.resolver_match.view_name if request.resolver_match else "none"
        response.headers["X-Request-ID"] = number
        metrics.answers.labels(page, f"{response.status_code // 100}xx").inc()
        metrics.seconds.labels(page).observe(took)
        log.info(
            "answered",
            extra={
                "request": number,
                "method": request.method if request.method in METHODS else "other",
                "page": page,
                "status": response.status_code,
                "milliseconds": round(took * 1000),
            },
        )
        return response
