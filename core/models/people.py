from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core import names


def mailbox_of(email: str) -> str:
    """This will return the mailbox an address leads to: lower case, without a +tag, so that one person is one mailbox."""
    local, _at, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """This will store a user who logs in with `email`. Raises IntegrityError when the mailbox has an account."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class Unit(models.Model):
    """A department or company of the city, in a tree, with the two chiefs who decide about its channels."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    responsible_chief = models.ForeignKey(
        "core.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible chief"),
    )
    communications_chief = models.ForeignKey(
        "core.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("communications chief"),
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def chiefs(self) -> list[User]:
        """Both chiefs who are named, the responsible one first; the same person once."""
        named = [chief for chief in (self.responsible_chief, self.communications_chief) if chief is not None]
        return list(dict.fromkeys(named))


class User(AbstractBaseUser, PermissionsMixin):
    """Someone with an account. One mailbox has one account, so that nobody is their own second pair of eyes."""

    email = models.EmailField(_("e-mail address"), unique=True)
    mailbox = models.CharField(max_length=254, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    # How the name looks, by which one that imitates it is found.
    looks = models.CharField(max_length=240, editable=False, db_index=True, default="")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("unit")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("sv", _("Swedish")), ("en", _("English"))], default="sv"
    )
    is_web_strategist = models.BooleanField(_("web strategist"), default=False)
    is_records_officer = models.BooleanField(_("records officer"), default=False)
    is_staff = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Somebody else chose the password: it opens nothing but the page where the person chooses their own.
    has_first_password = models.BooleanField(default=False, db_default=False, editable=False)
    # Raised to end every login of the person.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        taken = User.objects.filter(mailbox=mailbox_of(self.email)).exclude(pk=self.pk)
        if taken.exists():
            raise ValidationError({"email": _("This mailbox already has an account.")})
        self.ask_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """This will also note which mailbox the address leads to and how the name looks.

        Raises ValidationError for a name of mixed alphabets, with invisible signs, or that imitates a colleague's.
        """
        self.email = self.email.strip().lower()
        self.mailbox = mailbox_of(self.email)
        fields = kwargs.get("update_fields")
        if fields is None or "name" in fields:
            self.ask_name()
        if fields:
            follow = {"email": "mailbox", "name": "looks"}
            kwargs["update_fields"] = {*fields, *(follow[name] for name in fields if name in follow)}
        super().save(*args, **kwargs)

    def ask_name(self) -> None:
        """This will ask whether the name, when it is new, may be one. Namesakes who are written alike may both be here.

        Raises ValidationError.
        """
        self.name = names.tidy(self.name)
        before, self.looks = self.looks, names.looks_of(self.name)
        if self.pk and before == self.looks and User.objects.filter(pk=self.pk, name=self.name).exists():
            return
        if fault := names.fault_in(self.name):
            raise ValidationError({"name": fault})
        alike = User.objects.filter(looks=self.looks).exclude(pk=self.pk).exclude(name__iexact=self.name)
        if self.looks and alike.exists():
            raise ValidationError(
                {
                    "name": _(
                        "The name looks like that of a colleague and is another. Write it in another way."
                    )
                }
            )

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """This will differ, so that logins end, when password, activity, a role or `session_round` changes."""
        told = [self.password, self.session_round, self.is_active, self.is_staff, self.is_superuser]
        told += [self.is_records_officer, self.is_web_strategist]
        return salted_hmac("core.User.session", repr(told), secret=secret, algorithm="sha256").hexdigest()

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]
