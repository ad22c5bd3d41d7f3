"""Accounts: who may get one, what a role is, and that a login ends when the role behind it changes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core import trail
from core.models import Unit, User
from core.request import own_address

# What stands in the trail when somebody else chose a password.
GIVEN = ("user.first_administrator", "user.made", "login.password_given")
ROLE_FIELDS = ("is_staff", "is_superuser", "is_records_officer", "is_web_strategist")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """This will refuse: administrators create accounts, or the city's directory does."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **asked: Any) -> HttpResponse | None:
        """This will refuse who comes with a first password that is over, in words, and write it into the trail."""
        if refused := super().pre_login(request, user, **asked):
            return refused
        at = timezone.now()
        by_password = any(step["method"] == "password" for step in get_authentication_records(request, user))
        if not by_password or not first_password_is_over(user, at):
            return None
        request.session.flush()
        trail.record("login.first_password_over", about=user, actor=None, at=at)
        days = {"days": settings.FIRST_PASSWORD_DAYS}
        return render(request, "account/first_password_over.html", days, status=403)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """This will lead to Min dag: who had to choose a password before anything else goes on from there."""
        return reverse(settings.LOGIN_REDIRECT_URL)

    def is_safe_url(self, url: str | None) -> bool:
        """This will tell whether an address leads to this site; one that cannot be read does not."""
        return bool(url and context.request and own_address(context.request, url))

    def is_reauthentication_required(self, *, app: str) -> bool:
        """This will ask for the password again only of those who logged in more than five minutes ago."""
        records = get_authentication_records(context.request, context.request.user)
        last = max((record["at"] for record in records), default=0.0)
        return bool(time.time() - last > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def first_password_is_over(user: User, at: datetime) -> bool:
    """This will tell whether somebody else chose the user's password more than FIRST_PASSWORD_DAYS ago (0: it never is).

    One that nobody is said in the trail to have given is over. A query for each who has such a password, else none.
    """
    days = settings.FIRST_PASSWORD_DAYS
    if not user.has_first_password or not days:
        return False
    return not trail.events_about(user).filter(kind__in=GIVEN, at__gt=at - timedelta(days=days)).exists()


def end_sessions(people: Iterable[int | None]) -> None:
    """This will end every login of the people with those numbers: what they may has changed, so they log in anew."""
    User.objects.filter(pk__in=[pk for pk in people if pk]).update(session_round=F("session_round") + 1)


def is_chief(user: User) -> bool:
    """This will tell whether the user is a chief of any unit. One query."""
    return Unit.objects.filter(Q(responsible_chief=user) | Q(communications_chief=user)).exists()


def keeps_records(user: User) -> bool:
    """This will tell whether the user answers for what is kept: the trail, who looked, and extracts about others."""
    return user.is_records_officer or user.is_superuser
