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
from core.models import User
from core.models.people import mailbox_of


class Command(BaseCommand):
    help = "Make an administrator with a password that is shown once. Asks nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    @transaction.atomic
    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is no e-mail address.") from error
        if User.objects.filter(mailbox=mailbox_of(email)).exists():
            raise CommandError(f"{email} has an account already.")
        password = secrets.token_urlsafe(15)
        user = User.objects.create_superuser(
            email, password, name=name or email.partition("@")[0], has_first_password=True
        )
        trail.record("user.first_administrator", about=user, actor=None, at=timezone.now())
        self.stdout.write(
            f"Log in at {settings.BASE_URL}{reverse('account_login')} as {user.email} "
            f"with the password\n\n    {password}\n\n"
            "and choose another one there. It is shown this once."
        )
