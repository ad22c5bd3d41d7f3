"""The log: a line of JSON for each thing that happened. No names, addresses, paths, parameters or texts of people."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

# What a record may say beside its message.
FACTS = ("request", "method", "page", "status", "milliseconds")
# Where programs of others begin to repeat what was asked, by whom, or what an error said.
REPEATS = {
    "gunicorn": re.compile(r"^((?:Invalid|Error handling) request).*", re.DOTALL),
    "celery": re.compile(r"^(Task [^:]*):.*", re.DOTALL),
    "allauth": re.compile(r"^([^:]*):.*", re.DOTALL),
}


class Line(logging.Formatter):
    """One record, one line: whatever a stranger sends, a line break in it cannot make a second one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
        }
        given = vars(record)
        line |= {name: given[name] for name in FACTS if isinstance(given.get(name), str | int)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = [
                f"{row.filename}:{row.lineno} {row.name}" for row in extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    """This will return the message without what others put into it: an address with a key, a request, an error's words."""
    if record.name.startswith(("django.request", "django.security", "django.server")):
        return f"{record.name} {vars(record).get('status_code', '')}".strip()
    if repeats := REPEATS.get(record.name.partition(".")[0]):
        return repeats.sub(r"\1", record.getMessage())
    return record.getMessage()
