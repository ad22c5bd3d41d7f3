"""Login by SAML: over real HTTP, against a web server that is set up for it and a directory that signs."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from core.models import Event, User
from tests.config.test_proxy import web
from tests.core import saml
from tests.doors import SAML
from tests.processes import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KALLE = {"email": ["kalle@avinge.example"], "givenName": ["Kalle"], "sn": ["Holm"]}


@pytest.fixture
def house(live_people, tmp_path) -> Iterator[tuple[str, saml.Directory]]:
    """A web server that believes one directory, and that directory."""
    directory = saml.Directory()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    environment = {
        "BASE_URL": address,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SAML_ENTITY_ID": saml.ENTITY,
        "SAML_LOGIN_URL": saml.LOGIN,
        "SAML_CERTIFICATE": directory.certificate_line,
        "OIDC_ROLE_GROUPS": "records_officers=g-records,people=g-people",
    }
    with web(tmp_path, listener, **environment):
        until(lambda: requests.get(address + "/account/login/", timeout=240).status_code == 200, 240)
        yield address, directory


def come(
    house: tuple[str, saml.Directory], answer: Any, browser: requests.Session | None = None
) -> requests.Response:
    """Press the button, go to the directory, and come back with what it answers. Returns the last page."""
    browser, address = browser or requests.Session(), house[0]
    page = browser.get(f"{address}/account/login/", timeout=240).text
    action = re.search(r'action="(/account/saml/directory/login/[^"]*)"', page)[1].replace("&amp;", "&")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    there = browser.post(address + action, {"csrfmiddlewaretoken": token}, timeout=240, allow_redirects=False)
    assert there.headers["Location"].startswith(saml.LOGIN)
    sent = {"SAMLResponse": answer(there.headers["Location"])}
    return browser.post(f"{address}/account/saml/directory/acs/", sent, timeout=240)


def test_somebody_of_a_group_comes_in_with_the_role_it_gives(house):
    page = come(house, lambda at: house[1].answer(at, "k-1", groups=["g-records", "other"], **KALLE))
    assert (page.status_code, page.url) == (200, f"{house[0]}/")
    user = User.objects.get(email="kalle@avinge.example")
    assert (user.name, user.is_records_officer, user.is_superuser) == ("Kalle Holm", True, False)
    come(house, lambda at: house[1].answer(at, "k-1", groups=["g-people"], **KALLE))
    user.refresh_from_db()
    assert not user.is_records_officer, "the group is gone, and so is the role"


def test_who_is_in_no_group_or_has_another_s_address_stays_outside(house, live_people):
    page = come(house, lambda at: house[1].answer(at, "k-2", groups=["other"], **KALLE))
    assert page.status_code == 403
    erik = KALLE | {"email": [live_people.erik.email]}
    page = come(house, lambda at: house[1].answer(at, "k-3", groups=["g-people"], **erik))
    assert page.status_code == 403
    assert not User.objects.filter(email="kalle@avinge.example").exists()


def test_what_another_directory_signed_or_nobody_did_lets_nobody_in(house):
    other = saml.Directory()
    for answer in (
        lambda at: other.answer(at, "k-1", groups=["g-people"], **KALLE),
        lambda at: house[1].answer(at, "k-1", signed=False, groups=["g-people"], **KALLE),
        lambda at: "bm8gWE1M",
    ):
        page = come(house, answer)
        assert page.status_code in {401, 403}, page.text
        assert "/account/login" in requests.get(house[0], timeout=240).url
    assert not User.objects.filter(email="kalle@avinge.example").exists()


def test_an_answer_nobody_asked_for_lets_nobody_in(house):
    kept = []

    def keep(at: str) -> str:
        kept.append(house[1].answer(at, "k-1", groups=["g-people"], **KALLE))
        return "bm8gWE1M"

    come(house, keep)
    sent = {"SAMLResponse": kept[0]}
    page = requests.Session().post(f"{house[0]}/account/saml/directory/acs/", sent, timeout=240)
    assert page.url.startswith(f"{house[0]}/account/")
    assert not User.objects.filter(email="kalle@avinge.example").exists()


def test_the_directory_reads_what_we_are_and_a_stranger_gets_what_the_page_of_doors_says(house):
    page = requests.get(f"{house[0]}/account/saml/directory/metadata/", timeout=240)
    assert page.status_code == 200
    assert f"{house[0]}/account/saml/directory/acs/" in page.text

    def answer(method: str, path: str) -> str:
        door = f"{house[0]}/account/saml/directory/{path}"
        got = requests.request(method, door, timeout=240, allow_redirects=False)
        if got.headers.get("Location", "").startswith("/account/login/"):
            return "login"
        return str(got.status_code) if got.status_code >= 400 else f"{got.status_code // 100}xx"

    rows = re.findall(r"^\| `(\S+)` \| (GET|POST) \| (\w+) \|", SAML, re.MULTILINE)
    assert len(rows) == 10
    assert {(path, method): answer(method, path) for path, method, _got in rows} == {
        (path, method): got for path, method, got in rows
    }


def test_who_came_in_goes_out_again_and_is_put_out_when_a_role_changes(house):
    """By our own button: the directory's single logout has no door here."""
    browser, address = requests.Session(), house[0]

    def enter() -> None:
        come(house, lambda at: house[1].answer(at, "k-1", groups=["g-people"], **KALLE), browser)
        assert browser.get(f"{address}/", timeout=240).url == f"{address}/"

    def is_out() -> bool:
        return browser.get(f"{address}/", timeout=240).url.startswith(f"{address}/account/login/")

    enter()
    left = browser.cookies["redaktionen_session"]
    page = browser.get(f"{address}/", timeout=240).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert browser.post(f"{address}/account/logout/", {"csrfmiddlewaretoken": token}, timeout=240).ok
    assert is_out()
    browser.cookies.set("redaktionen_session", left)
    assert is_out(), "the old cookie opens nothing either"
    browser = requests.Session()
    enter()
    user = User.objects.get(email="kalle@avinge.example")
    user.is_web_strategist = True
    user.save()
    assert is_out()
    sls = f"{address}/account/saml/directory/sls/"
    assert browser.get(sls, timeout=240).url.startswith(f"{address}/account/login/"), (
        "no door without a login"
    )
    kinds = Event.objects.filter(about_id=user.pk, kind__startswith="login.").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["login.in", "login.out", "login.in"]
