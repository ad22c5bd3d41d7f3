"""Makes the account that makes the others."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import trail
from core.logins import password_given
from core.models import User
from core.models.people import mailbox_of


class Command(BaseCommand):
    help = (
        "Make an administrator with a password that is shown once, or give a new one to an administrator who has not "
        "chosen their own yet. Asks nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    @transaction.atomic
    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is no e-mail address.") from error
        password = secrets.token_urlsafe(15)
        user = User.objects.filter(mailbox=mailbox_of(email)).first()
        if user is None:
            user = User.objects.create_superuser(
                email, password, name=name or email.partition("@")[0], has_first_password=True
            )
            trail.record("user.first_administrator", about=user, actor=None, at=timezone.now())
        elif user.is_superuser and user.has_first_password:
            user.set_password(password)
            user.save()
            password_given(user)
        else:
            raise CommandError(f"{email} has an account already.")
        days = settings.FIRST_PASSWORD_DAYS
        within = f" within {days} days" if days else ""
        self.stdout.write(
            f"Log in at {settings.BASE_URL}{reverse('account_login')} as {user.email} "
            f"with the password\n\n    {password}\n\n"
            f"and choose another one there{within}. It is shown this once."
        )
