"""Asking a signer through a link of their own, and what they answer with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent import letters, links
from consent.models import ConsentEvent, ConsentRequest, NoticeText, Person, Picture
from consent.rules import may_tend
from consent.states import YES, LetterKind, Said, Way
from consent.words import answer_with_link, ask_signer, standing_word, write
from core import trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused
from core.rules import Refusal
from core.workdays import instant, local_day

trail.WORDS |= {
    "request.ask": gettext_lazy("Asked through a link"),
    "request.call_back": gettext_lazy("Link called back"),
}


def ask_by_link(
    picture: Picture,
    *,
    actor: User,
    at: datetime,
    person: Person,
    signer: Person,
    language: str = "sv",
    channels: Iterable[Channel] = (),
    until: date | None = None,
    email: bool = False,
) -> ConsentRequest:
    """This will make a link for one signer, note that they are asked, and send the link when `email` says so.

    Earlier links to the signer about the same person and picture end: one question, one link that can be answered.
    What was answered with them stands, and can still be taken back with them. No `channels` are all of them.

    Raises MoveForbidden outside the unit's people; MoveRefused for somebody not in the picture, a signer who is neither
    the person nor a guardian, a protected person, a last day that is over, and a language without a text;
    MoveIncomplete when it is to be sent and no address is noted; ChangedMeanwhile when somebody else asks just now.
    """
    answer = may_tend(actor, picture)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    text = NoticeText.objects.current().get(language)
    if text is None:
        raise MoveRefused(_("There is no information text in that language yet."))
    _ask_who(picture, person, signer)
    if until and until < local_day(at):
        raise MoveRefused(_("The last day is over already. Choose a later one."))
    if email and not signer.email:
        raise MoveIncomplete(_("No e-mail address is noted for %(name)s.") % {"name": signer})
    nonce = links.new_nonce()
    request = ConsentRequest(
        picture=picture,
        person=person,
        signer=signer,
        channel_ids=sorted(channel.pk for channel in channels),
        until=until,
        text=text,
        token_hash=links.hash_of(links.new_token(nonce)),
        nonce=nonce,
        asked_by=actor,
        asked_at=at,
        ends_at=_ends_at(at, until),
    )
    with transaction.atomic():
        _put_in_place(request)
        _note_asked(request, actor, at)
        trail.record("request.ask", about=request, actor=actor, at=at, data={"picture": picture.pk})
        if email:
            letters.write(request, LetterKind.ASK, at=at)
    return request


def _ends_at(at: datetime, until: date | None) -> datetime:
    """This will return until when a link can be answered: REQUEST_DAYS, but not past the last day that is asked for."""
    end = at + timedelta(days=settings.REQUEST_DAYS)
    return min(end, instant(until + timedelta(days=1), "00:00")) if until else end


def call_back(request: ConsentRequest, *, actor: User, at: datetime) -> None:
    """This will end a link before its time. What was answered with it stands, and can still be taken back with it.

    Raises MoveForbidden outside the unit's people, MoveRefused when it has ended already.
    """
    answer = may_tend(actor, request.picture)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    with transaction.atomic():
        rows = ConsentRequest.objects.filter(pk=request.pk, cancelled_at=None)
        if not rows.update(cancelled_at=at, version=request.version + 1):
            raise MoveRefused(_("The link has been called back already."))
        trail.record("request.call_back", about=request, actor=actor, at=at)
    request.refresh_from_db()


def answer(
    request: ConsentRequest,
    *,
    at: datetime,
    seen: int,
    says_yes: bool,
    channel_ids: Iterable[int] | None = None,
    email: str = "",
    text: NoticeText | None = None,
) -> ConsentEvent | None:
    """This will write a signer's answer, and send the receipt. The same answer twice is one answer, and None.

    `channel_ids` are the channels a yes is for; None is all that were asked for. `text` is what they read, when it was
    another than the question's own. An address given here is kept with the
    signer when none was. Raises ChangedMeanwhile when somebody answered with the link after the page was read,
    MoveRefused when it can no longer be answered, MoveIncomplete when no channel is chosen.
    """
    if not request.is_open_at(at):
        raise MoveRefused(_("The link has ended. Ask whoever sent it for a new one."))
    chosen = sorted(request.channel_ids if channel_ids is None else _within(request, channel_ids))
    before = standing_word(request.picture, request.person, request.signer)
    said = _said(before, says_yes)
    if before is not None and before.request_id == request.pk and _same(before, said, chosen):
        return None
    _ask_who(request.picture, request.person, request.signer)
    with transaction.atomic():
        _turn(request, seen)
        if email and not request.signer.email:
            Person.objects.filter(pk=request.signer_id, email="").update(email=email)
            request.signer.email = email
        word = answer_with_link(
            request,
            at=at,
            said=said,
            channel_ids=chosen if says_yes else (),
            until=request.until if says_yes else None,
            text=text,
        )
        letters.write(request, LetterKind.RECEIPT, at=at, word=word)
    return word


def withdraw(request: ConsentRequest, *, at: datetime) -> ConsentEvent | None:
    """This will take a yes back: with one button, no reason, and for as long as it stands. Nothing to take back is None."""
    before = standing_word(request.picture, request.person, request.signer)
    if before is None or before.said not in YES:
        return None
    with transaction.atomic():
        _turn(request, request.version)
        word = answer_with_link(request, at=at, said=Said.WITHDRAWN, channel_ids=(), until=None)
        letters.write(request, LetterKind.RECEIPT, at=at, word=word)
    return word


def _said(before: ConsentEvent | None, says_yes: bool) -> Said:
    stands = before is not None and before.said in YES
    if not says_yes:
        return Said.WITHDRAWN if stands else Said.REFUSED
    return Said.RENEWED if stands else Said.GIVEN


def _same(before: ConsentEvent, said: str, chosen: list[int]) -> bool:
    if said in YES:
        return before.said in YES and before.channel_ids == chosen
    return said == Said.REFUSED and before.said not in YES


def _within(request: ConsentRequest, channel_ids: Iterable[int]) -> set[int]:
    """This will keep the channels that were asked for. Raises MoveIncomplete when none is left."""
    asked = set(request.channel_ids) or set(Channel.objects.alive().values_list("pk", flat=True))
    chosen = set(channel_ids) & asked
    if not chosen:
        raise MoveIncomplete(_("Choose at least one channel, or say no."))
    return chosen


def _turn(request: ConsentRequest, seen: int) -> None:
    """This will count the answer on the request's row, which two at once cannot both do."""
    if not ConsentRequest.objects.filter(pk=request.pk, version=seen).update(version=seen + 1):
        raise ChangedMeanwhile(_("Somebody answered with this link just now. Look at what was answered."))
    request.version = seen + 1


def _put_in_place(request: ConsentRequest) -> None:
    """This will store the question and end the ones before it. Raises ChangedMeanwhile for two at once."""
    earlier = ConsentRequest.objects.filter(
        picture=request.picture, person=request.person, signer=request.signer, cancelled_at=None
    )
    earlier.update(cancelled_at=request.asked_at, version=models.F("version") + 1)
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        raise ChangedMeanwhile(
            _("Somebody else asked %(name)s just now. Look at the picture again.") % {"name": request.signer}
        ) from error


def _ask_who(picture: Picture, person: Person, signer: Person) -> None:
    if person.is_protected:
        raise MoveRefused(_("The picture must not be used."))
    if not picture.appearances.filter(person=person).exists():
        raise MoveRefused(_("%(name)s is not listed in the picture.") % {"name": person})
    ask_signer(person, signer)


def _note_asked(request: ConsentRequest, actor: User, at: datetime) -> None:
    event = ConsentEvent(
        picture=request.picture,
        person=request.person,
        signer=request.signer,
        said=Said.ASKED,
        way=Way.LINK,
        channel_ids=request.channel_ids,
        until=request.until,
        request=request,
        text=request.text,
        noted_by=actor,
        noted_at=at,
    )
    write(event, actor=actor)
