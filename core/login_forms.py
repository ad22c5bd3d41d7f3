"""The forms of the second step, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ChangePasswordForm(AllauthChangePasswordForm):
    """Takes no password that is the one from before: one that somebody else chose would stay known to them."""

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        if self.user.check_password(password):
            raise ValidationError(_("This is the password you have now. Choose another one."))
        return password


class CodeField(forms.CharField):
    """A code of six or eight digits that the browser may fill in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Code"))
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)


class ActivateTOTPForm(totp.ActivateTOTPForm):
    code = CodeField(label=_("The code that the app shows"))


class AuthenticateForm(base.AuthenticateForm):
    code = CodeField(help_text=_("From your app, or one of your recovery codes."))


class ReauthenticateForm(base.ReauthenticateForm):
    code = CodeField(help_text=_("From your app, or one of your recovery codes."))


class AddWebAuthnForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label=_("What do you call the key?"),
        max_length=100,
        required=False,
        help_text=_("For example “My phone”."),
    )
    passwordless = forms.BooleanField(
        label=_("I log in with this key alone, without a password"),
        help_text=_("The key asks for your finger, your face or a PIN."),
        required=False,
        initial=True,
    )


class EditWebAuthnForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("What do you call the key?"), max_length=100)


class LoginForm(AllauthLoginForm):
    """Asks for e-mail and password without saying the labels once more inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
