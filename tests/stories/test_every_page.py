"""axe finds nothing on any page there is, in both languages, wide and narrow, and no page scrolls sideways.

The pages are those of the table of doors; how they look when much has happened, the stories of each room show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import clock
from core.workdays import instant, is_working_day, local_day
from tests import doors
from tests.doors import House
from tests.stories.looking import faults, faults_of_pages, faults_wide_and_narrow
from tests.test_doors import addresses, parts_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Whoever is let in first shows the page.
GUESTS = ["erik", "anna", "karin", "rut", "admin", "nobody"]


def pages(house: House, clients: dict[str, Client]) -> Iterator[tuple[str, str]]:
    """Each address that answers with a page, and somebody who is let in."""
    for name, parts in addresses().items():
        noun = doors.noun_of(name) if parts else ""
        if parts and noun not in doors.THINGS:
            continue
        path = reverse(name, kwargs=parts_of(name, parts, house[noun] if noun in doors.THINGS else None))
        for who, client in clients.items():
            cookies = client.cookies.copy()
            answer = client.get(path)
            client.cookies = cookies
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                yield path, who
            if answer.status_code in {200, 405}:  # shown, a file, or only written to: the same for everybody
                break


def last_working_noon() -> datetime:
    """What is shown happened then: the watches of that day are open."""
    day = local_day(timezone.now()) - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return instant(day, "12:00")


@pytest.mark.rule("R38")
def test_axe_finds_nothing_on_any_page(live_city, page_of, client_of):
    now = last_working_noon()
    clock.sweep(now)
    clients = {who: Client() if who == "nobody" else client_of(getattr(live_city, who)) for who in GUESTS}
    shown: dict[str, list[str]] = defaultdict(list)
    for path, who in [*pages(House(live_city, now), clients), ("/no-such-page/", "erik")]:
        shown[who].append(path)
    assert sum(map(len, shown.values())) > 100
    del shown["nobody"]  # their pages are looked at in the stories of the signers and of the login
    seen: set[str] = set()
    wrong = [
        fault
        for who, paths in shown.items()
        for fault in faults_of_pages(page_of(getattr(live_city, who)), paths, seen=seen)
    ]
    assert wrong == []


def test_a_faulty_page_is_seen_as_one(live_city, page_of):
    page = page_of(live_city.erik)
    page.set_content(
        '<html lang="sv"><title>x</title><main><img src="x"><table width="600"><td>x</table>'
        '<p style="color: #ccc; background: #fff">pale</p></main></html>'
    )
    seen: set[str] = set()
    told = " ".join(faults_wide_and_narrow(page, "here", seen=seen))
    assert "here at 1440: image-alt" in told
    assert "here at 1440: color-contrast" in told
    assert "color-contrast" not in " ".join(faults(page, seen=seen))  # told once
    page.evaluate("document.querySelector('p').style.color = '#cccccd'")
    assert "color-contrast" in " ".join(faults(page, seen=seen))
    page.evaluate("document.querySelector('p').style.background = '#222'")
    assert "color-contrast" not in " ".join(faults(page))
    assert "here at 320: scrolls sideways" in told
    assert "here at 1440: scrolls sideways" not in told
