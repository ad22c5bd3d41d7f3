"""Passwords chosen by somebody else; and addresses people had before, which went on getting the letters that open an account."""

from django.db import migrations, models
from django.db.models.functions import Lower


def forget_old_addresses(apps, schema_editor):
    EmailAddress = apps.get_model("account", "EmailAddress")
    now = EmailAddress.objects.alias(kept=Lower("email"), current=Lower("user__email"))
    old = now.exclude(kept=models.F("current")).values_list("pk", flat=True)
    EmailAddress.objects.filter(pk__in=list(old)).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0006_looks_of_names"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [
        migrations.AddField(
            "user",
            "has_first_password",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(forget_old_addresses, migrations.RunPython.noop),
    ]
