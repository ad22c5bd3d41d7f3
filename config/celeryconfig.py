"""Celery's settings: see docs/architecture.md for why each is as it is."""

from typing import Any

from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

timezone = "UTC"
task_acks_late = task_reject_on_worker_lost = task_ignore_result = True
task_time_limit = 120
worker_prefetch_multiplier = 1
worker_enable_remote_control = worker_send_task_events = False
worker_hijack_root_logger = False
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # a broker that is away comes back; until then nothing is given up
beat_scheduler = "celery.beat:Scheduler"
beat_schedule = {
    "sweep": {
        "task": "core.sweep",
        "schedule": settings.SWEEP_SECONDS,
        # A bell nobody heard need not ring later: the next one asks for the same rows.
        "options": {"expires": max(60.0, 2 * settings.SWEEP_SECONDS)},
    },
    "links": {
        "task": "editorial.check_links",
        "schedule": settings.LINK_SWEEP_SECONDS,
        "options": {"expires": 2 * settings.LINK_SWEEP_SECONDS},
    },
}

broker_transport_options: dict[str, Any]

if settings.REDIS_URL:
    broker_url = settings.REDIS_URL
    broker_transport_options = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "health_check_interval": 30,
    }
else:
    TRANSPORT_ALIASES["files"] = "config.broker:Transport"
    broker_url = "files://localhost"
    broker_transport_options = {
        "data_folder_in": str(settings.BROKER_DIR / "messages"),
        "data_folder_out": str(settings.BROKER_DIR / "messages"),
        "processed_folder": str(settings.BROKER_DIR / "processed"),
        "control_folder": str(settings.BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
