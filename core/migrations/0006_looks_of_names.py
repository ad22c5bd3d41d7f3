"""How each person's name looks, by which one that imitates it is found. Names that are there stay as they are."""

from django.db import migrations, models

from core.names import looks_of


def fill(apps, schema_editor):
    User = apps.get_model("core", "User")
    rows = list(User.objects.only("pk", "name"))
    for row in rows:
        row.looks = looks_of(row.name)
    User.objects.bulk_update(rows, ["looks"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("core", "0005_search")]

    operations = [
        migrations.AddField(
            "user",
            "looks",
            models.CharField(db_index=True, default="", editable=False, max_length=240),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
