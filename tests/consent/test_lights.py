"""Whether a picture may be shown, on which day, on which channel (R14–R17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from consent.lights import gate, light_of
from consent.models import Person, Picture
from consent.transitions import add_person, list_person, note_bank, note_basis, unlist
from core.moves import MoveRefused, perform
from tests.conftest import City

DAY = date(2026, 11, 24)
NewPicture = Callable[..., Picture]
Listed = Callable[..., Person]
Says = Callable[..., None]


def green(picture: Picture, day: date = DAY, *channels: int) -> bool:
    return light_of(Picture.objects.for_light().get(pk=picture.pk), channels, day).is_green


def reasons(picture: Picture, day: date = DAY, *channels: int) -> str:
    return " ".join(light_of(Picture.objects.for_light().get(pk=picture.pk), channels, day).reasons)


@pytest.mark.rule("R15")
def test_picture_nobody_has_looked_at_cannot_be_used(new_picture: NewPicture) -> None:
    assert "Nobody has looked" in reasons(new_picture())


def test_picture_of_nobody_is_green(new_picture: NewPicture, city: City, at: datetime) -> None:
    picture = new_picture()
    perform(picture, "say_none", actor=city.anna, at=at)
    assert green(picture)


@pytest.mark.rule("R15")
def test_people_in_it_and_nobody_listed_blocks(
    new_picture: NewPicture, listed: Listed, city: City, at: datetime
) -> None:
    picture = new_picture()
    listed(picture)
    unlist(picture.appearances.get(), actor=city.anna, at=at, note="Another child of the class.")
    assert reasons(picture) == "People are in it, and nobody is listed. Say who is in it."


@pytest.mark.rule("R14")
def test_people_without_a_legal_basis_block(
    new_picture: NewPicture, city: City, at: datetime, says: Says
) -> None:
    picture = new_picture()
    person = add_person(actor=city.anna, at=at, unit=city.unit, name="Maja Lind")
    list_person(picture, actor=city.anna, at=at, place="left", person=person)
    says(picture, person, "given")
    assert reasons(picture) == "No legal basis is noted. Choose one and say why."
    note_basis(picture, actor=city.anna, at=at, basis="public_interest", motive="The council's meeting.")
    assert green(picture)


@pytest.mark.rule("R14")
def test_basis_is_needed_also_when_nobody_can_be_recognised(
    new_picture: NewPicture, city: City, at: datetime
) -> None:
    picture = new_picture()
    list_person(picture, actor=city.anna, at=at, place="in the crowd", is_identifiable=False)
    assert "legal basis" in reasons(picture)
    note_basis(picture, actor=city.anna, at=at, basis="public_interest", motive="A full square.")
    assert green(picture)


@pytest.mark.rule("R15")
def test_identifiable_person_blocks_until_they_say_yes(
    new_picture: NewPicture, listed: Listed, says: Says
) -> None:
    picture = new_picture()
    person = listed(picture)
    assert reasons(picture) == "The consent of Maja Lind is missing. Ask first."
    says(picture, person, "asked")
    assert not green(picture)
    says(picture, person, "given")
    assert green(picture)


@pytest.mark.rule("R15")
def test_public_interest_does_not_spare_the_asking(
    new_picture: NewPicture, listed: Listed, city: City, at: datetime
) -> None:
    picture = new_picture()
    listed(picture)
    note_basis(picture, actor=city.anna, at=at, basis="public_interest", motive="News.")
    assert not green(picture)


@pytest.mark.rule("R15")
def test_unknown_person_blocks(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime
) -> None:
    picture = new_picture()
    says(picture, listed(picture), "given")
    list_person(picture, actor=city.anna, at=at, place="behind the tree")
    assert "Somebody is unknown (behind the tree)" in reasons(picture)


@pytest.mark.rule("R15")
@pytest.mark.parametrize("ending", ["refused", "withdrawn", "invalidated"])
def test_a_no_after_a_yes_blocks(new_picture: NewPicture, listed: Listed, says: Says, ending: str) -> None:
    picture = new_picture()
    person = listed(picture)
    says(picture, person, "given")
    says(picture, person, ending)
    assert not green(picture)
    says(picture, person, "renewed")
    assert green(picture)


@pytest.mark.rule("R15")
def test_consent_holds_to_its_last_day_and_on_its_channels(
    new_picture: NewPicture, listed: Listed, says: Says, city: City
) -> None:
    picture = new_picture()
    says(picture, listed(picture), "given", until=DAY, channels=[city.channel])
    assert green(picture, DAY, city.channel.pk)
    assert "ended on Tue 24 Nov 2026" in reasons(picture, DAY + timedelta(days=1), city.channel.pk)
    assert "for other channels" in reasons(picture, DAY, city.channel.pk, city.other_channel.pk)


@pytest.mark.rule("R16")
def test_child_needs_every_guardian(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime
) -> None:
    picture = new_picture()
    mother, father = (
        add_person(actor=city.anna, at=at, unit=city.unit, name=name) for name in ("Mia Lind", "Jan Lind")
    )
    child = listed(picture, born_on=date(2015, 5, 1), guardians=[mother, father])
    says(picture, child, "given")
    assert "Mia Lind, guardian of Maja Lind" in reasons(picture)
    says(picture, child, "given", signer=mother)
    assert "Jan Lind, guardian of Maja Lind" in reasons(picture)
    says(picture, child, "given", signer=father)
    assert green(picture)
    says(picture, child, "refused", signer=father)
    assert "Mia Lind, Maja Lind says yes" not in reasons(picture)
    assert reasons(picture) == (
        "They do not agree about Maja Lind: Mia Lind says yes, Jan Lind says no. Choose another picture."
    )
    assert light_of(Picture.objects.for_light().get(), [], DAY).has_conflict


@pytest.mark.rule("R16")
def test_child_without_guardians_blocks(new_picture: NewPicture, listed: Listed, says: Says) -> None:
    picture = new_picture()
    child = listed(picture, born_on=date(2015, 5, 1))
    says(picture, child, "given")
    assert "no guardian is noted" in reasons(picture)


@pytest.mark.rule("R16")
def test_guardians_answer_to_the_day_before_the_sixteenth_birthday(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime, settings: Any
) -> None:
    picture = new_picture()
    mother = add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Lind")
    child = listed(picture, born_on=date(2010, 11, 25), guardians=[mother])
    says(picture, child, "given", signer=mother)
    settings.CHILD_ASKED_AGE = 99
    assert green(picture, date(2026, 11, 24))
    assert reasons(picture, date(2026, 11, 25)) == "The consent of Maja Lind is missing. Ask first."


@pytest.mark.rule("R16")
def test_from_thirteen_the_young_person_is_asked_too(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime, settings: Any
) -> None:
    picture = new_picture()
    mother = add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Lind")
    child = listed(picture, born_on=date(2013, 11, 25), guardians=[mother])
    says(picture, child, "given", signer=mother)
    assert green(picture, date(2026, 11, 24))
    assert reasons(picture, date(2026, 11, 25)) == "The consent of Maja Lind is missing. Ask first."
    settings.CHILD_ASKED_AGE = 99
    assert green(picture, date(2026, 11, 25))
    settings.CHILD_ASKED_AGE = 13
    says(picture, child, "given")
    assert green(picture, date(2026, 11, 25))
    assert green(picture, date(2030, 1, 1))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2012, 2, 29), date(2028, 2, 28), 15),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2012, 2, 29), date(2027, 2, 28), 14),
        (date(2012, 2, 29), date(2027, 3, 1), 15),
        (date(2010, 12, 31), date(2026, 12, 30), 15),
        (date(2010, 12, 31), date(2026, 12, 31), 16),
    ],
)
def test_age_is_counted_on_the_day(born: date, day: date, age: int) -> None:
    assert Person(name="Maja", born_on=born).age_on(day) == age


@pytest.mark.rule("R17")
def test_media_bank_picture_is_as_green_as_the_bank_says(
    new_picture: NewPicture, listed: Listed, city: City, at: datetime
) -> None:
    picture = new_picture(source="media_bank", reference="MB-2044")
    listed(picture)
    assert "The media bank does not say" in reasons(picture)
    note_bank(picture, actor=city.anna, at=at, says="unclear")
    assert not green(picture)
    note_bank(picture, actor=city.anna, at=at, says="yes", until=DAY)
    assert green(picture)
    assert "The media bank's consent ended" in reasons(picture, DAY + timedelta(days=1))


@pytest.mark.rule("R15")
def test_a_no_wins_over_the_media_bank(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime
) -> None:
    picture = new_picture(source="media_bank", reference="MB-2044")
    person = listed(picture)
    note_bank(picture, actor=city.anna, at=at, says="yes")
    says(picture, person, "refused")
    assert not green(picture)


def test_protected_person_blocks_without_a_reason(
    new_picture: NewPicture, listed: Listed, says: Says
) -> None:
    picture = new_picture()
    person = listed(picture)
    says(picture, person, "given")
    Person.objects.filter(pk=person.pk).update(is_protected=True)
    assert reasons(picture) == "The picture must not be used."


def test_gate_names_the_picture(new_picture: NewPicture) -> None:
    assert str(gate([new_picture()], [], DAY)).startswith("The picture “A teal pond” cannot be used: ")
    assert gate([], [], DAY)


def test_lights_take_as_many_queries_for_three_pictures_as_for_one(
    new_picture: NewPicture, listed: Listed, says: Says, django_assert_num_queries: Callable[..., object]
) -> None:
    for color in ("red", "green", "blue"):
        picture = new_picture(color)
        says(picture, listed(picture, name=color), "given")
    for count in (1, 3):
        with django_assert_num_queries(6):  # type: ignore[attr-defined]
            for picture in Picture.objects.for_light()[:count]:
                assert light_of(picture, [], DAY).is_green


def test_signer_must_be_the_person_or_a_guardian(
    new_picture: NewPicture, listed: Listed, says: Says, city: City, at: datetime
) -> None:
    picture = new_picture()
    person = listed(picture)
    other = add_person(actor=city.anna, at=at, unit=city.unit, name="Nora Ek")
    with pytest.raises(MoveRefused, match="neither Maja Lind nor a guardian"):
        says(picture, person, "given", signer=other)
    with pytest.raises(MoveRefused, match="not listed"):
        says(picture, other, "given")


def test_people_in_the_list_are_not_nobody(
    new_picture: NewPicture, listed: Listed, city: City, at: datetime
) -> None:
    picture = new_picture()
    listed(picture)
    with pytest.raises(MoveRefused, match="People are listed"):
        perform(picture, "say_none", actor=city.anna, at=at)


def test_birth_in_the_future_is_refused(city: City, at: datetime) -> None:
    with pytest.raises(MoveRefused, match="future"):
        add_person(actor=city.anna, at=at, unit=city.unit, name="Maja", born_on=date(2027, 1, 1))
