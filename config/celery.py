"""Celery: a plain beat that rings once in a while. What is due are rows; nothing is a delayed task."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("redaktionen")
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks()


@worker_init.connect
def refuse_without_guards(**kwargs: object) -> None:
    """This will end the worker at its start when the database lacks a guard."""
    from django.db import connection

    from core import triggers

    triggers.require(connection)
    connection.close()
