"""Birthdays of children that are still to be told: those forgotten when a child was listed in a second picture, and the
day from which a child is asked too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from core.workdays import instant, local_day

LADDER, TOLD_AT = "coming_of_age", "08:00"


def tell_birthdays(apps: Any, schema_editor: Any) -> None:
    Person, Rung = apps.get_model("consent", "Person"), apps.get_model("core", "Rung")
    listed = Person.objects.filter(born_on__isnull=False, erased_at=None, appearances__isnull=False).distinct()
    now = timezone.now()
    wanted: dict[tuple[int, str], datetime] = {}
    for pk, born in listed.values_list("pk", "born_on"):
        wanted |= {(pk, step): due for step, due in steps_of(born, now).items()}
    cancelled = Rung.objects.filter(ladder=LADDER, told_at=None, cancelled_at__isnull=False)
    for rung in cancelled:
        if due := wanted.get((rung.object_id, rung.step)):
            Rung.objects.filter(pk=rung.pk).update(cancelled_at=None, due_at=due, try_at=due)
    Rung.objects.bulk_create(
        [
            Rung(ladder=LADDER, object_id=pk, step=step, due_at=due, try_at=due)
            for (pk, step), due in wanted.items()
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def steps_of(born: date, now: datetime) -> dict[str, datetime]:
    """This will name the mornings still to come before somebody is asked too, and before they answer alone."""
    days = {"": turns(born, settings.CHILD_AGE + 1)}
    if settings.CHILD_ASKED_AGE <= settings.CHILD_AGE:
        days["asked-"] = turns(born, settings.CHILD_ASKED_AGE)
    steps: dict[str, datetime] = {}
    for kind, day in days.items():
        for before in settings.CONSENT_ENDING_DAYS:
            due = instant(day - timedelta(days=before), TOLD_AT)
            if day > local_day(now) and due > now:
                steps[f"{kind}{before}d-{day}"] = due
    return steps


def turns(born: date, age: int) -> date:
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # born on 29 February
        return date(born.year + age, 3, 1)


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0004_files_that_arrive"),
        ("core", "0006_looks_of_names"),
    ]
    operations = [migrations.RunPython(tell_birthdays, migrations.RunPython.noop)]
