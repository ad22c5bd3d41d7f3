"""What is stored is told; what has been kept long enough is removed, and never without being asked."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core import privacy, trail
from core.models import Event, Notice
from core.notices import Message, tell

pytestmark = pytest.mark.django_db


def told(person, days_ago, state="sent", key="k"):
    at = timezone.now() - timedelta(days=days_ago)
    tell([Message(recipient=person, key=key, subject="Look", body="x", url="/", why="x")], at)
    Notice.objects.filter(key=key).update(email_state=state)


def test_disposal_without_really_removes_nothing(city):
    told(city.anna, 800)
    out = StringIO()
    call_command("dispose", stdout=out)
    assert "notices: 1 older than 730 days" in out.getvalue()
    assert Notice.objects.count() == 1


def test_disposal_removes_what_is_over_and_nothing_else_and_writes_it_down(city):
    told(city.anna, 800, key="old")
    told(city.anna, 700, key="new")
    told(city.anna, 800, key="never sent", state="pending")
    call_command("dispose", "--really", stdout=StringIO())
    assert set(Notice.objects.values_list("key", flat=True)) == {"new", "never sent"}
    written = [event.data for event in Event.objects.filter(kind="retention.run").order_by("id")]
    assert written == [{"sessions": 0}, {"notices": 1}, {"absences": 0}, {"tip_names": 0}]


def test_disposal_goes_slice_by_slice_each_with_its_count(city):
    for number in range(5):
        told(city.anna, 800, key=f"old {number}")
    counts = {kind.name: count for kind, count in privacy.dispose(timezone.now(), really=True, at_once=2)}
    assert (counts["notices"], Notice.objects.count()) == (5, 0)
    written = Event.objects.filter(kind="retention.run", data__has_key="notices").order_by("id")
    assert [event.data["notices"] for event in written] == [2, 2, 1]


def test_a_kind_is_kept_as_long_as_its_setting_says(city, settings):
    settings.RETENTION_DAYS = {"notices": 3}
    told(city.anna, 4)
    counts = {kind.name: count for kind, count in privacy.dispose(timezone.now(), really=False)}
    assert counts == {"notices": 1}


def test_what_the_city_must_keep_has_no_end(city):
    assert [
        privacy.over(privacy.KINDS[name], timezone.now()) for name in ("trail", "accounts", "evidence")
    ] == [None] * 3


def test_the_page_says_of_each_kind_why_and_how_long(city, client_of):
    page = client_of(city.anna).get(reverse("privacy_page")).content.decode()
    for kind in privacy.KINDS.values():
        assert str(kind.label).replace("'", "&#x27;") in page
    assert "730 days" in page


@pytest.mark.parametrize(("who", "status"), [("rut", 200), ("admin", 200), ("anna", 404), ("karin", 404)])
def test_who_looked_is_for_records_officers_and_administrators(city, client_of, who, status):
    trail.record("evidence.open", about=city.team, actor=city.olle, at=timezone.now())
    answer = client_of(getattr(city, who)).get(reverse("looks_page"))
    assert answer.status_code == status
    assert ("Olle" in answer.content.decode()) == (status == 200)
