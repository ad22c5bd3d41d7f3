"""A signer's link: a secret that is counted out when it is needed, and of which only the hash is kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from consent.models import ConsentRequest
from core import throttles

GUESS_MINUTES, ANSWER_MINUTES = 10, 60
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class LinkLost(Exception):
    """The link can no longer be counted out: the site's secret key was changed and is not among the fallbacks."""


def new_nonce() -> str:
    return secrets.token_hex(16)


def token_of(nonce: str, key: str) -> str:
    """This will count out a token of 192 bits from the request's nonce and the site's secret key."""
    digest = hmac.new(key.encode(), b"consent-link:" + nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(nonce: str) -> str:
    return token_of(nonce, settings.SECRET_KEY)


def url_of(request: ConsentRequest) -> str:
    """This will return the signer's whole address. Raises LinkLost when the secret key it was made with is gone."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = token_of(request.nonce, key)
        if hmac.compare_digest(hash_of(token), request.token_hash):
            return settings.BASE_URL + reverse("signer:ask", args=[token])
    raise LinkLost(request.pk)


def find(token: str) -> ConsentRequest | None:
    """This will return the request that a link belongs to, or None for one that was never made."""
    if not TOKEN.fullmatch(token):
        return None
    requests = ConsentRequest.objects.select_related("picture__unit", "person", "signer", "text", "asked_by")
    return requests.filter(token_hash=hash_of(token)).first()


def too_many(kind: str, who: str, at: datetime, *, most: int, minutes: int, count: bool = True) -> bool:
    """This will tell whether `who` has done this `most` times in the window already, and count this time too."""
    done = throttles.counted(kind, who, at, seconds=minutes * 60)
    if count and done <= most:
        throttles.count(kind, who, at, seconds=minutes * 60)
    return done >= most
