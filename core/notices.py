"""Telling people: a row in the page inside the transaction that caused it, and the e-mail as a second step."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy

from core.letters import as_email, may_still_see, note_refusal, send_digests, topic_of, way_to
from core.models import Notice, NoticeSettings, User
from core.templatetags.parts import long_day

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 50


@dataclass(frozen=True)
class Message:
    """What is to be told to one person. Texts may be lazy: they are written in the recipient's language."""

    recipient: User
    key: str
    subject: str | Promise
    body: str | Promise
    url: str
    why: str | Promise
    about: models.Model | None = None
    urgent: bool = False


# Made once: lazy() builds a class each time it is called, which costs more than the notice itself.
_said = lazy(lambda text, values: str(text) % values, str)
_day = lazy(long_day, str)


def say(text: Promise, **values: Any) -> str | Promise:
    """This will be `text` with its values, in whatever language it is read; plain % would freeze today's language."""
    return _said(text, values)


def on_day(value: date) -> str:
    """This will be the day as one says it, “tisdag 1 december”, in whatever language it is read."""
    return _day(value)


def tell(messages: Iterable[Message], at: datetime) -> None:
    """This will store the messages as notices, once for each recipient and key however often it is called.

    Whether and when the e-mail goes is as the recipient chose (core.letters.way_to); what is urgent goes at once.
    """
    rows = [message for message in messages if message.recipient.is_active]
    if not rows:
        return
    chosen = NoticeSettings.objects.filter(user__in={message.recipient.pk for message in rows})
    wishes = {one.user_id: one for one in chosen}
    by_language: dict[str, list[Message]] = {}
    for message in rows:
        by_language.setdefault(message.recipient.language, []).append(message)
    notices: list[Notice] = []
    for language, theirs in by_language.items():
        # Many are told the same: each text is translated once for each language.
        words: dict[int, str] = {}
        with translation.override(language):
            notices += [_notice(one, at, wishes.get(one.recipient.pk), words) for one in theirs]
    Notice.objects.bulk_create(
        notices,
        ignore_conflicts=True,
        batch_size=2000,
    )


def make_moot(about: models.Model) -> None:
    """This will withdraw the e-mails about an object that are not sent yet; the notices in the page stay."""
    Notice.objects.filter(
        about_type=about._meta.label_lower, about_id=about.pk, email_state=Notice.EmailState.PENDING
    ).update(email_state=Notice.EmailState.MOOT)


def send_notices(at: datetime) -> int:
    """This will send the waiting e-mails and return how many the mail server took.

    Each is claimed for five minutes before it is sent. A process that ends in between leaves it to the next round,
    so an e-mail may be sent twice, under the same Message-ID. One that is refused is tried again later, rarer each
    time, and does not stop the others.
    """
    sent = send_digests(at, tell_of_refused)
    waiting = list(Notice.objects.to_send(at).order_by("try_at").select_related("recipient")[: BATCH * 20])
    if not waiting:
        return sent
    with get_connection() as connection:
        for notice in waiting:
            sent += _send(notice, connection, at)
    return sent


def _notice(message: Message, at: datetime, wishes: NoticeSettings | None, words: dict[int, str]) -> Notice:
    """Write a message in the language that is active; `words` holds the texts that were translated already."""

    def said(text: str | Promise) -> str:
        if id(text) not in words:
            words[id(text)] = str(text)
        return words[id(text)]

    notice = Notice(
        recipient_id=message.recipient.pk,
        key=message.key,
        about_type=message.about._meta.label_lower if message.about else "",
        about_id=message.about.pk if message.about else None,
        subject=one_line(said(message.subject)),
        body=said(message.body),
        url=message.url,
        why=said(message.why)[:200],
        urgent=message.urgent,
        created_at=at,
    )
    notice.email_state, notice.try_at = way_to(wishes, topic_of(notice), urgent=message.urgent, at=at)
    return notice


def one_line(subject: str) -> str:
    """This will make a subject fit for a letter: a line break in it would make a row that no mail server ever takes."""
    return " ".join(subject.split())[:200]


def note_bounce(notice: Notice, at: datetime) -> None:
    """This will note that a sent e-mail came back, and tell the administrators."""
    Notice.objects.filter(pk=notice.pk).update(email_state=Notice.EmailState.REFUSED, error="returned")
    tell_of_refused(notice, at)


def tell_of_refused(notice: Notice, at: datetime) -> None:
    """This will tell the administrators that somebody's e-mail is not taken; whose own it is sees it on the page."""
    key = f"refused:{notice.recipient_id}:{at:%Y%m%d}"
    tell(
        [
            Message(
                recipient=administrator,
                key=key,
                subject=say(gettext_lazy("E-mail to %(name)s comes back"), name=notice.recipient.name),
                body=say(
                    gettext_lazy("%(email)s does not take e-mail. Check the address."),
                    email=notice.recipient.email,
                ),
                url=f"/admin/core/user/{notice.recipient_id}/change/",
                why=gettext_lazy("you are an administrator"),
            )
            for administrator in User.objects.filter(is_staff=True, is_active=True)
        ],
        at,
    )
    Notice.objects.filter(recipient=notice.recipient_id, key=key).update(email_state=Notice.EmailState.PAGE)


def _came_too_late(notice: Notice) -> bool:
    """Whether a letter that waited, for the morning or for the mail server, is to somebody who left in the meantime."""
    if notice.try_at <= notice.created_at:
        return False
    who = notice.recipient
    return not who.is_active or not (notice.urgent or may_still_see(who, [notice]))


def _send(notice: Notice, connection: BaseEmailBackend, at: datetime) -> int:
    mine = Notice.objects.filter(pk=notice.pk, email_state=notice.email_state, try_at=notice.try_at)
    if not mine.update(
        email_state=Notice.EmailState.SENDING, try_at=at + LEASE, attempts=models.F("attempts") + 1
    ):
        return 0
    row = Notice.objects.filter(pk=notice.pk)
    if _came_too_late(notice):
        row.update(email_state=Notice.EmailState.MOOT)
        return 0
    try:
        connection.send_messages([as_email(notice)])
    except Exception as error:  # the mail server's refusals are many; each is kept on the row and tried again
        attempts = notice.attempts + 1
        if note_refusal(row, error, attempts=attempts, waits=Notice.EmailState.PENDING, at=at):
            tell_of_refused(notice, at)
        log.warning("notice %s was not sent (attempt %s): %s", notice.pk, attempts, type(error).__name__)
        connection.close()
        return 0
    row.update(email_state=Notice.EmailState.SENT, sent_at=at, error="")
    return 1
