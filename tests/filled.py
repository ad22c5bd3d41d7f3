"""The forms of pages as somebody in a hurry would send them: as they stand, with a word or a day in what is empty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lxml import html

from core.workdays import local_day


class Forms:
    """The forms of the pages that were shown, each filled in, by the address they are sent to."""

    def __init__(self, at: datetime) -> None:
        day = local_day(at) + timedelta(days=14)
        self.of_kind = {
            "date": day.isoformat(),
            "datetime-local": f"{day}T12:00",
            "time": "09:00",
            "month": f"{day:%Y-%m}",
            "number": "1",
            "email": "somebody@avinge.example",
            "hidden": "",
            "password": "",
        }
        self.known: dict[str, dict[str, Any]] = {}

    def of(self, path: str) -> dict[str, Any]:
        return self.known.get(path, {})

    def learn(self, path: str, page: Any) -> None:
        """This will keep the forms of a page that were not seen before."""
        if (
            page.status_code != 200
            or page.streaming
            or not page.headers.get("Content-Type", "").startswith("text/html")
        ):
            return
        if not page.content:
            return
        for form in html.fromstring(page.content.decode()).forms:
            to = (form.action or path).partition("#")[0]
            if form.method == "POST" and to not in self.known:
                self.known[to] = self.filled(form)

    def filled(self, form: Any) -> dict[str, Any]:
        sent: dict[str, Any] = {}
        for field in form.inputs:
            name, kind = field.get("name"), field.get("type", "text")
            if not name or kind == "file":
                continue
            if field.tag == "select":
                chosen = list(field.value) if field.multiple else field.value
                sent[name] = chosen or next(filter(None, field.value_options), "")
            elif kind in {"radio", "checkbox"}:
                if field.checked or name not in sent:
                    sent[name] = field.get("value", "on")
            else:
                word = (field.text or "").strip() if field.tag == "textarea" else field.get("value")
                sent[name] = word or self.of_kind.get(kind, "The swans are back")
        return sent | {
            button.get("name"): button.get("value", "")
            for button in form.iter("button")
            if button.get("name")
        }
