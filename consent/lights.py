"""Whether a picture may be shown, derived from what people said, for channels and a day. Never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from consent.models import ConsentEvent, Person, Picture
from consent.states import NO, YES, BankSays, PeopleState, Said, Source
from core.rules import Answer, Grant, Refusal


@dataclass(frozen=True)
class Light:
    """Green when nothing stands in the way; else the sentences that say what does, each with its next step."""

    reasons: tuple[str, ...] = ()

    @property
    def is_green(self) -> bool:
        return not self.reasons


def light_of(picture: Picture, channels: Iterable[int], day: date) -> Light:
    """This will derive the picture's light for publishing on these channels (by id) on `day` (R14–R17).

    Reads appearances, people, words, bases and checks of the picture: fetch many with `Picture.objects.for_light()`.
    No channels asks whether it may be shown anywhere at all.
    """
    if picture.state == PeopleState.NOT_LOOKED:
        return Light((_("Nobody has looked for people in it yet. Look, and say who is in it."),))
    if picture.state == PeopleState.NONE:
        return Light()
    words, wanted = _standing_words(picture), frozenset(channels)
    bank = picture.source == Source.MEDIA_BANK
    reasons = [] if picture.bases.all() else [_("No legal basis is noted. Choose one and say why.")]
    if bank:
        reasons += _bank_reasons(picture, day)
    for appearance in picture.appearances.all():
        person = appearance.person
        if person is not None and person.is_protected:
            reasons.append(_("The picture must not be used."))
        elif person is not None:
            asked = appearance.is_identifiable and not bank
            reasons += _person_reasons(person, words, wanted, day, asked=asked)
        elif appearance.is_identifiable and not bank:
            reasons.append(
                _("Somebody is unknown (%(place)s). Find out who it is and ask.")
                % {"place": appearance.place}
            )
    return Light(tuple(dict.fromkeys(reasons)))


def gate(pictures: Iterable[Picture], channels: Iterable[int], day: date) -> Answer:
    """This will grant when every picture is green for the channels on `day`, else refuse with the first reasons."""
    wanted = list(channels)
    for picture in pictures:
        light = light_of(picture, wanted, day)
        if not light.is_green:
            return Refusal(
                _("The picture “%(picture)s” cannot be used: %(reasons)s")
                % {"picture": picture.title, "reasons": " ".join(light.reasons)}
            )
    return Grant()


def _standing_words(picture: Picture) -> dict[tuple[int, int], ConsentEvent]:
    """This will return what stands between person and signer: the newest word that is more than a question."""
    return {(word.person_id, word.signer_id): word for word in picture.words.all() if word.said != Said.ASKED}


def _bank_reasons(picture: Picture, day: date) -> list[str]:
    checks = list(picture.bank_checks.all())
    if not checks or checks[-1].says != BankSays.YES:
        return [_("The media bank does not say that consent exists. Look there, and note what it says.")]
    until = checks[-1].until
    if until and until < day:
        return [_("The media bank's consent ended on %(day)s. Look there again.") % {"day": until}]
    return []


def _person_reasons(
    person: Person,
    words: dict[tuple[int, int], ConsentEvent],
    channels: frozenset[int],
    day: date,
    *,
    asked: bool,
) -> list[str]:
    """This will say what is missing from one person. Who said no themselves is never shown, whatever the basis."""
    signers = list(person.signers_on(day))
    if not signers and asked:
        return [_("%(name)s is a child, and no guardian is noted. Add all guardians.") % {"name": person}]
    heard = {signer.pk: signer for signer in (person, *signers)}
    reasons = [
        _("%(name)s has said no. Choose another picture.") % {"name": signer}
        for signer in heard.values()
        if (word := words.get((person.pk, signer.pk))) and word.said in NO
    ]
    if reasons or not asked:
        return reasons
    return [
        reason
        for signer in signers
        if (reason := _missing(words.get((person.pk, signer.pk)), signer, person, channels, day))
    ]


def _missing(
    word: ConsentEvent | None, signer: Person, person: Person, channels: frozenset[int], day: date
) -> str:
    if word is None or word.said not in YES:
        if signer == person:
            return _("The consent of %(name)s is missing. Ask first.") % {"name": person}
        return _("The consent of %(guardian)s, guardian of %(name)s, is missing. Ask first.") % {
            "guardian": signer,
            "name": person,
        }
    if word.until and word.until < day:
        return _("The consent of %(name)s ended on %(day)s. Ask again.") % {"name": signer, "day": word.until}
    if word.channel_ids and not channels <= set(word.channel_ids):
        return _("The consent of %(name)s is for other channels. Ask again.") % {"name": signer}
    return ""
