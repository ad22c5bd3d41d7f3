"""Whatever is sent to whichever address by whomever: an answer below 500. FUZZ=20 asks twenty times as much."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from core import clock
from core.models import EventNote
from tests import doors
from tests.doors import House
from tests.test_doors import addresses, parts_of

EXAMPLES = 4 * int(os.environ.get("FUZZ", "1"))

# What has broken forms elsewhere: other digits, other spaces, instants out of range, half a formula, a whole novel.
UGLY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nBcc: x@evil.example",
    "-1",
    "0",
    "²",
    "٣",
    "1e309",
    "NaN",
    "99999999999999999999999999",
    "9" * 5000,
    "0000-00-00",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-03-29T02:30",
    "2026-02-30",
    "24:61",
    "2026-W99",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "../../../../etc/passwd",
    "https://[::1",
    "http://\u202eevil.example",
    "javascript:alert(1)",
    "//evil.example",
    "\u0430nna",
    "🏳️‍🌈" * 50,
    "å" * 20_000,
    "on",
    "true",
]
VALUE = st.sampled_from(UGLY) | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
GUESSES = [
    "q",
    "page",
    "next",
    "note",
    "seen",
    "on",
    "week",
    "month",
    "year",
    "channel",
    "team",
    "state",
    "text",
    "url",
]
HEADERS = ["Referer", "User-Agent", "Accept-Language", "HX-Request", "HX-Target", "Accept"]
WHOSE = ["anna", "erik", "karin", "admin", "stranger", "nobody"]


def fields_of(page: bytes) -> list[str]:
    """The names of the fields on a page, to fill them in badly."""
    return sorted(
        set(re.findall(r'name="([\w-]+)"', page.decode(errors="replace"))) - {"csrfmiddlewaretoken"}
    )


def by_noun() -> dict[str, list[str]]:
    """The names of addresses, by what they are about: what is asked of one noun is asked in one house."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, parts in addresses().items():
        found[doors.noun_of(name) if parts else f"no noun, {name.rpartition(':')[0] or 'config'}"].append(
            name
        )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("noun", sorted(by_noun()))
def test_no_address_answers_with_an_error_of_ours(city, at, client_of, time_machine, noun):
    time_machine.move_to(at + timedelta(minutes=5), tick=False)
    clock.sweep(at)
    house = House(city, at)
    clients = {who: Client() if who == "nobody" else client_of(getattr(city, who)) for who in WHOSE}
    for client in clients.values():
        client.raise_request_exception = False
    for name in by_noun()[noun]:
        parts = addresses()[name]
        thing = house[noun] if parts else None
        ask_badly(name, reverse(name, kwargs=parts_of(name, parts, thing)), clients)


def ask_badly(name: str, path: str, clients: dict[str, Client]) -> None:
    """This will ask one address in every bad way; nothing of it stays."""
    with transaction.atomic():
        page = clients["anna"].get(path)
        known = [] if page.streaming else fields_of(page.content)
        transaction.set_rollback(True)
    names = st.sampled_from(known + GUESSES) if known else st.sampled_from(GUESSES)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not os.environ.get("FUZZ"),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        who=st.sampled_from(WHOSE),
        method=st.sampled_from(["get", "post", "post", "head", "put", "delete", "options"]),
        data=st.dictionaries(names, st.lists(VALUE, min_size=1, max_size=2), max_size=12),
        header=st.sampled_from(HEADERS),
        said=VALUE,
        upload=st.binary(max_size=200),
    )
    def send(who: str, method: str, data: dict[str, Any], header: str, said: str, upload: bytes) -> None:
        doors.forget_limits()
        cookies = clients[who].cookies.copy()
        clean = "".join(sign for sign in said if sign.isprintable() and ord(sign) < 256)[:1000]
        sent: dict[str, Any] = dict(data)
        if method == "post" and upload:
            for field in ("screenshot", "picture", "image", "file"):
                if field in known:
                    sent[field] = SimpleUploadedFile(f"{said[:20] or 'x'}.png", upload, "image/png")
        with transaction.atomic():
            answer = (
                getattr(clients[who], method)(path, sent, headers={header: clean})
                if method in {"get", "post", "head"}
                else getattr(clients[who], method)(path, said.encode(), headers={header: clean})
            )
            if answer.streaming:
                b"".join(answer.streaming_content)  # what fails while it is sent fails here
            transaction.set_rollback(True)
        clients[who].cookies = cookies
        allowed = (
            {503} if name in {"health", "ready"} else {502} if name.startswith("openid_connect") else set()
        )
        assert answer.status_code < 500 or answer.status_code in allowed, (who, method, path, sent)

    send()


# The first and the last that a browser lets one write in a field of that type.
ENDS_OF_TIME = {
    "date": ("0001-01-01", "9999-12-31"),
    "datetime-local": ("0001-01-01T00:00", "9999-12-31T23:59"),
    "month": ("0001-01", "9999-12"),
    "week": ("0001-W01", "9999-W52"),
}


def filled_in(form: Any, end: int) -> dict[str, Any]:
    """What the form would send: what stands in it, something in what is empty, and in every field of time its far end."""
    sent: dict[str, Any] = dict(form.form_values())
    for field in form.inputs:
        name, kind = field.get("name"), field.get("type", "text")
        if not name:
            continue
        if kind in ENDS_OF_TIME:
            sent[name] = ENDS_OF_TIME[kind][end]
        elif field.tag == "select" and not sent.get(name):
            sent[name] = next(filter(None, field.value_options), "")
        elif kind in {"radio", "checkbox"}:
            sent.setdefault(name, field.get("value", "on"))
        elif kind in {"text", "search"} and not sent.get(name):
            sent[name] = "Svanarna"
    return sent


@pytest.mark.django_db
def test_no_day_is_too_early_or_too_late_to_be_answered(city, at, client_of, time_machine):
    time_machine.move_to(at + timedelta(minutes=5), tick=False)
    clock.sweep(at)
    house = House(city, at)
    clients = [client_of(getattr(city, who)) for who in ("admin", "erik", "karin", "rut")]
    broken, asked = [], 0
    for name, parts in addresses().items():
        noun = doors.noun_of(name) if parts else ""
        if parts and noun not in doors.THINGS:
            continue
        path = reverse(name, kwargs=parts_of(name, parts, house[noun] if parts else None))
        for client in clients:
            client.raise_request_exception = False
            cookies = client.cookies.copy()
            for method, address, sent in forms_of_time(client, path):
                doors.forget_limits()
                with transaction.atomic():
                    answer = getattr(client, method)(address, sent)
                    transaction.set_rollback(True)
                asked += 1
                broken += [(name, address, sent)] if answer.status_code >= 500 else []
            client.cookies = cookies
    assert broken == []
    assert asked > 40


def forms_of_time(client: Client, path: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The method, the address and the fields of each form on the page that asks for a day, filled in at both ends."""
    with transaction.atomic():
        page = client.get(path)
        transaction.set_rollback(True)
    if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
        return []
    return [
        (form.method.lower(), form.action or path, filled_in(form, end))
        for form in html.fromstring(page.content.decode()).forms
        if any(field.get("type") in ENDS_OF_TIME for field in form.inputs)
        for end in (0, 1)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../config/settings.py",
        "/static/%2e%2e%2fmanage.py",
        "/posts/٣/",
        "/posts/99999999999999999999999/",
        "/admin/..;/",
        "/posts/1%0d%0aX: y/",
        "/" + "a" * 6000,
    ],
)
def test_no_path_leads_out_or_breaks(city, client_of, path):
    client = client_of(city.admin)
    client.raise_request_exception = False
    assert client.get(path).status_code in {301, 302, 400, 404, 414}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [("moderation:comment_note", {}), ("moderation:comment_move", {"name": "handle"})],
)
def test_a_sign_that_the_database_refuses_is_left_out_of_a_note(city, at, client_of, name, kwargs):
    comment = House(city, at)["criticism"]
    sent = {"note": "Seen\x00 twice.", "seen": comment.version}
    answer = client_of(city.anna).post(reverse(name, kwargs={"pk": comment.pk, **kwargs}), sent)
    assert answer.status_code == 302
    assert EventNote.objects.filter(text="Seen twice.").count() == 1
