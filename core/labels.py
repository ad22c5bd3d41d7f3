"""Names of fields in the page's language, for the back office.

A field that says nothing of its own is named by Django after its attribute, in English. One that points at a noun is
called as that noun is; who did it and the like stand here once, for all rooms.
"""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

NAMES = {
    "added_by": _("added by"),
    "asked_at": _("asked"),
    "asked_by": _("asked by"),
    "author": _("written by"),
    "channels": _("channels"),
    "checked_by": _("checked by"),
    "comments_checked_at": _("comments checked"),
    "comments_checked_by": _("comments checked by"),
    "created_by": _("begun by"),
    "current": _("current version"),
    "guardians": _("guardians"),
    "item": _("screenshot"),
    "laid_until": _("laid out until"),
    "made_by": _("made by"),
    "members": _("members"),
    "noted_by": _("noted by"),
    "opened_by": _("opened by"),
    "ordered_by": _("ordered by"),
    "passed_on_by": _("passed on by"),
    "planned_by": _("planned by"),
    "position": _("place in the order"),
    "post_version": _("version"),
    "published_on": _("published"),
    "read_text": _("text that was read"),
    "registered_by": _("registered by"),
    "sequence": _("number of the change"),
    "signed_by": _("signed by"),
    "started_on": _("begun"),
    "told_by": _("told by"),
    "version": _("version"),
    "woken_on": _("woken"),
}


def name_fields() -> None:
    """This will name the fields that have no name of their own. The migrations, which keep own names only, see nothing."""
    for model in apps.get_models():
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if getattr(field, "_verbose_name", None) is not None:
                continue
            noun = getattr(field.related_model, "_meta", None)
            if noun is not None and field.name == noun.model_name:
                field.verbose_name = noun.verbose_name
            elif isinstance(field, models.Field) and field.name in NAMES:
                field.verbose_name = NAMES[field.name]
