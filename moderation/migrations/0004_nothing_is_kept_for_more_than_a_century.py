from django.core.validators import MaxValueValidator
from django.db import migrations, models


def shorten(apps, schema_editor):
    """A longer term was mistyped: with some no day can be counted, and the archive's page would not open."""
    apps.get_model("moderation", "Ground").objects.filter(keep_years__gt=100).update(keep_years=100)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0003_a_bare_masked_copy_was_meant")]

    operations = [
        migrations.RunPython(shorten, migrations.RunPython.noop),
        migrations.AlterField(
            "ground",
            "keep_years",
            models.PositiveSmallIntegerField(
                default=5,
                help_text="After these years the evidence may be disposed of.",
                validators=[MaxValueValidator(100)],
                verbose_name="years to keep",
            ),
        ),
        migrations.AddConstraint(
            "ground",
            models.CheckConstraint(condition=models.Q(keep_years__lte=100), name="moderation_ground_keep_years"),
        ),
    ]
