"""The second step of a login: who has to have one, who has one, and how its secrets are kept."""

from __future__ import annotations

import base64
import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accounts import is_chief
from core.models import User

ROLES = ("chiefs", "records_officers", "administrators")
SESSION_KEY = "second_step_asked_at"
ASKED_FOR_SECONDS = 600


class MFAAdapter(DefaultMFAAdapter):
    """Our words, the city's name in the authenticator app, and secrets that a copy of the database does not give away."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("The code is wrong or too old. Try the one that is shown now."),
        "cannot_delete_authenticator": gettext_lazy("Your role needs a second step. Add another one first."),
        "cannot_generate_recovery_codes": gettext_lazy("Add a second step first."),
    }

    def get_totp_issuer(self) -> str:
        return f"Redaktionen {settings.CITY_NAME}"

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()

    def encrypt(self, text: str) -> str:
        """This will encrypt a secret with a key drawn from SECRET_KEY."""
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _lock().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("My key") if not count else _("My key %(number)s") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """This will refuse to take the last second step from somebody whose role needs one."""
        user = User.objects.get(pk=authenticator.user_id)
        others = factors_of(user).exclude(pk=authenticator.pk)
        return others.exists() or not is_required_of(user)


def is_required_of(user: User) -> bool:
    """This will tell whether the user's roles need a second step, as SECOND_FACTOR_FOR says. At most one query."""
    roles = set(settings.SECOND_FACTOR_FOR)
    return (
        ("administrators" in roles and (user.is_staff or user.is_superuser))
        or ("records_officers" in roles and user.is_records_officer)
        or ("chiefs" in roles and is_chief(user))
    )


def factors_of(user: User) -> models.QuerySet[Authenticator]:
    """This will find the user's second steps; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=["totp", "webauthn"])


def is_missing(user: User, session: SessionBase) -> bool:
    """This will tell whether the user must set up a second step before anything else.

    The answer yes is asked again on each page; the answer no is kept with the session for ten minutes.
    """
    if not settings.SECOND_FACTOR_FOR or time.time() - session.get(SESSION_KEY, 0) < ASKED_FOR_SECONDS:
        return False
    if is_required_of(user) and not factors_of(user).exists() and not _directory_asked(session):
        return True
    session[SESSION_KEY] = int(time.time())
    return False


def steps_of(session: SessionBase) -> list[dict[str, Any]]:
    """This will return the steps of the login (password, key, code): each `method`, and `at`, in seconds since 1970."""
    steps: list[dict[str, Any]] = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return steps


def _directory_asked(session: SessionBase) -> bool:
    """Whether the login came from the directory and the directory is trusted to ask for a second step itself."""
    return settings.OIDC_SECOND_FACTOR and any(
        step.get("method") == "socialaccount" for step in steps_of(session)
    )


def _lock() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"redaktionen second factor")
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
