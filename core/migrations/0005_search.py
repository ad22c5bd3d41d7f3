"""What can be found, with Swedish full text on PostgreSQL and FTS5 on SQLite."""

from typing import Any

from django.db import migrations, models

POSTGRESQL = [
    "ALTER TABLE core_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS "
    "(to_tsvector('swedish', title || ' ' || body) || to_tsvector('simple', scope)) STORED",
    "CREATE INDEX core_search_words ON core_searchentry USING gin (words)",
]
SQLITE = [
    "CREATE VIRTUAL TABLE core_searchwords USING fts5(title, body, scope, content='core_searchentry', "
    "content_rowid='id', prefix='2 3', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER searchwords_insert AFTER INSERT ON core_searchentry BEGIN "
    "INSERT INTO core_searchwords (rowid, title, body, scope) VALUES (NEW.id, NEW.title, NEW.body, NEW.scope); END",
    "CREATE TRIGGER searchwords_delete AFTER DELETE ON core_searchentry BEGIN "
    "INSERT INTO core_searchwords (core_searchwords, rowid, title, body, scope) "
    "VALUES ('delete', OLD.id, OLD.title, OLD.body, OLD.scope); END",
]


def index(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    """This will drop the words on SQLite; on PostgreSQL they go with the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE core_searchwords")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_notice_settings")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("object_id", models.BigIntegerField(verbose_name="object number")),
                ("title", models.TextField(verbose_name="title")),
                ("body", models.TextField(verbose_name="text")),
                ("scope", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="core_search_once")
                ],
            },
        ),
        migrations.RunPython(index, drop),
    ]
