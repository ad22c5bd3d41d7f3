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


@login_not_required
def saml_finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """This will read the directory's answer by SAML; what cannot be read, or is signed by nobody, is a page of its own."""
    from allauth.socialaccount.providers.saml.views import finish_acs
    from lxml.etree import LxmlError
    from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
    from xmlsec import Error

    wrong = (
        OneLogin_Saml2_Error,
        OneLogin_Saml2_ValidationError,
        LxmlError,
        Error,
        KeyError,
        TypeError,
        ValueError,
    )
    try:
        return finish_acs(request, organization_slug=organization_slug)
    except (*wrong, AttributeError) as error:
        log.warning("the directory gave no usable answer: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=401)
