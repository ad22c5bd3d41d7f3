"""Measures what the house promises, each figure beside its target: `make bench`, or `make bench ONLY=foundation`.

Times are ratios to a bare page taken in the same run, turn by turn; nothing is a race against a clock on the wall. Runs
on DATABASE_URL when set, each section in a database of its own that is made and dropped.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["BASE_URL"] = "http://testserver"
# People are put in by the program, without a second step.
os.environ["SECOND_FACTOR_FOR"] = ""
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["LINK_TRUSTED_HOSTS"] = "avinge.example"
django.setup()
