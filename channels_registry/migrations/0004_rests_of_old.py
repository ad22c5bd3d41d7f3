"""Give channels that rest a rest that can end.

A channel that rested before rests were kept as cases has no row, so nothing could wake it. It gets one that runs for as
long as a rest may from today; its silence until now counts as rest. Nobody asked for it.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import migrations
from django.utils import timezone

HERE = ZoneInfo("Europe/Stockholm")


def give_rests(apps, schema_editor):
    Channel = apps.get_model("channels_registry", "Channel")
    Dormancy = apps.get_model("channels_registry", "Dormancy")
    Rung = apps.get_model("core", "Rung")
    now = timezone.now()
    today = now.astimezone(HERE).date()
    ends_on = today + relativedelta(months=12)
    resting = Dormancy.objects.filter(state__in=["planned", "resting"]).values("channel")
    for channel in Channel.objects.filter(state="dormant").exclude(pk__in=resting):
        off = channel.comment_mode == "off"
        rest = Dormancy.objects.create(
            channel=channel,
            starts_on=today,
            ends_on=ends_on,
            comments="off" if off else "watched",
            why="",
            told_how="",
            state="resting",
            comments_before="off" if off else "open",
            started_on=min(channel.quiet_since, today),
            asked_at=now,
        )
        soon, wake = ends_on - timedelta(days=14), ends_on
        for step, day, clock in (("wakes_soon", soon, time(8)), ("wake", wake, time(6))):
            due = datetime.combine(day, clock, HERE)
            Rung.objects.create(ladder="dormancy", object_id=rest.pk, step=step, due_at=due, try_at=due)


class Migration(migrations.Migration):
    dependencies = [("core", "0005_search"), ("channels_registry", "0003_own_words")]

    operations = [migrations.RunPython(give_rests, migrations.RunPython.noop)]
