"""What is stored of people, why and for how long; what is removed when its time is over; and who looked at what.

Each room says what it keeps with `keep`, and which of its events mean that somebody looked with `LOOKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.checks import CheckMessage, Error, register
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import search, trail
from core.models import Event, Notice, NoticeSettings, Seal, SearchEntry, Unit, User

Rows = Callable[[], "models.QuerySet[Any]"]
Old = Callable[[datetime], "models.QuerySet[Any]"]
Forget = Callable[["models.QuerySet[Any]", datetime], int]

AT_ONCE = 1000

# Kinds of events that say somebody opened something about a person.
LOOKS: set[str] = set()
KINDS: dict[str, Kept] = {}


@dataclass(frozen=True)
class Kept:
    """Something that is stored, in the tables of `models`. Without `old` it is never removed by time, and `why` says so.

    `forget` removes rows whose time is over and says how many; it may also only empty what is of people in them.
    """

    name: str
    label: str | Promise
    why: str | Promise
    rows: Rows
    models: tuple[type[models.Model], ...]
    old: Old | None
    forget: Forget

    @property
    def days(self) -> int | None:
        """For how many days it is kept, as RETENTION_DAYS says; None is for ever."""
        return settings.RETENTION_DAYS.get(self.name) if self.old else None


def remove(rows: models.QuerySet[Any], at: datetime) -> int:
    """This will delete the rows, and return how many."""
    return rows.delete()[1].get(rows.model._meta.label, 0)


def keep(
    name: str,
    *,
    label: Promise,
    why: Promise,
    rows: Rows,
    also: Iterable[type[models.Model]] = (),
    old: Old | None = None,
    forget: Forget = remove,
) -> None:
    """This will put a kind on the page of what is stored; `also` are further tables it lies in.

    `old` finds the rows from before an instant.
    """
    KINDS[name] = Kept(name, label, why, rows, (rows().model, *also), old, forget)


def over(kind: Kept, at: datetime) -> models.QuerySet[models.Model] | None:
    """This will find the rows whose time is over; None for what is kept for ever."""
    if kind.old is None or kind.days is None:
        return None
    return kind.old(at - timedelta(days=kind.days))


def dispose(at: datetime, *, really: bool, at_once: int = AT_ONCE) -> list[tuple[Kept, int]]:
    """This will count, kind by kind, what is over; with `really` it removes it and writes the counts into the trail.

    It goes a slice of `at_once` rows at a time, each with its count in a transaction of its own: work goes on meanwhile,
    and what breaks off is gone on with by the next run. A row that somebody is just working on is left to it, and so is
    what another run has.
    """
    found = [(kind, rows) for kind in KINDS.values() if (rows := over(kind, at)) is not None]
    if not really:
        return [(kind, rows.count()) for kind, rows in found]
    counts = [(kind, forget(kind, rows, at, at_once)) for kind, rows in found]
    search.forget_the_gone(connection)
    return counts


def forget(kind: Kept, rows: models.QuerySet[Any], at: datetime, at_once: int = AT_ONCE) -> int:
    """This will remove such rows of a kind, slice by slice, and return how many they were."""
    numbers, total = list(rows.order_by("pk").values_list("pk", flat=True)), 0
    for first in range(0, len(numbers), at_once):
        part = rows.filter(pk__in=numbers[first : first + at_once])
        with transaction.atomic():
            # What waited for the lock may have changed what is over, so it is asked again when the rows are held. SQLite
            # has no such lock and lets one write at a time.
            held = list(part.select_for_update(skip_locked=True).values_list("pk", flat=True))
            if count := kind.forget(rows.filter(pk__in=held), at):
                _write_down(kind, count, at)
        total += count
    if not total:
        _write_down(kind, 0, at)
    return total


def _write_down(kind: Kept, count: int, at: datetime) -> None:
    about = ContentType.objects.get_for_model(kind.models[0])
    trail.record("retention.run", about=about, actor=None, at=at, data={kind.name: count})


@register()
def retention_names_what_is_removed_by_time(**kwargs: Any) -> list[CheckMessage]:
    """This will refuse a number of days for a kind that is not there or has no end: it would be believed and do nothing."""
    timed = sorted(kind.name for kind in KINDS.values() if kind.old)
    hint = f"Removed by time are: {', '.join(timed)}."
    return [
        Error(f"RETENTION_DAYS says {name}={days}.", hint=hint, id="core.E010")
        for name, days in settings.RETENTION_DAYS.items()
        if name not in timed or days < 1
    ]


def looks() -> models.QuerySet[Event]:
    """This will find the events that say who looked at what, newest first."""
    return Event.objects.filter(kind__in=LOOKS)


trail.WORDS["retention.run"] = _("What had been kept long enough was removed")

keep(
    "accounts",
    label=_("Accounts: name, e-mail address, unit, roles"),
    why=_("To log in, and to see who did what. Those who left stay, inactive: what they did stays theirs."),
    rows=User.objects.all,
    also=[Unit, EmailAddress, NoticeSettings],
)
keep(
    "second_steps",
    label=_("Second steps of the login: keys and codes, and who is who in the city's directory"),
    why=_("So that a stolen password opens nothing. The secrets are encrypted."),
    rows=Authenticator.objects.all,
    also=[SocialAccount, SocialToken, EmailConfirmation],
)
keep(
    "sessions",
    label=_("Logins that have run out"),
    why=_("They open nothing any more."),
    rows=Session.objects.all,
    old=lambda before: Session.objects.filter(expire_date__lt=before),
)
keep(
    "notices",
    label=_("Notices: what you were told, and the e-mail about it"),
    why=_("So that it can be shown that somebody was told in time."),
    rows=Notice.objects.all,
    old=lambda before: Notice.objects.filter(created_at__lt=before).exclude(
        email_state__in=["pending", "sending"]
    ),
)
keep(
    "trail",
    label=_("The trail: who did what and when, also logins"),
    why=_(
        "The city has to be able to show it for ten years. It is sealed; a removed row would break the seals."
    ),
    rows=Event.objects.all,
    also=[LogEntry],
)
keep(
    "seals",
    label=_("The seals of the trail"),
    why=_("They show that nothing was changed."),
    rows=Seal.objects.all,
)
keep(
    "search",
    label=_("The search's copy of what can be found"),
    why=_("To find it. It changes and goes with what it is a copy of."),
    rows=SearchEntry.objects.all,
)
