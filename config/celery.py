"""Celery: a plain beat that rings once in a while. What is due are rows; nothing is a delayed task."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("redaktionen")
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks()
