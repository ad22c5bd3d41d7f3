"""What the trail says of logins, and the events that end them. No address and no browser is written down."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import idle, metrics, trail
from core.accounts import end_sessions
from core.models import Event, Unit, User
from core.models.people import mailbox_of
from core.notices import Message, tell
from core.second_factor import SESSION_KEY, steps_of

trail.WORDS |= {
    "login.in": _("Logged in"),
    "login.out": _("Logged out"),
    "login.failed": _("Login with a wrong password"),
    "login.code_failed": _("Login with a wrong code"),
    "login.step_added": _("Second step of the login added"),
    "login.step_removed": _("Second step of the login removed"),
    "login.password_changed": _("Password changed"),
    "login.password_given": _("Password set by an administrator"),
    "login.first_password_over": _("Login with a first password that is over"),
    "login.codes_renewed": _("Recovery codes renewed"),
    "user.roles_changed": _("Roles changed"),
    "user.made": _("Account made"),
    "user.changed": _("Name or address changed"),
    "user.from_directory": _("Account made by the directory"),
    "user.first_administrator": _("First administrator made"),
}


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    idle.note_use(request.session)
    methods = [step.get("method", "") for step in steps_of(request.session)]
    if not methods:
        return  # a program logged in for itself, as tests do; every door for people names its method
    trail.record("login.in", about=user, actor=user, at=timezone.now(), data={"by": methods})
    metrics.logins.labels("in").inc()


@receiver(user_logged_out)
def logged_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        trail.record("login.out", about=user, actor=user, at=timezone.now())


@receiver(user_login_failed)
def login_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """This will note a wrong password with the account it was for. An address without an account is only counted."""
    metrics.logins.labels("failed").inc()
    address = str(credentials.get("email") or credentials.get("username") or "")
    if user := User.objects.filter(mailbox=mailbox_of(address)).first():
        trail.record("login.failed", about=user, actor=None, at=timezone.now())


@receiver(mfa.authentication_failed)
def code_failed(user: User, **kwargs: Any) -> None:
    metrics.logins.labels("failed").inc()
    trail.record("login.code_failed", about=user, actor=None, at=timezone.now())


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(user: User, **kwargs: Any) -> None:
    """This will note and tell that the password is another one, to whoever's it is. It is their own from now on."""
    user.has_first_password = False
    user.save(update_fields=["has_first_password"])
    event = trail.record("login.password_changed", about=user, actor=user, at=timezone.now())
    _tell_of_change(user, event, _("The password of your login was changed"), "account_change_password")


@transaction.atomic
def password_given(user: User) -> None:
    """This will note and tell that the administrator who is logged in chose the user's password, or took it away.

    It has to be changed at the next login, unless it is the administrator's own.
    """
    request = context.request
    actor = request.user if request is not None and isinstance(request.user, User) else None
    if actor is not None and actor.pk == user.pk:
        password_changed(user)
        return
    user.has_first_password = user.has_usable_password()
    user.save(update_fields=["has_first_password"])
    event = trail.record("login.password_given", about=user, actor=actor, at=timezone.now())
    _tell_of_change(user, event, _("The password of your login was changed"), "account_change_password")


@receiver(post_save, sender=User)
def forget_old_address(instance: User, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """This will end that letters which open the account go to an address that is no longer the person's."""
    if not created and (update_fields is None or "email" in update_fields):
        EmailAddress.objects.filter(user=instance).exclude(email__iexact=instance.email).delete()


@receiver(mfa.authenticator_reset)
def codes_renewed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    trail.record("login.codes_renewed", about=user, actor=user, at=timezone.now())


@receiver(post_save, sender=Authenticator)
def step_added(instance: Authenticator, created: bool = False, **kwargs: Any) -> None:
    if created:
        _step_changed(instance, "login.step_added")


@receiver(post_delete, sender=Authenticator)
def step_removed(instance: Authenticator, **kwargs: Any) -> None:
    _step_changed(instance, "login.step_removed")


@transaction.atomic
def _step_changed(authenticator: Authenticator, kind: str) -> None:
    """Note it with whoever did it, tell the person, and end their logins; the one it was done in goes on."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return  # they come and go with the steps, and are renewed with a signal of their own
    user, request = User.objects.get(pk=authenticator.user_id), context.request
    actor = request.user if request is not None and isinstance(request.user, User) else user
    event = trail.record(
        kind, about=user, actor=actor, at=timezone.now(), data={"type": str(authenticator.type)}
    )
    end_sessions([user.pk])
    user.refresh_from_db(fields=["session_round"])
    if request is not None and actor.pk == user.pk:
        request.session.pop(SESSION_KEY, None)
        update_session_auth_hash(request, user)
    _tell_of_change(user, event, _("The second step of your login was changed"), "mfa_index")


@transaction.atomic
def take_away_second_step(user: User) -> None:
    """This will remove the user's second steps and recovery codes, which ends their logins, is noted and told."""
    for authenticator in Authenticator.objects.filter(user=user):
        authenticator.delete()


def _tell_of_change(user: User, event: Event, subject: Promise, page: str) -> None:
    message = Message(
        recipient=user,
        key=f"login-{event.pk}",
        subject=subject,
        body=_("Was it not you? Change your password at once and tell an administrator."),
        url=reverse(page),
        why=_("it is your account"),
        urgent=True,
    )
    tell([message], event.at)


@receiver(pre_save, sender=Unit)
def remember_chiefs(instance: Unit, **kwargs: Any) -> None:
    before = Unit.objects.filter(pk=instance.pk).values_list("responsible_chief", "communications_chief")
    instance._chiefs_before = set(before.first() or ()) if instance.pk else set()  # type: ignore[attr-defined]


@receiver(post_save, sender=Unit)
def end_sessions_of_changed_chiefs(instance: Unit, created: bool = False, **kwargs: Any) -> None:
    """This will end the logins of those who became or ceased to be chiefs of a unit that was there."""
    if created:
        return
    now = {instance.responsible_chief_id, instance.communications_chief_id}
    end_sessions(now ^ instance._chiefs_before)  # type: ignore[attr-defined]
