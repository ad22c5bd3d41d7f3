"""Migrating a database whose guards are those of an older version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, RenameField, RenameModel
from django.db.models.fields import NOT_PROVIDED

from core import triggers
from core.apps import lift_guards

pytestmark = pytest.mark.django_db(transaction=True)


def test_migrate_runs_though_guards_are_missing_and_brings_them_back():
    triggers.drop_all(connection)
    assert triggers.missing(connection)
    call_command("migrate", verbosity=0)
    assert not triggers.missing(connection)


def test_an_outdated_guard_goes_only_when_the_new_one_is_there():
    """People work while it is exchanged: without either, what it refuses would slip past."""
    guard = next(one for one in triggers.all_guards() if one.operation == "UPDATE")
    outdated = replace(guard, message="in the words of an older version")
    with connection.cursor() as cursor:
        for statement in triggers.statements(outdated, connection.vendor):
            cursor.execute(statement)
        on_table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {guard.trigger}{on_table}")
    said = []

    def listen(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        triggers.install(connection)
    exchanged = [sql.split(" BEFORE ")[0].split(" ON ")[0] for sql in said if "TRIGGER" in sql.split("(")[0]]
    assert exchanged == [f"CREATE TRIGGER {guard.trigger}", f"DROP TRIGGER {outdated.trigger}"]


def test_guards_are_lifted_only_where_tables_are_rebuilt_and_only_while_there_is_something_to_do():
    lift_guards(using="default", plan=[])
    assert not triggers.missing(connection)
    lift_guards(using="default", plan=[("a migration", False)])
    assert bool(triggers.missing(connection)) == (connection.vendor == "sqlite")
    triggers.install(connection)
    assert not triggers.missing(connection)


def test_squashed_migrations_lead_where_the_steps_they_replace_lead():
    loader = MigrationLoader(None, replace_migrations=False)
    squashed = {key: steps.replaces[-1] for key, steps in loader.disk_migrations.items() if steps.replaces}
    assert {app for app, _name in squashed} >= {"core", "editorial", "moderation"}
    by_steps = loader.project_state(list(squashed.values()))
    at_once = loader.project_state(list(squashed))
    assert MigrationAutodetector(by_steps, at_once)._detect_changes() == {}
    assert MigrationAutodetector(at_once, by_steps)._detect_changes() == {}


# The last migration of each room from before a field had to have its default in the database.
BEFORE = {
    "core": 6,
    "channels_registry": 7,
    "consent": 5,
    "editorial": 14,
    "moderation": 5,
    "calendar_app": 1,
}


def test_a_new_field_lets_the_version_before_write_rows_while_it_still_answers():
    """Django takes a default out of the database again; whatever does not know the field would then be refused."""
    loader = MigrationLoader(None)
    later = [
        (steps, step)
        for (app, name), steps in loader.disk_migrations.items()
        if app in BEFORE and int(name[:4]) > BEFORE[app]
        for step in steps.operations
    ]
    for steps, step in later:
        assert not isinstance(step, RenameField | RenameModel), (
            f"{steps}: add first, remove in a later version"
        )
        if isinstance(step, AddField):
            field = step.field
            optional = field.many_to_many or field.null or field.db_default is not NOT_PROVIDED
            assert optional, f"{steps}: {step.name} needs a db_default"


def test_a_room_is_taken_down_and_built_again():
    call_command("migrate", "moderation", "zero", verbosity=0)
    assert "moderation_case" not in connection.introspection.table_names()
    call_command("migrate", verbosity=0)
    assert "moderation_case" in connection.introspection.table_names()
    assert not triggers.missing(connection)
