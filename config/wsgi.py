"""The web server's door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from django.db import connection  # noqa: E402  (only after Django is set up)

from core import triggers  # noqa: E402

triggers.require(connection)
connection.close()
