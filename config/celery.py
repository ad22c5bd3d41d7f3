"""Celery: a plain beat that rings once in a while. What is due are rows; nothing is a delayed task."""

import os
import sys
from pathlib import Path

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Celery puts the folder one happens to stand in before all others. A command run from the folder of another version
# would be made of both, and one run from where anybody may write would run what lies there.
before = list(sys.path)
app = Celery("redaktionen")
sys.path[:] = [str(Path(__file__).resolve().parent.parent), *before]
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks()


@worker_init.connect
def refuse_without_guards(**kwargs: object) -> None:
    """This will end the worker at its start when the database lacks a guard."""
    from django.db import connection

    from core import triggers

    triggers.require(connection)
    connection.close()
