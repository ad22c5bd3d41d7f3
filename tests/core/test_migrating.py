"""Migrating a database whose guards are those of an older version."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from core import triggers
from core.apps import lift_guards

pytestmark = pytest.mark.django_db(transaction=True)


def test_migrate_runs_though_guards_are_missing_and_brings_them_back():
    triggers.drop_all(connection)
    assert triggers.missing(connection)
    call_command("migrate", verbosity=0)
    assert not triggers.missing(connection)


def test_guards_are_lifted_only_where_tables_are_rebuilt_and_only_while_there_is_something_to_do():
    lift_guards(using="default", plan=[])
    assert not triggers.missing(connection)
    lift_guards(using="default", plan=[("a migration", False)])
    assert bool(triggers.missing(connection)) == (connection.vendor == "sqlite")
    triggers.install(connection)
    assert not triggers.missing(connection)
