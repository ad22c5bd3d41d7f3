"""The health page tells what is wrong and answers 503 when something is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import clock, triggers
from core.models import Pulse
from tests.conftest import make_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_jobs(monkeypatch):
    """The jobs of the clock, to which the test may add its own."""
    jobs = dict(clock._jobs)
    monkeypatch.setattr(clock, "_jobs", jobs)
    return jobs


def ask(client):
    response = client.get("/healthz")
    return response.status_code, response.json()


def test_all_is_well_after_a_sweep(client):
    clock.sweep(timezone.now())
    status, answers = ask(client)
    assert (status, answers["ok"]) == (200, True), answers


def test_stopped_clock_is_told(client):
    clock.sweep(timezone.now())
    Pulse.objects.update(at=timezone.now() - timedelta(hours=1))
    status, answers = ask(client)
    assert (status, answers["clock"]["ok"]) == (503, False)


def test_a_job_that_fails_stops_no_other_is_told_and_keeps_when_it_last_did_its_work(client, own_jobs):
    first, then = timezone.now() - timedelta(minutes=2), timezone.now()
    clock.sweep(first)
    Pulse.objects.beat("broken", first)
    clock.job("broken")(lambda at: 1 // 0)
    report = clock.sweep(then)
    assert [name for name, done in report.items() if isinstance(done, str)] == ["broken"]
    broken, sealed = Pulse.objects.get(job="broken"), Pulse.objects.get(job="seal")
    assert (broken.at, broken.failed_at, "ZeroDivisionError" in broken.error) == (first, then, True)
    assert (sealed.at, sealed.failed_at) == (then, None)
    status, answers = ask(client)
    assert (status, answers["clock"]["failing_jobs"]) == (503, ["broken"])
    own_jobs["broken"] = lambda at: 0
    clock.sweep(then + timedelta(minutes=1))
    broken.refresh_from_db()
    assert (broken.at, broken.failed_at) == (then + timedelta(minutes=1), then)


def test_each_job_of_a_round_takes_one_statement_to_say_so(own_jobs):
    clock.job("broken")(lambda at: 1 // 0)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            clock.sweep(timezone.now())
        told = [query["sql"] for query in asked if "core_pulse" in query["sql"]]
        assert len(told) == len(clock.all_jobs()) + 1


def test_unsent_notices_are_told(client, city):
    clock.sweep(timezone.now())
    before = timezone.now() - timedelta(hours=1)
    make_notice(city.anna, before)
    status, answers = ask(client)
    assert (status, answers["notices"]["unsent_for_15_minutes"]) == (503, 1)


def test_missing_guard_is_told(client, db):
    clock.sweep(timezone.now())
    name, table = next(iter(triggers.installed(connection).items()))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    status, answers = ask(client)
    assert (status, answers["database"]["ok"]) == (503, False)
    triggers.install(connection)


def test_a_web_server_stays_in_the_load_balancer_when_the_clock_has_stopped(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    clock.sweep(timezone.now())
    Pulse.objects.update(at=timezone.now() - timedelta(hours=1))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert client.get("/healthz").status_code == 503


def test_a_web_server_stays_in_the_load_balancer_while_the_next_version_has_migrated(client):
    """Its guards have other texts; the version before goes on answering until it is restarted."""
    clock.sweep(timezone.now())
    guard = next(one for one in triggers.all_guards() if one.operation == "UPDATE")
    newer = replace(guard, message="in other words")
    with connection.cursor() as cursor:
        for statement in triggers.statements(newer, connection.vendor):
            cursor.execute(statement)
        drop(cursor, guard)
        assert (client.get("/readyz").status_code, ask(client)[0]) == (200, 503)
        drop(cursor, newer)
    assert client.get("/readyz").status_code == 503
    triggers.install(connection)
    assert client.get("/readyz").status_code == 200


def drop(cursor, guard):
    on_table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER {guard.trigger}{on_table}")
