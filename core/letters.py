"""E-mail as people read it: plain and HTML, threads by what it is about, at once or gathered in a digest."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from core.models import Notice, NoticeSettings, User
from core.workdays import instant, local_day

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
TELL_ADMINISTRATORS_AT = (4, MAX_ATTEMPTS)  # after half an hour, and when it is given up
SALT = "core.letters.unsubscribe"
REPORT, ALL_IN_DIGEST = "report", "digest"  # topics that are no kind of object
State, Way = Notice.EmailState, NoticeSettings.Way


def way_to(wishes: NoticeSettings | None, topic: str, *, urgent: bool, at: datetime) -> tuple[str, datetime]:
    """This will return the e-mail's state and when to try, as the person wishes. What is urgent goes now."""
    if wishes is None or urgent:
        return State.PENDING, at
    way = wishes.ways.get(topic, Way.EMAIL)
    if way == Way.PAGE:
        return State.PAGE, at
    if way == Way.DIGEST:
        today = instant(local_day(at), f"{wishes.digest_at:%H:%M}")
        return State.DIGEST, today if today > at else instant(
            local_day(at) + timedelta(days=1), f"{wishes.digest_at:%H:%M}"
        )
    return State.PENDING, after_quiet(wishes, at)


def topic_of(notice: Notice) -> str:
    """This will name what a person chooses a way for: the kind of object, or the weekly report, which has its own wish."""
    return REPORT if notice.key.startswith("report:") else notice.about_type


def after_quiet(wishes: NoticeSettings, at: datetime) -> datetime:
    """This will return `at`, or the end of the quiet hours when they have begun. They may reach over midnight."""
    if wishes.quiet_from is None or wishes.quiet_to is None:
        return at
    today = local_day(at)
    for day in (today - timedelta(days=1), today):
        over_night = wishes.quiet_to <= wishes.quiet_from
        starts_at = instant(day, f"{wishes.quiet_from:%H:%M}")
        ends_at = instant(day + timedelta(days=over_night), f"{wishes.quiet_to:%H:%M}")
        if starts_at <= at < ends_at:
            return ends_at
    return at


def as_email(notice: Notice) -> EmailMultiAlternatives:
    """This will write a notice as an e-mail under its one Message-ID, in a thread with others about the same thing."""
    headers = {"Message-ID": f"<{notice.message_id}@{_domain()}>"}
    if notice.about_id:
        thread = f"<{notice.about_type}-{notice.about_id}@{_domain()}>"
        headers |= {"References": thread, "In-Reply-To": thread}
    if not notice.urgent:
        headers |= _unsubscribe(notice.recipient, topic_of(notice))
    with translation.override(notice.recipient.language):
        return _letter(notice.recipient, notice.subject, {"notices": [notice], "body": notice.body}, headers)


def note_refusal(
    rows: models.QuerySet[Notice], error: Exception, *, attempts: int, waits: str, at: datetime
) -> bool:
    """This will try a letter again later, rarer each time, or give it up, and return whether it is time to tell of it."""
    rows.update(
        email_state=State.REFUSED if attempts >= MAX_ATTEMPTS else waits,
        try_at=at + timedelta(minutes=min(2**attempts, 240)),
        error=repr(error),
    )
    return attempts in TELL_ADMINISTRATORS_AT


def send_digests(at: datetime, tell_of_refused: Callable[[Notice, datetime], None]) -> int:
    """This will send each person one e-mail of what waits in the digest, and return how many were taken.

    What is about something the person may not see any more is left out for good. Claimed for five minutes like
    every e-mail; a digest that is refused is tried again, given up and told of like one.
    """
    due: dict[User, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.to_digest(at).select_related("recipient").order_by("pk")[:2000]:
        due[notice.recipient].append(notice)
    return sum(_send_digest(user, notices, at, tell_of_refused) for user, notices in due.items())


def may_still_see(user: User, notices: list[Notice]) -> list[Notice]:
    """This will keep the notices that are about nothing in particular or about something the user may see."""
    by_type: dict[str, set[Any]] = defaultdict(set)
    for notice in notices:
        by_type[notice.about_type].add(notice.about_id)
    seen = {about_type: _visible(user, about_type, pks) for about_type, pks in by_type.items() if about_type}
    return [
        notice for notice in notices if not notice.about_type or notice.about_id in seen[notice.about_type]
    ]


def unsubscribed(token: str) -> tuple[User, str] | None:
    """This will read whose e-mails about what a signed address ends; None for an address that was not made here."""
    try:
        user, topic = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    found = User.objects.filter(pk=user, is_active=True).first()
    return (found, str(topic)) if found else None


def unsubscribe(user: User, topic: str) -> None:
    """This will keep what is about `topic` on the page from now on, or end the weekly report or the digest.

    What waits for a digest that ended stays on the page, too.
    """
    wishes, _new = NoticeSettings.objects.get_or_create(user=user)
    if topic == REPORT:
        wishes.weekly_report = False
    elif topic == ALL_IN_DIGEST:
        wishes.ways = {about: Way.PAGE if way == Way.DIGEST else way for about, way in wishes.ways.items()}
        Notice.objects.filter(recipient=user, email_state=State.DIGEST).update(email_state=State.PAGE)
    else:
        wishes.ways = wishes.ways | {topic: Way.PAGE}
    wishes.save()


def _visible(user: User, about_type: str, pks: set[Any]) -> set[Any]:
    """Which of these the user may see: none of a kind that does not say who may."""
    try:
        model = apps.get_model(about_type)
    except LookupError:
        return set()
    rows: Any = model._default_manager
    if not hasattr(rows, "visible_to"):
        return set()
    return set(rows.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))


def _send_digest(
    user: User, notices: list[Notice], at: datetime, tell_of_refused: Callable[[Notice, datetime], None]
) -> int:
    claimed = Notice.objects.to_digest(at).filter(pk__in=[notice.pk for notice in notices])
    if not claimed.update(try_at=at + LEASE, attempts=models.F("attempts") + 1):
        return 0
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices], email_state=State.DIGEST)
    told = may_still_see(user, notices) if user.is_active else []
    gone = {notice.pk for notice in notices} - {notice.pk for notice in told}
    rows.filter(pk__in=gone).update(email_state=State.MOOT)
    if not told:
        return 0
    with translation.override(user.language):
        subject = ngettext("%(n)s notice from Redaktionen", "%(n)s notices from Redaktionen", len(told)) % {
            "n": len(told)
        }
        headers = {"Message-ID": f"<digest-{told[0].message_id}@{_domain()}>"} | _unsubscribe(
            user, ALL_IN_DIGEST
        )
        letter = _letter(user, subject, {"notices": told, "body": ""}, headers)
    try:
        letter.send()
    except (
        Exception
    ) as error:  # as for single e-mails: kept on the rows, tried again when the claim has run out
        waiting = rows.filter(pk__in=[notice.pk for notice in told])
        if note_refusal(waiting, error, attempts=told[0].attempts + 1, waits=State.DIGEST, at=at):
            tell_of_refused(told[0], at)
        log.warning("a digest was not sent: %s", type(error).__name__)
        return 0
    rows.filter(pk__in=[notice.pk for notice in told]).update(email_state=State.SENT, sent_at=at, error="")
    return 1


def _letter(
    user: User, subject: str, context: dict[str, Any], headers: dict[str, str]
) -> EmailMultiAlternatives:
    values = context | {
        "base": settings.BASE_URL,
        "subject": subject,
        "settings_url": settings.BASE_URL + reverse("notice_settings"),
        "user": user,
    }
    letter = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("email/notice.txt", values),
        to=[user.email],
        headers=headers | {"Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("email/notice.html", values), "text/html")
    return letter


def _unsubscribe(user: User, topic: str) -> dict[str, str]:
    """The headers by which a mail program offers to end such e-mails with one click (RFC 8058)."""
    token = signing.dumps([user.pk, topic], salt=SALT)
    return {
        "List-Unsubscribe": f"<{settings.BASE_URL}{reverse('notice_unsubscribe', args=[token])}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
