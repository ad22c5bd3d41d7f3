"""The directory's two doors: the way there, and the way back. What it does wrong is a page, never an error."""

from __future__ import annotations

import logging
from collections.abc import Callable

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

log = logging.getLogger(__name__)

Door = Callable[[HttpRequest, str], HttpResponse]


def _kept(view: Door) -> Door:
    @login_not_required
    def door(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except (RequestException, OAuth2Error, KeyError, TypeError, ValueError) as error:
            # Not there, not JSON, without an address, without a `sub`: all of it is said the same way.
            log.warning("the directory gave no usable answer: %s", type(error).__name__)
            return render(request, "socialaccount/authentication_error.html", status=502)

    return door


login, callback = _kept(views.login), _kept(views.callback)
