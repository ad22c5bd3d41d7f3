"""Nobody passes for a colleague by a name that only looks like theirs."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.models import User
from core.names import fault_in, looks_of, tidy

MIXED = ["\u0410nna Berg", "Anna B\u0435rg", "Er\u0456k", "\u039fskar", "Anna \u0411\u0435\u0440\u0433"]
UNSEEN = [
    "Anna\u200b Berg",
    "Anna\u202eBerg",
    "An\u00adna",
    "Anna\x00",
    "Anna\u2066",
    "\ufeffAnna",
    "An\u3164na",
]
DRAWN_ALIKE = [
    *("\ua4ee\ua4e0\ua4e0\ua4ee", "\u13ac\u13a1\u13c6\u13e6", "\u2c80\u2c9b\u2c9b\u2c80"),
    *("\u0251nna", "\u1d00\u0274\u0274\u1d00", "\u01c0ena", "\u0184erit", "Bjo\u0338rn"),
]
FINE = [
    "Åsa Öberg-Lind",
    "Zoë O’Neill",
    "Željko Đorđević",
    "Анна Иванова",
    "Αλέξανδρος",
    "山田 太郎",
    "たなか 一郎",
    "محمد علي",
    "Nguyễn Thị Minh Khai",
    "Anna Berg (Parks)",
    "1:e vice",
    "Əli Məmmədov",
    "Kɔfi Ŋmɛ",
    "ܐܒܪܗܡ",
    "ሰላም",
    "இளங்கோ",
    "নূর",
]
LOOK_ALIKE = [
    ("Alice", "AIice"),
    ("Bjorn Lund", "Bjom Lund"),
    ("Ola", "O1a"),
    ("Anna Berg", "Anna  Berg "),
    ("Anna", "Ａｎｎａ"),
    ("caop", "саор"),
    ("Erik", "Eri\u0307k"),
]


@pytest.mark.parametrize("name", MIXED + UNSEEN + DRAWN_ALIKE)
def test_a_name_of_two_alphabets_or_with_what_is_not_seen_or_written_has_a_fault(name):
    assert fault_in(name)


@pytest.mark.parametrize("name", FINE)
def test_names_of_one_alphabet_are_fine(name):
    assert not fault_in(tidy(name))


@pytest.mark.parametrize(("name", "imitation"), LOOK_ALIKE)
def test_what_looks_alike_is_known_to(name, imitation):
    assert looks_of(name) == looks_of(imitation)


@pytest.mark.parametrize(
    ("one", "other"), [("Åsa", "Asa"), ("Jan", "Jon"), ("Öberg", "Oberg"), ("Eva", "Ewa")]
)
def test_other_names_stay_others(one, other):
    assert looks_of(one) != looks_of(other)


@pytest.mark.rule("R23")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["\u0410nna", "\u0415\u0433\u0456k", "An\u200bna", "\u0415rik", "\u0405\u0430\u0433\u0430"]
)
def test_no_door_makes_an_account_whose_name_imitates_an_approver(city, name):
    with pytest.raises(ValidationError):
        User.objects.create_user(email="x@avinge.example", name=name)
    city.stranger.name = name
    with pytest.raises(ValidationError):
        city.stranger.save(update_fields=["name"])
    assert User.objects.get(pk=city.stranger.pk).name == "Stranger"


@pytest.mark.django_db
def test_a_namesake_may_have_an_account_and_an_old_name_stays(city):
    assert User.objects.create_user(email="anna.2@avinge.example", name="Anna").looks == city.anna.looks
    User.objects.filter(pk=city.stranger.pk).update(name="\u0410nna", looks=looks_of("\u0410nna"))
    city.stranger.refresh_from_db()
    city.stranger.language = "sv"
    city.stranger.save()
    assert User.objects.get(pk=city.stranger.pk).language == "sv"


@pytest.mark.django_db
def test_the_admin_says_what_is_wrong_with_the_name(city, client_of):
    page = client_of(city.admin).post(
        reverse("admin:core_user_change", args=[city.stranger.pk]),
        {"email": city.stranger.email, "name": "\u0415rik", "language": "en"},
    )
    assert "mixes alphabets" in page.content.decode()
