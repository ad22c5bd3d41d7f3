from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.http import url_has_allowed_host_and_scheme

from core.models import User

SECRET = ("password", "credential", "csrfmiddlewaretoken")


def person(request: HttpRequest) -> User:
    """This will return the logged-in user of a page that needs a login."""
    return cast(User, request.user)


def own_address(request: HttpRequest, address: str) -> str:
    """This will return the address when it leads to this site, otherwise nothing."""
    if not address.startswith(("/", "http://", "https://")):
        return ""  # a bare word would be taken for the name of an address
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else ""


def number_in(text: str) -> int | None:
    """This will return the whole number that was sent, or nothing for what no row and no version can be."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def is_secret(name: str) -> bool:
    """This will tell whether a field of this name is never handed back or shown again: it is typed once more."""
    return any(word in name.lower() for word in SECRET)


def typed(request: HttpRequest, name: str) -> str:
    """This will return a text sent beside a form's fields, without NUL: nobody types it, and PostgreSQL refuses it."""
    return request.POST.get(name, "").replace("\x00", "")


def texts_sent(request: HttpRequest) -> str:
    """This will return the texts of more than a word that were sent, when they arrived, without what is secret."""
    try:
        sent = request.POST
    except (OSError, SuspiciousOperation, MultiPartParserError):  # it broke while it was being read
        return ""
    texts = (text.strip() for name in sent if not is_secret(name) for text in sent.getlist(name))
    return "\n\n".join(text for text in texts if len(text.split()) > 1)
