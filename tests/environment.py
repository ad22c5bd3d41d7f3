"""The environment of the test suite: nothing needs to be set; what is set (DATABASE_URL, REDIS_URL) is kept."""

import os
import secrets
import sys
import tempfile
from urllib.parse import urlsplit

# Many programs are started: what is compiled is kept, also where the machine's habit is to compile it again each time.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="redaktionen-test-"))
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("LINK_TRUSTED_HOSTS", "avinge.example")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("SECOND_FACTOR_FOR", "")
# Several processes may run the suite side by side: each has a folder and a broker of its own, as it has a database.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["VAR_DIR"] = os.path.join(os.environ["VAR_DIR"], worker)
    if redis := os.environ.get("REDIS_URL"):
        number = int(urlsplit(redis).path.strip("/") or 0) + int(worker.removeprefix("gw"))
        os.environ["REDIS_URL"] = urlsplit(redis)._replace(path=f"/{number}").geturl()
# Where the collected static files would lie: whitenoise warns when there is no such folder.
os.makedirs(os.path.join(os.environ["VAR_DIR"], "static"), exist_ok=True)
