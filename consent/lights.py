"""Whether a picture may be shown, derived from what people said, for channels and a day. Never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from consent.models import Appearance, ConsentEvent, Person, Picture
from consent.states import NO, YES, BankSays, Basis, PeopleState, Said, Source
from core.rules import Answer, Grant, Refusal
from core.templatetags.parts import day as day_in_words


@dataclass(frozen=True)
class Light:
    """Green when nothing stands in the way; else the sentences that say what does, each with its next step."""

    reasons: tuple[str, ...] = ()
    has_conflict: bool = False

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
    reasons = [] if picture.alt_text else [_("It has no alternative text. Describe what is in it.")]
    if picture.state == PeopleState.NONE:
        return Light(tuple(reasons))
    words, wanted = _standing_words(picture), frozenset(channels)
    waiting = _waiting(picture)
    bank = picture.source == Source.MEDIA_BANK
    reasons += _basis_reasons(picture)
    if bank:
        reasons += _bank_reasons(picture, day)
    places = list(picture.appearances.all())
    if not places and not bank:
        reasons.append(_("People are in it, and nobody is listed. Say who is in it."))
    quarrels = False
    for appearance in places:
        person, must_not = appearance.person, appearance.is_protected
        if appearance.is_blurred and not must_not:
            continue
        asked = appearance.is_identifiable and not bank
        if person is not None and not must_not:
            found, conflict = _person_reasons(person, words, waiting, wanted, day, asked=asked)
            reasons, quarrels = reasons + found, quarrels or conflict
        if asked or must_not:
            reasons.append(why_not_asked(appearance, day))
    return Light(tuple(dict.fromkeys(filter(None, reasons))), quarrels)


def why_not_asked(place: Appearance, day: date) -> str:
    """This will say why nobody can be asked about whoever is seen there, with the next step; nothing when one can."""
    person = place.person
    if person is None:
        return _("Somebody is unknown (%(place)s). Find out who it is and ask, or blur the place.") % {
            "place": place.place
        }
    if person.is_protected:
        return _("The picture must not be used.")
    if not person.signers_on(day):
        return _("%(name)s is a child, and no guardian is noted. Add all guardians.") % {"name": person}
    return ""


def agreed_on(picture: Picture, person: Person, day: date) -> frozenset[int] | None:
    """This will return the channels on which everybody who answers for a person on `day` agrees: none when somebody
    does not, None when it is all of them.
    """
    words, agreed = _standing_words(picture), None
    signers = person.signers_on(day)
    said = [words.get((person.pk, signer.pk)) for signer in signers]
    if not signers or any(word is None or word.said not in YES or _is_over(word, day) for word in said):
        return frozenset()
    for word in filter(None, said):
        if word.channel_ids:
            agreed = frozenset(word.channel_ids) if agreed is None else agreed & frozenset(word.channel_ids)
    return agreed


def _is_over(word: ConsentEvent, day: date) -> bool:
    return word.until is not None and word.until < day


def gate(pictures: Iterable[Picture], channels: Iterable[int], day: date) -> Answer:
    """This will grant when every picture is green for the channels on `day`, else refuse with the first reasons."""
    wanted = list(channels)
    for picture in pictures:
        light = light_of(picture, wanted, day)
        if not light.is_green:
            return Refusal(
                _("The picture “%(picture)s” cannot be used: %(reasons)s")
                % {"picture": picture.title, "reasons": " ".join(light.reasons)},
                for_trail=_("The picture “%(picture)s” could not be used on that day. Its page says why.")
                % {"picture": picture.title},
            )
    return Grant()


def _standing_words(picture: Picture) -> dict[tuple[int, int], ConsentEvent]:
    """This will return what stands between person and signer: the newest word that is more than a question."""
    return {(word.person_id, word.signer_id): word for word in picture.words.all() if word.said != Said.ASKED}


def _waiting(picture: Picture) -> set[tuple[int, int]]:
    """This will return the pairs of person and signer whose newest word is a question."""
    newest = {(word.person_id, word.signer_id): word.said for word in picture.words.all()}
    return {pair for pair, said in newest.items() if said == Said.ASKED}


def _basis_reasons(picture: Picture) -> list[str]:
    """This will ask for a legal basis (R14); the newest counts, and none is that nobody is in it when people are."""
    bases = list(picture.bases.all())
    if not bases:
        return [_("No legal basis is noted. Choose one and say why.")]
    if bases[-1].basis == Basis.NO_PERSON:
        return [_("The legal basis says that nobody is in it, but people are. Choose another and say why.")]
    return []


def _bank_reasons(picture: Picture, day: date) -> list[str]:
    checks = list(picture.bank_checks.all())
    if not checks or checks[-1].says != BankSays.YES:
        return [_("The media bank does not say that consent exists. Look there, and note what it says.")]
    until = checks[-1].until
    if until and until < day:
        return [
            _("The media bank's consent ended on %(day)s. Look there again.") % {"day": day_in_words(until)}
        ]
    return []


def _person_reasons(
    person: Person,
    words: dict[tuple[int, int], ConsentEvent],
    waiting: set[tuple[int, int]],
    channels: frozenset[int],
    day: date,
    *,
    asked: bool,
) -> tuple[list[str], bool]:
    """This will say what is missing from one person, and whether signers disagree. A no wins, whatever the basis."""
    signers = person.signers_on(day)
    said = {
        signer: word.said
        for signer in {one.pk: one for one in (person, *signers)}.values()
        if (word := words.get((person.pk, signer.pk)))
    }
    against = [signer for signer, word in said.items() if word in NO]
    if against:
        agreed = [signer for signer in signers if said.get(signer) in YES]
        return [_refused(person, against, agreed)], bool(agreed)
    if not asked:
        return [], False
    missing = []
    for signer in signers:
        pair = (person.pk, signer.pk)
        why = _missing(words.get(pair), signer, person, channels, day, waits=pair in waiting)
        missing += [why] if why else []
    return missing, False


def _refused(person: Person, against: list[Person], agreed: list[Person]) -> str:
    if agreed:
        return _(
            "They do not agree about %(name)s: %(yes)s says yes, %(no)s says no. Choose another picture."
        ) % {"name": person, "yes": _names(agreed), "no": _names(against)}
    return _("%(name)s has said no. Choose another picture.") % {"name": _names(against)}


def _names(people: list[Person]) -> str:
    return ", ".join(str(person) for person in people)


def _missing(
    word: ConsentEvent | None,
    signer: Person,
    person: Person,
    channels: frozenset[int],
    day: date,
    *,
    waits: bool,
) -> str:
    if word is None or word.said not in YES:
        if waits and signer == person:
            return _("%(name)s has not answered yet. Wait, or ask again.") % {"name": person}
        if waits:
            return _("%(guardian)s, guardian of %(name)s, has not answered yet. Wait, or ask again.") % {
                "guardian": signer,
                "name": person,
            }
        if signer == person:
            return _("The consent of %(name)s is missing. Ask first.") % {"name": person}
        return _("The consent of %(guardian)s, guardian of %(name)s, is missing. Ask first.") % {
            "guardian": signer,
            "name": person,
        }
    if word.until and _is_over(word, day):
        return _("The consent of %(name)s ended on %(day)s. Ask again.") % {
            "name": signer,
            "day": day_in_words(word.until),
        }
    if word.channel_ids and not channels <= set(word.channel_ids):
        return _("The consent of %(name)s is for other channels. Ask again.") % {"name": signer}
    return ""
