"""A login that nobody uses ends: what counts as use, and when it is over (docs/decisions/0015)."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

USED_AT = "used_at"
# So seldom is a use written down that pages are not slowed: a login may last this much longer than it is told to.
KEPT_SECONDS = 120


def note_use(session: SessionBase) -> None:
    """This will write down that somebody uses the login now, in seconds since 1970; at most every two minutes."""
    if not time.time() - session.get(USED_AT, 0) < KEPT_SECONDS:
        session[USED_AT] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """This will tell whether nobody has used the login for LOGIN_IDLE_MINUTES; 0 is never."""
    most = settings.LOGIN_IDLE_MINUTES * 60
    return bool(most) and time.time() - session.get(USED_AT, time.time()) > most + KEPT_SECONDS


def is_by_somebody(request: HttpRequest) -> bool:
    """This will tell whether somebody opened or sent a page; what pages ask for by themselves is no use of the login."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
