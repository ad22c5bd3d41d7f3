"""A password that somebody else chose is good for choosing another one; who makes and changes accounts is written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Event, Notice, User
from tests.conftest import PASSWORD
from tests.core.test_second_factor import set_up

pytestmark = pytest.mark.django_db
OWN = "en-helt-annan-fras"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def log_in(email: str, password: str) -> Client:
    client = Client()
    assert client.post(reverse("account_login"), {"login": email, "password": password}).status_code == 302
    return client


def choose(client: Client, old: str, new: str):
    typed = {"oldpassword": old, "password1": new, "password2": new}
    return client.post(reverse("account_change_password"), typed)


def assert_opens_nothing_before_another_is_chosen(client: Client, given: str) -> None:
    for name in ("my_day", "admin:index", "editorial:posts_page"):
        assert client.get(reverse(name))["Location"] == reverse("account_change_password"), name
    assert client.post(reverse("moderation:comment_new"), {"text": "x"}).status_code == 302
    assert client.post(reverse("still_here")).status_code == 204, "the page that asks is kept open"
    for name in ("account_change_password", "mfa_index"):
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert page.context["page"].nav == [], "what stands around it is for those who are let in"
    assert choose(client, given, given).status_code == 200, "the same once more is refused"
    assert client.get("/").status_code == 302
    assert choose(client, given, OWN)["Location"] == reverse("my_day")
    assert client.get("/").context["page"].nav


@pytest.mark.rule("R41")
def test_the_first_administrator_sets_up_a_second_step_and_chooses_a_password_before_anything_else(
    city, capsys, settings
):
    settings.SECOND_FACTOR_FOR = ["administrators"]
    call_command("first_administrator", "berit.ek@avinge.example", name="Berit Ek")
    given = capsys.readouterr().out.split("\n\n")[1].strip()
    berit = log_in("berit.ek@avinge.example", given)
    for name in ("my_day", "account_change_password"):
        assert berit.get(reverse(name))["Location"] == reverse("mfa_index")
    assert berit.get(reverse("mfa_index")).status_code == 200
    set_up(berit)
    assert_opens_nothing_before_another_is_chosen(berit, given)


@pytest.mark.rule("R41")
def test_whom_an_administrator_makes_or_gives_a_password_chooses_another_one(city, client_of):
    admin, given = client_of(city.admin), {"password1": "sommaren-vid-sjön", "password2": "sommaren-vid-sjön"}
    made = {"name": "Nya Nilsson", "email": "nya@avinge.example", "language": "sv", "usable_password": "true"}
    assert admin.post(reverse("admin:core_user_add"), made | given).status_code == 302
    nya = User.objects.get(email="nya@avinge.example")
    assert_opens_nothing_before_another_is_chosen(log_in(nya.email, given["password1"]), given["password1"])
    address = reverse("admin:auth_user_password_change", args=[nya.pk])
    assert admin.post(address, given | {"usable_password": "true"}).status_code == 302
    assert_opens_nothing_before_another_is_chosen(log_in(nya.email, given["password1"]), given["password1"])
    events = Event.objects.filter(about_id=nya.pk, actor=city.admin).order_by("id")
    assert list(events.values_list("kind", flat=True)) == ["user.made", "login.password_given"]
    assert Notice.objects.filter(recipient=nya, key=f"login-{events[1].pk}", urgent=True).exists()
    own = reverse("admin:auth_user_password_change", args=[city.admin.pk])
    assert admin.post(own, given | {"usable_password": "true"}).status_code == 302
    assert log_in(city.admin.email, given["password1"]).get("/").status_code == 200, "it is their own"


def knock(email: str, password: str, client: Client | None = None):
    return (client or Client()).post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.rule("R41")
def test_a_password_that_somebody_else_chose_is_over_after_a_week(
    city, client_of, settings, time_machine, mailoutbox
):
    given, now = "sommaren-vid-sjön", timezone.now()
    address = reverse("admin:auth_user_password_change", args=[city.anna.pk])
    sent = {"password1": given, "password2": given, "usable_password": "true"}
    assert client_of(city.admin).post(address, sent).status_code == 302
    time_machine.move_to(now + timedelta(days=7, minutes=-5))
    assert knock(city.anna.email, given).status_code == 302
    time_machine.move_to(now + timedelta(days=7, minutes=5))
    anna = Client()
    refused = knock(city.anna.email, given, anna)
    assert (refused.status_code, "gäller i 7 dagar" in refused.content.decode()) == (403, True)
    assert reverse("account_reset_password") in refused.content.decode()
    assert anna.get("/").status_code == 302, "nobody is logged in"
    assert "account_authentication_methods" not in anna.session, "nothing of the try goes along"
    event = Event.objects.get(kind="login.first_password_over")
    assert (event.about_id, event.actor) == (city.anna.pk, None)
    assert knock(city.anna.email, "not this one").status_code == 200, "only who knows it is told"
    settings.FIRST_PASSWORD_DAYS = 0
    assert knock(city.anna.email, given).status_code == 302
    settings.FIRST_PASSWORD_DAYS = 7
    Client().post(reverse("account_reset_password"), {"email": city.anna.email})
    path = re.search(r"http://testserver(\S+/key/\S+)", mailoutbox[-1].body)[1]
    form = anna.get(path)["Location"]
    assert anna.post(form, {"password1": OWN, "password2": OWN}).status_code == 302
    assert log_in(city.anna.email, OWN).get("/").status_code == 200


def test_an_own_password_and_another_way_in_are_never_over(city, client_of, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=700))
    assert log_in(city.anna.email, PASSWORD).get("/").status_code == 200
    User.objects.update(has_first_password=True)
    assert knock(city.anna.email, PASSWORD).status_code == 403, "nobody is said to have given it"
    assert client_of(city.anna).get("/").status_code == 200, "who did not come by it"


def test_an_administrator_who_came_too_late_is_given_another_password_by_the_same_command(
    capsys, time_machine
):
    def asked() -> str:
        call_command("first_administrator", "berit.ek@avinge.example")
        return str(capsys.readouterr().out.split("\n\n")[1].strip())

    first, now = asked(), timezone.now()
    time_machine.move_to(now + timedelta(days=8))
    assert knock("berit.ek@avinge.example", first).status_code == 403
    second = asked()
    berit = log_in("berit.ek@avinge.example", second)
    assert choose(berit, second, OWN).status_code == 302
    with pytest.raises(CommandError, match="has an account already"):
        asked()
    assert User.objects.count() == 1


def test_an_address_that_is_no_longer_somebody_s_gets_no_letter_that_opens_the_account(
    city, client_of, mailoutbox
):
    """allauth keeps the address it first sent one to; who has the mailbox next would have come in."""
    asked = {"email": city.anna.email}
    Client().post(reverse("account_reset_password"), asked)
    assert "/account/password/reset/key/" in mailoutbox[-1].body
    assert EmailAddress.objects.filter(user=city.anna).exists()
    page = client_of(city.admin).get(reverse("admin:core_user_change", args=[city.anna.pk]))
    form = page.context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {
        name: value for name, value in data.items() if value not in (None, False, "") and name != "password"
    }
    posted = data | {"email": "anna.lund@avinge.example"}
    changed = client_of(city.admin).post(reverse("admin:core_user_change", args=[city.anna.pk]), posted)
    assert changed.status_code == 302
    Client().post(reverse("account_reset_password"), asked)
    assert "/account/password/reset/key/" not in mailoutbox[-1].body, "there is no such account"
    Client().post(reverse("account_reset_password"), {"email": "anna.lund@avinge.example"})
    assert mailoutbox[-1].to == ["anna.lund@avinge.example"]
    assert "/account/password/reset/key/" in mailoutbox[-1].body
    event = Event.objects.get(kind="user.changed")
    assert (event.actor, event.about_id, event.data) == (city.admin, city.anna.pk, {"fields": ["email"]})


def test_a_city_hall_chooses_new_passwords_by_letter_within_a_minute(city, mailoutbox):
    Client().post(reverse("account_reset_password"), {"email": city.anna.email})
    path = re.search(r"http://testserver(\S+/key/\S+)", mailoutbox[0].body)[1]
    first = [Client().get(path).status_code for _ in range(30)]
    opened = Client()
    form = opened.get(path)["Location"]
    tries = [opened.post(form, {"password1": "x", "password2": "y"}).status_code for _ in range(30)]
    assert set(first) == {302}
    assert set(tries) == {200}
