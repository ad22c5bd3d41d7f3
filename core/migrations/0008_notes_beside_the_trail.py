import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_first_passwords")]

    operations = [
        migrations.CreateModel(
            "EventNote",
            [
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="beside",
                        serialize=False,
                        to="core.event",
                        verbose_name="event",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="note")),
                ("salt", models.CharField(blank=True, editable=False, max_length=32)),
            ],
            {
                "verbose_name": "note beside the trail",
                "verbose_name_plural": "notes beside the trail",
                "ordering": ["-event"],
            },
        ),
    ]
