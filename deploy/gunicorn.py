"""How the web server runs, on a machine of its own and in a container alike."""

import gc
import os
from pathlib import Path
from typing import Any

wsgi_app = "config.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "3"))
threads = 4
# What is under way is finished when the server is told to end; nothing here takes longer.
graceful_timeout = 60
timeout = 60
keepalive = 5
# A process is renewed now and then, not all at the same moment.
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108  (memory; a slow disk must not look like a process that hangs)
# The program writes its own line for each answer; addresses of people are not logged. What gunicorn itself has to say is
# a line of the same kind, without the address or the request of anybody.
logconfig_dict = {
    "formatters": {"line": {"()": "config.logs.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": []},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
# Nobody steers the server but the one who started it.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Counts of an earlier start are not added to those of this one."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in Path(folder).glob("*.db"):
            left.unlink()


def post_worker_init(worker: Any) -> None:
    """What is loaded stays: the collector of garbage need not go through it again and again while pages are drawn."""
    gc.collect()
    gc.freeze()
