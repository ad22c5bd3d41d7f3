"""Login with the city's own directory (OpenID Connect or SAML): who may come in, and which roles its groups give."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import user_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import trail
from core.accounts import end_sessions
from core.models import User
from core.models.people import mailbox_of

ROLES = {
    "administrators": ("is_staff", "is_superuser"),
    "records_officers": ("is_records_officer",),
    "web_strategists": ("is_web_strategist",),
    "people": (),
}


class DirectoryAdapter(DefaultSocialAccountAdapter):
    """A person is who the directory's `sub` says. An e-mail address never makes two accounts one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """This will let in, without an account of their own yet, people whom a group of OIDC_ROLE_GROUPS names."""
        return bool(settings.OIDC_ROLE_GROUPS) and _is_named(sociallogin.account)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """This will give a known person the roles of today's groups, and refuse with a sentence who may not come in."""
        if sociallogin.is_existing:
            if _is_refused(sociallogin.account):
                raise _refusal(request, _("No group of the directory gives you access any more."))
            give_roles(sociallogin.user, sociallogin.account)
            return
        if request.user.is_authenticated:
            return
        if not self.is_open_for_signup(request, sociallogin):
            raise _refusal(request, _("No group of the directory gives you access. Ask an administrator."))
        email = user_email(sociallogin.user)
        if not email:
            raise _refusal(request, _("The directory gave no e-mail address. Ask an administrator."))
        if fault := _fault_in_name(sociallogin.user):
            raise _refusal(request, fault)
        if User.objects.filter(mailbox=mailbox_of(email)).exists():
            raise _refusal(
                request,
                _("Your address has an account already. Log in with its password once and connect it."),
            )

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """This will take name and address from the directory."""
        user: User = sociallogin.user
        email = data.get("email") or data.get("username") or ""
        user.email = email if isinstance(email, str) and "@" in email else ""
        parts = [data.get("first_name"), data.get("last_name")]
        user.name = str(data.get("name") or " ".join(filter(None, parts)) or user.email)[:120]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user = super().save_user(request, sociallogin, form)
        trail.record("user.from_directory", about=user, actor=None, at=timezone.now())
        give_roles(user, sociallogin.account)
        return user


def claims_of(account: SocialAccount) -> dict[str, Any]:
    """This will return what the directory signed about the person."""
    claims: dict[str, Any] = account.extra_data.get("id_token") or account.extra_data.get("userinfo") or {}
    return claims if _speaks_openid(account) else account.extra_data


def _speaks_openid(account: SocialAccount) -> bool:
    return bool(account.provider != settings.SAML_ENTITY_ID or not settings.SAML_ENTITY_ID)


def groups_of(account: SocialAccount) -> set[str]:
    """This will return the person's groups, as the directory names them."""
    name = settings.OIDC_GROUPS_CLAIM if _speaks_openid(account) else settings.SAML_GROUPS_ATTRIBUTE
    groups = claims_of(account).get(name) or []
    return {str(group) for group in (groups if isinstance(groups, list) else [groups])}


@transaction.atomic
def give_roles(user: User, account: SocialAccount) -> None:
    """This will make the user's roles those of the groups, for the roles that are mapped. Ends logins when any changed."""
    groups, mapped = groups_of(account), settings.OIDC_ROLE_GROUPS
    wanted = {field: mapped[role] in groups for role in mapped for field in ROLES.get(role, ())}
    changed = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if not changed:
        return
    for field, value in changed.items():
        setattr(user, field, value)
    user.save(update_fields=list(changed))
    end_sessions([user.pk])
    user.refresh_from_db()
    trail.record("user.roles_changed", about=user, actor=None, at=timezone.now(), data={"roles": changed})


def _fault_in_name(user: User) -> str:
    """Say why the directory's name for somebody new cannot be taken, or nothing."""
    try:
        user.ask_name()
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


def _is_named(account: SocialAccount) -> bool:
    return bool(groups_of(account) & set(settings.OIDC_ROLE_GROUPS.values()))


def _is_refused(account: SocialAccount) -> bool:
    return bool(settings.OIDC_ROLE_GROUPS) and not _is_named(account)


def _refusal(request: HttpRequest, reason: str) -> ImmediateHttpResponse:
    page = render(request, "socialaccount/authentication_error.html", {"reason": reason}, status=403)
    return ImmediateHttpResponse(page)
