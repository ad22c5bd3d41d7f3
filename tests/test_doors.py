"""Every address, for everybody: what they get, as docs/doors.md says. `make doors` writes the page anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from core import clock
from tests import doors
from tests.conftest import make_user
from tests.doors import House
from tests.filled import Forms
from tests.test_pages import named

PAGE = settings.BASE_DIR / "docs" / "doors.md"
MISSING = 987_654
NOBODYS = {"IntConverter": MISSING, "UUIDConverter": "00000000-0000-0000-0000-000000000000"}
HEAD = """# The doors

Every address and what each gets who knocks: written by `make doors`, compared by `tests/test_doors.py`. Objects belong to
the team, and Anna made them: *own* is she, *team's* an editor of her team, *other team* an editor of another one, *chief*
the chief of the unit. `login` leads to the login; `2xx` opens or does it; `3xx` does it and leads on; 403 is refused with a
reason, 404 does not exist for them, 405 is no such way of asking, 409 and 422 are refused as things are or as it was filled
in. A form is sent by everybody alike: as it stands on a page of Anna's, or of whoever is the first to have it, with a word
or a day in what is empty. *missing* is an object that is not there.

| address | asked with | """
COLUMNS = [*doors.TITLES, "missing"]


def addresses() -> dict[str, dict[str, Any]]:
    return {name: parts for name, parts in named(get_resolver()) if not name.startswith("admin:")}


def parts_of(name: str, parts: dict[str, Any], thing: Any) -> dict[str, Any]:
    """What fills the address: the object's number, its first move, or what the noun says."""
    known = getattr(thing, "parts", {})
    moves = [move.name for move in getattr(thing, "MOVES", ()) if not move.by_clock]
    filled = {}
    for part, kind in parts.items():
        number = "Int" in type(kind).__name__
        filled[part] = known.get(part) or (thing.pk if number else moves[0] if moves else "x")
    return filled


def ask(client: Client, method: str, path: str, sent: dict[str, Any] | None = None) -> tuple[str, Any]:
    """What the page says of the answer, and the answer; nothing of what was done stays."""
    doors.forget_limits()
    cookies = client.cookies.copy()
    with transaction.atomic():
        got = getattr(client, method.lower())(path, sent or {})
        transaction.set_rollback(True)
    client.cookies = cookies  # whoever was logged out is in again
    place = got.get("Location", "")
    if got.status_code == 302 and place.startswith(
        (reverse("account_login"), reverse("account_reauthenticate"))
    ):
        return "login", got
    return (str(got.status_code) if got.status_code >= 400 else f"{got.status_code // 100}xx"), got


class Table:
    """Asks everybody at every address, the pages first: they hold the forms that are sent after them."""

    def __init__(self, clients: dict[str, Client], at: datetime) -> None:
        self.clients, self.forms = clients, Forms(at)

    def row(self, method: str, path: str, gone: str) -> list[str]:
        sent = self.forms.of(path) if method == "POST" else None
        each = dict.fromkeys(doors.WHO, "–")
        for who in [*doors.FIRST, *doors.WHO]:
            if not path or each[who] != "–":
                continue
            each[who], got = ask(self.clients[who], method, path, sent)
            if method == "GET" and who not in {"nobody", "stranger", "olle"}:
                self.forms.learn(path, got)
            if who == doors.FIRST[-1] and {each[who] for who in doors.FIRST} <= {"405", "login"}:
                each = {
                    who: each[who].replace("–", "405") for who in each
                }  # no way of asking depends on who asks
        return [*each.values(), ask(self.clients["admin"], method, gone)[0] if gone else "–"]


@pytest.fixture
def rows(city, at, client_of, time_machine, settings) -> dict[tuple[str, str], list[str]]:
    """Each address and method with what everybody gets; methods that nobody may use are left out."""
    time_machine.move_to(at, tick=False)
    settings.PUBLIC_REGISTER = True
    city.tove = make_user("Tove", is_web_strategist=True)
    clock.sweep(at)
    house, paths = House(city, at), {}
    clients = {who: Client() if who == "nobody" else client_of(getattr(city, who)) for who in doors.WHO}
    for client in clients.values():
        client.raise_request_exception = True
    for name, parts in addresses().items():
        noun = doors.noun_of(name) if parts else ""
        if parts and noun not in doors.THINGS:
            pytest.fail(
                f"The table of doors does not know what {name} opens. Say in tests/doors.py, in one line of THINGS, "
                f"how a “{noun}” is made (or in AT which noun it is about), and run “make doors”."
            )
        thing = house[noun] if parts else None
        path = reverse(name, kwargs=parts_of(name, parts, thing)) if thing or not parts else ""
        nobodys = {part: NOBODYS.get(type(kind).__name__, "x") for part, kind in parts.items()}
        paths[name] = (path, reverse(name, kwargs=nobodys) if parts else "")
    table = Table(clients, at)
    asked = {(name, method): table.row(method, *paths[name]) for method in ("GET", "POST") for name in paths}
    return {
        (name, method): asked[name, method]
        for name in paths
        for method in ("GET", "POST")
        if set(asked[name, method]) - {"405", "login", "–"}
    }


def written(rows: dict[tuple[str, str], list[str]]) -> str:
    lines = [HEAD + " | ".join(COLUMNS) + " |", "|---|---|" + "---|" * len(COLUMNS)]
    lines += [f"| `{name}` | {method} | {' | '.join(cells)} |" for (name, method), cells in rows.items()]
    return "\n".join(lines) + "\n" + doors.SAML


def wrong_with(name: str, by: dict[str, str]) -> Iterator[str]:
    """What must hold of every row, whatever the page says."""
    shown, closed = name in doors.PUBLIC, {"403", "404", "405", "login", "–"}
    if not set(by.values()) - {"404", "login", "–"} and name not in doors.CLOSED_TO_ALL:
        yield "shows nothing: nobody gets anything. Make what it opens in tests/doors.py"
    if any(cell.startswith("5") for cell in by.values()):
        yield f"an error of ours: {by}"
    if not shown and by["nobody"] not in {"login", "405", "–"}:
        yield f"open to strangers: {by['nobody']}"
    if by["missing"] != "–" and not shown:
        if by["missing"] not in closed - {"403"}:
            yield f"answers {by['missing']} for what is not there"
        if doors.noun_of(name) not in doors.FOR_ALL:
            yield from (
                f"opens to {who}: {by[who]}" for who in ("no team", "other team") if by[who] not in closed
            )


@pytest.mark.rule("R38", "R41")
@pytest.mark.django_db
def test_everybody_gets_at_every_address_what_the_page_says(rows):
    problems = [
        f"{method} {name}: {problem}"
        for (name, method), cells in rows.items()
        for problem in wrong_with(name, dict(zip(COLUMNS, cells, strict=True)))
    ]
    assert not problems, "\n".join(problems)
    page = written(rows)
    if os.environ.get("WRITE_DOORS"):
        PAGE.write_text(page)
    assert PAGE.exists()
    differs = set(page.splitlines()) ^ set(PAGE.read_text().splitlines())
    advice = "docs/doors.md says otherwise; read the difference and run “make doors”:\n"
    assert not differs, advice + "\n".join(sorted(differs))


@pytest.mark.django_db
def test_the_admin_is_for_administrators_alone(city, client_of):
    """Each address of the admin sends everybody else to the login, and none of it breaks for an administrator."""
    admin = client_of(city.admin)
    others = [Client(), client_of(city.anna), client_of(city.karin), client_of(city.rut)]
    count = 0
    for name, parts in named(get_resolver()):
        if not name.startswith("admin:") or name in {"admin:login", "admin:logout", "admin:view_on_site"}:
            continue
        if set(parts) - {"object_id", "pk", "app_label", "url"}:
            continue
        fill = {"object_id": MISSING, "pk": MISSING, "app_label": "core", "url": "x"}
        path = reverse(name, kwargs={part: fill[part] for part in parts} if parts else None)
        count += 1
        assert admin.get(path).status_code in {200, 302, 403, 404, 405}, name
        for other in others:
            got = other.get(path)
            assert got.status_code in {302, 403, 404}, name
            assert got.status_code != 302 or "login" in got["Location"], name
    assert count > 40
