"""Words are said by whoever they are, and the end on the platform knows its day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("channels_registry", "0002_register_rest_and_closure"),
    ]

    operations = [
        migrations.AlterField(
            model_name="archivedecision",
            name="officer_word",
            field=models.TextField(blank=True, verbose_name="the records officer's own word"),
        ),
        migrations.AlterField(
            model_name="dormancy",
            name="asked_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="platformclosure",
            name="closed_on",
            field=models.DateField(editable=False, null=True),
        ),
    ]
