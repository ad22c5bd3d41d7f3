"""Builds the invented city in an empty database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from channels_registry.models import Channel
from config.demo.build import ACCOUNTS, City
from config.demo.words import DOMAIN
from consent.models import Picture
from core.models import Unit, User
from editorial.models import Post
from moderation.models import Case, Comment


class Command(BaseCommand):
    help = "Build the invented city. Does nothing when it is built; refuses when the database holds anything else."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(email=ACCOUNTS[0][0]).exists():
            self.stdout.write("The invented city is built already.")
            return
        if any(model._default_manager.exists() for model in (Unit, User, Channel, Picture, Post, Comment)):
            raise CommandError(
                "This database holds real content; the invented city is built in an empty one only."
            )
        if DOMAIN not in settings.LINK_TRUSTED_HOSTS:
            raise CommandError(f"The invented city's links lead nowhere: set LINK_TRUSTED_HOSTS={DOMAIN}.")
        with translation.override("sv"), transaction.atomic():
            City(timezone.now()).build()
        self.stdout.write(
            f"{User.objects.count()} people, {Post.objects.count()} posts, {Case.objects.count()} cases."
        )
