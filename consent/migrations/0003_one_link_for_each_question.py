from __future__ import annotations

from typing import Any

from django.db import migrations, models


def end_earlier_links(apps: Any, schema_editor: Any) -> None:
    """Several links for one question: the newest stays, those before it end as it was sent."""
    requests = apps.get_model("consent", "ConsentRequest").objects.filter(cancelled_at=None)
    newest: dict[tuple[int, int, int], Any] = {}
    for request in requests.order_by("-pk").iterator():
        later = newest.setdefault((request.picture_id, request.person_id, request.signer_id), request)
        if later.pk != request.pk:
            requests.filter(pk=request.pk).update(cancelled_at=later.asked_at, version=request.version + 1)


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_requests_letters_and_places")]

    operations = [
        migrations.RunPython(end_earlier_links, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="consentrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("picture", "person", "signer"),
                name="consent_one_question_at_a_time",
            ),
        ),
    ]
