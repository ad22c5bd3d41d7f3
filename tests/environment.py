"""The environment of the test suite: nothing needs to be set; what is set (DATABASE_URL, REDIS_URL) is kept."""

import os
import secrets
import tempfile

os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="redaktionen-test-"))
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("LINK_TRUSTED_HOSTS", "avinge.example")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("SECOND_FACTOR_FOR", "")
# Where the collected static files would lie: whitenoise warns when there is no such folder.
os.makedirs(os.path.join(os.environ["VAR_DIR"], "static"), exist_ok=True)
