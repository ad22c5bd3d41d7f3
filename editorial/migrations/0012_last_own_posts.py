"""Tell the register when each channel last had a post of its own, as far as publications know."""

from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Max


def note_last_posts(apps, schema_editor):
    Publication = apps.get_model("editorial", "Publication")
    Channel = apps.get_model("channels_registry", "Channel")
    latest = (
        Publication.objects.filter(state="published").values("channel").annotate(last=Max("settled_at")).order_by()
    )
    for row in latest:
        if row["last"]:
            day = row["last"].astimezone(ZoneInfo("Europe/Stockholm")).date()
            Channel.objects.filter(pk=row["channel"], last_post_on=None).update(last_post_on=day, quiet_since=day)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0011_farewell_post")]

    operations = [migrations.RunPython(note_last_posts, migrations.RunPython.noop)]
