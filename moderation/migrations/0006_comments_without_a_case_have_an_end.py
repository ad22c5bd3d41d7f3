from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0005_the_words_of_cases_are_compared"),
        ("core", "0008_notes_beside_the_trail"),
    ]

    operations = [
        migrations.AddField(
            "comment",
            "erased_at",
            models.DateTimeField(editable=False, null=True, verbose_name="disposed of"),
        ),
        migrations.AddIndex(
            "comment",
            models.Index(
                fields=["registered_at"],
                condition=models.Q(state="handled", erased_at=None),
                name="moderation_comment_settled",
            ),
        ),
    ]
