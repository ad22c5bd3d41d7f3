"""The environment that the figures are taken in, and Django made ready for it. Only the program that measures imports this.

A test that borrows a part of the measuring keeps the environment of the tests.
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
