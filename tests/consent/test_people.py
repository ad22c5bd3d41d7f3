"""A person's rights: what is kept is shown, corrected, taken out and erased, and who looks is noted."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from consent import people
from consent.asking import ask_by_link
from consent.lights import light_of
from consent.models import ConsentEvent, ConsentRequest, LegalBasis, Letter, Person, Picture
from consent.transitions import add_person, note_basis, note_consent, unlist
from core import privacy
from core.models import Event, Notice, Rung
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused
from core.uploads import clean_image
from core.workdays import instant
from tests.conftest import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def maja(new_picture: Callable[..., Picture], listed: Callable[..., Person], says: Any) -> Person:
    picture = new_picture()
    person = listed(picture, email="maja@home.example")
    says(picture, person, "given")
    return person


def kinds(person: Person) -> list[str]:
    events = Event.objects.filter(about_type="consent.person", about_id=person.pk)
    return list(events.order_by("pk").values_list("kind", flat=True))


def test_who_looks_is_noted_once_a_day_for_each(
    city: City, at: datetime, maja: Person, client_of: Any, time_machine: Any
) -> None:
    time_machine.move_to(at, tick=False)
    url = reverse("consent:person_page", args=[maja.pk])
    for who in (city.anna, city.anna, city.erik):
        assert client_of(who).get(url).status_code == 200
    assert kinds(maja).count("person.look") == 2
    for stranger in (city.olle, city.stranger, city.rut):
        assert client_of(stranger).get(url).status_code == 404
    assert kinds(maja).count("person.look") == 2


def test_everything_that_is_kept_is_read_and_taken_as_a_file(
    city: City, at: datetime, maja: Person, client_of: Any
) -> None:
    ask_by_link(
        Picture.objects.get(), actor=city.anna, at=at, person=maja, signer=maja, language="en", email=True
    )
    maja.appearances.update(left=100, top=200, width=150, height=150)
    client, url = client_of(city.anna), reverse("consent:person_extract", args=[maja.pk])
    page = client.get(url).content.decode()
    for words in ("Maja Lind", "maja@home.example", "A teal pond", "said yes", "Asked at the opening."):
        assert words.lower() in page.lower()
    answer = client.get(url, {"format": "json"})
    held = answer.json()
    assert answer["Content-Disposition"].startswith("attachment")
    assert held["person"]["name"] == "Maja Lind"
    assert [row["said"] for row in held["answers"]] == ["said yes"]
    assert held["asked"][0]["channels"] == ["all channels"]
    assert held["asked"][0]["who_was_asked"] == "Maja Lind"
    assert held["letters"][0]["to"] == "maja@home.example"
    assert held["pictures"][0]["marked_in_thousandths"] == [100, 200, 150, 150]
    assert "marked in the picture" in page
    assert held["asked"][0]["asked"] == "2026-11-24T12:00:00+01:00"  # noon in Sweden, eleven in UTC
    assert held["answers"][0]["channels"] == ["all channels"]
    assert "Tue 24 Nov 2026, 12:00" in page
    assert "11:00" not in strip_tags(page)
    assert ConsentRequest.objects.get().nonce not in answer.content.decode()
    assert kinds(maja).count("person.extract") == 2
    assert client_of(city.olle).get(url).status_code == 404


def test_correction_is_an_event_that_tells_neither_old_nor_new(
    city: City, at: datetime, maja: Person, client_of: Any
) -> None:
    url = reverse("consent:person_correct", args=[maja.pk])
    bad = client_of(city.anna).post(url, {"name": "Maja Ek", "born_on": "2027-01-01"})
    assert (bad.status_code, "in the future" in bad.content.decode()) == (409, True)
    assert "Maja Ek" in bad.content.decode()
    assert client_of(city.anna).post(url, {"name": "Maja Ek", "email": ""}).status_code == 302
    event = Event.objects.get(kind="person.correct")
    assert event.data == {"fields": ["name", "email"]}
    assert "Maja" not in str(vars(event))


def test_mistake_is_a_new_event_and_the_old_one_stays(maja: Person, says: Any) -> None:
    picture = Picture.objects.get()
    says(picture, maja, "invalidated", note="It was her sister.")
    assert [word.said for word in ConsentEvent.objects.all()] == ["given", "invalidated"]
    assert not light_of(Picture.objects.for_light().get(), [], date(2026, 11, 24)).is_green


def test_erasure_is_refused_while_a_yes_stands_and_says_what_is_kept(
    city: City, at: datetime, maja: Person, says: Any, client_of: Any
) -> None:
    url = reverse("consent:person_erase", args=[maja.pk])
    standing = client_of(city.anna).post(url, {"note": "She asked, 24 November."})
    assert (standing.status_code, "A yes still stands for 1 pictures" in standing.content.decode()) == (
        409,
        True,
    )
    says(Picture.objects.get(), maja, "withdrawn")
    assert client_of(city.anna).post(url).status_code == 422
    assert client_of(city.anna).post(url, {"note": "She asked, 24 November."}).status_code == 302
    maja.refresh_from_db()
    assert (maja.name, maja.email, maja.born_on) == ("", "", None)
    assert "Maja" not in str(list(Event.objects.exclude(kind__startswith="post").values()))
    assert "maja@" not in str(list(Letter.objects.values()))
    assert ConsentEvent.objects.count() == 2
    with translation.override("sv"):
        assert str(maja) == f"raderad person {maja.pk}"
    page = client_of(city.anna).get(reverse("consent:person_page", args=[maja.pk])).content.decode()
    assert "That we asked, and what was answered" in page
    assert "What colleagues were told" in page
    picture_page = client_of(city.anna).get(reverse("consent:picture_page", args=[Picture.objects.get().pk]))
    assert picture_page.status_code == 200
    with pytest.raises(MoveRefused, match="is erased"):
        people.correct(maja, actor=city.anna, at=at, name="Maja")
    with pytest.raises(DatabaseError, match="no name again"), transaction.atomic():
        connection.cursor().execute("UPDATE consent_person SET name = 'Maja' WHERE erased_at IS NOT NULL")


def test_what_is_kept_names_scanned_papers(city: City, at: datetime, maja: Person, png: Any) -> None:
    with pytest.raises(MoveIncomplete, match="Add the scan"):
        note_consent(
            Picture.objects.get(),
            actor=city.anna,
            at=at,
            person=maja,
            signer=maja,
            said="renewed",
            way="paper",
        )
    note_consent(
        Picture.objects.get(),
        actor=city.anna,
        at=at,
        person=maja,
        signer=maja,
        said="renewed",
        way="paper",
        scan=clean_image(png()),
    )
    assert any("Scanned papers" in line for line in people.what_is_kept(maja))


def test_scan_is_handed_to_those_who_tend_the_picture(
    city: City, maja: Person, client_of: Any, png: Any
) -> None:
    scan = io.BytesIO(png())
    scan.name = "paper.png"
    url = reverse("consent:picture_consent", args=[Picture.objects.get().pk])
    data = {"who": f"{maja.pk}-{maja.pk}", "said": "renewed", "way": "paper", "where": "all"}
    without = client_of(city.anna).post(url, data)
    assert (without.status_code, "Add the scan of the paper." in without.content.decode()) == (422, True)
    oral = client_of(city.anna).post(url, data | {"way": "oral"})
    assert (oral.status_code, "Say who else heard it." in oral.content.decode()) == (422, True)
    for name in (" anna", "Maja  Lind"):  # who notes it, and who gave it
        alone = client_of(city.anna).post(url, data | {"way": "oral", "witness": name})
        assert (alone.status_code, "The witness is somebody else" in alone.content.decode()) == (409, True)
    assert client_of(city.anna).post(url, data | {"scan": scan}).status_code == 302
    file = reverse("consent:word_scan", args=[ConsentEvent.objects.last().pk])
    assert client_of(city.erik).get(file).content == png()
    assert kinds(maja).count("person.scan") == 1
    for who in (city.olle, city.rut):
        assert client_of(who).get(file).status_code == 404
    assert kinds(maja).count("person.scan") == 1


def test_scan_outlives_a_form_that_is_refused(city: City, maja: Person, client_of: Any, png: Any) -> None:
    url = reverse("consent:picture_consent", args=[Picture.objects.get().pk])
    data = {"who": f"{maja.pk}-{maja.pk}", "said": "renewed", "way": "paper"}
    client = client_of(city.anna)
    nowhere = client.post(url, data | {"scan": ContentFile(png(), name="paper.png")})
    assert (nowhere.status_code, "paper.png is kept" in nowhere.content.decode()) == (422, True)
    held = {"scan-held": nowhere.context["form"].fields["scan"].held.key}
    over = client.post(url, data | held | {"where": "all", "until": "2020-01-01"})
    assert over.status_code == 409
    held = {"scan-held": over.context["form"].fields["scan"].held.key}
    assert client.post(url, data | held | {"where": "all"}).status_code == 302
    assert ConsentEvent.objects.last().scan_sha == hashlib.sha256(png()).hexdigest()


def test_looks_at_a_person_are_in_the_audit_whatever_the_door(
    city: City, at: datetime, maja: Person, client_of: Any, time_machine: Any
) -> None:
    time_machine.move_to(at, tick=False)
    client_of(city.admin).get(reverse("admin:consent_person_change", args=[maja.pk]))
    client_of(city.anna).get(reverse("consent:person_page", args=[maja.pk]))
    client_of(city.erik).get(reverse("consent:person_extract", args=[maja.pk]))
    looks = privacy.looks().filter(about_type="consent.person", about_id=maja.pk).order_by("pk")
    assert [(event.kind, event.actor) for event in looks] == [
        ("person.look", city.admin),
        ("person.look", city.anna),
        ("person.extract", city.erik),
    ]
    page = client_of(city.rut).get(reverse("looks_page")).content.decode()
    assert "Erik" in page
    assert "Maja" not in page  # the trail is never erased, so it calls her by her number


@pytest.mark.parametrize(
    "door", ["page", "person", "consent", "basis", "ask", "links", "facts", "place", "admin"]
)
def test_whoever_sees_what_was_said_of_a_picture_has_looked_at_its_people_and_guardians(
    city: City, at: datetime, maja: Person, listed: Any, client_of: Any, time_machine: Any, door: str
) -> None:
    time_machine.move_to(at, tick=False)
    picture = Picture.objects.get()
    mother = add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Ek")
    listed(picture, name="Lo Ek", born_on=date(2019, 5, 1), guardians=[mother])
    elsewhere = add_person(actor=city.anna, at=at, unit=city.unit, name="Nora Lund")
    word, place = picture.words.get(), picture.appearances.get(person=maja)
    who, name, number = city.erik, f"consent:picture_{door}", place.pk if door == "place" else picture.pk
    if door == "admin":
        who, name, number = city.admin, "admin:consent_consentevent_change", word.pk
    for hours in (0, 1, 24):
        time_machine.move_to(at + timedelta(hours=hours), tick=False)
        assert client_of(who).get(reverse(name, args=[number])).status_code == 200
    for file in ("thumb", "copy"):
        assert (
            client_of(city.sara).get(reverse(f"consent:picture_{file}", args=[picture.pk])).status_code == 200
        )
    looks = privacy.looks().filter(about_type="consent.person")
    assert set(looks.values_list("actor", flat=True)) == {who.pk}
    looked_at = {maja.pk} if door == "admin" else {maja.pk, mother.pk, mother.guards.get().child_id}
    assert sorted(looks.values_list("about_id", flat=True)) == sorted([*looked_at, *looked_at])
    assert elsewhere.pk not in looked_at


@pytest.mark.parametrize("way", ["paper", "oral"])
def test_database_refuses_a_yes_without_its_proof(city: City, at: datetime, maja: Person, way: str) -> None:
    from django.db import IntegrityError

    event = ConsentEvent(
        picture=Picture.objects.get(),
        person=maja,
        signer=maja,
        said="given",
        way=way,
        noted_by=city.anna,
        noted_at=at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


@pytest.mark.rule("R15")
@pytest.mark.parametrize("no", ["refused", "withdrawn"])
def test_yes_noted_after_a_no_has_to_be_said_to_be_a_new_one(
    city: City, maja: Person, says: Any, client_of: Any, no: str
) -> None:
    picture = Picture.objects.get()
    says(picture, maja, no)
    url = reverse("consent:picture_consent", args=[picture.pk])
    found = {
        "who": f"{maja.pk}-{maja.pk}",
        "said": "given",
        "way": "email",
        "where": "all",
        "note": "Binder 3.",
    }
    refused = client_of(city.anna).post(url, found)
    assert (refused.status_code, "Binder 3." in refused.content.decode()) == (422, True)
    assert "Maja Lind said no on Tue 24 Nov 2026." in refused.content.decode()
    assert ConsentEvent.objects.latest("pk").said == no
    assert client_of(city.anna).post(url, found | {"said": "renewed"}).status_code == 302
    assert ConsentEvent.objects.latest("pk").said == "renewed"


@pytest.mark.rule("R14")
@pytest.mark.parametrize("motive", ["", "  "])
def test_legal_basis_without_a_motive_is_refused_by_every_door(
    city: City, at: datetime, new_picture: Any, motive: str
) -> None:
    picture = new_picture()
    with pytest.raises(MoveIncomplete, match="Say why"):
        note_basis(picture, actor=city.anna, at=at, basis="consent", motive=motive)
    row = LegalBasis(picture=picture, basis="consent", motive=motive, noted_by=city.anna, noted_at=at)
    with pytest.raises(DatabaseError, match="needs its motive"), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError, match="needs its motive"), transaction.atomic():
        LegalBasis.objects.bulk_create([row])


@pytest.mark.rule("R16")
def test_child_and_guardians_through_the_page(
    city: City, at: datetime, client_of: Any, new_picture: Any, time_machine: Any
) -> None:
    time_machine.move_to(at, tick=False)
    client, picture = client_of(city.anna), new_picture()
    add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Lind")
    url = reverse("consent:picture_person", args=[picture.pk])
    child = {"place": "left", "name": "Maja Lind", "born_on": "2019-02-28", "is_identifiable": "on"}
    same = client.post(url, child | {"guardians": "Mia Lind\nJan Lind"})
    assert same.status_code == 422
    assert "There is already: Mia Lind (number" in same.content.decode()
    mia = Person.objects.get()
    for wrong in ("99999999999999999999", "Jan, not an@address"):
        assert client.post(url, child | {"guardians": wrong}).status_code == 422
    assert client.post(url, child | {"guardians": f"{mia.pk}\nJan Lind, jan@home.example"}).status_code == 302
    maja = Person.objects.get(name="Maja Lind")
    assert {str(row.guardian) for row in maja.guardianships.all()} == {"Mia Lind", "Jan Lind"}
    assert Person.objects.get(name="Jan Lind").email == "jan@home.example"
    assert (
        client.post(url, child | {"place": "right", "guardians": "Mia Lind", "others": "on"}).status_code
        == 302
    )
    assert Person.objects.filter(name="Mia Lind").count() == 2
    guardian = reverse("consent:person_guardian", args=[maja.pk])
    assert client.post(guardian, {"guardian": str(mia.pk)}).status_code == 409
    assert client.post(guardian, {"guardian": str(maja.pk)}).status_code == 409
    assert client.post(guardian, {"guardian": "Mia Lind"}).status_code == 422
    row = maja.guardianships.get(guardian=mia)
    remove = reverse("consent:guardian_remove", args=[row.pk])
    assert client.post(remove).status_code == 422
    assert client_of(city.olle).post(remove, {"note": "x"}).status_code == 404
    assert client.post(remove, {"note": "Noted by mistake."}).status_code == 302
    assert maja.guardianships.count() == 1


def test_protected_person_is_blocked_by_their_page_and_nowhere_is_a_reason(
    city: City, maja: Person, client_of: Any
) -> None:
    url = reverse("consent:person_protect", args=[maja.pk])
    assert client_of(city.olle).post(url, {"protected": "yes"}).status_code == 404
    unsure = client_of(city.anna).post(url, {"protected": "yes"})
    assert (unsure.status_code, "Say that you know what happens" in unsure.content.decode()) == (422, True)
    assert light_of(Picture.objects.for_light().get(), [], date(2026, 11, 24)).is_green
    assert "1 picture is blocked at once." in unsure.content.decode()
    assert client_of(city.anna).post(url, {"protected": "yes", "sure": "yes"}).status_code == 302
    light = light_of(Picture.objects.for_light().get(), [], date(2026, 11, 24))
    assert light.reasons == ("The picture must not be used.",)
    assert client_of(city.anna).post(url, {"protected": "no"}).status_code == 302
    assert light_of(Picture.objects.for_light().get(), [], date(2026, 11, 24)).is_green


def test_nobody_is_listed_before_a_name_is_given(city: City, maja: Person, client_of: Any) -> None:
    url = reverse("consent:people_page")
    assert "Maja Lind" not in client_of(city.anna).get(url).content.decode()
    assert "Maja Lind" in client_of(city.anna).get(url, {"name": "maja"}).content.decode()
    assert "Maja Lind</a>" not in client_of(city.olle).get(url, {"name": "maja"}).content.decode()


@pytest.mark.rule("R16")
def test_somebody_is_told_60_days_before_a_child_answers_alone(
    city: City, at: datetime, new_picture: Any, listed: Any, sweep_at: Any
) -> None:
    mother = add_person(actor=city.anna, at=at, unit=city.unit, name="Mia Lind")
    child = listed(new_picture(), born_on=date(2011, 2, 28), guardians=[mother])
    birthday = date(2027, 2, 28)
    sweep_at(instant(birthday - timedelta(days=60), "07:59"))
    told = Notice.objects.filter(subject__contains="answers alone")
    assert not told.exists()
    sweep_at(instant(birthday - timedelta(days=60), "08:00"))
    assert {notice.recipient for notice in told} == {city.anna, city.erik, city.sara}
    people.correct(child, actor=city.anna, at=at, born_on=date(2012, 2, 29))
    open_rungs = Rung.objects.filter(ladder="coming_of_age", told_at=None, cancelled_at=None)
    assert {rung.due_at for rung in open_rungs} == {
        instant(date(2028, 2, 29) - timedelta(days=days), "08:00") for days in (60, 30, 7, 1)
    }


@pytest.mark.parametrize(
    ("born", "day"),
    [
        (date(2012, 2, 29), date(2028, 2, 29)),
        (date(2011, 2, 28), date(2027, 2, 28)),
        (date(2013, 12, 31), date(2029, 12, 31)),
    ],
)
def test_day_of_answering_alone(born: date, day: date, settings: Any) -> None:
    person = Person(born_on=born)
    assert person.of_age_on() == day
    assert not person.is_child_on(day)
    assert person.is_child_on(day - timedelta(days=1))
    settings.CHILD_AGE = 14
    if born == date(2012, 2, 29):
        assert person.of_age_on() == date(2027, 3, 1)


def test_people_outside_do_nothing(city: City, at: datetime, maja: Person) -> None:
    for act in (people.protect, people.correct):
        with pytest.raises(MoveForbidden):
            act(maja, actor=city.olle, at=at)
    with pytest.raises(MoveForbidden):
        people.erase(maja, actor=city.olle, at=at, note="x")


def test_consent_that_ends_is_told_to_the_chiefs_when_its_keepers_are_gone(
    city: City, at: datetime, new_picture: Any, listed: Any, says: Any, sweep_at: Any
) -> None:
    from core.models import User

    picture = new_picture()
    says(picture, listed(picture), "given", until=date(2026, 12, 24))
    User.objects.exclude(pk__in=[city.karin.pk, city.admin.pk]).update(is_active=False)
    sweep_at(instant(date(2026, 12, 17), "08:00"))
    told = Notice.objects.filter(subject__startswith="A consent ends")
    assert {notice.recipient for notice in told} == {city.karin}
    User.objects.filter(pk=city.karin.pk).update(is_active=False)
    sweep_at(instant(date(2026, 12, 23), "08:00"))
    assert {notice.recipient for notice in told.all()} == {city.karin, city.admin}


def test_consent_that_ends_and_is_told_to_nobody_is_an_error_somebody_sees(
    city: City, new_picture: Any, listed: Any, says: Any
) -> None:
    from config.health import health
    from core import ladders
    from core.models import User

    picture = new_picture()
    says(picture, listed(picture), "given", until=date(2026, 12, 24))
    User.objects.update(is_active=False)
    start = instant(date(2026, 12, 23), "08:00")
    for minute in range(16):
        ladders.climb(start + timedelta(minutes=minute))
    assert Rung.objects.filter(error__startswith="NobodyToTell").exists()
    assert health(start)[1]["rungs"]["ok"] is False


@pytest.mark.rule("R15")
def test_end_of_a_yes_is_told_60_30_7_and_1_days_before_and_only_of_somebody_in_the_picture(
    city: City, at: datetime, new_picture: Any, listed: Any, says: Any, sweep_at: Any
) -> None:
    from config.figures import Scope, consents

    picture, last = new_picture(), date(2027, 3, 1)
    says(picture, listed(picture), "given", until=last)
    says(picture, listed(picture, name="Nora Ek"), "given", until=last)
    mistaken = picture.appearances.get(person__name="Nora Ek")
    unlist(mistaken, actor=city.anna, at=at, note="It is her sister.")
    told: dict[int, int] = {}
    for before in (61, 60, 59, 30, 29, 7, 6, 1, 0):
        sweep_at(instant(last - timedelta(days=before), "08:00"))
        mine = Notice.objects.filter(recipient=city.anna, subject__startswith="A consent ends")
        told[before] = mine.count()
    assert told == {61: 0, 60: 1, 59: 1, 30: 2, 29: 2, 7: 3, 6: 3, 1: 4, 0: 4}
    now = instant(last - timedelta(days=60), "12:00")
    assert [row[1:] for row in consents(Scope(city.anna, last, last, now)).rows] == [
        ["A teal pond", "Maja Lind"]
    ]
    says(picture, Person.objects.get(name="Maja Lind"), "withdrawn")
    assert consents(Scope(city.anna, last, last, now)).rows == []
