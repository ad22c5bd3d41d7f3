"""What of this room belongs to somebody with an account (core.extracts)."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.extracts import Part, Row
from core.models import Event, Notice, NoticeSettings, Unit, User
from core.templatetags.parts import day


def _step(row: Row) -> str:
    """Which second step it is and since when; nothing of what it is made of."""
    label = {
        "totp": gettext("Codes from an app"),
        "webauthn": gettext("A key"),
        "recovery_codes": gettext("Recovery codes"),
    }.get(row["type"], row["type"])
    used = row["last_used_at"]
    return ", ".join(
        filter(
            None, [label, day(row["created_at"]), used and gettext("last used %(day)s") % {"day": day(used)}]
        )
    )


def _settings(row: Row) -> str:
    said = [gettext("the digest comes at %(time)s") % {"time": f"{row['digest_at']:%H:%M}"}]
    if row["quiet_from"]:
        hours = {name: f"{row[f'quiet_{name}']:%H:%M}" for name in ("from", "to")}
        said.append(gettext("no e-mail from %(from)s to %(to)s") % hours)
    if row["weekly_report"]:
        said.append(gettext("the week's follow-up every Monday"))
    names = {model._meta.label_lower: model._meta.verbose_name_plural for model in apps.get_models()}
    said += [
        f"{names.get(topic, gettext('Everything else'))}: {NoticeSettings.Way(way).label}"
        for topic, way in row["ways"].items()
        if way != NoticeSettings.Way.EMAIL
    ]
    return capfirst("; ".join(said))


PARTS = [
    Part(
        EmailAddress,
        "user",
        _("E-mail addresses of the account"),
        says=("email", "verified", "primary"),
        words=lambda row: row["email"],
    ),
    Part(
        EmailConfirmation,
        "email_address__user",
        _("Confirmations asked of an address"),
        at="created",
        says=("sent",),
    ),
    Part(
        NoticeSettings,
        "user",
        _("How notices are to come"),
        says=("ways", "digest_at", "quiet_from", "quiet_to", "weekly_report"),
        words=_settings,
    ),
    Part(
        Unit,
        "responsible_chief",
        _("Units whose responsible chief it is"),
        says=("name",),
        words=lambda row: row["name"],
    ),
    Part(
        Unit,
        "communications_chief",
        _("Units whose communications chief it is"),
        says=("name",),
        words=lambda row: row["name"],
    ),
    Part(
        User.groups.through,
        "user",
        _("Groups of the administration"),
        says=("group__name",),
        words=lambda row: row["group"],
    ),
    Part(
        User.user_permissions.through,
        "user",
        _("Rights of the administration"),
        says=("permission__name",),
        words=lambda row: row["permission"],
    ),
    Part(
        Authenticator,
        "user",
        _("Second steps of the login"),
        at="created_at",
        says=("type", "last_used_at"),
        words=_step,
    ),
    Part(
        SocialAccount,
        "user",
        _("Who it is in the city's directory"),
        at="date_joined",
        says=("provider", "uid", "last_login", "extra_data"),
        words=lambda row: f"{row['provider']}: {row['uid']}",
    ),
    Part(
        Notice,
        "recipient",
        _("Notices"),
        at="created_at",
        says=("subject", "url", "why", "urgent", "read_at", "email_state", "sent_at"),
    ),
    Part(
        Event,
        "actor",
        _("What was done"),
        at="at",
        says=("kind", "about_type", "about_id", "about_label", "note"),
    ),
    Part(
        Event,
        "about_id",
        _("What happened to the account, logins and who has looked among it"),
        at="at",
        says=("kind", "actor_name", "note", "data"),
        only={"about_type": "core.user"},
    ),
    Part(
        LogEntry,
        "user",
        _("Changes made in the administration"),
        at="action_time",
        says=("content_type__model", "object_id", "action_flag"),
    ),
]

LEFT_OUT = {
    "core.User.password": "Nobody can read a password; that there is one is told.",
    "core.User.mailbox": "The address again, as it is compared.",
    "core.User.looks": "The name again, as it is compared.",
    "core.User.session_round": "A number that ends logins, and says nothing of anybody.",
    "socialaccount.SocialToken.account__user": "A secret of the directory's, of which nothing is kept.",
}
