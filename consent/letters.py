"""E-mail to signers, who have no account: a row in the transaction that caused it, and the sending as a second step."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import links
from consent.endings import tell_ending
from consent.models import ConsentEvent, ConsentRequest, Letter, Person, Picture
from consent.states import YES, LetterKind, LetterState, Said
from core.notices import say
from core.returned import Report, letter_came_back, numbers

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 500
MAX_ATTEMPTS = 12


def write(request: ConsentRequest, kind: str, *, at: datetime, word: ConsentEvent | None = None) -> None:
    """This will store a letter to the request's signer when an address is noted; the words come when it is sent."""
    key = f"{kind}:{request.pk}:{word.pk if word else 0}"
    _store(request.picture, request.signer, kind, at, request=request, word=word, key=key)


def write_gone(picture: Picture, word: ConsentEvent, *, key: str, at: datetime) -> bool:
    """This will store the letter that says the picture is gone. Returns whether there was an address to write to."""
    _store(picture, word.signer, LetterKind.GONE, at, request=word.request, word=word, key=f"gone:{key}")
    return bool(word.signer.email)


def send_letters(at: datetime) -> int:
    """This will send the waiting letters and return how many the mail server took; each as in core.notices."""
    waiting = list(
        Letter.objects.to_send(at)
        .order_by("try_at")
        # Beside the rows, not joined to them: mostly there are none, and to plan the joins takes PostgreSQL milliseconds.
        .prefetch_related(
            "signer", "picture__unit", "request__text", "request__asked_by", "request__person", "word__text"
        )[:BATCH]
    )
    if not waiting:
        return 0
    with get_connection() as connection:
        return sum(_send(letter, connection, at) for letter in waiting)


def as_email(letter: Letter) -> EmailMessage:
    """This will write a letter, in the language of the text its reader was shown. Raises LinkLost."""
    read = letter.word.text if letter.word else None
    read = read or (letter.request.text if letter.request else None)
    language = read.language if read else settings.LANGUAGE_CODE
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    with translation.override(known):
        subject, body = _words(letter)
    return EmailMessage(
        subject=" ".join(subject.split())[:200],
        body=body,
        to=[letter.to],
        headers={"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=None,
    )


@receiver(letter_came_back)
def take_returned(report: Report, at: datetime, **kwargs: Any) -> str:
    """This will note that a letter to a signer came back. One that is only late changes nothing."""
    letter = Letter.objects.filter(message_id__in=numbers(report)).first()
    if letter is None:
        return ""
    sent = Letter.objects.filter(pk=letter.pk, state=LetterState.SENT)
    if report.is_final and sent.update(state=LetterState.REFUSED, error="returned"):
        tell_lost(letter, at)
    return f"letter {letter.pk}"


def tell_lost(letter: Letter, at: datetime) -> None:
    """This will tell those who look after the picture that a signer did not get a letter. It names nobody."""
    tell_ending(
        letter.picture,
        at,
        key=f"lost:{letter.pk}",
        subject=say(
            gettext_lazy("E-mail that did not arrive (%(kind)s): %(picture)s"),
            kind=LetterKind(letter.kind).label,
            picture=letter.picture.title,
        ),
        body=gettext_lazy(
            "Somebody the picture is about did not get our e-mail. Correct the address, or reach them in another way."
        ),
    )


def _words(letter: Letter) -> tuple[str, str]:
    """This will return a letter's subject and text. The subject names nobody: it is seen on locked screens."""
    city, unit = settings.CITY_NAME, letter.picture.unit.name
    if letter.kind == LetterKind.GONE:
        parts = [gone_line(letter.word) % {"picture": letter.picture.title}]
        return _("The picture is taken down"), _letter_text(parts, city, unit)
    request = letter.request
    if request is None:
        raise ValueError(f"letter {letter.pk} has no request")
    link = links.url_of(request)
    if letter.kind == LetterKind.ASK:
        parts = [
            _("We have taken a picture with %(name)s in it, and would like to show it.")
            % {"name": request.person},
            _("Read more and answer here:"),
            link,
            _("The link is yours alone. Do not send it on."),
        ]
        return _("May we show a picture?"), _letter_text(parts, city, unit)
    parts = [
        receipt_line(letter.word),
        _("With the same link you can take a yes back, whenever you want and without giving a reason:"),
        link,
    ]
    return _("Your answer about a picture"), _letter_text(parts, city, unit)


def gone_line(word: ConsentEvent | None) -> str:
    """This will say from where the picture is gone. After a yes it may be out where that yes, or another, holds."""
    if word is not None and word.said in YES:
        return _("The picture “%(picture)s” is taken down from the channels where your yes no longer holds.")
    return _("The picture “%(picture)s” is taken down from our channels.")


def receipt_line(word: ConsentEvent | None) -> str:
    """This will say what was answered."""
    if word is not None and word.said in YES:
        return _("You said yes to the picture being shown.")
    if word is not None and word.said == Said.WITHDRAWN:
        return _("You have taken your yes back. The picture is not shown, and what is out is taken down.")
    return _("You said no. The picture is not shown, and what is out is taken down.")


def _letter_text(parts: list[str], city: str, unit: str) -> str:
    return "\n\n".join([_("Hello,"), *parts, f"{unit}\n{city}"]) + "\n"


def _store(
    picture: Picture,
    signer: Person,
    kind: str,
    at: datetime,
    *,
    request: ConsentRequest | None,
    word: ConsentEvent | None,
    key: str,
) -> None:
    if signer.email:
        letter = Letter(
            kind=kind,
            key=key,
            to=signer.email,
            signer=signer,
            picture=picture,
            request=request,
            word=word,
            created_at=at,
            try_at=at,
        )
        Letter.objects.bulk_create([letter], ignore_conflicts=True)


def _send(letter: Letter, connection: BaseEmailBackend, at: datetime) -> int:
    mine = Letter.objects.filter(pk=letter.pk, state=letter.state, try_at=letter.try_at)
    if not mine.update(state=LetterState.SENDING, try_at=at + LEASE, attempts=models.F("attempts") + 1):
        return 0
    row = Letter.objects.filter(pk=letter.pk)
    try:
        connection.send_messages([as_email(letter)])
    except Exception as error:  # whatever the mail server says is kept on the row and tried again
        attempts = letter.attempts + 1
        given_up = attempts >= MAX_ATTEMPTS or not letter.to
        row.update(
            state=LetterState.REFUSED if given_up else LetterState.PENDING,
            try_at=at + timedelta(minutes=min(2**attempts, 240)),
            error=type(error).__name__,
        )
        if given_up:
            tell_lost(letter, at)
        log.warning("letter %s was not sent (attempt %s): %s", letter.pk, attempts, type(error).__name__)
        connection.close()
        return 0
    row.update(state=LetterState.SENT, sent_at=at, error="")
    return 1
