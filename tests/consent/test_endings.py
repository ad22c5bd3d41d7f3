"""What ends by itself: birthdays and last days, who is told of them, and what comes down on the day (R15, R16)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse

from consent import people
from consent.asking import answer, ask_by_link
from consent.models import Person, Picture
from consent.transitions import list_person, note_bank, unlist
from core.models import Notice, Rung
from core.moves import MoveIncomplete, MoveRefused
from core.workdays import instant
from editorial.models import Takedown
from tests.conftest import City
from tests.editorial.test_takedowns import bring as bring  # a post with the picture, brought to a state

pytestmark = pytest.mark.django_db

BORN = date(2011, 2, 28)  # sixteen on 28 February 2027
Family = Callable[..., tuple[Picture, Person, list[Person]]]


@pytest.fixture
def family(city: City, at: datetime, new_picture: Any, listed: Any) -> Family:
    """A picture of a child with two guardians."""

    def make(born_on: date = BORN) -> tuple[Picture, Person, list[Person]]:
        about: dict[str, Any] = {"actor": city.anna, "at": at, "unit": city.unit}
        guardians = [people.add_person(name=name, **about) for name in ("Mia Lind", "Per Lind")]
        picture = new_picture()
        return picture, listed(picture, born_on=born_on, guardians=guardians), guardians

    return make


def to_come(person: Person) -> list[str]:
    rungs = Rung.objects.filter(ladder="coming_of_age", object_id=person.pk, told_at=None, cancelled_at=None)
    return list(rungs.values_list("step", flat=True))


OF_AGE = [f"{days}d-2027-02-28" for days in (60, 30, 7, 1)]


@pytest.mark.rule("R16")
def test_birthday_is_told_also_of_a_child_in_two_pictures(
    city: City, at: datetime, family: Family, new_picture: Any, sweep_at: Any
) -> None:
    _picture, child, _guardians = family()
    list_person(new_picture("red"), actor=city.anna, at=at, place="on the swing", person=child)
    assert to_come(child) == OF_AGE
    sweep_at(instant(date(2026, 12, 30), "08:00"))
    told = Notice.objects.filter(recipient=city.anna, subject__contains="Maja Lind answers alone")
    assert {notice.subject.rpartition(": ")[2] for notice in told} == {"A teal pond", "A red pond"}


@pytest.mark.rule("R16")
def test_birth_date_that_was_corrected_and_set_back_is_told(city: City, at: datetime, family: Family) -> None:
    _picture, child, _guardians = family()
    for born in (date(2012, 2, 29), BORN):
        people.correct(child, actor=city.anna, at=at, born_on=born)
    assert to_come(child) == OF_AGE


@pytest.mark.rule("R16")
def test_somebody_is_told_60_days_before_a_child_is_asked_too(
    city: City, at: datetime, family: Family, sweep_at: Any, settings: Any
) -> None:
    _picture, child, _guardians = family(date(2014, 2, 28))
    told = Notice.objects.filter(subject__contains="Maja Lind is asked too")
    sweep_at(instant(date(2026, 12, 30), "07:59"))
    assert not told.exists()
    sweep_at(instant(date(2026, 12, 30), "08:00"))
    assert {notice.recipient for notice in told} == {city.anna, city.erik, city.sara}
    assert "Ask the young person too" in told[0].body
    settings.CHILD_ASKED_AGE = 16
    assert child.asked_too_on() is None


@pytest.mark.rule("R16")
@pytest.mark.parametrize(
    ("born", "words"),
    [(date(2010, 11, 25), "Maja Lind answers alone"), (date(2013, 11, 25), "Maja Lind is asked too")],
)
def test_birthday_tomorrow_is_told_at_once_of_every_picture(
    city: City, at: datetime, family: Family, new_picture: Any, sweep_at: Any, born: date, words: str
) -> None:
    _picture, child, _guardians = family(born)
    told = Notice.objects.filter(recipient=city.anna, subject__contains=words)
    sweep_at(at)
    assert told.count() == 1
    list_person(
        new_picture("red"), actor=city.anna, at=at + timedelta(minutes=5), place="there", person=child
    )
    sweep_at(at + timedelta(minutes=5))
    assert told.count() == 2
    assert all(notice.urgent is False for notice in told)


@pytest.mark.rule("R15")
@pytest.mark.parametrize("days", [0, 1])
def test_yes_that_ends_within_a_day_is_told_at_once_and_urgently(
    city: City, at: datetime, new_picture: Any, listed: Any, says: Any, sweep_at: Any, days: int
) -> None:
    picture = new_picture()
    says(picture, listed(picture), "given", until=at.date() + timedelta(days=days))
    sweep_at(at)
    told = Notice.objects.get(recipient=city.anna, subject__startswith="A consent ends")
    assert told.urgent


@pytest.mark.rule("R17")
def test_end_of_the_banks_consent_within_a_day_is_told_at_once_and_one_that_is_over_is_not(
    city: City, at: datetime, new_picture: Any, sweep_at: Any
) -> None:
    for color, days in (("teal", 1), ("red", -1)):
        picture = new_picture(color, source="media_bank", reference="MB-1")
        note_bank(picture, actor=city.anna, at=at, says="yes", until=at.date() + timedelta(days=days))
    sweep_at(at)
    told = Notice.objects.filter(recipient=city.anna, subject__startswith="The media bank")
    assert [notice.subject.rpartition(": ")[2] for notice in told] == ["A teal pond"]


LAST = date(2027, 3, 31)  # a month after the birthday


@pytest.mark.rule("R16")
@pytest.mark.parametrize("own", ["none", "yes", "elsewhere", "shorter", "no"])
def test_guardians_dated_yes_brings_down_after_the_birthday_only_what_the_young_person_does_not_cover(
    city: City, at: datetime, family: Family, bring: Any, says: Any, sweep_at: Any, own: str
) -> None:
    picture, child, guardians = family()
    for guardian in guardians:
        says(picture, child, "given", signer=guardian, until=LAST)
    says(picture, child, "given", until=LAST)
    bring(picture, "published")
    after = instant(date(2027, 3, 1), "12:00")
    answers: dict[str, dict[str, Any]] = {
        "yes": {"said": "renewed", "until": None},
        "elsewhere": {"said": "renewed", "channels": [city.channel, city.other_channel]},
        "shorter": {"said": "renewed", "until": LAST - timedelta(days=5)},
        "no": {"said": "withdrawn"},
    }
    if own in answers:
        says(picture, child, at=after, **answers[own])
    sweep_at(instant(date(2027, 2, 28), "00:00"))
    opened = Takedown.objects.exists()
    sweep_at(instant(LAST + timedelta(days=1), "00:00"))
    assert (opened, Takedown.objects.exists()) == {
        "none": (False, True),
        "yes": (False, False),
        "elsewhere": (False, False),
        "shorter": (False, True),
        "no": (True, True),
    }[own]


@pytest.mark.rule("R16")
def test_dated_yes_of_a_guardian_who_was_taken_away_ends_nothing(
    city: City, at: datetime, family: Family, bring: Any, says: Any, sweep_at: Any
) -> None:
    picture, child, (mother, father) = family(date(2018, 2, 28))
    says(picture, child, "given", signer=mother)
    says(picture, child, "given", signer=father, until=LAST)
    bring(picture, "published")
    row = child.guardianships.get(guardian=father)
    people.remove_guardian(row, actor=city.anna, at=at, note="The court decided it.")
    for day in (LAST - timedelta(days=1), LAST + timedelta(days=1)):
        sweep_at(instant(day, "08:00"))
    assert not Takedown.objects.exists()
    assert not Notice.objects.filter(subject__startswith="A consent ends").exists()


@pytest.mark.rule("R16")
def test_guardian_who_said_no_is_not_taken_away_to_overrule_it(
    city: City, at: datetime, family: Family, says: Any, client_of: Any
) -> None:
    picture, child, (mother, father) = family(date(2018, 2, 28))
    says(picture, child, "given", signer=mother)
    says(picture, child, "refused", signer=father)
    row = child.guardianships.get(guardian=father)
    url = reverse("consent:guardian_remove", args=[row.pk])
    refused = client_of(city.anna).post(url, {"note": "He is away."})
    assert refused.status_code == 409
    assert "Per Lind has said no to the picture “A teal pond”." in refused.content.decode()
    says(picture, child, "invalidated", signer=father)
    assert client_of(city.anna).post(url, {"note": "It was his brother."}).status_code == 302
    assert list(child.guardianships.values_list("guardian", flat=True)) == [mother.pk]


def test_protected_person_is_not_taken_off_the_list_to_use_the_picture(
    city: City, at: datetime, new_picture: Any, listed: Any
) -> None:
    picture = new_picture()
    maja = listed(picture)
    people.protect(maja, actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="must not be used"):
        unlist(picture.appearances.get(), actor=city.anna, at=at, note="Not her.")
    people.protect(maja, actor=city.anna, at=at, protected=False)
    unlist(picture.appearances.get(), actor=city.anna, at=at, note="Not her.")


@pytest.mark.rule("R15")
def test_link_ends_with_the_last_day_that_was_asked_for(
    city: City, at: datetime, new_picture: Any, listed: Any
) -> None:
    picture = new_picture()
    maja = listed(picture)
    tomorrow = at.date() + timedelta(days=1)
    asked = ask_by_link(picture, actor=city.anna, at=at, person=maja, signer=maja, until=tomorrow)
    assert asked.ends_at == instant(tomorrow + timedelta(days=1), "00:00")
    with pytest.raises(MoveRefused, match="The link has ended"):
        answer(asked, at=asked.ends_at, seen=1, says_yes=True)
    late = ask_by_link(
        picture, actor=city.anna, at=at, person=maja, signer=maja, until=at.date() + timedelta(days=400)
    )
    assert late.ends_at == at + timedelta(days=30)
    with pytest.raises(MoveIncomplete):
        ask_by_link(picture, actor=city.anna, at=at, person=maja, signer=maja, email=True)


def test_young_person_is_asked_before_the_birthday_from_which_they_answer(
    city: City, at: datetime, family: Family, client_of: Any, time_machine: Any
) -> None:
    time_machine.move_to(at, tick=False)
    picture, child, _guardians = family(date(2013, 12, 20))
    url = reverse("consent:picture_ask", args=[picture.pk])
    page = client_of(city.anna).get(url).content.decode()
    assert f'name="ask_{child.pk}-{child.pk}"' in page
    assert "Has to answer too from Sun 20 Dec 2026. Can be asked already." in page
    people.correct(child, actor=city.anna, at=at, born_on=date(2014, 12, 20))
    assert f'name="ask_{child.pk}-{child.pk}"' not in client_of(city.anna).get(url).content.decode()


def test_erasure_takes_what_was_told_of_the_birthday(
    city: City, at: datetime, family: Family, sweep_at: Any
) -> None:
    _picture, child, _guardians = family()
    sweep_at(instant(date(2026, 12, 30), "08:00"))
    assert Notice.objects.filter(subject__contains="Maja").count() == 3
    people.erase(child, actor=city.anna, at=at, note="Mia asked, 30 December.")
    assert "Maja" not in str(list(Notice.objects.values()))
    assert not to_come(child)


@pytest.mark.rule("R16")
def test_picture_page_leads_to_what_is_missing(
    city: City, at: datetime, new_picture: Any, client_of: Any
) -> None:
    picture = new_picture(alt_text="")
    about: dict[str, Any] = {"actor": city.anna, "at": at}
    child = people.add_person(unit=city.unit, name="Maja Lind", born_on=BORN, **about)
    list_person(picture, place="on the swing", person=child, **about)
    unknown = list_person(picture, place="in red", **about)
    list_person(picture, place="from behind", is_identifiable=False, **about)
    page = client_of(city.anna).get(reverse("consent:picture_page", args=[picture.pk])).content.decode()
    for label, url in (
        ("Describe what is in it", reverse("consent:picture_facts", args=[picture.pk])),
        ("Add guardians of Maja Lind", reverse("consent:person_page", args=[child.pk]) + "#guardians"),
        ("Say who it is: in red", reverse("consent:picture_place", args=[unknown.pk])),
    ):
        assert f'<li><a href="{url}">{label}</a></li>' in page
    assert "1 face has no name: more consent is needed." in page
    read_only = client_of(city.rut).get(reverse("consent:picture_page", args=[picture.pk])).content.decode()
    assert "Add guardians of Maja Lind" not in read_only


def test_migration_tells_the_birthdays_that_were_forgotten(
    city: City, at: datetime, family: Family, time_machine: Any
) -> None:
    time_machine.move_to(at, tick=False)
    migration = importlib.import_module("consent.migrations.0005_birthdays_told_again")
    soon = at.date() + timedelta(days=100)
    _picture, child, _guardians = family(soon.replace(year=soon.year - 13))
    before = set(to_come(child))
    Rung.objects.filter(step__startswith="asked-").delete()
    Rung.objects.update(cancelled_at=at)
    migration.tell_birthdays(apps, None)
    assert set(to_come(child)) == before
    assert len(before) == 8
