"""The light against a second computation, written from the rules alone, over whatever hypothesis thinks of (R14–R17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from consent.lights import light_of
from consent.models import Appearance, ConsentEvent, Guardianship, LegalBasis, MediaBankCheck, Person, Picture
from tests.conftest import City

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
CHANNELS = (1, 2, 3)

days = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400))
# Births around the two limits, on their very days, on a leap day, and far from both.
births = st.one_of(
    st.none(),
    st.dates(date(2008, 1, 1), date(2026, 11, 24)),
    st.sampled_from(
        [date(2012, 2, 29), date(2010, 11, 24), date(2010, 11, 25), date(2013, 11, 24), date(1960, 1, 1)]
    ),
)
words = st.tuples(
    st.integers(0, 2),  # who said it: the person, or one of two guardians
    st.sampled_from(["asked", "given", "renewed", "refused", "withdrawn", "invalidated"]),
    st.lists(st.sampled_from(CHANNELS), unique=True, max_size=3),
    st.one_of(st.none(), days),
)
people = st.fixed_dictionaries(
    {
        "known": st.booleans(),
        "born": births,
        "guardians": st.integers(0, 2),
        "protected": st.integers(0, 9).map(lambda number: number == 0),
        "identifiable": st.integers(0, 3).map(bool),
        "blurred": st.integers(0, 5).map(lambda number: number == 0),
        "words": st.lists(words, max_size=6),
    }
)
pictures = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["listed", "listed", "listed", "none", "not_looked"]),
        "alt": st.integers(0, 5).map(bool),
        "bases": st.lists(
            st.sampled_from(["consent", "public_interest", "agreement", "stock", "no_person"]), max_size=2
        ),
        "bank": st.booleans(),
        "checks": st.lists(
            st.tuples(st.sampled_from(["yes", "yes", "no", "unclear"]), st.one_of(st.none(), days)),
            max_size=2,
        ),
        "people": st.lists(people, max_size=3),
    }
)


def full_years(born: date, day: date) -> int:
    """Birthdays counted one by one; who was born on 29 February has it on 1 March in other years."""
    years = 0
    while True:
        year = born.year + years + 1
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        if birthday > day:
            return years
        years += 1


def naive(picture: dict, channels: list[int], day: date) -> bool:
    """Green or not, as a careful person would go through the rules with a pen."""
    if picture["state"] == "not_looked" or not picture["alt"]:
        return False
    if picture["state"] == "none":
        return True
    if not picture["bases"] or picture["bases"][-1] == "no_person":
        return False
    if picture["bank"]:
        if not picture["checks"]:
            return False
        says, until = picture["checks"][-1]
        if says != "yes" or (until is not None and day > until):
            return False
    if not picture["people"]:
        return bool(picture["bank"])
    return all(agrees(person, channels, day, bank=picture["bank"]) for person in picture["people"])


def agrees(person: dict, channels: list[int], day: date, *, bank: bool) -> bool:
    if person["known"] and person["protected"]:
        return False
    if person["blurred"]:
        return True
    if not person["known"]:
        return bank or not person["identifiable"]
    age = full_years(person["born"], day) if person["born"] and person["born"] <= day else None
    if person["born"] and person["born"] > day:
        age = -1
    child = age is not None and age <= 15
    needed = list(range(1, person["guardians"] + 1)) if child else [0]
    if child and needed and age is not None and age >= 13:
        needed.append(0)
    last: dict[int, tuple] = {}
    for word in person["words"]:
        who = word[0]
        if word[1] != "asked" and (who == 0 or who <= person["guardians"]):
            last[who] = word
    for who in {0, *needed}:
        if who in last and last[who][1] in ("refused", "withdrawn"):
            return False
    if bank or not person["identifiable"]:
        return True
    if not needed:
        return False
    for who in needed:
        if who not in last or last[who][1] not in ("given", "renewed"):
            return False
        _who, _said, where, until = last[who]
        if until is not None and day > until:
            return False
        if where and any(channel not in where for channel in channels):
            return False
    return True


def store(city: City, facts: dict) -> Picture:
    """The same in rows, without the functions that would refuse what is odd in it."""
    by = {"noted_by": city.anna, "noted_at": NOW}
    picture = Picture.objects.create(
        unit=city.unit,
        title="T",
        alt_text="Swans." if facts["alt"] else "",
        source="media_bank" if facts["bank"] else "own",
        reference="MB-1" if facts["bank"] else "",
        state=facts["state"],
        sha=f"{Picture.objects.count():064x}",
        width=1,
        height=1,
        size=1,
        added_by=city.anna,
        added_at=NOW,
    )
    LegalBasis.objects.bulk_create(
        [LegalBasis(picture=picture, basis=basis, motive="m", **by) for basis in facts["bases"]]
    )
    MediaBankCheck.objects.bulk_create(
        [MediaBankCheck(picture=picture, says=says, until=until, **by) for says, until in facts["checks"]]
    )
    for one in facts["people"]:
        person = None
        if one["known"]:
            person = Person.objects.create(
                unit=city.unit, name="P", born_on=one["born"], is_protected=one["protected"]
            )
            signers = [person, *(Person.objects.create(unit=city.unit, name="G") for _ in range(2))]
            for guardian in signers[1 : one["guardians"] + 1]:
                Guardianship.objects.create(child=person, guardian=guardian)
            ConsentEvent.objects.bulk_create(
                [
                    ConsentEvent(
                        picture=picture,
                        person=person,
                        signer=signers[who],
                        said=said,
                        way="email",
                        channel_ids=where,
                        until=until,
                        **by,
                    )
                    for who, said, where, until in one["words"]
                ]
            )
        place = {"left": 1, "top": 1, "width": 9, "height": 9} if one["blurred"] else {}
        Appearance.objects.create(
            picture=picture,
            person=person,
            place="left",
            is_identifiable=one["identifiable"],
            is_blurred=one["blurred"],
            **place,
        )
    return picture


@pytest.mark.rule("R14", "R15", "R16", "R17")
@how(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=pictures, channels=st.lists(st.sampled_from(CHANNELS), unique=True, max_size=3), day=days)
def test_light_is_what_the_rules_say(city: City, facts: dict, channels: list[int], day: date) -> None:
    assert (settings.CHILD_AGE, settings.CHILD_ASKED_AGE) == (15, 13)
    picture = store(city, facts)
    light = light_of(Picture.objects.for_light().get(pk=picture.pk), channels, day)
    assert light.is_green == naive(facts, channels, day), light.reasons


@pytest.mark.rule("R15", "R16")
@pytest.mark.parametrize("age", [12, 13, 15, 16, None])
@pytest.mark.parametrize("mother", ["given", "refused", None])
@pytest.mark.parametrize("father", ["given", "withdrawn", None])
@pytest.mark.parametrize("child", ["given", "refused", None])
def test_whole_table_of_a_child_and_two_guardians(
    city: City, age: int | None, mother: str | None, father: str | None, child: str | None
) -> None:
    born = None if age is None else date(2026 - age, 11, 24)
    said = [(who, word, [], None) for who, word in enumerate((child, mother, father)) if word]
    facts = {
        "state": "listed",
        "alt": True,
        "bases": ["consent"],
        "bank": False,
        "checks": [],
        "people": [
            {
                "known": True,
                "born": born,
                "guardians": 2,
                "protected": False,
                "identifiable": True,
                "blurred": False,
                "words": said,
            }
        ],
    }
    picture = store(city, facts)
    light = light_of(Picture.objects.for_light().get(pk=picture.pk), [], TODAY)
    assert light.is_green == naive(facts, [], TODAY)
    by_hand = {
        12: mother == father == "given" and child != "refused",
        13: mother == father == child == "given",
        15: mother == father == child == "given",
        16: child == "given",
        None: child == "given",
    }
    assert light.is_green == by_hand[age]


@pytest.mark.rule("R15")
@pytest.mark.parametrize("said", [[], [1], [1, 2], [1, 2, 3], [3]])
@pytest.mark.parametrize("wanted", [[], [1], [2], [1, 2], [1, 3], [1, 2, 3]])
@pytest.mark.parametrize("until", [None, -1, 0, 1])
def test_whole_table_of_channels_and_days(
    city: City, said: list[int], wanted: list[int], until: int | None
) -> None:
    last = None if until is None else TODAY + timedelta(days=until)
    one = {
        "known": True,
        "born": None,
        "guardians": 0,
        "protected": False,
        "identifiable": True,
        "blurred": False,
        "words": [(0, "given", said, last)],
    }
    facts = {
        "state": "listed",
        "alt": True,
        "bases": ["consent"],
        "bank": False,
        "checks": [],
        "people": [one],
    }
    picture = store(city, facts)
    light = light_of(Picture.objects.for_light().get(pk=picture.pk), wanted, TODAY)
    covered = not said or all(channel in said for channel in wanted)
    assert light.is_green == naive(facts, wanted, TODAY) == (covered and until in (None, 0, 1))
